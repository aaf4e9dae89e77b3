"""Whatever goes wrong at whatever call through the storage port: after a retry under the same key it was done once.

The places are not listed but found: a run without faults notes its calls, each of them is made to fail in every way in
which it can, and then every later call again, those of the retry included; the latter once for each sequence of calls
after the first failure, because a retry makes the same ones whichever read has failed.
"""

from collections.abc import Callable
from dataclasses import replace
from inspect import getmembers, iscoroutinefunction, signature
from typing import Any, Final, TypeAlias

import pytest

from tests.support.faulty import Fault, Killed, Plan, possible
from tests.usecases.scene import DEEDS, Deed, Picture, Scene, complete_alone
from todo_core import runner
from todo_core.errors import OutcomeUnknown, OwnerBusy, RequestInProgress, Unavailable
from todo_core.model.task import TASKS
from todo_core.model.task_filter import TaskQuery
from todo_core.runner import Outcome
from todo_core.usecases import batch, completing, lists, moving, subtasks, tags, tasks, things, trash, undo

DEPTH: Final = 2
"""How many calls go wrong in one run; each of the three retries inside the runner may meet one of them."""

TRIES: Final = DEPTH + 1
KNOWN_PARTS = {subtasks.remove_all, lists.all_lists, subtasks.relocated, subtasks.level}
"""What several use cases have in common."""

Count: TypeAlias = Callable[[str, int], None]

every_deed = pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)

NOT_DONE = (Unavailable, RequestInProgress)
NO_ANSWER = (OutcomeUnknown, Killed)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "PAUSE", 0)


async def persevere(deed: Deed, scene: Scene, plan: Plan, before: Picture, after: Picture) -> Outcome[Any]:
    """As a client with a key does: asks again until it is told. In between all is done, or nothing."""
    for _ in range(TRIES):
        found = await scene.picture()
        assert found in (before, after), plan.told()
        try:
            outcome = await deed.do(scene.runner(plan), scene)
        except NOT_DONE:
            assert await scene.picture() == found, plan.told()
        except NO_ANSWER:
            continue
        else:
            assert outcome.replayed == (found == after), plan.told()
            return outcome
    raise AssertionError(f"no answer after {TRIES} tries: {plan.told()}")


@pytest.mark.check("G9", "G10", "G12", "K12", "K23", "L3", "L10")
@every_deed
async def test_after_a_retry_it_was_done_once(deed: Deed, count: Count) -> None:
    before = await (await Scene().set()).picture()
    undisturbed = await Scene().set()
    first = await deed.do(undisturbed.runner(), undisturbed)
    after, answer = await undisturbed.picture(), undisturbed.unnamed(first.value)
    assert before != after
    cases, singles, pending, continued = 0, 0, [Plan()], set()
    while pending:
        plan, scene = pending.pop(), await Scene().set()
        outcome = await persevere(deed, scene, plan, before, after)
        assert scene.unnamed(outcome.value) == answer, plan.told()
        assert await scene.picture() == after, plan.told()
        assert await deed.do(scene.runner(), scene) == Outcome(outcome.value, replayed=True), plan.told()
        assert await scene.picture() == after, plan.told()
        if not plan.strikes:
            singles = len(plan.sequels())
            assert singles > 2 * len(plan.calls), "each call can go wrong in about three ways"
        if len(plan.strikes) < DEPTH and plan.rest() not in continued:
            continued.add(plan.rest())
            pending += plan.sequels()
        cases += 1
    assert cases > 6 * singles, "the retries differ in what they find and by how they come about"
    count("writes under a key", cases)


@pytest.mark.check("K4")
@every_deed
async def test_without_a_key_what_is_answered_is_true(deed: Deed, count: Count) -> None:
    before = await (await Scene().set()).picture()
    undisturbed = await Scene().set()
    await deed.do(undisturbed.runner(), undisturbed, deed.keyless(undisturbed))
    after = await undisturbed.picture()
    cases, pending, continued = 0, [Plan()], set()
    while pending:
        plan, scene = pending.pop(), await Scene().set()
        try:
            await deed.do(scene.runner(plan), scene, deed.keyless(scene))
            expected = [after]
        except NOT_DONE:
            expected = [before]
        except NO_ANSWER:
            expected = [before, after]
        assert await scene.picture() in expected, plan.told()
        if len(plan.strikes) < DEPTH and plan.rest() not in continued:
            continued.add(plan.rest())
            pending += plan.sequels()
        cases += 1
    count("writes without a key", cases)


@every_deed
async def test_a_dry_run_leaves_nothing_wherever_it_ends(deed: Deed, count: Count) -> None:
    before = await (await Scene().set()).picture()
    cases, answer, pending = 0, None, [Plan()]
    while pending:
        plan, scene = pending.pop(), await Scene().set()
        options = replace(deed.options(scene), dry_run=True)
        try:
            outcome = await deed.do(scene.runner(plan), scene, options)
            answer = answer or [scene.unnamed(outcome.value)]
            assert [scene.unnamed(outcome.value)] == answer, plan.told()
        except (*NOT_DONE, *NO_ANSWER):
            assert plan.strikes
        assert await scene.picture() == before, plan.told()
        if not plan.strikes:
            pending += plan.sequels()
        cases += 1
    count("dry runs", cases)


@pytest.mark.check("G13")
@every_deed
async def test_who_waits_too_long_under_a_key_is_told_that_the_first_may_be_under_way(deed: Deed) -> None:
    recorded, twin, scene = Plan(), await Scene().set(), await Scene().set()
    await deed.do(twin.runner(recorded), twin)
    before = await scene.picture()
    for place, call in enumerate(recorded.calls):
        if Fault.BUSY not in possible(call):
            continue
        for options, refusal in ((deed.options(scene), RequestInProgress), (deed.keyless(scene), OwnerBusy)):
            with pytest.raises(refusal):
                await deed.do(scene.runner(Plan({place: Fault.BUSY})), scene, options)
            assert await scene.picture() == before


async def test_a_look_that_fails_can_be_taken_again(count: Count) -> None:
    scene = await Scene().set()
    query, expected = TaskQuery(completed=False), None
    pending = [Plan()]
    for plan in pending:
        run = scene.runner(plan)
        try:
            page = await run.read(scene.owner, tasks.find_tasks, scene.clock, query)
            task = await run.read(scene.owner, things.get_thing, scene["open"], TASKS)
            expected = expected or (page, task)
            assert (page, task) == expected
        except (Unavailable, Killed):
            assert plan.strikes
        pending += [] if plan.strikes else plan.sequels()
    count("looks", len(pending))


def test_no_use_case_is_left_out() -> None:
    public = {
        function
        for module in (batch, completing, lists, moving, subtasks, tags, tasks, things, trash, undo)
        for name, function in getmembers(module, iscoroutinefunction)
        if not name.startswith("_") and function.__module__ == module.__name__
    } - KNOWN_PARTS
    writes = {function for function in public if "tx" in signature(function).parameters}
    assert writes == {deed.use_case for deed in DEEDS} - {complete_alone}
    reads = {things.get_thing, things.get_thing_as, things.list_things, tasks.find_tasks, tasks.find_tasks_as}
    reads |= {tasks.count_tasks, tasks.find_done, tasks.upcoming_occurrences, tasks.preview_occurrences}
    assert public - writes == reads | {lists.find_lists, tags.list_tags, trash.list_trash}
