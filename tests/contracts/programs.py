"""Random programs of two owners, as values: what they do, step by step, and what came of it on some store."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Protocol, TypeAlias

from hypothesis import strategies as st

from tests.contracts.kit import all_tasks, feed
from tests.support.fakes import CountingIds, FixedClock
from todo_adapters.memory.security import ListEventLog
from todo_core.errors import Invalid, Stale, StepFailed, TodoError
from todo_core.ids import TaskId, UserId
from todo_core.model.change import Change as Entry
from todo_core.model.kinds import Draft, Patch
from todo_core.model.task import TASKS, Priority, Task
from todo_core.model.task_filter import DueOption, TaskQuery, search_words
from todo_core.model.task_sort import SortField, TaskPosition, TaskSort
from todo_core.model.write_options import Expected, Key, Revisions, WriteOptions
from todo_core.ports.storage import Store
from todo_core.runner import Outcome, Runner
from todo_core.usecases.batch import AddStep, ChangeStep, RemoveStep, Step, Target, apply_batch
from todo_core.usecases.tasks import complete_task, find_tasks, reopen_task
from todo_core.usecases.things import add_thing, change_thing, remove_thing

Trace: TypeAlias = list[Any]

NAMES = ("first", "second")


@dataclass(frozen=True, slots=True)
class Terms:
    """How a write is meant: under the key of this number, over what was seen so many of the owner's changes ago."""

    key: int | None = None
    seen: int | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Do:
    """A write by its name, to the task of this number in the order of their making, round and round."""

    what: str
    which: int
    patch: Patch[Task]
    terms: Terms


@dataclass(frozen=True, slots=True)
class Together:
    """A batch: for each step its kind, a task's number or the name of an earlier step, and what it shall become."""

    steps: Sequence[tuple[str, int | str, Patch[Task], int | None]]
    terms: Terms


@dataclass(frozen=True, slots=True)
class Again:
    """The write that was asked for so many writes ago, asked for once more by somebody who has lost the answer.

    By mistake it may be about another task, in the same words and under the same key.
    """

    ago: int
    about: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """All pages of what a query finds."""

    query: TaskQuery
    sort: TaskSort
    limit: int


Program: TypeAlias = Sequence[Do | Together | Again | Look]

titles = st.sampled_from(["Buy milk", "Buy bread", "Äpfel", "apfel", "100%", "_"])
patches = st.builds(
    TASKS.patch,
    title=titles,
    description=st.sampled_from([None, "", "Milk and 50% off"]),
    priority=st.sampled_from([None, *Priority]),
    due_date=st.sampled_from([None, "2026-11-20", "2026-11-20T15:00", "2026-11-20T15:00:00+01:00[Europe/Berlin]"]),
    completed=st.booleans(),
) | st.builds(lambda title: TASKS.patch(title=title), titles)
numbers = st.integers(0, 5)
seen = st.none() | st.integers(0, 3)
terms = st.builds(
    Terms, key=st.none() | st.integers(0, 7), seen=seen, dry_run=st.sampled_from([False, False, False, True])
)
writes = st.sampled_from(["add", "add", "change", "change", "complete", "reopen", "remove"])
things = st.sampled_from([*range(6), *NAMES])
steps = st.tuples(st.sampled_from(["add", "change", "change", "remove"]), things, patches, seen)
batches = st.lists(steps, max_size=5) | st.builds(
    lambda patch, others: [("add", NAMES[0], patch, None), *others], patches, st.lists(steps, max_size=4)
)
queries = (
    st.just(TaskQuery())
    | st.builds(TaskQuery, completed=st.booleans())
    | st.builds(
        TaskQuery,
        completed=st.none() | st.booleans(),
        priorities=st.frozensets(st.sampled_from([None, *Priority]), max_size=2),
        due=st.sampled_from([None, None, None, *DueOption]),
        words=st.sampled_from(["", "buy", "apfel", "50%"]).map(search_words),
    )
)
looks = st.builds(
    Look, queries, st.builds(TaskSort, st.sampled_from(SortField), st.booleans()), st.sampled_from([1, 2, 4])
)
acts = (
    st.builds(Do, writes, numbers, patches, terms)
    | st.builds(Together, batches, terms)
    | st.builds(Again, numbers, st.none() | numbers)
    | looks
)
programs = st.builds(
    lambda patch, others: [Do("add", 0, patch, Terms()), *others], patches, st.lists(acts, min_size=10, max_size=30)
)

COMMANDS: dict[str, Callable[..., Any]] = {
    "change": change_thing,
    "complete": complete_task,
    "reopen": reopen_task,
    "remove": remove_thing,
}


class Door(Protocol):
    """What of a Runner a program goes through."""

    async def carry_out(
        self, owner: UserId, options: WriteOptions, use_case: Callable[..., Awaitable[Any]], /, *args: Any
    ) -> Outcome[Any]: ...

    async def read(self, owner: UserId, query: Callable[..., Awaitable[Any]], /, *args: Any) -> Any: ...


def core(store: Store, clock: FixedClock, ids: CountingIds) -> Door:
    """Straight to the core."""
    return Runner(store, clock, ids, ListEventLog())


@dataclass(frozen=True, slots=True)
class Asked:
    """A write as it is asked for."""

    terms: Terms
    use_case: Callable[..., Awaitable[Any]]
    arguments: tuple[Any, ...]
    expected: Expected | None = None

    @property
    def options(self) -> WriteOptions:
        """With a digest of all that is asked for, so that only what is asked for again is a repetition."""
        fingerprint = sha256(repr((self.use_case.__name__, self.arguments, self.expected)).encode()).digest()
        key = None if self.terms.key is None else Key(f"key-{self.terms.key}", fingerprint)
        return WriteOptions(key=key, expected=self.expected, dry_run=self.terms.dry_run)

    def about(self, task_id: TaskId) -> "Asked":
        """The same about another task, if it is about one."""
        if self.use_case in {add_thing, apply_batch}:
            return self
        expected = self.expected and replace(self.expected, id=task_id)
        return replace(self, arguments=(task_id, *self.arguments[1:]), expected=expected)


@dataclass(slots=True)
class Performance:
    """One owner's program on one store, with ids and a clock of its own, so that it comes out alike everywhere."""

    store: Store
    owner: UserId
    opening: Callable[[Store, FixedClock, CountingIds], Door] = core
    ids: CountingIds = field(default_factory=CountingIds)
    clock: FixedClock = field(default_factory=FixedClock)
    trace: Trace = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    states: dict[int, list[Task]] = field(default_factory=dict)

    async def play(self, program: Program) -> "Performance":
        """Notes what comes of every step, and what there is at every revision that is seen between steps."""
        door = self.opening(self.store, self.clock, self.ids)
        for act in program:
            self.clock.advance(seconds=1)
            if isinstance(act, Look):
                await self._look(door, act)
            elif asked := await self._worded(act):
                await self._write(door, asked)
            revision = await self.store.view(self.owner).revision()
            self.states[revision] = await all_tasks(self.store, self.owner)
            await asyncio.sleep(0)
        return self

    async def _worded(self, act: Do | Together | Again) -> Asked | None:
        made = [change.id for change in await feed(self.store, self.owner) if change.action == "created"]
        numbered = [TaskId(thing) for thing in made] or [TaskId(self.ids.new())]
        if isinstance(act, Again):
            asked = self.asked[-1 - act.ago % len(self.asked)] if self.asked else None
            return asked if asked is None or act.about is None else asked.about(numbered[act.about % len(numbered)])
        self.asked.append(_asked(act, numbered, await self.store.view(self.owner).revision()))
        return self.asked[-1]

    async def _write(self, door: Door, asked: Asked) -> None:
        try:
            self.trace.append(await door.carry_out(self.owner, asked.options, asked.use_case, *asked.arguments))
        except TodoError as refusal:
            self.trace.append(_said(refusal))

    async def _look(self, door: Door, act: Look) -> None:
        position: TaskPosition | None = None
        while True:
            page = await door.read(self.owner, find_tasks, self.clock, act.query, act.sort, position, act.limit)
            self.trace.append(page)
            if page.next is None:
                return
            position = page.next


def _asked(act: Do | Together, numbered: Sequence[TaskId], revision: int) -> Asked:
    if isinstance(act, Together):
        return Asked(act.terms, apply_batch, ([_step(step, numbered, revision) for step in act.steps],))
    if act.what == "add":
        return Asked(act.terms, add_thing, (_draft(act.patch),))
    task_id, seen = numbered[act.which % len(numbered)], act.terms.seen
    expected = None if seen is None else Expected(task_id, _revisions(seen, revision))
    rest: dict[str, list[Any]] = {"change": [act.patch], "remove": [TASKS]}
    arguments = (task_id, *(rest.get(act.what) or ()))
    return Asked(act.terms, COMMANDS[act.what], arguments, expected)


def _revisions(ago: int | None, revision: int) -> Revisions:
    """Never 0, which no answer names: it is what a task has before it is stored."""
    return None if ago is None or ago == 3 else frozenset({revision - ago or -1})


def _draft(patch: Patch[Task]) -> Draft[Task]:
    return Draft(TASKS, {"title": "Untitled", **patch.values})


def _step(step: tuple[str, int | str, Patch[Task], int | None], numbered: Sequence[TaskId], revision: int) -> Step:
    kind, which, patch, ago = step
    if kind == "add":
        return AddStep(_draft(patch), which if isinstance(which, str) else None)
    target: Target = which if isinstance(which, str) else numbered[which % len(numbered)]
    revisions = _revisions(ago, revision)
    return ChangeStep(target, patch, revisions) if kind == "change" else RemoveStep(TASKS, target, revisions)


def _said(refusal: TodoError) -> tuple[Any, ...]:
    """A refusal as a value."""
    if isinstance(refusal, StepFailed):
        return ("step", refusal.index, *_said(refusal.error))
    if isinstance(refusal, Invalid):
        return (refusal.code, [(violation.field, violation.code) for violation in refusal.violations])
    return (refusal.code, refusal.detail, refusal.revision if isinstance(refusal, Stale) else None)


def replayed(entries: Sequence[Entry]) -> list[Task]:
    """What an empty model becomes when it takes in these entries of a feed."""
    model: dict[Any, Task] = {}
    for entry in entries:
        if entry.value is None:
            del model[entry.id]
        else:
            model[entry.id] = entry.value
    return sorted(model.values(), key=lambda task: task.id)
