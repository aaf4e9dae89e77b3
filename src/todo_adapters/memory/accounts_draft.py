"""What one unit of work on the accounts has before it: drafts of the tables, and the rows that it holds."""

from typing import Any

from todo_adapters.memory.locks import Holding
from todo_adapters.memory.state import Draft, State


class AccountsDraft:
    """Drafts of everything that the unscoped door reaches."""

    def __init__(self, state: State) -> None:
        self.users = Draft(state.users)
        self.shelves = Draft(state.shelves)
        self.sessions = Draft(state.sessions)
        self.revoked = Draft(state.revoked)
        self.attempts = Draft(state.attempts)
        self.holding = Holding(state.locks)

    @property
    def changed(self) -> bool:
        return any(draft.changed for draft in self._drafts())

    def publish(self) -> None:
        """All drafts at once: nothing waits in between."""
        for draft in self._drafts():
            draft.publish()

    def _drafts(self) -> tuple[Draft[Any, Any], ...]:
        return (self.users, self.shelves, self.sessions, self.revoked, self.attempts)
