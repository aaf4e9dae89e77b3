"""Everything of one account, read page by page, so that memory does not grow with it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from todo_core.limits import AFFECTED_MAX, PAGE_MAX
from todo_core.model.kinds import E, Kind
from todo_core.model.session import LoginSession
from todo_core.model.trash import Trashed
from todo_core.model.user import User
from todo_core.paging import every_page
from todo_core.ports.storage import View

READ_AT_ONCE: Final = 1_000
"""Things in the trash that are read at once, unless a single deletion has more."""


@dataclass(frozen=True, slots=True)
class AccountExport:
    """Everything of one account except its password, its history and its idempotency keys.

    ``sessions`` are the login sessions that have not ended. What changes meanwhile may be in it or not.
    """

    user: User
    sessions: Sequence[LoginSession]
    view: View

    async def things(self, kind: Kind[E]) -> AsyncIterator[E]:
        """Yields the things of a kind in the order of creation."""
        async for page in every_page(lambda after: self.view.of(kind).page(after, PAGE_MAX)):
            for thing in page.items:
                yield thing

    async def trash(self) -> AsyncIterator[tuple[Trashed, Kind[Any], Any]]:
        """Yields every thing in the trash with its deletion and its kind, the latest deletion first.

        A deletion begins with the thing that was deleted.
        """
        async for page in every_page(lambda after: self.view.trash.page(after, PAGE_MAX)):
            for some in in_groups(page.items):
                deletions = {each.id: each for each in some}
                deletion = some[0]
                for kind, thing in await self.view.trash.things(list(deletions), AFFECTED_MAX + READ_AT_ONCE):
                    deletion = deletions.get(thing.id, deletion)
                    yield deletion, kind, thing


def in_groups(deletions: Sequence[Trashed]) -> Sequence[Sequence[Trashed]]:
    """The deletions in groups of READ_AT_ONCE things at most, and larger ones on their own."""
    groups: list[list[Trashed]] = []
    things = 0
    for each in deletions:
        if not groups or things + each.things > READ_AT_ONCE:
            groups.append([])
            things = 0
        groups[-1].append(each)
        things += each.things
    return groups
