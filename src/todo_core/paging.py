"""Pages by position: no offsets, so rows that come and go make a reader neither skip nor repeat the others."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
P = TypeVar("P")
T_co = TypeVar("T_co", covariant=True)
P_co = TypeVar("P_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co, P_co]):
    """A stretch of an ordered list; ``next`` is the position of its last item, or None at the end.

    ``as_of`` is the number of the owner's latest change when the page was read; None if nothing was found.
    """

    items: tuple[T_co, ...]
    next: P_co | None
    as_of: int | None = None


def page_of(found: Sequence[T], limit: int, position: Callable[[T], P]) -> Page[T, P]:
    """The page made of what a store found when it looked for one item more than ``limit``."""
    if len(found) <= limit:
        return Page(tuple(found), None)
    return Page(tuple(found[:limit]), position(found[limit - 1]))


async def every_page(read: Callable[[P | None], Awaitable[Page[T, P]]]) -> AsyncIterator[Page[T, P]]:
    """Yields the pages of a list from its start to its end. ``read`` returns the page after a position."""
    after: P | None = None
    while True:
        page = await read(after)
        yield page
        if page.next is None:
            return
        after = page.next
