// The dialog before signing out while changes have not reached the server.

import { Dialog } from "../components/dialog.js";
import { toTheDoor } from "../router.js";
import { signOut } from "../session.js";
import { html, useEffect } from "../vendor/preact.js";

/** @import { Board } from "../tasks/task-controller.js" */

/** @param {{ board: Board, onClose: () => void }} props */
export function LeaveDialog({ board, onClose }) {
  const held = board.writes().filter((write) => write.held);
  const waiting = board.writes().length;
  useEffect(() => held.forEach(board.release), []); // no time for second thoughts about what was deleted
  useEffect(() => {
    if (!waiting) void signOut().then(toTheDoor);
  }, [waiting]);
  const leave = () => {
    board.discard();
    void signOut().then(toTheDoor);
  };
  return html`<${Dialog} title="Not everything is saved" onClose=${onClose}>
    <p>${waiting === 1 ? "One change has" : `${waiting} changes have`} not reached the server yet.
      If you sign out now, ${waiting === 1 ? "it is" : "they are"} lost.</p>
    <div class="buttons">
      <button class="primary" onClick=${onClose}>Stay signed in</button>
      <button class="danger" onClick=${leave}>Sign out anyway</button>
    </div>
  <//>`;
}
