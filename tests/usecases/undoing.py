"""What an owner has, as an export shows it, before and after each write of a random program."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from uuid import UUID

from tests.contracts.performing import Performance
from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.contracts.kit import NOW, feed, someone
from todo_adapters.memory.security import ListEventLog
from todo_core.ids import UserId
from todo_core.limits import LEVELS_MAX
from todo_core.model.change import Action
from todo_core.model.registry import KINDS
from todo_core.model.task import TASKS
from todo_core.model.write_options import WriteOptions
from todo_core.ports.storage import Store
from todo_core.runner import Outcome, Runner
from todo_core.usecases.export import AccountExport
from todo_core.usecases.trash import restore_thing


@dataclass(frozen=True, slots=True)
class Picture:
    """Things by id, without their numbers and times; those in the trash with the roots of their deletions."""

    there: Mapping[UUID, Any]
    trash: Mapping[UUID, tuple[UUID, Any]]

    def of_those_in(self, other: "Picture") -> "Picture":
        """What was created since the other picture left out."""
        known = {*other.there, *other.trash}
        there = {key: thing for key, thing in self.there.items() if key in known}
        return Picture(there, {key: thing for key, thing in self.trash.items() if key in known})


def timeless(thing: Any) -> Any:
    return replace(thing, revision=0, updated_at=NOW)


async def picture(store: Store, owner: UserId) -> Picture:
    export = AccountExport(someone(id=owner), (), store.view(owner))
    there = {thing.id: timeless(thing) for kind in KINDS.values() async for thing in export.things(kind)}
    trash = {thing.id: (deletion.id, timeless(thing)) async for deletion, _, thing in export.trash()}
    return Picture(there, trash)


@dataclass(slots=True)
class Recorder:
    """The door to a store. Notes for each set of changes what there was before it."""

    store: Store
    clock: FixedClock
    ids: CountingIds
    before: dict[int, Picture] = field(default_factory=dict)

    @property
    def run(self) -> Runner:
        return Runner(self.store, self.clock, self.ids, ListEventLog())

    async def carry_out(
        self, owner: UserId, options: WriteOptions, use_case: Callable[..., Awaitable[Any]], /, *args: Any
    ) -> Outcome[Any]:
        before = await picture(self.store, owner)
        outcome = await self.run.carry_out(owner, options, use_case, *args)
        if outcome.changes and not options.dry_run:
            self.before[outcome.changes[0].seq] = before
        return outcome

    async def read(self, owner: UserId, query: Callable[..., Awaitable[Any]], /, *args: Any) -> Any:
        return await self.run.read(owner, query, *args)


Recorded: TypeAlias = tuple[Performance, Recorder]


async def nothing_is_broken(store: Store, owner: UserId, run: Runner) -> None:
    """Trees are in one list and not too high, the feed tells what is in the trash, and all of that can be restored."""
    seen = await picture(store, owner)
    tasks = {key: thing for key, thing in seen.there.items() if isinstance(thing, TASKS.entity)}
    for task in tasks.values():
        assert task.list_id is None or task.list_id in seen.there
        above, levels = task, 1
        while above.parent_id is not None:
            assert tasks[above.parent_id].list_id == above.list_id
            above, levels = tasks[above.parent_id], levels + 1
            assert levels <= LEVELS_MAX
    latest = {change.id: change.action for change in await feed(store, owner)}
    assert {key for key, action in latest.items() if action is Action.DELETED} == set(seen.trash)
    deletions = (await store.view(owner).trash.page(None, 1000)).items
    assert sum(each.things for each in deletions) == len(seen.trash)
    for deletion in deletions:
        await run.carry_out(owner, WriteOptions(dry_run=True), restore_thing, deletion.id)
