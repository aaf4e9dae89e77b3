// Tells the next date of a recurring task, which only the server knows, in the message about what led to it.

import { changeToast } from "../components/toasts.js";
import { describeDate, momentIn } from "../formatting/due-dates.js";
import { LOCALE } from "../formatting/locale.js";

/** @import { Account, Action } from "../types.js" */

/** @param {Account} account @param {Action} action a completion or a skip @param {number} toast */
export function tellNextDate(account, { label, changes: [{ id, occurrence }], request }, toast) {
  const stop = account.requests.subscribe(() => {
    if (account.requests.get().some((unsent) => unsent.id === request)) return;
    stop();
    setTimeout(() => { // when the response is in the view
      const task = account.view.get().tasks.get(id);
      if (!task || (task.due_date === occurrence && !task.completed)) return; // it was withdrawn or refused
      const next = describeDate(task.due_date, momentIn(account.user.time_zone), LOCALE);
      changeToast(toast, `${label}; ${task.completed ? "that was the last date" : `next on ${next}`}`);
    });
  });
}
