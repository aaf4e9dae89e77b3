"""One request writes at most so many things; what would write more has no effect."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.usecases.person import Person, somebody
from todo_core.errors import TooMany
from todo_core.model.task import TASKS
from todo_core.model.write_options import WriteOptions
from todo_core.ports.storage import Store
from todo_core.usecases import batch, gathering, trash
from todo_core.usecases.batch import AddStep, apply_batch
from todo_core.usecases.completing import complete_task
from todo_core.usecases.lists import empty_list_into_inbox
from todo_core.usecases.tags import remove_tag, rename_tag
from todo_core.usecases.trash import empty_trash, purge_thing, restore_thing

MOST = 4

Deed = Callable[[Person, Any], Awaitable[Any]]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that tests can reach; pages have fewer things than it allows."""
    for module in ("todo_core.runner", *(each.__name__ for each in (batch, gathering, trash))):
        monkeypatch.setattr(f"{module}.AFFECTED_MAX", MOST)
    monkeypatch.setattr(gathering, "PAGE_MAX", 3)
    monkeypatch.setattr(trash, "PAGE_MAX", 3)


async def a_list(person: Person, things: int) -> Any:
    """A list that makes so many things together with its tasks, all with one tag."""
    home = await person.add_list()
    for _ in range(things - 1):
        await person.add(list_id=home.id, tags=["home"])
    return home


async def a_tree(person: Person, things: int) -> Any:
    """A task with so many things in its tree, itself included."""
    top = await person.add("top")
    for _ in range(things - 1):
        await person.add(parent_id=top.id)
    return top


async def tagged(person: Person, things: int) -> Any:
    for _ in range(things):
        await person.add(tags=["home"])


async def change_list(person: Person, top: Any) -> None:
    """Moves a tree into another list."""
    await person.change(top, list_id=(await person.add_list("elsewhere")).id)


CASCADES: dict[str, tuple[Callable[[Person, int], Awaitable[Any]], Deed]] = {
    "remove_list": (a_list, lambda person, home: person.remove(home)),
    "empty_list": (a_list, lambda person, home: person.do(empty_list_into_inbox, home.id)),
    "remove_tree": (a_tree, lambda person, top: person.remove(top)),
    "complete_tree": (a_tree, lambda person, top: person.do(complete_task, top.id)),
    "rename_tag": (tagged, lambda person, _: person.do(rename_tag, "home", "garden")),
    "remove_tag": (tagged, lambda person, _: person.do(remove_tag, "home")),
}
every_cascade = pytest.mark.parametrize("name", CASCADES)


@every_cascade
async def test_so_many_things_are_written_at_once(store: Store, name: str) -> None:
    ada, (prepare, deed) = await somebody(store), CASCADES[name]
    prepared = await prepare(ada, MOST)
    begun = len(await ada.feed())
    await deed(ada, prepared)
    assert len(await ada.feed()) == begun + MOST


@every_cascade
async def test_one_more_is_too_many_and_has_no_effect(store: Store, name: str) -> None:
    ada, (prepare, deed) = await somebody(store), CASCADES[name]
    prepared = await prepare(ada, MOST + 1)
    refusal = await ada.refused(deed(ada, prepared), TooMany)
    assert refusal.code == "too-many"


async def test_a_tree_that_is_too_large_does_not_change_its_list(store: Store) -> None:
    ada = await somebody(store)
    top, elsewhere = await a_tree(ada, MOST + 1), await ada.add_list()
    await ada.refused(ada.change(top, list_id=elsewhere.id), TooMany)
    await ada.refused(ada.move(top, list_id=elsewhere.id), TooMany)


@pytest.mark.parametrize("use_case", [restore_thing, purge_thing])
async def test_so_many_things_leave_the_trash_at_once(
    store: Store, use_case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await somebody(store)
    for size in (MOST, MOST + 1):
        with monkeypatch.context() as patch:
            patch.setattr(gathering, "AFFECTED_MAX", MOST + 1)
            patch.setattr("todo_core.runner.AFFECTED_MAX", MOST + 1)
            top = await a_tree(ada, size)
            await ada.remove(top)
        if size == MOST:
            await ada.do(use_case, top.id)
        else:
            await ada.refused(ada.do(use_case, top.id), TooMany)


async def test_a_trash_with_too_much_in_it_is_emptied_entry_by_entry(store: Store) -> None:
    ada = await somebody(store)
    made = [await ada.add() for _ in range(MOST + 1)]
    for task in made:
        await ada.remove(task)
    await ada.refused(ada.do(empty_trash), TooMany)
    await ada.do(purge_thing, made[0].id)
    await ada.do(empty_trash)
    assert await ada.thrown() == []


async def test_a_batch_writes_at_most_so_many_things(store: Store) -> None:
    ada = await somebody(store)
    steps = [AddStep(TASKS.draft(title=f"{number}")) for number in range(MOST + 1)]
    await ada.refused(ada.do(apply_batch, steps), TooMany)
    await ada.do(apply_batch, steps[:-1])


@every_cascade
async def test_a_dry_run_is_refused_as_well(store: Store, name: str) -> None:
    ada, (prepare, deed) = await somebody(store), CASCADES[name]
    prepared = await prepare(ada, MOST + 1)

    class Rehearsal(Person):
        async def do(self, use_case: Any, *args: Any, **kwargs: Any) -> Any:
            options = WriteOptions(dry_run=True)
            return (await self.run.carry_out(self.owner, options, use_case, *args, **kwargs)).value

    await ada.refused(deed(Rehearsal(store, ada.owner), prepared), TooMany)


@every_cascade
async def test_a_dry_run_tells_what_would_be_written(store: Store, name: str) -> None:
    ada, (prepare, deed) = await somebody(store), CASCADES[name]
    prepared = await prepare(ada, MOST)
    begun = await ada.feed()
    told: list[Any] = []

    class Rehearsal(Person):
        async def do(self, use_case: Any, *args: Any, **kwargs: Any) -> Any:
            outcome = await self.run.carry_out(self.owner, WriteOptions(dry_run=True), use_case, *args, **kwargs)
            told.extend(outcome.changes)

    await deed(Rehearsal(store, ada.owner), prepared)
    assert await ada.feed() == begun
    await deed(ada, prepared)
    assert [(change.seq, change.id, change.action) for change in told] == [
        (change.seq, change.id, change.action) for change in (await ada.feed())[len(begun) :]
    ]
