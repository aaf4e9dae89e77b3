"""A random program carried out for one owner on some store, and what came of it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol, TypeAlias

from tests.contracts.programs import Again, Do, Glance, Look, Program, Together
from tests.contracts.wording import TRASH, Asked, Made, asked
from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.contracts.kit import all_tasks, all_things, feed
from todo_adapters.memory.security import ListEventLog
from todo_core.errors import Invalid, Stale, StepFailed, TodoError
from todo_core.ids import UserId
from todo_core.model.change import Action
from todo_core.model.change import Change as Entry
from todo_core.model.task import TASKS
from todo_core.model.task_list import LISTS
from todo_core.model.write_options import WriteOptions
from todo_core.ports.storage import Store
from todo_core.runner import Outcome, Runner
from todo_core.usecases.lists import find_lists
from todo_core.usecases.tags import list_tags
from todo_core.usecases.tasks import count_tasks, find_tasks
from todo_core.usecases.trash import list_trash

Trace: TypeAlias = list[Any]
State: TypeAlias = tuple[list[Any], list[Any], int]
"""The tasks, the lists, and the number of things in the trash."""

TRASH_LIMIT: Final = 3


class Door(Protocol):
    """What of a Runner a program goes through."""

    async def carry_out(
        self, owner: UserId, options: WriteOptions, use_case: Callable[..., Awaitable[Any]], /, *args: Any
    ) -> Outcome[Any]: ...

    async def read(self, owner: UserId, query: Callable[..., Awaitable[Any]], /, *args: Any) -> Any: ...


def core(store: Store, clock: FixedClock, ids: CountingIds) -> Door:
    """Straight to the core."""
    return Runner(store, clock, ids, ListEventLog())


async def state_of(store: Store, owner: UserId) -> State:
    deletions = (await store.view(owner).trash.page(None, 1000)).items
    tasks, lists = await all_tasks(store, owner), await all_things(store, owner, LISTS)
    return tasks, lists, sum(each.things for each in deletions)


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
    states: dict[int, State] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    """How often something came of each use case."""

    async def play(self, program: Program) -> "Performance":
        """Notes what comes of every step, and what there is at every revision that is seen between steps."""
        door = self.opening(self.store, self.clock, self.ids)
        for act in program:
            self.clock.advance(seconds=1)
            if isinstance(act, Look):
                await self._look(door, act)
            elif isinstance(act, Glance):
                await self._glance(door, act.at)
            elif wanted := await self._worded(act):
                await self._write(door, wanted)
            revision = await self.store.view(self.owner).revision()
            self.states[revision] = await state_of(self.store, self.owner)
            await asyncio.sleep(0)
        return self

    async def _made(self) -> Made:
        entries = await feed(self.store, self.owner)
        created = [entry for entry in entries if entry.action is Action.CREATED]
        made = {kind.name: [each.id for each in created if each.entity == kind.name] for kind in (TASKS, LISTS)}
        latest = {entry.id: entry.action for entry in entries}
        made[TRASH] = [thing_id for thing_id, action in reversed(latest.items()) if action is Action.DELETED]
        return made if created else {TASKS.name: [self.ids.new()], LISTS.name: [self.ids.new()], TRASH: []}

    async def _worded(self, act: Do | Together | Again) -> Asked | None:
        made, fresh = await self._made(), self.ids.new()
        if isinstance(act, Again):
            wanted = self.asked[-1 - act.ago % len(self.asked)] if self.asked else None
            return wanted if wanted is None or act.about is None else wanted.of_another(act.about, made)
        self.asked.append(asked(act, made, fresh, await self.store.view(self.owner).revision()))
        return self.asked[-1]

    async def _write(self, door: Door, wanted: Asked) -> None:
        try:
            outcome = await door.carry_out(self.owner, wanted.options, wanted.use_case, *wanted.arguments)
        except TodoError as refusal:
            self.trace.append(_said(refusal))
        else:
            self.trace.append(replace(outcome, changes=tuple(outcome.changes)))
            self.done[wanted.use_case.__name__] += 1

    async def _look(self, door: Door, act: Look) -> None:
        made = await self._made()

        def meant(kind: str, number: Any) -> Any:
            return None if number is None or not made[kind] else made[kind][number % len(made[kind])]

        lists = frozenset(meant(LISTS.name, number) for number in act.lists)
        parents = frozenset(meant(TASKS.name, number) for number in act.parent)
        query = replace(act.query, lists=lists, parents=parents)
        await self._pages(
            lambda after: door.read(self.owner, find_tasks, self.clock, query, act.sort, after, act.limit)
        )

    async def _glance(self, door: Door, at: str) -> None:
        if at == "trash":
            await self._pages(lambda after: door.read(self.owner, list_trash, after, TRASH_LIMIT))
        elif at == "counts":
            self.trace.append(await door.read(self.owner, count_tasks, self.clock))
        else:
            self.trace.append(await door.read(self.owner, find_lists if at == "lists" else list_tags))

    async def _pages(self, read: Callable[[Any], Awaitable[Any]]) -> None:
        position = None
        while True:
            page = await read(position)
            self.trace.append(page)
            if page.next is None:
                return
            position = page.next


def _said(refusal: TodoError) -> tuple[Any, ...]:
    """A refusal as a value."""
    if isinstance(refusal, StepFailed):
        return ("step", refusal.index, *_said(refusal.error))
    if isinstance(refusal, Invalid):
        return (refusal.code, sorted((violation.field, violation.code) for violation in refusal.violations))
    return (refusal.code, refusal.detail, refusal.revision if isinstance(refusal, Stale) else None)


def replayed(entries: Sequence[Entry]) -> State:
    """What an empty model becomes when it takes in these entries of a feed."""
    model: dict[Any, Any] = {}
    trash: set[Any] = set()
    for entry in entries:
        if entry.action is Action.PURGED:
            trash.remove(entry.id)
        elif entry.action is Action.DELETED:
            del model[entry.id]
            trash.add(entry.id)
        else:
            trash -= {entry.id} if entry.action is Action.RESTORED else set()
            model[entry.id] = entry.value
    found = sorted(model.values(), key=lambda thing: thing.id)
    tasks, lists = ([thing for thing in found if isinstance(thing, kind.entity)] for kind in (TASKS, LISTS))
    return tasks, lists, len(trash)
