"""Random programs of one owner, and what there is before each of its writes, as an export shows it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final
from uuid import UUID

from tests.usecases.person import Person
from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.contracts.kit import NOW, feed, join, someone
from todo_adapters.memory.security import ListEventLog
from todo_core.errors import Invalid, NotFound, StepFailed, UndoConflict
from todo_core.ids import UserId
from todo_core.limits import LEVELS_MAX
from todo_core.model.change import Action, Change
from todo_core.model.kinds import Kind
from todo_core.model.registry import KINDS
from todo_core.model.rules import Reference
from todo_core.model.task import TASKS
from todo_core.model.task_list import LISTS
from todo_core.model.write_options import WriteOptions
from todo_core.ports.storage import Store
from todo_core.runner import Runner
from todo_core.usecases import batch, lists, moving, tags, tasks, things, trash
from todo_core.usecases.export import AccountExport
from todo_core.usecases.undo import undo

DRY_RUN: Final = WriteOptions(dry_run=True)
NOBODY: Final = CountingIds().new()
TAGS: Final = ("home", "work", "shop")


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


async def picture(store: Store, owner: UserId) -> Picture:
    export = AccountExport(someone(id=owner), (), store.view(owner))
    there = {thing.id: _timeless(thing) for kind in KINDS.values() async for thing in export.things(kind)}
    thrown = {thing.id: (deletion.id, _timeless(thing)) async for deletion, _, thing in export.trash()}
    return Picture(there, thrown)


def _timeless(thing: Any) -> Any:
    return replace(thing, revision=0, updated_at=NOW)


@dataclass(slots=True)
class Player:
    """Somebody who writes at random, and notes for each set of changes what there was before it."""

    store: Store
    owner: UserId
    chance: Random
    before: dict[int, Picture] = field(default_factory=dict)
    made: dict[Kind[Any], list[UUID]] = field(default_factory=lambda: {TASKS: [], LISTS: []})
    clock: FixedClock = field(default_factory=FixedClock)
    ids: CountingIds = field(default_factory=CountingIds)

    @property
    def run(self) -> Runner:
        return Runner(self.store, self.clock, self.ids, ListEventLog())

    async def picture(self) -> Picture:
        return await picture(self.store, self.owner)

    async def play(self, steps: int, undoes: bool = False) -> "Player":
        """Writes at most so often, because some writes are refused; undoes sets in between if wanted."""
        before = await self.picture()
        for _ in range(steps):
            self.clock.advance(seconds=1)
            try:
                use_case, *args = self._undo() if undoes and self.before and self._now(4) else self._deed()
                outcome = await self.run.carry_out(self.owner, WriteOptions(), use_case, *args)
            except (Invalid, NotFound, StepFailed, UndoConflict):
                continue
            for change in outcome.changes:
                if change.action is Action.CREATED:
                    self.made[KINDS[change.entity]].append(change.id)
            if outcome.changes:
                self.before[outcome.changes[0].seq] = before
                before = await self.picture()
        return self

    def _now(self, often: int) -> bool:
        return self.chance.randrange(often) == 0

    def _some(self, kind: Kind[Any], new: tuple[Any, ...] = ()) -> Any:
        found = [*self.made[kind], *new]
        return self.chance.choice(found) if found else NOBODY

    def _undo(self) -> tuple[Any, ...]:
        return undo, self.chance.choice([*self.before])

    def _deed(self) -> tuple[Any, ...]:
        task, each, pick = self._some(TASKS), self._some(LISTS), self.chance.choice
        deeds: list[Callable[[], tuple[Any, ...]]] = [
            lambda: (things.add_thing, TASKS.draft(**{"title": "new", **self._fields(2)})),
            lambda: (things.add_thing, TASKS.draft(**{"title": "new", **self._fields(2)})),
            lambda: (things.add_thing, LISTS.draft(name="new")),
            lambda: (things.change_thing, task, TASKS.patch(**self._fields())),
            lambda: (things.change_thing, each, LISTS.patch(name=pick(TAGS), archived=self._now(2))),
            lambda: (tasks.complete_task, task),
            lambda: (tasks.reopen_task, task),
            lambda: (moving.move_thing, task, self._move()),
            lambda: (moving.move_thing, each, moving.Move.of(LISTS, before=self._some(LISTS))),
            lambda: (things.remove_thing, task, TASKS),
            lambda: (things.remove_thing, each, LISTS),
            lambda: (lists.empty_list_into_inbox, each),
            lambda: (trash.restore_thing, self._some(pick((TASKS, TASKS, LISTS)))),
            lambda: (trash.restore_thing, self._some(pick((TASKS, TASKS, LISTS)))),
            lambda: (tags.rename_tag, pick(TAGS), pick(TAGS)),
            lambda: (batch.apply_batch, self._steps()),
            lambda: (batch.apply_batch, self._steps()),
        ]
        return pick(deeds)()

    def _move(self, new: tuple[Any, ...] = ()) -> moving.Move:
        places = {name: value for name, value in self._fields(1, new).items() if name.endswith("_id")}
        return moving.Move.of(TASKS, **places, **self.chance.choice([{}, {"after": None}]))

    def _fields(self, often: int = 3, new: tuple[Any, ...] = ()) -> dict[str, Any]:
        """Random values of random fields; each reference one time in so many."""
        pick = self.chance.choice
        fields: dict[str, Any] = {"title": pick(["a", "b"])} if self._now(3) else {}
        fields |= {"tags": self.chance.sample(TAGS, 2)} if self._now(3) else {}
        fields |= {"completed": self._now(2)} if self._now(3) else {}
        fields |= {"due_date": pick([None, "2026-11-30"])} if self._now(3) else {}
        where = {"list_id": pick([None, self._some(LISTS)]), "parent_id": pick([None, self._some(TASKS, new)])}
        return {**fields, **({} if not self._now(often) else dict([pick([*where.items()])]))}

    def _steps(self) -> list[batch.Step]:
        """Steps that nothing is sure to refuse; some are about what earlier ones create."""
        there, pick = (Reference("task"),) * 3, self.chance.choice
        new_list, into = batch.AddStep(LISTS.draft(name="new"), "list"), pick([None, Reference("list")])
        steps: list[batch.Step] = [new_list, batch.AddStep(TASKS.draft(title="new", list_id=into), "task")]
        steps = steps[self.chance.randrange(2) :]
        for _ in range(self.chance.randrange(1, 4)):
            task, each = self._some(TASKS, there), self._some(LISTS, (Reference("list"),) * 2)
            more: list[batch.Step] = [
                batch.ChangeStep(task, TASKS.patch(**self._fields(1, there))),
                batch.ChangeStep(task, TASKS.patch(list_id=each)),
                batch.MoveStep(task, self._move(there)),
                batch.CompleteStep(task, self._now(2)),
                batch.RemoveStep(TASKS, task),
                batch.RemoveStep(LISTS, each),
            ]
            steps.append(pick(more))
        return steps


async def player(store: Store, seed: int) -> Player:
    return Player(store, (await join(store)).id, Random(seed))


async def nothing_is_broken(someone: Player) -> None:
    """Trees are in one list and not too high, the feed tells what is in the trash, and all of that can be restored."""
    seen = await someone.picture()
    there = {key: thing for key, thing in seen.there.items() if isinstance(thing, TASKS.entity)}
    for task in there.values():
        assert task.list_id is None or task.list_id in seen.there
        above, levels = task, 1
        while above.parent_id is not None:
            assert there[above.parent_id].list_id == above.list_id
            above, levels = there[above.parent_id], levels + 1
            assert levels <= LEVELS_MAX
    latest = {change.id: change.action for change in await feed(someone.store, someone.owner)}
    assert {key for key, action in latest.items() if action is Action.DELETED} == set(seen.trash)
    deletions = (await someone.store.view(someone.owner).trash.page(None, 1000)).items
    assert sum(each.things for each in deletions) == len(seen.trash)
    for deletion in deletions:
        await someone.run.carry_out(someone.owner, DRY_RUN, trash.restore_thing, deletion.id)


async def last_set(person: Person) -> int:
    return (await person.feed())[-1].set


async def undo_last(person: Person) -> tuple[Change, ...]:
    undone: tuple[Change, ...] = await person.do(undo, await last_set(person))
    return undone
