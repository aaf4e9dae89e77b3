"""Random programs of two owners, as values: what they do, step by step, and what came of it on some store."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hypothesis import strategies as st

from tests.contracts.kit import all_tasks, feed
from tests.support.fakes import CountingIds, FixedClock
from todo_adapters.memory.security import ListJournal
from todo_core.errors import Stale, StepFailed, TodoError
from todo_core.ids import TaskId, UserId
from todo_core.model.change import Change as Entry
from todo_core.model.intent import Expected, Intent, Key
from todo_core.model.task import Priority, Task, TaskDraft, TaskPatch
from todo_core.model.task_filter import SortField, TaskPosition, TaskQuery, TaskSort, search_words
from todo_core.ports.storage import Store
from todo_core.runner import Outcome, Runner
from todo_core.usecases.batch import Add, Change, Remove, Step, Target, apply_batch
from todo_core.usecases.tasks import add_task, change_task, complete_task, find_tasks, remove_task, reopen_task

Trace: TypeAlias = list[Any]

NAMES = ("first", "second")


@dataclass(frozen=True, slots=True)
class Terms:
    """How a write is meant: under the key of this number, over what was seen so many of the owner's changes ago."""

    key: int | None = None
    fingerprint: int = 0
    seen: int | None = None
    rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class Do:
    """A write by its name, to the task of this number in the order of their making, round and round."""

    what: str
    which: int
    patch: TaskPatch
    terms: Terms


@dataclass(frozen=True, slots=True)
class Together:
    """A batch: for each step its kind, a task's number or the name of an earlier step, and what it shall become."""

    steps: Sequence[tuple[str, int | str, TaskPatch, int | None]]
    terms: Terms


@dataclass(frozen=True, slots=True)
class Look:
    """All pages of what a query finds."""

    query: TaskQuery
    sort: TaskSort
    limit: int


Program: TypeAlias = Sequence[Do | Together | Look]

titles = st.sampled_from(["Buy milk", "Buy bread", "Äpfel", "apfel", "100%", "_"])
patches = st.builds(
    TaskPatch.of,
    title=titles,
    description=st.sampled_from([None, "", "Milk and 50% off"]),
    priority=st.sampled_from([None, *Priority]),
    due_date=st.sampled_from([None, "2026-11-20", "2026-11-20T15:00", "2026-11-20T15:00:00+01:00[Europe/Berlin]"]),
    completed=st.booleans(),
) | st.builds(lambda title: TaskPatch.of(title=title), titles)
numbers = st.integers(0, 5)
seen = st.none() | st.integers(0, 3)
terms = st.builds(
    Terms, key=st.none() | st.integers(0, 3), fingerprint=st.sampled_from([0, 0, 0, 1]), seen=seen,
    rehearsal=st.sampled_from([False, False, False, True]),
)  # fmt: skip
writes = st.sampled_from(["add", "add", "change", "change", "complete", "reopen", "remove"])
steps = st.tuples(
    st.sampled_from(["add", "change", "change", "remove"]), numbers | st.sampled_from(NAMES), patches, seen
)
queries = st.builds(
    TaskQuery,
    completed=st.none() | st.booleans(),
    priorities=st.frozensets(st.sampled_from([None, *Priority]), max_size=2),
    words=st.sampled_from(["", "buy", "apfel", "50%"]).map(search_words),
)
looks = st.builds(Look, queries, st.builds(TaskSort, st.sampled_from(SortField), st.booleans()), st.integers(1, 4))
programs = st.lists(
    st.builds(Do, writes, numbers, patches, terms)
    | st.builds(Together, st.lists(steps, max_size=5), terms)
    | looks,
    min_size=10,
    max_size=30,
)  # fmt: skip

COMMANDS: dict[str, Callable[..., Any]] = {
    "change": change_task,
    "complete": complete_task,
    "reopen": reopen_task,
    "remove": remove_task,
}


@dataclass(slots=True)
class Performance:
    """One owner's program on one store, with ids and a clock of its own, so that it comes out alike everywhere."""

    store: Store
    owner: UserId
    ids: CountingIds = field(default_factory=CountingIds)
    clock: FixedClock = field(default_factory=FixedClock)
    trace: Trace = field(default_factory=list)
    states: dict[int, list[Task]] = field(default_factory=dict)

    async def play(self, program: Program) -> "Performance":
        """Notes what comes of every step, and what there is at every revision that is seen between steps."""
        run = Runner(self.store, self.clock, self.ids, ListJournal())
        for act in program:
            self.clock.advance(seconds=1)
            if isinstance(act, Look):
                await self._look(run, act)
            else:
                await self._write(run, act)
            revision = await self.store.view(self.owner).revision()
            self.states[revision] = await all_tasks(self.store, self.owner)
            await asyncio.sleep(0)
        return self

    async def _write(self, run: Runner, act: Do | Together) -> None:
        made = [change.id for change in await feed(self.store, self.owner) if change.kind == "created"]
        numbered = [TaskId(thing) for thing in made] or [TaskId(self.ids.new())]
        revision = await self.store.view(self.owner).revision()
        call: Awaitable[Outcome[Any]]
        if isinstance(act, Do):
            task_id = numbered[act.which % len(numbered)]
            intent = self._intent(act.terms, revision, None if act.what == "add" else task_id)
            if act.what == "add":
                call = run.carry_out(self.owner, intent, add_task, _draft(act.patch))
            else:
                arguments = (task_id, act.patch) if act.what == "change" else (task_id,)
                call = run.carry_out(self.owner, intent, COMMANDS[act.what], *arguments)
        else:
            batch = [_step(step, numbered, revision) for step in act.steps]
            call = run.carry_out(self.owner, self._intent(act.terms, revision, None), apply_batch, batch)
        try:
            self.trace.append(await call)
        except TodoError as refusal:
            self.trace.append(_said(refusal))

    async def _look(self, run: Runner, act: Look) -> None:
        position: TaskPosition | None = None
        while True:
            page = await run.read(self.owner, find_tasks, self.clock, act.query, act.sort, position, act.limit)
            self.trace.append(page)
            if page.next is None:
                return
            position = page.next

    def _intent(self, terms: Terms, revision: int, task_id: TaskId | None) -> Intent:
        key = None if terms.key is None else Key(f"key {terms.key}", bytes([terms.fingerprint] * 32))
        expected = None
        if task_id is not None and terms.seen is not None:
            expected = Expected(task_id, frozenset({revision - terms.seen}) if terms.seen < 3 else None)
        return Intent(key=key, expected=expected, rehearsal=terms.rehearsal)


def _draft(patch: TaskPatch) -> TaskDraft:
    return TaskDraft(**{"title": "Untitled", **patch.given()})


def _step(step: tuple[str, int | str, TaskPatch, int | None], numbered: Sequence[TaskId], revision: int) -> Step:
    kind, which, patch, ago = step
    if kind == "add":
        return Add(_draft(patch), which if isinstance(which, str) else None)
    target: Target = which if isinstance(which, str) else numbered[which % len(numbered)]
    revisions = None if ago is None or ago == 3 else frozenset({revision - ago})
    return Change(target, patch, revisions) if kind == "change" else Remove(target, revisions)


def _said(refusal: TodoError) -> tuple[Any, ...]:
    """A refusal as a value."""
    if isinstance(refusal, StepFailed):
        return ("step", refusal.place, *_said(refusal.refusal))
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
