// What is open above the workspace.

/** @import { Account, User } from "../types.js" */

/** @param {{ account: Account, user: User }} props */
export function Overlays({ account, user }) {
  return account && user && null;
}
