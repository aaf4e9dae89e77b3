"""Whatever goes wrong at whatever call through the storage port: after a retry under the same key it was done once.

The places are not listed but found: a run without faults notes its calls, each of them is made to fail in every way in
which it can, and after each of these failures every later call again, those of the retry included.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from inspect import getmembers, iscoroutinefunction, signature
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

import pytest

from tests.contracts.kit import all_tasks, feed
from tests.support.fakes import CountingIds, FixedClock
from tests.support.faulty import Fault, Killed, Plan, Watched, possible
from todo_adapters.memory.security import ListEventLog
from todo_adapters.memory.store import MemoryStore
from todo_core import runner
from todo_core.errors import OutcomeUnknown, OwnerBusy, RequestInProgress, Unavailable
from todo_core.ids import TaskId, UserId
from todo_core.model import change
from todo_core.model.task import TASKS, Task
from todo_core.model.task_filter import TaskQuery
from todo_core.model.task_sort import TaskSort
from todo_core.model.user import User
from todo_core.model.write_options import Expected, Key, WriteOptions
from todo_core.ports.storage import Store, UnitOfWork
from todo_core.runner import Outcome, Runner
from todo_core.usecases import batch, tasks, things
from todo_core.usecases.batch import AddStep, ChangeStep, RemoveStep, apply_batch
from todo_core.usecases.cleanup import BEGINNING

DEPTH: Final = 2
"""How many calls go wrong in one run; each of the three retries inside the runner may meet one of them."""

TRIES: Final = DEPTH + 1
MILK = TASKS.draft(title="Buy milk")
BREAD = TASKS.patch(title="Buy bread")
KEY = Key("a key", bytes(32))
NEW = TaskId(UUID(int=0))

Count: TypeAlias = Callable[[str, int], None]
Picture: TypeAlias = tuple[Any, ...]


@dataclass(slots=True)
class Scene:
    """Somebody with two tasks, in a storage of their own; the same every time."""

    store: MemoryStore = field(default_factory=MemoryStore)
    ids: CountingIds = field(default_factory=CountingIds)
    clock: FixedClock = field(default_factory=FixedClock)
    owner: UserId = field(init=False)
    open: TaskId = field(init=False)
    done: TaskId = field(init=False)

    async def set(self) -> "Scene":
        self.owner = UserId(self.ids.new())
        ada = User(id=self.owner, email="ada@example.org", name="Ada", created_at=self.clock.now())
        async with self.store.begin_accounts() as unit:
            await unit.users.add(ada, "a hash")
            await unit.commit()
        run = self.runner()
        self.open = (await run.write(self.owner, things.add_thing, TASKS.draft(title="open"))).id
        self.done = (await run.write(self.owner, things.add_thing, TASKS.draft(title="done", completed=True))).id
        return self

    def runner(self, plan: Plan | None = None) -> Runner:
        """The transaction boundary of a process that has just started."""
        store = self.store if plan is None else cast("Store", Watched(self.store, plan, "store"))
        return Runner(store, self.clock, self.ids, ListEventLog())

    async def picture(self) -> Picture:
        """Everything that is stored for the owner, whatever the ids of new tasks are."""
        entries = await feed(self.store, self.owner)
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        return (
            [self.unnamed(task) for task in await all_tasks(self.store, self.owner)],
            [self.unnamed(entry) for entry in entries],
            await self.store.view(self.owner).revision(),
            await self.store.view(self.owner).receipts.get(KEY.text, BEGINNING),
        )

    def unnamed(self, value: Any) -> Any:
        """The value with one and the same id for all tasks that are new."""
        if isinstance(value, tuple):
            return tuple(self.unnamed(part) for part in value)
        if isinstance(value, change.Change):
            return replace(value, id=self._name(value.id), value=self.unnamed(value.value))
        return replace(value, id=self._name(value.id)) if isinstance(value, Task) else value

    def _name(self, thing: UUID) -> TaskId:
        return TaskId(thing) if thing in {self.open, self.done} else NEW


@dataclass(frozen=True, slots=True)
class Deed:
    """A write, and how it is meant."""

    name: str
    use_case: Callable[..., Awaitable[Any]]
    arguments: Callable[[Scene], tuple[Any, ...]]
    options: Callable[[Scene], WriteOptions] = lambda _: WriteOptions(key=KEY)

    def keyless(self, scene: Scene) -> WriteOptions:
        return replace(self.options(scene), key=None)

    def do(self, run: Runner, scene: Scene, options: WriteOptions | None = None) -> Awaitable[Outcome[Any]]:
        wanted = self.options(scene) if options is None else options
        return run.carry_out(scene.owner, wanted, self.use_case, *self.arguments(scene))


async def move_to_the_end(tx: UnitOfWork, task_id: TaskId) -> Task:
    """A rule across rows, as the lists of tomorrow will have them: locks, looks at all, writes twice."""
    await tx.lock()
    page = await tx.tasks.page(TaskQuery().at(tx.now, tx.now.tzinfo), TaskSort(), None, 10, TASKS.of_plain)  # type: ignore[arg-type]
    task = await things.change_thing(tx, task_id, TASKS.patch(title=f"after {len(page.items)}"))
    tx.of(TASKS).update(replace(task, description="the last one"))
    return await tx.of(TASKS).get(task_id)


def steps(scene: Scene) -> tuple[list[batch.Step]]:
    seen = frozenset({1})
    return (
        [
            AddStep(MILK, "milk"),
            ChangeStep("milk", BREAD),
            ChangeStep(scene.open, BREAD, seen),
            RemoveStep(TASKS, scene.done),
            AddStep(MILK),
        ],
    )


def seen_as(*revisions: int) -> Callable[[Scene], WriteOptions]:
    expected = frozenset(revisions) or None
    return lambda scene: WriteOptions(key=KEY, expected=Expected(scene.open, expected))


DEEDS = [
    Deed("add", things.add_thing, lambda _: (MILK,)),
    Deed("change", things.change_thing, lambda scene: (scene.open, BREAD)),
    Deed("change_what_was_seen", things.change_thing, lambda scene: (scene.open, BREAD), seen_as(1)),
    Deed("change_what_is_there", things.change_thing, lambda scene: (scene.open, BREAD), seen_as()),
    Deed("change_nothing", things.change_thing, lambda scene: (scene.open, TASKS.patch())),
    Deed("complete", tasks.complete_task, lambda scene: (scene.open,)),
    Deed("complete_what_is_done", tasks.complete_task, lambda scene: (scene.done,)),
    Deed("reopen", tasks.reopen_task, lambda scene: (scene.done,)),
    Deed("remove", things.remove_thing, lambda scene: (scene.open, TASKS)),
    Deed("remove_what_was_seen", things.remove_thing, lambda scene: (scene.open, TASKS), seen_as(1)),
    Deed("batch", apply_batch, steps),
    Deed("empty_batch", apply_batch, lambda _: ([],)),
    Deed("rule_across_rows", move_to_the_end, lambda scene: (scene.open,)),
]
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
    cases, singles, pending = 0, 0, [Plan()]
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
        if len(plan.strikes) < DEPTH:
            pending += plan.sequels()
        cases += 1
    assert cases > singles * singles / 4, "after each fault about as much as before can go wrong once more"
    count("writes under a key", cases)


@pytest.mark.check("K4")
@every_deed
async def test_without_a_key_what_is_answered_is_true(deed: Deed, count: Count) -> None:
    before = await (await Scene().set()).picture()
    undisturbed = await Scene().set()
    await deed.do(undisturbed.runner(), undisturbed, deed.keyless(undisturbed))
    after = await undisturbed.picture()
    cases, pending = 0, [Plan()]
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
        if len(plan.strikes) < DEPTH:
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
            page = await run.read(scene.owner, tasks.find_tasks, scene.clock, query, TaskSort(), None, 10)
            task = await run.read(scene.owner, things.get_thing, scene.open, TASKS)
            expected = expected or (page, task)
            assert (page, task) == expected
        except (Unavailable, Killed):
            assert plan.strikes
        pending += [] if plan.strikes else plan.sequels()
    count("looks", len(pending))


def test_no_use_case_is_left_out() -> None:
    public = {
        function
        for module in (tasks, things, batch)
        for name, function in getmembers(module, iscoroutinefunction)
        if not name.startswith("_") and function.__module__ == module.__name__
    }
    writes = {function for function in public if "tx" in signature(function).parameters}
    assert writes == {deed.use_case for deed in DEEDS} - {move_to_the_end}
    reads = {things.get_thing, things.get_thing_as, things.list_things, tasks.find_tasks, tasks.find_tasks_as}
    assert public - writes == reads
