"""The facade of the domain for scripts and drivers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from todo_core.ids import UserId
from todo_core.runner import Runner
from todo_core.usecases.accounts import Accounts
from todo_core.usecases.sessions import Sessions
from todo_core.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Todo:
    """``await todo.of(user.id).tasks.add(title="Buy milk")``

    ``of`` and ``of_email`` give what one user has and can do. ``accounts`` and ``sessions`` manage accounts and login
    sessions. ``run`` runs use cases on the data of one owner (``todo_core.usecases``), also some of your own. ``check``
    raises Unavailable if the storage cannot be used now.
    """

    run: Runner
    accounts: Accounts
    sessions: Sessions
    check: Callable[[], Awaitable[None]]

    def of(self, user_id: UserId) -> Workspace:
        """Returns what the user has and can do: tasks, lists, tags, trash, counts, batches."""
        return Workspace(self.run, user_id)

    async def of_email(self, email: str) -> Workspace:
        """Returns what the user with this email address has and can do. Raises NotFound."""
        return self.of((await self.accounts.find(email)).id)
