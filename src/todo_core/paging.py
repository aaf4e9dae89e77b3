"""Pages by position: no offsets, so rows that come and go make a reader neither skip nor repeat the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Page(Generic[T, P]):
    """A stretch of an ordered list; ``next`` is the position of its last item, or None at the end.

    ``as_of`` is the number of the owner's latest change at the moment of the look; None when nothing was found.
    """

    items: tuple[T, ...]
    next: P | None
    as_of: int | None = None


def page_of(found: Sequence[T], limit: int, position: Callable[[T], P]) -> Page[T, P]:
    """The page made of what a store found when it looked for one item more than ``limit``."""
    if len(found) <= limit:
        return Page(tuple(found), None)
    return Page(tuple(found[:limit]), position(found[limit - 1]))
