"""The uncommitted state of a unit of work on accounts: drafts of the tables, and its row locks."""

from typing import Any

from todo_adapters.memory.locks import Holding
from todo_adapters.memory.state import Draft, State


class AccountsDraft:
    """Drafts of all tables of accounts, and the rows locked by the unit of work."""

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
        """Publishes all drafts at once, without awaiting in between."""
        for draft in self._drafts():
            draft.publish()

    def _drafts(self) -> tuple[Draft[Any, Any], ...]:
        return (self.users, self.shelves, self.sessions, self.revoked, self.attempts)
