"""Tags: lists them, renames them on all tasks, and removes them."""

from collections.abc import Callable
from dataclasses import replace

from todo_core.errors import NotFound
from todo_core.limits import TAG_MAX
from todo_core.model.counts import TagUse
from todo_core.model.rules import checked, fold, one_line
from todo_core.model.task import TASKS
from todo_core.model.task_filter import TaskFilter
from todo_core.paging import Page
from todo_core.ports.storage import UnitOfWork, View
from todo_core.usecases.gathering import gathered

Tags = tuple[str, ...]


def tag_name(text: str) -> str:
    """The rule for names of tags. Raises Broken."""
    return one_line(text, TAG_MAX)


async def list_tags(view: View) -> Page[TagUse, None]:
    """Returns all tags, ordered by name."""
    return await view.tasks.tags()


async def rename_tag(tx: UnitOfWork, name: str, new_name: str) -> int:
    """Renames a tag on every task. A tag that has the new name is merged with it.

    Returns the number of tasks changed. Raises Invalid, NotFound, TooMany.
    """
    new_name = checked({"name": new_name}, {"name": tag_name})["name"]
    return await _replace(tx, name, lambda tags: _renamed(tags, fold(name), new_name))


async def remove_tag(tx: UnitOfWork, name: str) -> int:
    """Removes a tag from every task. Returns their number. Raises NotFound, TooMany."""
    return await _replace(tx, name, lambda tags: tuple(tag for tag in tags if fold(tag) != fold(name)))


async def _replace(tx: UnitOfWork, name: str, change: Callable[[Tags], Tags]) -> int:
    await tx.lock()
    tasks = await gathered(tx, TaskFilter(tags=frozenset([fold(name)])))
    if not tasks:
        raise NotFound("tag")
    changed = [replace(task, tags=change(task.tags), updated_at=tx.now) for task in tasks]
    different = [after for before, after in zip(tasks, changed, strict=True) if before.tags != after.tags]
    for task in different:
        tx.of(TASKS).update(task)
    return len(different)


def _renamed(tags: Tags, key: str, new_name: str) -> Tags:
    """The tags with one renamed in its place. Another one of the new name is dropped."""
    new_key = fold(new_name)
    return tuple(new_name if fold(tag) == key else tag for tag in tags if fold(tag) == key or fold(tag) != new_key)
