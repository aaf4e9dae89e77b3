"""Short ids: the last characters of the ids of tasks, as many as tell them apart.

The ids are UUIDv7 values, which begin with the time. So their ends differ, and do not change when the list does.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from todo_adapters.cli.escapes import printable
from todo_core import Broken, Task, TaskId

SHOWN: Final = 6
"""Characters of a short id, more when two tasks share them: of 1,000 tasks, two do with a probability of 3 %."""

SHORTEST: Final = 4
LONGEST: Final = 32
DIGITS: Final = frozenset("0123456789abcdef")


def short_ids(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """The short ids of these tasks, each unambiguous among them."""
    found: dict[UUID, str] = {}
    length, left = SHOWN, set(ids)
    while left:
        ends: dict[str, list[UUID]] = {}
        for each in left:
            ends.setdefault(each.hex[-length:], []).append(each)
        found |= {same[0]: end for end, same in ends.items() if len(same) == 1}
        left = {each for same in ends.values() if len(same) > 1 for each in same}
        length += 1
    return found


def id_end(text: str) -> str:
    """The end of an id, or all of it, as it is compared with ids. Raises Broken."""
    end = text.strip().lower().replace("-", "")
    if not SHORTEST <= len(end) <= LONGEST or not DIGITS.issuperset(end):
        raise Broken(
            "invalid-id",
            f"A task is named by the end of its id, at least {SHORTEST} characters of the first column of"
            " `todo task list`.",
        )
    return end


def named(ends: Sequence[str], tasks: Iterable[Task]) -> list[Task]:
    """The tasks whose ids have these ends, each once. Raises Broken unless each end is that of one id."""
    matches: dict[str, list[Task]] = {end: [] for end in ends}
    for task in tasks:
        for end, found in matches.items():
            if task.id.hex.endswith(end):
                found.append(task)
    chosen: dict[TaskId, Task] = {}
    for end, found in matches.items():
        if not found:
            raise Broken("not-found", f"There is no task whose id ends in {end}.")
        if len(found) > 1:
            longer = short_ids([task.id for task in found])
            lines = "".join(f"\n  {longer[task.id]}  {printable(task.title)}" for task in found)
            raise Broken(
                "ambiguous", f"The ids of {len(found)} tasks end in {end}; give more of the one you mean:{lines}"
            )
        chosen[found[0].id] = found[0]
    return list(chosen.values())
