// The line of quick entry, which is loaded behind the list.

import { lazy } from "../components/lazy.js";

export const QuickEntry = lazy("QuickEntry", () => import("./quick-entry.js"));
