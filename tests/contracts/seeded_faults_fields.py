"""Mistakes with fields and filters, put into the memory store: each function plants one."""

from dataclasses import replace
from datetime import UTC
from typing import Any
from uuid import UUID

import pytest

from tests.contracts.seeded_faults import good_page
from todo_adapters.contracts.kit import NOW
from todo_adapters.contracts.samples import make_thing
from todo_adapters.memory.tasks import MemoryTaskReads
from todo_adapters.memory.things import MemoryThings
from todo_core.ids import UserId
from todo_core.model.change import Action
from todo_core.model.task import TASKS, Task
from todo_core.model.task_filter import TaskFilter


def altered(patch: pytest.MonkeyPatch, actions: set[Action], alter: Any) -> None:
    good = MemoryThings._collect

    def collect(self: MemoryThings[Any], action: Action, thing: Any, root: UUID | None = None) -> None:
        good(self, action, alter(thing) if action in actions else thing, root)

    patch.setattr("todo_adapters.memory.things.check_storable", lambda _: None)
    patch.setattr(MemoryThings, "_collect", collect)


def field_forgotten(name: str, action: Action) -> Any:
    """A mapper that does not know a field, which then always has the value of another thing."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        other = getattr(make_thing(TASKS, UUID(int=1), UserId(UUID(int=2)), NOW, title="-"), name)
        altered(patch, {action}, lambda thing: replace(thing, **{name: other}) if isinstance(thing, Task) else thing)

    plant.__name__ = f"{name}_forgotten_when_{action.value}"
    return plant


def filter_inverted(name: str) -> Any:
    def plant(patch: pytest.MonkeyPatch) -> None:
        good = TaskFilter.matches

        def matches(which: TaskFilter, task: Task) -> bool:
            nothing = TaskFilter(now=which.now)
            alone = replace(nothing, **{name: getattr(which, name)})
            rest = replace(which, **{name: getattr(nothing, name)})
            return good(rest, task) and (alone == nothing or not good(alone, task))

        async def page(self: MemoryTaskReads, which: Any, *others: Any) -> Any:
            with pytest.MonkeyPatch.context() as inside:
                inside.setattr(TaskFilter, "matches", matches)
                return await good_page(self, which, *others)

        patch.setattr(MemoryTaskReads, "page", page)

    plant.__name__ = f"filter_inverted_{name}"
    return plant


def microseconds_lost(patch: pytest.MonkeyPatch) -> None:
    altered(patch, set(Action), lambda thing: replace(thing, updated_at=thing.updated_at.replace(microsecond=0)))


def time_zone_lost(patch: pytest.MonkeyPatch) -> None:
    altered(patch, set(Action), lambda task: replace(task, created_at=task.created_at.replace(tzinfo=None)))


def due_date_rewritten(patch: pytest.MonkeyPatch) -> None:
    def in_utc(task: Any) -> Any:
        due = getattr(task, "due_date", None)
        return task if due is None else replace(task, due_date=replace(due, text=due.at.astimezone(UTC).isoformat()))

    altered(patch, set(Action), in_utc)
