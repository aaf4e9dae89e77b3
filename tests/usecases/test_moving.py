"""Manual order: things go where they are moved, nothing else changes, and clients that move at once agree."""

import random
from dataclasses import replace

import pytest

from tests.usecases.person import Person, seeing, somebody
from todo_adapters.contracts.kit import IDS, NOW, together
from todo_core.errors import Invalid, NotFound, Stale
from todo_core.limits import POSITION_MAX
from todo_core.model.change import Action
from todo_core.model.task import TASKS, Task
from todo_core.model.task_list import LISTS
from todo_core.ports.storage import Store
from todo_core.usecases.moving import Move, move_thing
from todo_core.usecases.things import add_thing

NO_SIBLING = "unknown-reference"


async def four(person: Person, **fields: object) -> list[Task]:
    return [await person.add(title, **fields) for title in "abcd"]


async def test_new_tasks_go_last(store: Store) -> None:
    ada = await somebody(store)
    await four(ada)
    assert await ada.titles() == ["a", "b", "c", "d"]


async def test_a_task_goes_before_or_after_a_sibling_first_or_last(store: Store) -> None:
    ada = await somebody(store)
    a, b, c, d = await four(ada)
    for task, where, expected in (
        (d, {"before": b.id}, "adbc"),
        (a, {"after": b.id}, "dbac"),
        (c, {"after": None}, "cdba"),
        (d, {"before": None}, "cbad"),
        (b, {}, "cadb"),
        (b, {"before": c.id}, "bcad"),
        (c, {"after": d.id}, "badc"),
        (c, {"after": str(b.id)}, "bcad"),
    ):
        moved = await ada.move(task, **where)
        assert "".join(await ada.titles()) == expected
        assert moved == await ada.now(task)


async def test_no_other_task_changes(store: Store) -> None:
    ada = await somebody(store)
    tasks = await four(ada)
    ada.clock.advance(seconds=60)
    moved = await ada.move(tasks[3], before=tasks[1].id)
    now = await ada.everything()
    assert [now[task.id] for task in tasks[:3]] == tasks[:3]
    assert moved == replace(tasks[3], position=moved.position, revision=5, updated_at=ada.clock.now())
    assert [(change.id, change.action) for change in (await ada.feed())[4:]] == [(tasks[3].id, Action.UPDATED)]


async def test_a_move_to_where_a_task_is_already_is_not_a_write(store: Store) -> None:
    ada = await somebody(store)
    a, b, _, d = await four(ada)
    for task, where in (
        (a, {"before": b.id}),
        (a, {"after": None}),
        (b, {"after": a.id}),
        (d, {"before": None}),
        (d, {}),
        (a, {"list_id": None, "after": None}),
    ):
        assert await ada.move(task, **where) == task
    assert len(await ada.feed()) == 4


async def test_a_task_moves_into_another_list_next_to_a_task_there(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list()
    await ada.add("x", list_id=home.id)
    y = await ada.add("y", list_id=home.id)
    a, *_ = await four(ada)
    moved = await ada.move(a, list_id=home.id, before=y.id)
    assert (moved.list_id, await ada.titles(home.id)) == (home.id, ["x", "a", "y"])
    assert await ada.titles() == ["b", "c", "d"]
    await ada.move(a, list_id=None, after=None)
    assert await ada.titles() == ["a", "b", "c", "d"]


async def test_a_task_moves_below_a_parent_next_to_its_subtasks_and_takes_its_own_along(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list()
    parent = await ada.add("parent", list_id=home.id)
    x = await ada.add("x", parent_id=parent.id)
    a = await ada.add("a")
    below = await ada.add("below", parent_id=a.id)
    moved = await ada.move(a, parent_id=parent.id, before=x.id)
    assert (moved.list_id, moved.parent_id) == (home.id, parent.id)
    assert await ada.titles(home.id, parent.id) == ["a", "x"]
    assert (await ada.now(below)).list_id == home.id
    top = await ada.move(a, parent_id=None, before=parent.id)
    assert (top.list_id, top.parent_id, await ada.titles(home.id)) == (home.id, None, ["a", "parent"])


async def test_an_anchor_has_to_be_a_sibling(store: Store) -> None:
    ada, bob = await somebody(store), await somebody(store)
    home = await ada.add_list()
    a, b, _, _ = await four(ada)
    elsewhere, below = await ada.add(list_id=home.id), await ada.add(parent_id=b.id)
    gone, theirs = await ada.add(), await bob.add()
    await ada.remove(gone)
    for side in ("before", "after"):
        for anchor in (a.id, elsewhere.id, below.id, gone.id, theirs.id, home.id, IDS.new()):
            assert await ada.broken(ada.move(a, **{side: anchor})) == [(side, NO_SIBLING)]
        assert await ada.broken(ada.move(a, list_id=home.id, **{side: b.id})) == [(side, NO_SIBLING)]


def test_a_move_is_said_in_one_way() -> None:
    one, other = IDS.new(), IDS.new()
    with pytest.raises(Invalid) as refusal:
        Move.of(TASKS, before=one, after=other)
    assert [(each.field, each.code) for each in refusal.value.violations] == [("after", "conflicting")]
    with pytest.raises(Invalid) as refusal:
        Move.of(TASKS, before="x", list_id="y")
    assert {(each.field, each.code) for each in refusal.value.violations} == {
        ("before", NO_SIBLING),
        ("list_id", NO_SIBLING),
    }
    for fields in ({"title": "no"}, {"position": "a"}):
        with pytest.raises(TypeError):
            Move.of(TASKS, **fields)
    with pytest.raises(TypeError):
        Move.of(LISTS, list_id=one)


async def test_what_is_not_there_cannot_be_moved(store: Store) -> None:
    ada, bob = await somebody(store), await somebody(store)
    theirs = await bob.add()
    gone = await ada.add()
    await ada.remove(gone)
    for task_id in (theirs.id, gone.id, IDS.new()):
        await ada.refused(ada.do(move_thing, task_id, Move.of(TASKS, after=None)), NotFound)


async def test_a_move_expects_the_thing_that_was_seen(store: Store) -> None:
    ada = await somebody(store)
    home, work = await ada.add_list("home"), await ada.add_list("work")
    a, b, _, _ = await four(ada)
    await ada.change(b, title="changed")
    for thing, move in ((b, Move.of(TASKS, list_id=home.id)), (b, Move.of(TASKS, after=None))):
        stale = ada.run.carry_out(ada.owner, seeing(thing), move_thing, thing.id, move)
        assert (await ada.refused(stale, Stale)).revision == 7
    stale = ada.run.carry_out(ada.owner, seeing(work, 99), move_thing, work.id, Move.of(LISTS, before=home.id))
    await ada.refused(stale, Stale)
    await ada.run.carry_out(ada.owner, seeing(a), move_thing, a.id, Move.of(TASKS, after=b.id))
    await ada.run.carry_out(ada.owner, seeing(work), move_thing, work.id, Move.of(LISTS, before=home.id))
    assert await ada.titles() == ["changed", "a", "c", "d"]
    assert await ada.names() == ["work", "home"]


async def test_an_order_stands_whatever_is_moved_how_often(store: Store) -> None:
    ada, chance = await somebody(store), random.Random(5)
    tasks = [await ada.add(f"{number}") for number in range(8)]
    expected = list(tasks)
    for _ in range(120):
        task, anchor = chance.sample(tasks, 2)
        side = chance.choice(["before", "after"])
        await ada.move(task, **{side: anchor.id})
        expected.remove(task)
        expected.insert(expected.index(anchor) + (side == "after"), task)
        assert await ada.titles() == [each.title for each in expected]


async def test_positions_that_would_get_too_long_are_renumbered(store: Store) -> None:
    ada = await somebody(store)
    tasks = await four(ada)
    low, high = "0" + "0" * (POSITION_MAX - 2) + "1", "0" + "0" * (POSITION_MAX - 2) + "2"
    places = {tasks[0].id: low, tasks[1].id: high}
    async with store.begin(ada.owner, NOW, IDS) as unit:
        for task in tasks[:2]:
            unit.of(TASKS).update(replace(task, position=places[task.id]))
        await unit.commit()
    before = await ada.everything()
    moved = await ada.move(tasks[3], before=tasks[1].id)
    assert await ada.titles() == ["a", "d", "b", "c"]
    now = await ada.everything()
    assert all(len(task.position) < 20 for task in now.values())
    for task in now.values():
        assert replace(task, position="", revision=0, updated_at=NOW) == replace(
            before[task.id], position="", revision=0, updated_at=NOW
        )
    written = (await ada.feed())[6:]
    assert {change.id for change in written} == set(now)
    assert {change.action for change in written} == {Action.UPDATED}
    assert moved == now[tasks[3].id]
    await ada.add("e")
    assert await ada.titles() == ["a", "d", "b", "c", "e"]


async def test_tasks_without_a_position_are_in_order_of_creation_until_one_is_moved_between_them(store: Store) -> None:
    """As those are that were stored before there was an order."""
    ada = await somebody(store)
    tasks = await four(ada)
    async with store.begin(ada.owner, NOW, IDS) as unit:
        for task in tasks:
            unit.of(TASKS).update(replace(task, position=""))
        await unit.commit()
    assert await ada.titles() == ["a", "b", "c", "d"]
    await ada.add("e")
    assert await ada.titles() == ["a", "b", "c", "d", "e"]
    await ada.move(tasks[3], before=tasks[1].id)
    assert await ada.titles() == ["a", "d", "b", "c", "e"]
    await ada.move(tasks[2], after=None)
    assert await ada.titles() == ["c", "a", "d", "b", "e"]


@pytest.mark.parametrize("side", ["before", "after"])
async def test_tasks_that_share_a_position_are_told_apart(store: Store, side: str) -> None:
    """As a restored task does with one that was moved to its place meanwhile."""
    ada = await somebody(store)
    a, b, c, d = await four(ada)
    await ada.move(c, before=b.id)
    await ada.remove(await ada.now(c))
    await ada.move(d, before=b.id)
    await ada.restore(c)
    assert await ada.titles() == ["a", "c", "d", "b"]
    assert (await ada.now(c)).position == (await ada.now(d)).position
    last = await ada.add("last")
    await ada.move(last, **{side: d.id if side == "before" else c.id})
    assert await ada.titles() == ["a", "c", "last", "d", "b"]
    await ada.move(a, after=c.id)
    assert await ada.titles() == ["c", "a", "last", "d", "b"]


async def test_two_clients_who_move_at_once_end_in_one_order_that_both_see(store: Store) -> None:
    ada = await somebody(store)
    for _ in range(4):
        a, b, c, d = await four(ada)
        moves = [ada.move(a, after=c.id), ada.move(b, after=c.id), ada.move(d, before=c.id), ada.move(c, before=b.id)]
        assert await together(*moves) == {"done": 4}
        mine, theirs = await ada.titles(), await Person(store, ada.owner).titles()
        assert mine == theirs
        assert sorted(mine) == ["a", "b", "c", "d"]
        positions = [task.position for task in (await ada.everything()).values()]
        assert len(set(positions)) == len(positions)
        for task in (a, b, c, d):
            await ada.remove(task)


async def test_tasks_that_are_added_and_moved_at_once_get_different_places(store: Store) -> None:
    ada = await somebody(store)
    a, b, _, _ = await four(ada)
    adds = [ada.do(add_thing, TASKS.draft(title=f"{number}")) for number in range(6)]
    moves = [ada.move(b, before=a.id), ada.move(b, before=None), ada.move(a), ada.move(b)]
    assert await together(*adds, *moves) == {"done": 10}
    positions = [task.position for task in (await ada.everything()).values()]
    assert len(set(positions)) == 10


async def test_lists_are_moved_like_tasks(store: Store) -> None:
    ada, bob = await somebody(store), await somebody(store)
    a, b, c = [await ada.add_list(name) for name in "abc"]
    theirs = await bob.add_list("x")
    for each, where, expected in (
        (c, {"before": b.id}, "acb"),
        (a, {"after": b.id}, "cba"),
        (b, {"after": None}, "bca"),
        (b, {}, "cab"),
        (c, {"before": None}, "abc"),
    ):
        assert (await ada.move(each, **where)) == await ada.now(each)
        assert "".join(await ada.names()) == expected
    assert await ada.move(a, after=None) == await ada.now(a)
    for anchor in (a.id, theirs.id, IDS.new()):
        assert await ada.broken(ada.move(a, before=anchor)) == [("before", NO_SIBLING)]
    assert await bob.names() == ["x"]
