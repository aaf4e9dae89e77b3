"""What of a query for a page of tasks decides its statement, and the values that the statement is bound to."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from todo_adapters.sql.due_bounds import comparands
from todo_core.limits import DESCRIPTION_MAX, PAGE_BYTES, POSITION_MAX, TITLE_MAX
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_sort import SortField, TaskPosition, TaskSort

ALWAYS_WITHIN: Final = PAGE_BYTES // (4 * (TITLE_MAX + DESCRIPTION_MAX) + POSITION_MAX)
"""So many tasks never exceed PAGE_BYTES, whatever is in them."""


@dataclass(frozen=True, slots=True)
class PageShape:
    """What of a query changes the text of its statement; all the rest is bound.

    ``start`` is where the page begins: at the very start, behind a task that has a sort value, or behind one
    that has none. ``weighed`` pages could exceed PAGE_BYTES. ``lists`` and ``parents`` are "one", "many", "none" for
    the inbox and the top level, "many or none", or empty; ``tags`` are "one", "many" or empty.
    """

    completed: bool | None
    open_only: bool
    priorities: bool
    has_due_date: bool | None
    due_from: bool
    due_until: bool
    words: int
    lists: str
    parents: str
    tags: str
    has_tags: bool | None
    deferred: bool | None
    sort: TaskSort
    start: str
    weighed: bool = False

    @classmethod
    def of(cls, which: TaskFilter, sort: TaskSort, after: TaskPosition | None, limit: int) -> "PageShape":
        return cls(
            completed=which.completed,
            open_only=which.open_only,
            priorities=bool(which.priorities),
            has_due_date=which.has_due_date,
            due_from=which.due_from is not None,
            due_until=which.due_until is not None,
            words=len(which.words),
            lists=_several(which.lists),
            parents=_several(which.parents),
            tags="one" if len(which.tags) == 1 else "many" if which.tags else "",
            has_tags=which.has_tags,
            deferred=which.deferred,
            sort=sort,
            start="top" if after is None else "valueless" if after.value is None else "valued",
            weighed=limit > ALWAYS_WITHIN,
        )

    @property
    def filters(self) -> bool:
        """True if the page may have to leave out tasks that are in its place in the order."""
        return replace(self, lists="", sort=UNFILTERED.sort, start="top", weighed=False) != UNFILTERED

    @property
    def keyed(self) -> bool:
        """True if the page lies together in an index."""
        by_id, by_position = self.sort.field is SortField.CREATED_AT, self.sort.field is SortField.POSITION
        in_one_list = self.lists in ("one", "none")
        return not self.filters and ((by_id and not self.lists) or (in_one_list and (by_id or by_position)))


def _several(ids: AbstractSet[UUID | None]) -> str:
    some = len(ids - {None})
    parts = [*(["one" if some == 1 and len(ids) == 1 else "many"] if some else []), *(["none"] if None in ids else [])]
    return " or ".join(parts)


UNFILTERED: Final = PageShape.of(TaskFilter(), TaskSort(), None, 1)


def page_values(which: TaskFilter, after: TaskPosition | None, limit: int) -> dict[str, Any]:
    """What the statement of a page is bound to, besides the owner."""
    values: dict[str, Any] = {"limit": limit + 1, "page_bytes": PAGE_BYTES}
    if after is not None:
        values |= {"after_value": after.value, "after_id": after.id}
    if which.priorities:
        ranks = [0 if priority is None else priority.rank for priority in which.priorities]
        values |= {f"priority_{i}": ranks[i % len(ranks)] for i in range(4)}
    for name, bound in (("from", which.due_from), ("until", which.due_until), ("now", which.now)):
        if bound:
            values |= comparands(name, bound)
            values[f"{name}_edge"] = bound.highest if name == "until" else bound.lowest
    values |= {f"word_{i}": word for i, word in enumerate(which.words)}
    for name, ids in (("list", which.lists), ("parent", which.parents)):
        found = [each for each in ids if each is not None]
        values |= {f"{name}_id": found[0], f"{name}s": found} if found else {}
    if which.tags:
        first, *others = sorted(which.tags)
        values |= {"tag": first, "other_tags": others, "other_tags_count": len(others)}
    return values
