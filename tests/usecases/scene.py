"""Somebody with tasks, lists and a trash, for tests in which things go wrong; and everything they can do with them."""

from collections.abc import Awaitable, Callable
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

from tests.support.faulty import Plan, Watched
from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.contracts.kit import all_tasks, all_things, feed
from todo_adapters.memory.security import ListEventLog
from todo_adapters.memory.state import Shelf
from todo_adapters.memory.store import MemoryStore
from todo_core.ids import UserId
from todo_core.model.change import Change
from todo_core.model.completion import Completion
from todo_core.model.kinds import Entity
from todo_core.model.rules import Reference
from todo_core.model.task import TASKS, Task
from todo_core.model.task_list import LISTS
from todo_core.model.user import User
from todo_core.model.write_options import Expected, Key, WriteOptions
from todo_core.ports.storage import Store, UnitOfWork
from todo_core.runner import Outcome, Runner
from todo_core.usecases import completing, lists, moving, tags, things, trash
from todo_core.usecases.batch import AddStep, ChangeStep, CompleteStep, MoveStep, RemoveStep, Step, apply_batch
from todo_core.usecases.cleanup import BEGINNING
from todo_core.usecases.moving import Move
from todo_core.usecases.undo import undo

MILK = TASKS.draft(title="Buy milk")
BREAD = TASKS.patch(title="Buy bread")
KEY = Key("a key", bytes(32))
NEW = UUID(int=0)
CHOSEN = UUID("0189d5b4-0000-7000-8000-000000000001")
"""An id that a client has chosen."""

Picture: TypeAlias = tuple[Any, ...]

TASKS_OF_THE_SCENE: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("open", {}),
    ("done", {"completed": True, "tags": ["x", "Home"]}),
    ("project", {"list_id": "work", "tags": ["home"]}),
    ("step", {"parent_id": "project", "tags": ["HOME", "y", "x"]}),
    ("detail", {"parent_id": "step"}),
    ("thrown", {"list_id": "work"}),
    ("with_it", {"parent_id": "thrown", "tags": ["x"]}),
)


@dataclass(slots=True)
class Scene:
    """The same every time, in a storage of its own."""

    store: MemoryStore = field(default_factory=MemoryStore)
    ids: CountingIds = field(default_factory=CountingIds)
    clock: FixedClock = field(default_factory=FixedClock)
    owner: UserId = field(init=False)
    named: dict[str, Any] = field(default_factory=dict)

    async def set(self) -> "Scene":
        """Sets the scene: for the first time by writing it, then by copying what was written."""
        if not MADE:
            made = await Scene()._write()
            MADE.append(made)
            UNNAMED.update({id(value): made._unnamed(value) for value in await made._values()})
        [made] = MADE
        self.store, self.ids, self.owner, self.named = _copied(made.store), copy(made.ids), made.owner, {**made.named}
        return self

    async def _write(self) -> "Scene":
        self.owner = UserId(self.ids.new())
        ada = User(id=self.owner, email="ada@example.org", name="Ada", created_at=self.clock.now())
        async with self.store.begin_accounts() as unit:
            await unit.users.add(ada, "a hash")
            await unit.commit()
        run = self.runner()
        for name, fields in TASKS_OF_THE_SCENE:
            given = {key: self.named[value] if key.endswith("_id") else value for key, value in fields.items()}
            self.named[name] = (await run.write(self.owner, things.add_thing, TASKS.draft(title=name, **given))).id
            if name == "done":
                for each in ("work", "home"):
                    added = await run.write(self.owner, things.add_thing, LISTS.draft(name=each))
                    self.named[each] = added.id
        await run.write(self.owner, things.remove_thing, self.named["thrown"], TASKS)
        weekly = TASKS.draft(title="weekly", due_date="2026-11-20", recurrence={"rule": "FREQ=WEEKLY"})
        self.named["weekly"] = (await run.write(self.owner, things.add_thing, weekly)).id
        return self

    def __getitem__(self, name: str) -> Any:
        """The id of a thing."""
        return self.named[name]

    def runner(self, plan: Plan | None = None) -> Runner:
        """The transaction boundary of a process that has just started."""
        store = self.store if plan is None else cast("Store", Watched(self.store, plan, "store"))
        return Runner(store, self.clock, self.ids, ListEventLog())

    async def picture(self) -> Picture:
        """Everything that is stored for the owner, whatever the ids of new things are."""
        entries = await feed(self.store, self.owner)
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        found: list[Any] = [*await all_tasks(self.store, self.owner), *await all_things(self.store, self.owner, LISTS)]
        view = self.store.view(self.owner)
        return (
            [self.unnamed(thing) for thing in found],
            [self._name(thing.id) for thing in sorted(found, key=lambda thing: (thing.position, thing.id))],
            [self.unnamed(entry) for entry in entries],
            [replace(each, value=self.unnamed(each.value)) for each in (await view.trash.page(None, 100)).items],
            await view.revision(),
            await view.receipts.get(KEY.text, BEGINNING),
        )

    def unnamed(self, value: Any) -> Any:
        """The value without positions, and with one and the same id for all things that are new."""
        if isinstance(value, tuple):
            return tuple(self.unnamed(part) for part in value)
        known = UNNAMED.get(id(value))
        return self._unnamed(value) if known is None else known

    def _unnamed(self, value: Any) -> Any:
        if isinstance(value, Change):
            return replace(value, id=self._name(value.id), value=self.unnamed(value.value))
        if isinstance(value, Completion):
            return replace(value, id=self._name(value.id))
        if isinstance(value, Task):
            value = replace(value, list_id=self._name(value.list_id), parent_id=self._name(value.parent_id))
        return replace(value, id=self._name(value.id), position="") if hasattr(value, "position") else value

    async def _values(self) -> list[Any]:
        """The things, and the entries of the feed."""
        store, owner = self.store, self.owner
        return [*await all_tasks(store, owner), *await all_things(store, owner, LISTS), *await feed(store, owner)]

    def _name(self, thing: Any) -> Any:
        return thing if thing is None or thing in self.named.values() else NEW


MADE: list[Scene] = []
"""The scene as it was written, once there is one. Nothing is done to it."""

UNNAMED: dict[int, Any] = {}
"""By the identity of a value of that scene, the value without names. Most of a picture is as it was written."""


def _copied(store: MemoryStore) -> MemoryStore:
    """A store with the same accounts and the same things, which are values and need no copy."""
    made, given = MemoryStore(), store._state
    made._state.users |= given.users
    for owner, shelf in given.shelves.items():
        parts = {name: copy(getattr(shelf, name)) for name in Shelf.__slots__}
        parts["things"] = {kind: {**table} for kind, table in shelf.things.items()}
        made._state.shelves[owner] = Shelf(**parts)
    return made


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


async def complete_alone(tx: UnitOfWork, task_id: Any) -> Entity:
    return await completing.complete_task(tx, task_id, subtasks=False)


def steps(scene: Scene) -> tuple[list[Step]]:
    milk, project = Reference("milk"), Reference("project")
    return (
        [
            AddStep(LISTS.draft(name="Trip"), "project"),
            AddStep(TASKS.draft(title="Buy milk", list_id=project), "milk"),
            ChangeStep(milk, BREAD),
            ChangeStep(scene["open"], BREAD, frozenset({1})),
            RemoveStep(TASKS, scene["done"]),
        ],
    )


def steps_on_trees(scene: Scene) -> tuple[list[Step]]:
    move = Move.of(TASKS, list_id=scene["work"])
    return ([MoveStep(scene["open"], move), CompleteStep(scene["project"])],)


def seen_as(*revisions: int, name: str = "open") -> Callable[[Scene], WriteOptions]:
    expected = frozenset(revisions) or None
    return lambda scene: WriteOptions(key=KEY, expected=Expected(scene[name], expected))


def given(name: str, *more: Any) -> Callable[[Scene], tuple[Any, ...]]:
    return lambda scene: (scene[name], *more)


DEEDS = [
    Deed("add", things.add_thing, lambda _: (MILK,)),
    Deed("add_as_chosen", things.add_thing, lambda _: (TASKS.draft(title="Buy milk", id=CHOSEN),)),
    Deed("add_below", things.add_thing, lambda scene: (TASKS.draft(title="Buy milk", parent_id=scene["step"]),)),
    Deed("add_list", things.add_thing, lambda _: (LISTS.draft(name="Trip"),)),
    Deed("change", things.change_thing, given("open", BREAD)),
    Deed("change_what_was_seen", things.change_thing, given("open", BREAD), seen_as(1)),
    Deed("change_what_is_there", things.change_thing, given("open", BREAD), seen_as()),
    Deed("change_nothing", things.change_thing, given("open", TASKS.patch())),
    Deed("change_list", things.change_thing, lambda scene: (scene["project"], TASKS.patch(list_id=scene["home"]))),
    Deed("complete", completing.complete_task, given("open")),
    Deed("complete_tree", completing.complete_task, given("project"), seen_as(5, name="project")),
    Deed("complete_alone", complete_alone, given("project")),
    Deed("complete_what_is_done", completing.complete_task, given("done")),
    Deed("reopen", completing.reopen_task, given("done")),
    Deed("complete_occurrence", completing.complete_task, given("weekly"), seen_as(12, name="weekly")),
    Deed("skip", completing.skip_task, given("weekly")),
    Deed("undo_removal", undo, lambda _: (10,)),
    Deed("undo_creation", undo, lambda _: (12,)),
    Deed("move", moving.move_thing, lambda scene: (scene["open"], Move.of(TASKS, list_id=scene["work"], after=None))),
    Deed("move_list", moving.move_thing, lambda scene: (scene["home"], Move.of(LISTS, before=scene["work"]))),
    Deed("remove", things.remove_thing, given("open", TASKS)),
    Deed("remove_what_was_seen", things.remove_thing, given("open", TASKS), seen_as(1)),
    Deed("remove_tree", things.remove_thing, given("project", TASKS)),
    Deed("remove_list", things.remove_thing, given("work", LISTS)),
    Deed("empty_list", lists.empty_list_into_inbox, given("work")),
    Deed("rename_tag", tags.rename_tag, lambda _: ("home", "x")),
    Deed("remove_tag", tags.remove_tag, lambda _: ("home",)),
    Deed("restore", trash.restore_thing, given("thrown"), seen_as(11, name="thrown")),
    Deed("purge", trash.purge_thing, given("thrown")),
    Deed("empty_trash", trash.empty_trash, lambda _: ()),
    Deed("purge_expired", trash.purge_expired, lambda scene: (scene.clock.now() + timedelta(hours=1),)),
    Deed("batch", apply_batch, steps),
    Deed("batch_on_trees", apply_batch, steps_on_trees),
    Deed("empty_batch", apply_batch, lambda _: ([],)),
]
