"""Sort orders and page positions of task lists. Storage adapters must agree with them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from todo_core.ids import TaskId
from todo_core.model.rules import Broken, fold
from todo_core.model.task import Task

SortValue: TypeAlias = str | int | datetime | None
"""A sort key. None sorts last in both directions."""


class SortField(StrEnum):
    """The fields by which tasks can be sorted."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    DUE_DATE = "due_date"
    PRIORITY = "priority"
    TITLE = "title"
    POSITION = "position"


SortName: TypeAlias = Literal[
    "created_at",
    "-created_at",
    "updated_at",
    "-updated_at",
    "due_date",
    "-due_date",
    "priority",
    "-priority",
    "title",
    "-title",
    "position",
    "-position",
]
"""The names of all orders, for type checkers and editors."""

SORT_VALUES: dict[SortField, Callable[[Task], SortValue]] = {
    SortField.CREATED_AT: lambda task: task.id.bytes.hex(),
    SortField.UPDATED_AT: lambda task: task.updated_at,
    SortField.DUE_DATE: lambda task: None if task.due_date is None else task.due_date.at,
    SortField.PRIORITY: lambda task: None if task.priority is None else task.priority.rank,
    SortField.TITLE: lambda task: fold(task.title),
    SortField.POSITION: lambda task: task.position,
}


@dataclass(frozen=True, slots=True)
class TaskPosition:
    """A position in a sorted list: after the task with this sort value and id."""

    value: SortValue
    id: TaskId


@dataclass(frozen=True, slots=True)
class TaskSort:
    """An order of tasks. Ties are ordered by id, ascending; ids are in the order of creation."""

    field: SortField = SortField.CREATED_AT
    descending: bool = False

    @staticmethod
    def of(name: str) -> "TaskSort":
        """The order by the field with this name, reversed after a ``-``. Raises Broken."""
        try:
            return TaskSort(SortField(name.removeprefix("-")), name.startswith("-"))
        except ValueError:
            fields = ", ".join(SortField)
            raise Broken("unknown-value", f"This must be one of {fields}; a leading - reverses the order.") from None

    def position(self, task: Task) -> TaskPosition:
        return TaskPosition(SORT_VALUES[self.field](task), task.id)

    def arrange(self, tasks: list[Task]) -> list[Task]:
        """The tasks in this order, those without a value last."""
        value = SORT_VALUES[self.field]
        tasks = sorted(tasks, key=lambda task: task.id)
        with_value = [task for task in tasks if value(task) is not None]
        without = [task for task in tasks if value(task) is None]
        return sorted(with_value, key=value, reverse=self.descending) + without  # type: ignore[arg-type]

    def is_behind(self, task: Task, position: TaskPosition) -> bool:
        """True if the task comes after the position in this order."""
        here, there = SORT_VALUES[self.field](task), position.value
        if here == there:
            return task.id > position.id
        if here is None or there is None:
            return here is None
        return (here < there) if self.descending else (here > there)  # type: ignore[operator]
