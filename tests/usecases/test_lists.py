"""What people do with lists: add, change, archive, order, and remove with or without their tasks."""

import pytest

from tests.usecases.person import somebody
from todo_adapters.contracts.kit import IDS, together
from todo_core.errors import Conflict, NotFound
from todo_core.model.change import Action
from todo_core.model.task_list import LISTS
from todo_core.ports.storage import Store
from todo_core.usecases.lists import empty_list_into_inbox, find_lists
from todo_core.usecases.things import remove_thing


async def test_an_added_list_comes_back_as_it_was_stored(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list("  Home ", color="#A1b2C3", archived=True)
    assert (home.name, home.color, home.archived, home.revision) == ("Home", "#a1b2c3", True, 1)
    assert await ada.now(home) == home


async def test_the_fields_of_a_list_are_checked(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list("x" * 255)
    for fields, expected in (
        ({"name": " "}, ("name", "blank")),
        ({"name": "x" * 256}, ("name", "too-long")),
        ({"name": "a\nb"}, ("name", "control-character")),
        *(({"color": color}, ("color", "invalid-color")) for color in ("red", "#12345", "#1234567", "#12345g", "")),
    ):
        with pytest.raises(Exception) as refusal:  # noqa: PT011
            LISTS.patch(**fields)
        assert [(each.field, each.code) for each in refusal.value.violations] == [expected]  # type: ignore[attr-defined]
    assert (await ada.change(home, color="#000000")).color == "#000000"
    assert (await ada.change(home, color=None)).color is None


async def test_a_change_that_changes_nothing_is_not_a_write(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list(color="#ffffff")
    assert await ada.change(home, name=" Home", color="#FFFFFF", archived=False) == home
    changed = await ada.change(home, name="Garden")
    assert (changed.name, changed.revision, changed.position) == ("Garden", 2, home.position)


async def test_lists_come_in_manual_order_and_archived_ones_apart(store: Store) -> None:
    ada, bob = await somebody(store), await somebody(store)
    a, b, _ = [await ada.add_list(name) for name in "abc"]
    await bob.add_list("x")
    await ada.move(a)
    await ada.change(b, archived=True)
    assert await ada.names() == ["b", "c", "a"]
    assert await ada.names(archived=True) == ["b"]
    assert await ada.names(archived=False) == ["c", "a"]
    page = await ada.see(find_lists)
    assert (page.next, page.as_of) == (None, 5)


async def test_names_need_not_differ(store: Store) -> None:
    ada = await somebody(store)
    assert (await ada.add_list("Home")).id != (await ada.add_list("Home")).id


async def test_an_id_can_be_chosen_unless_it_exists(store: Store) -> None:
    ada, bob = await somebody(store), await somebody(store)
    chosen = IDS.new()
    home = await ada.add_list(id=str(chosen))
    assert home.id == chosen
    for deed in (ada.add_list(id=chosen), ada.add(id=chosen)):
        assert (await ada.refused(deed, Conflict)).code == "conflict"
    assert (await bob.add_list(id=chosen)).id == chosen, "another owner's ids are not in the way"
    assert await ada.now(home) == home


async def test_a_removed_list_takes_its_tasks_to_the_trash(store: Store) -> None:
    ada = await somebody(store)
    home, work = await ada.add_list(), await ada.add_list("Work")
    top = await ada.add("top", list_id=home.id)
    below = await ada.add("below", parent_id=top.id, completed=True)
    leaf = await ada.add("leaf", parent_id=below.id)
    other, loose = await ada.add("other", list_id=work.id), await ada.add("loose")
    begun = len(await ada.feed())
    await ada.remove(home)
    assert await ada.everything() == {other.id: other, loose.id: loose}
    assert await ada.names() == ["Work"]
    assert await ada.thrown() == [(home.id, 4)]
    written = (await ada.feed())[begun:]
    assert [change.action for change in written] == [Action.DELETED] * 4
    assert {change.id for change in written} == {home.id, top.id, below.id, leaf.id}


async def test_a_removed_list_can_leave_its_tasks_in_the_inbox(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list()
    first = await ada.add("first")
    a, b = await ada.add("a", list_id=home.id), await ada.add("b", list_id=home.id)
    below = [await ada.add(title, parent_id=a.id) for title in ("x", "y")]
    await ada.move(b, after=None)
    await ada.move(below[1], after=None)
    await ada.do(empty_list_into_inbox, home.id)
    assert await ada.titles() == ["first", "b", "a"]
    assert await ada.titles(None, a.id) == ["y", "x"]
    assert await ada.now(first) == first
    assert await ada.names() == []
    assert await ada.thrown() == [(home.id, 1)]
    assert (await ada.restore(home)).name == "Home"
    assert await ada.titles(home.id) == []


async def test_a_list_that_is_gone_is_not_found(store: Store) -> None:
    ada, bob = await somebody(store), await somebody(store)
    theirs, gone = await bob.add_list(), await ada.add_list()
    await ada.remove(gone)
    for each in (theirs, gone):
        for deed in (
            ada.now(each),
            ada.change(each, name="Mine"),
            ada.change(each, archived=False),
            ada.move(each, after=None),
            ada.remove(each),
            ada.do(empty_list_into_inbox, each.id),
        ):
            await ada.refused(deed, NotFound)
    task = await ada.add()
    await ada.refused(ada.do(remove_thing, task.id, LISTS), NotFound)
    assert await bob.now(theirs) == theirs


async def test_a_list_that_gets_tasks_while_it_is_removed_takes_them_along_or_refuses_them(store: Store) -> None:
    ada = await somebody(store)
    for use_case in (ada.remove, lambda each: ada.do(empty_list_into_inbox, each.id)):
        home = await ada.add_list()
        tasks = [await ada.add(list_id=home.id) for _ in range(3)]
        moving = await ada.add()
        outcomes = await together(
            ada.add(list_id=home.id),
            ada.change(moving, list_id=home.id),
            use_case(home),
            ada.add(list_id=home.id),
            ada.change(tasks[0], title="changed"),
        )
        assert set(outcomes) <= {"done", "Invalid", "NotFound"}
        assert await ada.names() == []
        assert {task.list_id for task in (await ada.everything()).values()} <= {None}


async def test_of_four_removals_at_once_one_happens(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list()
    tasks = [await ada.add(list_id=home.id) for _ in range(5)]
    assert await together(*(ada.remove(home) for _ in range(4))) == {"done": 1, "NotFound": 3}
    assert await ada.thrown() == [(home.id, 1 + len(tasks))]
