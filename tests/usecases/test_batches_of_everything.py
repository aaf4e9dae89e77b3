"""Batches of lists, trees, moves and completions, with references wherever an id may stand."""

from typing import Any

import pytest

from tests.usecases.person import Person, somebody
from todo_adapters.contracts.kit import IDS, together
from todo_core.errors import Conflict, Invalid, NotFound, Stale, StepFailed
from todo_core.model.kinds import Draft
from todo_core.model.rules import Reference
from todo_core.model.task import TASKS, Task
from todo_core.model.task_list import LISTS
from todo_core.model.write_options import Key, WriteOptions
from todo_core.ports.storage import Store
from todo_core.usecases.batch import AddStep, ChangeStep, CompleteStep, MoveStep, RemoveStep, Step, apply_batch
from todo_core.usecases.moving import Move

LIST, ONE, TWO, NOBODY = Reference("list"), Reference("one"), Reference("two"), Reference("nobody")
UNKNOWN = "unknown-reference"


def a_task(title: str, **fields: Any) -> Draft[Task]:
    return TASKS.draft(title=title, **fields)


async def apply(person: Person, *steps: Step) -> tuple[Any, ...]:
    done: tuple[Any, ...] = await person.do(apply_batch, steps)
    return done


async def failure(person: Person, *steps: Step) -> tuple[int, Exception]:
    """The place and the error of the step that fails; nothing of the batch remains."""
    failed: StepFailed = await person.refused(apply(person, *steps), StepFailed)
    return failed.index, failed.error


async def test_a_project_is_made_in_one_request(store: Store) -> None:
    ada = await somebody(store)
    home, top, middle, leaf, first, moved, done = await apply(
        ada,
        AddStep(LISTS.draft(name="Trip", color="#00ff00"), "list"),
        AddStep(a_task("top", list_id=LIST, tags=["x"]), "one"),
        AddStep(a_task("middle", parent_id=ONE), "two"),
        AddStep(a_task("leaf", parent_id=TWO, list_id=LIST), "three"),
        AddStep(a_task("first", list_id=LIST), "first"),
        MoveStep(Reference("first"), Move.of(TASKS, before=ONE)),
        CompleteStep(TWO),
    )
    assert [task.list_id for task in (top, middle, leaf, first)] == [home.id] * 4
    assert (middle.parent_id, leaf.parent_id) == (top.id, middle.id)
    assert (moved, done) == (first, middle)
    assert [task.completed for task in (top, middle, leaf)] == [False, True, True]
    assert await ada.titles(home.id) == ["first", "top"]
    assert {task.id: task for task in (top, middle, leaf, first)} == await ada.everything()
    assert [change.seq for change in await ada.feed()] == list(range(1, 9))


async def test_references_stand_wherever_an_id_may(store: Store) -> None:
    ada = await somebody(store)
    old, other = await ada.add("old"), await ada.add("other")
    home = await ada.add_list("Home")
    trip, *_ = await apply(
        ada,
        AddStep(LISTS.draft(name="Trip"), "list"),
        AddStep(a_task("one", list_id=LIST), "one"),
        ChangeStep(old.id, TASKS.patch(list_id=LIST)),
        MoveStep(old.id, Move.of(TASKS, after=None)),
        AddStep(a_task("two"), "two"),
        ChangeStep(TWO, TASKS.patch(parent_id=ONE)),
        MoveStep(other.id, Move.of(TASKS, list_id=LIST, parent_id=ONE, before=TWO)),
        MoveStep(LIST, Move.of(LISTS, before=home.id)),
        ChangeStep(LIST, LISTS.patch(name="Journey")),
    )
    assert await ada.names() == ["Journey", "Home"]
    assert await ada.titles(trip.id) == ["old", "one"]
    one = next(task for task in (await ada.everything()).values() if task.title == "one")
    assert await ada.titles(trip.id, one.id) == ["other", "two"]


async def test_a_step_sees_what_the_cascades_before_it_have_done(store: Store) -> None:
    ada = await somebody(store)
    home, work = await ada.add_list("Home"), await ada.add_list("Work")
    top = await ada.add("top", list_id=home.id)
    below = await ada.add("below", parent_id=top.id)
    leaf = await ada.add("leaf", parent_id=below.id)
    *_, last = await apply(
        ada,
        CompleteStep(below.id),
        ChangeStep(below.id, TASKS.patch(list_id=work.id)),
        RemoveStep(LISTS, home.id),
        CompleteStep(leaf.id, completed=False),
    )
    now = await ada.everything()
    assert {key: (task.list_id, task.completed) for key, task in now.items()} == {
        below.id: (work.id, True),
        leaf.id: (work.id, False),
    }
    assert last == now[leaf.id]
    assert await ada.thrown() == [(home.id, 2)]
    assert (await failure(ada, RemoveStep(TASKS, below.id), CompleteStep(leaf.id)))[0] == 1


async def test_what_a_batch_has_made_it_can_remove_with_everything_below(store: Store) -> None:
    ada = await somebody(store)
    results = await apply(
        ada,
        AddStep(LISTS.draft(name="Trip"), "list"),
        AddStep(a_task("one", list_id=LIST), "one"),
        AddStep(a_task("two", parent_id=ONE)),
        RemoveStep(LISTS, LIST),
    )
    assert results == (None,) * 4
    assert await ada.everything() == {}
    [(_, things)] = await ada.thrown()
    assert things == 3


@pytest.mark.parametrize(
    ("step", "field"),
    [
        (AddStep(a_task("x", list_id=NOBODY)), "list_id"),
        (AddStep(a_task("x", parent_id=NOBODY)), "parent_id"),
        (ChangeStep(ONE, TASKS.patch(list_id=NOBODY)), "list_id"),
        (MoveStep(ONE, Move.of(TASKS, parent_id=NOBODY)), "parent_id"),
        (ChangeStep(ONE, TASKS.patch(parent_id=LIST)), "parent_id"),
        (ChangeStep(ONE, TASKS.patch(list_id=TWO)), "list_id"),
        (MoveStep(ONE, Move.of(TASKS, before=NOBODY)), "before"),
        (MoveStep(ONE, Move.of(TASKS, after=LIST)), "after"),
    ],
)
async def test_a_name_that_no_earlier_step_has_given_is_an_unknown_reference(
    store: Store, step: Step, field: str
) -> None:
    ada = await somebody(store)
    made = (AddStep(LISTS.draft(name="x"), "list"), AddStep(a_task("one"), "one"), AddStep(a_task("two"), "two"))
    place, error = await failure(ada, *made, step, AddStep(a_task("later"), "nobody"))
    assert place == 3
    assert isinstance(error, Invalid)
    assert [(each.field, each.code) for each in error.violations] == [(field, UNKNOWN)]


async def test_a_target_that_is_not_there_is_pointed_at(store: Store) -> None:
    ada, bob = await somebody(store), await somebody(store)
    theirs, their_list = await bob.add(), await bob.add_list()
    for step in (
        CompleteStep(theirs.id),
        CompleteStep(theirs.id, completed=False),
        MoveStep(theirs.id, Move.of(TASKS, after=None)),
        MoveStep(their_list.id, Move.of(LISTS)),
        ChangeStep(their_list.id, LISTS.patch(name="Mine")),
        RemoveStep(LISTS, their_list.id),
        RemoveStep(LISTS, theirs.id),
        RemoveStep(LISTS, ONE),
        CompleteStep(NOBODY),
        RemoveStep(TASKS, IDS.new()),
    ):
        place, error = await failure(ada, AddStep(a_task("one"), "one"), step)
        assert (place, type(error)) == (1, NotFound), step
    assert await bob.now(theirs) == theirs
    assert await bob.names() == ["Home"]


async def test_every_step_may_say_what_it_expects(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list()
    top = await ada.add("top", list_id=home.id)
    below = await ada.add("below", parent_id=top.id)
    unseen = frozenset({99})
    for step in (
        CompleteStep(top.id, revisions=unseen),
        CompleteStep(top.id, subtasks=False, revisions=unseen),
        MoveStep(top.id, Move.of(TASKS, after=None), unseen),
        MoveStep(home.id, Move.of(LISTS, after=None), unseen),
        ChangeStep(home.id, LISTS.patch(name="x"), unseen),
        RemoveStep(LISTS, home.id, unseen),
        RemoveStep(TASKS, below.id, unseen),
    ):
        place, error = await failure(ada, AddStep(a_task("x")), step)
        assert (place, type(error)) == (1, Stale), step
    await apply(
        ada, CompleteStep(top.id, revisions=frozenset({2})), RemoveStep(LISTS, home.id, frozenset({home.revision}))
    )
    assert await ada.thrown() == [(home.id, 3)]


async def test_an_id_is_chosen_once_within_a_batch_too(store: Store) -> None:
    ada = await somebody(store)
    chosen = IDS.new()
    for second in (a_task("again", id=chosen), LISTS.draft(name="again", id=chosen)):
        place, error = await failure(ada, AddStep(a_task("x", id=chosen)), AddStep(second))
        assert (place, type(error)) == (1, Conflict)
    removed = (AddStep(a_task("x", id=chosen)), RemoveStep(TASKS, chosen), AddStep(a_task("x", id=chosen)))
    place, error = await failure(ada, *removed)
    assert (place, type(error)) == (2, Conflict)
    by_id = await apply(ada, AddStep(a_task("x", id=chosen)), ChangeStep(chosen, TASKS.patch(title="by its id")))
    assert by_id[0] == by_id[1] == await ada.now(by_id[0])


async def test_a_batch_of_a_thousand_operations_on_trees_happens_once(store: Store) -> None:
    ada = await somebody(store)
    tops = [AddStep(a_task(f"top {number}", list_id=LIST, tags=["x"]), f"top {number}") for number in range(200)]
    subtasks = [AddStep(a_task("below", parent_id=Reference(f"top {number}"))) for number in range(200)]
    changes = [ChangeStep(Reference(f"top {number}"), TASKS.patch(priority="high")) for number in range(200)]
    ends: list[Step] = [CompleteStep(Reference(f"top {number}")) for number in range(200)]
    ends += [RemoveStep(TASKS, Reference(f"top {number}")) for number in range(100, 200)]
    steps = [AddStep(LISTS.draft(name="Trip"), "list"), *tops, *subtasks, *changes, *ends]
    once = WriteOptions(key=Key("a key", bytes(32)))
    outcome = await ada.run.carry_out(ada.owner, once, apply_batch, steps)
    again = await ada.run.carry_out(ada.owner, once, apply_batch, steps)
    assert (again.replayed, again.value) == (True, outcome.value)
    now = await ada.everything()
    assert len(now) == 200
    assert all(task.completed for task in now.values())
    assert len(await ada.thrown()) == 100
    assert await store.view(ada.owner).revision() == 1 + 200 + 200 + 200 + 400 + 200


async def test_batches_on_one_tree_at_once_come_one_after_the_other(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list()
    top = await ada.add("top", list_id=home.id)

    def grow(number: int) -> list[Step]:
        name = Reference(f"{number}")
        return [
            AddStep(a_task(f"{number}", parent_id=top.id), f"{number}"),
            MoveStep(name, Move.of(TASKS, after=None)),
            AddStep(a_task(f"{number} below", parent_id=name)),
            CompleteStep(name),
        ]

    assert await together(*(apply(ada, *grow(number)) for number in range(6))) == {"done": 6}
    now = await ada.everything()
    assert len(now) == 13
    assert {task.list_id for task in now.values()} == {home.id}
    assert len(await ada.titles(home.id, top.id)) == 6
