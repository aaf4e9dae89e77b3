"""The front door: what a script or a driver holds in its hand, every use case of the service."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from todo_core.runner import Runner
from todo_core.usecases.accounts import Accounts
from todo_core.usecases.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Todo:
    """``await todo.run.write(user.id, add_task, TaskDraft.of(title="Buy milk"))``

    ``run`` runs the use cases on one owner's things (``todo_core.usecases.tasks`` ...); ``accounts`` and
    ``sessions`` are about who exists and who is logged in. ``check`` raises Unavailable unless everything
    that the service needs answers now.
    """

    run: Runner
    accounts: Accounts
    sessions: Sessions
    check: Callable[[], Awaitable[None]]
