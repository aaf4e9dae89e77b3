"""Tags: lists them, renames them on all tasks, and removes them."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from todo_core.errors import NotFound
from todo_core.model.counts import TagUse
from todo_core.model.rules import Broken, checked, fold
from todo_core.model.task import TASKS, tag_name
from todo_core.model.task_filter import TaskFilter
from todo_core.paging import Page
from todo_core.ports.storage import UnitOfWork, View
from todo_core.usecases.gathering import gathered, in_pieces

Tags = tuple[str, ...]


async def list_tags(view: View) -> Page[TagUse, None]:
    """Returns all tags, ordered by name."""
    return await view.tasks.tags()


async def rename_tag(tx: UnitOfWork, name: str, new_name: str) -> int:
    """Renames a tag on every task. A tag that has the new name is merged with it.

    Returns the number of tasks changed. Raises Invalid, NotFound, TooMany.
    """
    new_name = checked({"name": new_name}, {"name": tag_name})["name"]
    return await _replace(tx, name, new_name)


async def remove_tag(tx: UnitOfWork, name: str) -> int:
    """Removes a tag from every task. Returns their number. Raises NotFound, TooMany."""
    return await _replace(tx, name, None)


async def _replace(tx: UnitOfWork, name: str, new_name: str | None) -> int:
    await tx.lock()
    key = _key(name)
    tasks = await gathered(tx, TaskFilter(tags=frozenset([key])))
    if not tasks:
        raise NotFound("tag")
    folded = cache(fold)  # the same few tags on many tasks
    changed = 0
    async for task in in_pieces(tasks):
        tags = _renamed(task.tags, key, new_name, folded)
        if tags != task.tags:
            tx.of(TASKS).update(replace(task, tags=tags, updated_at=tx.now))
            changed += 1
    return changed


def _key(name: str) -> str:
    """The folded name. Raises NotFound for what cannot be the name of a tag."""
    try:
        return fold(tag_name(name))
    except Broken:
        raise NotFound("tag") from None


def _renamed(tags: Tags, key: str, new_name: str | None, folded: Callable[[str], str]) -> Tags:
    """The tags with one renamed in its place, or left out. Another one of the new name is dropped."""
    named = [(tag, folded(tag)) for tag in tags]
    if new_name is None:
        return tuple([tag for tag, name in named if name != key])
    new_key = folded(new_name)
    return tuple([new_name if name == key else tag for tag, name in named if name == key or name != new_key])
