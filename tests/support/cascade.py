"""A list of a thousand tasks that goes to the trash and comes back, under keys: all or nothing, once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tests.support.faulty import Killed
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.contracts.kit import IDS
from todo_adapters.memory.security import ListEventLog
from todo_core.errors import OutcomeUnknown, RequestInProgress, Unavailable
from todo_core.ids import UserId
from todo_core.model.change import Action
from todo_core.model.rules import Reference
from todo_core.model.task import TASKS
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_list import LISTS
from todo_core.model.task_sort import TaskSort
from todo_core.model.write_options import Key, WriteOptions
from todo_core.ports.storage import Store
from todo_core.runner import Outcome, Runner
from todo_core.usecases.batch import AddStep, apply_batch
from todo_core.usecases.things import remove_thing
from todo_core.usecases.trash import restore_thing

TASKS_OF_THE_LIST: Final = 1_000
THINGS: Final = TASKS_OF_THE_LIST + 1
LOST = (OutcomeUnknown, Killed, Unavailable, RequestInProgress)


def a_project() -> list[AddStep]:
    """A list with a thousand tasks, most of them below others, and tags on some."""
    steps = [AddStep(LISTS.draft(name="Project"), "list")]
    for number in range(TASKS_OF_THE_LIST):
        parent = Reference(f"{number // 10 * 10 + number % 10 // 2}") if number % 10 else None
        where = {"parent_id": parent} if parent and parent.name != str(number) else {"list_id": Reference("list")}
        tags = ["home"] if number % 7 == 0 else []
        steps.append(AddStep(TASKS.draft(title=f"{number}", tags=tags, **where), f"{number}"))
    return steps


@dataclass(slots=True)
class Project:
    """Somebody with a list, and how they delete and restore it."""

    store: Store
    owner: UserId
    list_id: Any = None
    keys: int = 0
    revision: int = 0
    clock: FixedClock = field(default_factory=FixedClock)

    async def begin(self) -> "Project":
        run = Runner(self.store, self.clock, IDS, ListEventLog())
        results = await run.write(self.owner, apply_batch, a_project())
        self.list_id, self.revision = results[0].id, THINGS
        return self

    async def do(self, removing: bool, store: Store | None = None) -> Outcome[Any]:
        """Under the present key, on the own store or another one."""
        run = Runner(store or self.store, self.clock, IDS, ListEventLog())
        options = WriteOptions(key=Key(f"key {self.keys}", bytes(32)))
        if removing:
            return await run.carry_out(self.owner, options, remove_thing, self.list_id, LISTS)
        return await run.carry_out(self.owner, options, restore_thing, self.list_id)

    async def happened(self, removing: bool) -> bool:
        """True if it happened as a whole; asserts that otherwise nothing of it has."""
        view = self.store.view(self.owner)
        number = await view.revision()
        done = number == self.revision + THINGS
        assert done or number == self.revision
        left = await view.tasks.page(TaskFilter(), TaskSort(), None, THINGS, TASKS.of_plain)
        thrown = (await view.trash.page(None, 10)).items
        assert (len(left.items), [each.things for each in thrown]) == (
            (0, [THINGS]) if removing is done else (TASKS_OF_THE_LIST, [])
        )
        return done

    async def survives(self, removing: bool, attempt: Callable[[], Awaitable[object]]) -> str:
        """Attempts it, repeats it if that goes wrong, and tells what had come of the attempt."""
        self.keys += 1
        told = "answered"
        try:
            await attempt()
        except LOST:
            done = await self.happened(removing)
            told = "done and not answered" if done else "not done"
            assert (await self.do(removing)).replayed == done
        assert await self.happened(removing)
        assert (await self.do(removing)).replayed
        changes = (await self.store.view(self.owner).changes.page(self.revision, 2 * THINGS)).items
        assert [change.seq for change in changes] == list(range(self.revision + 1, self.revision + THINGS + 1))
        assert {change.action for change in changes} == {Action.DELETED if removing else Action.RESTORED}
        assert len({change.id for change in changes}) == THINGS
        self.revision += THINGS
        return told
