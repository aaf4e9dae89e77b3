"""Somebody who is never idle: random writes of every kind, each with a pause before its commit."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.contracts.kit import IDS
from todo_adapters.memory.security import ListEventLog
from todo_core.errors import Conflict, CursorExpired, Invalid, LimitReached, NotFound, StepFailed
from todo_core.ids import UserId
from todo_core.live import Hub
from todo_core.model.rules import Reference
from todo_core.model.task import TASKS
from todo_core.model.task_list import LISTS
from todo_core.model.write_options import WriteOptions
from todo_core.ports.storage import Store
from todo_core.runner import Outcome, Runner
from todo_core.usecases.batch import AddStep
from todo_core.workspace import Workspace

REFUSALS = (Conflict, CursorExpired, Invalid, LimitReached, NotFound, StepFailed)
"""What comes of asking for something at random, or at the same time as others."""

Deed: TypeAlias = Callable[["Desk"], Awaitable[Any]]


class SlowRunner(Runner):
    """A runner whose writes take so many seconds more before they commit, at most."""

    def __init__(self, store: Store, hub: Hub, chance: random.Random, pause: float) -> None:
        super().__init__(store, FixedClock(), IDS, ListEventLog(), hub)
        self._chance, self._pause = chance, pause

    async def carry_out(
        self, owner: UserId, options: WriteOptions, use_case: Any, /, *args: Any, **kwargs: Any
    ) -> Outcome[Any]:
        async def slowly(tx: Any, *args: Any, **kwargs: Any) -> Any:
            result = await use_case(tx, *args, **kwargs)
            await asyncio.sleep(self._chance.random() * self._pause)
            return result

        return await super().carry_out(owner, options, slowly, *args, **kwargs)


@dataclass(slots=True)
class Desk:
    """What somebody sees before they write: some things of their own, and chance."""

    space: Workspace
    chance: random.Random
    tasks: list[Any]
    lists: list[Any]
    trash: list[Any]

    @property
    def task(self) -> Any:
        return self.chance.choice(self.tasks).id if self.tasks else IDS.new()

    @property
    def list(self) -> Any:
        return self.chance.choice(self.lists).id if self.lists else IDS.new()

    @property
    def thrown(self) -> Any:
        return self.chance.choice(self.trash).id if self.trash else IDS.new()

    @property
    def number(self) -> str:
        return str(self.chance.randrange(1_000))

    @property
    def seq(self) -> int:
        """The number of a recent change, perhaps the first of its set."""
        latest = max((each.revision for each in (*self.tasks, *self.lists)), default=1)
        return max(1, latest - self.chance.randrange(5))


async def _add_tree(desk: Desk) -> Any:
    top = AddStep(TASKS.draft(title="top", list_id=desk.list if desk.lists else None), "top")
    below = [AddStep(TASKS.draft(title=desk.number, parent_id=Reference("top"))) for _ in range(3)]
    return await desk.space.batch([top, *below])


DEEDS: tuple[Deed, ...] = (
    lambda desk: desk.space.tasks.add(title=desk.number, tags=["home"]),
    lambda desk: desk.space.tasks.add(title=desk.number, list_id=desk.list),
    lambda desk: desk.space.tasks.add(title=desk.number, parent_id=desk.task),
    _add_tree,
    lambda desk: desk.space.tasks.change(desk.task, title=desk.number, tags=["home", "shop"]),
    lambda desk: desk.space.tasks.change(desk.task, title=desk.number),
    lambda desk: desk.space.tasks.complete(desk.task),
    lambda desk: desk.space.tasks.move(desk.task, list_id=desk.list),
    lambda desk: desk.space.tasks.move(desk.task, before=None),
    lambda desk: desk.space.tasks.remove(desk.task),
    lambda desk: desk.space.lists.add(name=desk.number),
    lambda desk: desk.space.lists.change(desk.list, name=desk.number),
    lambda desk: desk.space.lists.remove(desk.list, keep_tasks=desk.chance.random() < 0.5),
    lambda desk: desk.space.trash.restore(desk.thrown),
    lambda desk: desk.space.trash.restore(desk.thrown),
    lambda desk: desk.space.trash.purge(desk.thrown),
    lambda desk: desk.space.tags.rename("home", "house"),
    lambda desk: desk.space.undo(desk.seq),
    lambda desk: desk.space.undo(desk.seq),
)


async def write_something(space: Workspace, chance: random.Random) -> None:
    """One random write, which may be refused."""
    view = space.run.store.view(space.owner)
    tasks = [*(await view.of(TASKS).page(None, 1_000)).items]
    lists = [*(await view.of(LISTS).page(None, 1_000)).items]
    trash = [*(await view.trash.page(None, 1_000)).items]
    with suppress(*REFUSALS):
        await chance.choice(DEEDS)(Desk(space, chance, tasks, lists, trash))
