"""The facade of the domain for scripts and drivers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from todo_core.runner import Runner
from todo_core.usecases.accounts import Accounts
from todo_core.usecases.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Todo:
    """``await todo.run.write(user.id, add_task, TaskDraft.of(title="Buy milk"))``

    ``run`` runs use cases on the data of one owner (``todo_core.usecases.tasks`` ...); ``accounts`` and ``sessions``
    manage accounts and login sessions. ``check`` raises Unavailable if the storage cannot be used now.
    """

    run: Runner
    accounts: Accounts
    sessions: Sessions
    check: Callable[[], Awaitable[None]]
