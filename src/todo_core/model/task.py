"""Tasks: what they consist of, and the rules of their fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, Final, TypedDict
from unicodedata import category
from uuid import UUID

from todo_core.errors import Invalid, Violation
from todo_core.ids import ListId, TaskId, UserId
from todo_core.limits import DESCRIPTION_MAX, TAG_MAX, TAGS_MAX, TITLE_MAX
from todo_core.model.due import DueDate
from todo_core.model.kinds import Kind
from todo_core.model.recurrence import DUE_DATE_REQUIRED, Recurrence, RecurrenceFields, Repetition
from todo_core.model.rules import Broken, Reference, flag, fold, id_of, one_line, optional, storable

UNKNOWN_REFERENCE: Final = "unknown-reference"
NO_SUCH_THING: Final = "There is no such item."


class Priority(StrEnum):
    """How much a task matters; in order from low to high."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """1 for low, 2 for medium, 3 for high."""
        return RANKS[self]


RANKS = {Priority.LOW: 1, Priority.MEDIUM: 2, Priority.HIGH: 3}


def priority_of(name: str) -> Priority:
    """The priority with this name. Raises Broken."""
    try:
        return Priority(name)
    except ValueError:
        raise Broken("unknown-value", "This must be high, medium or low.") from None


def tag_name(text: str) -> str:
    """The name of a tag, as it is given. Raises Broken."""
    if len(text) > TAG_MAX:
        raise Broken("too-long", f"This must be at most {TAG_MAX} characters.")
    one_line(text, TAG_MAX)
    if any(category(char) in {"Zl", "Zp"} for char in text):
        raise Broken("control-character", "This must be on one line.")
    if not fold(text):
        raise Broken("blank", "This must not consist of accents alone.")
    return text


def _tags(names: Sequence[str]) -> tuple[str, ...]:
    """The names of tags in the order given. Raises Broken."""
    if isinstance(names, str):
        raise Broken("wrong-type", "This must be a list of texts.")
    if len(names) > TAGS_MAX:
        raise Broken("too-many", f"There must be at most {TAGS_MAX} tags.")
    tags = tuple([tag_name(name) for name in names])
    if len({fold(tag) for tag in tags}) < len(tags):
        raise Broken("repeated", "Two of these are the same tag; letter case and accents are ignored.")
    return tags


def _reference(text: str | UUID | Reference) -> UUID | Reference:
    """An id; whether there is such a thing is for the use case to say. Raises Broken."""
    try:
        return text if isinstance(text, Reference) else id_of(text)
    except Broken:
        raise Broken(UNKNOWN_REFERENCE, NO_SUCH_THING) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to do. A task without a list is in the inbox, and one without a parent at the top level.

    A subtask is in the list of its parent. ``position`` is its place among the tasks with the same list and parent
    (``model/order.py``).
    """

    id: TaskId
    user_id: UserId
    title: str
    description: str | None = None
    completed_at: datetime | None = None
    priority: Priority | None = None
    due_date: DueDate | None = None
    deferred_until: DueDate | None = None
    recurrence: Recurrence | None = None
    list_id: ListId | None = None
    parent_id: TaskId | None = None
    position: str = ""
    tags: tuple[str, ...] = ()
    revision: int = 0
    created_at: datetime
    updated_at: datetime

    def __post_init__(self) -> None:
        if not 0 < len(self.title) <= TITLE_MAX:
            raise ValueError("a task has a title of 1 to 255 characters")
        if self.revision < 0:
            raise ValueError("revisions count from 0")
        if self.recurrence is not None and self.due_date is None:
            raise ValueError("a recurring task has a due date")

    @property
    def completed(self) -> bool:
        return self.completed_at is not None


class TaskFields(TypedDict, total=False):
    """The fields that can be given, as plain values: what the rules of TASKS take."""

    title: str
    description: str | None
    completed: bool
    priority: str | None
    due_date: str | None
    deferred_until: str | None
    recurrence: RecurrenceFields | Mapping[str, str] | None
    list_id: UUID | str | None
    parent_id: UUID | str | None
    tags: Sequence[str]


class NewTaskFields(TaskFields, total=False):
    """The fields of a new task, and its id if you choose one."""

    id: UUID | str


def _settle(values: dict[str, Any], task: Task | None, now: datetime) -> None:
    """Completing a completed task keeps its time. A series starts at the due date. Raises Invalid."""
    before = task is not None and task.completed
    completed = values.pop("completed", before)
    if completed != before:
        values["completed_at"] = now if completed else None
    if "recurrence" in values or "due_date" in values:
        _recur(values, task)


def _recur(values: dict[str, Any], task: Task | None) -> None:
    """A new due date alone moves the current occurrence only. The same recurrence without one changes nothing."""
    due: DueDate | None = values.get("due_date", task and task.due_date)
    present = task and task.recurrence
    wanted = values.get("recurrence", present)
    if wanted is None:
        return
    if due is None:
        raise Invalid([Violation("due_date", DUE_DATE_REQUIRED, "A recurring task needs a due date.")])
    if isinstance(wanted, Repetition):
        same = task and present and due == task.due_date and wanted == present.repetition
        values["recurrence"] = present if same else wanted.starting(due, _since(task))


def _since(task: Task | None) -> int:
    """What tells a series that begins now from all others that the task has had."""
    if task is None:
        return 0
    return task.revision if task.recurrence is None else max(task.revision, task.recurrence.since + 1)


TASKS: Final = Kind(
    "task",
    Task,
    rules={
        "title": partial(one_line, longest=TITLE_MAX),
        "description": optional(partial(storable, longest=DESCRIPTION_MAX)),
        "completed": flag,
        "priority": optional(priority_of),
        "due_date": optional(DueDate.parse),
        "deferred_until": optional(DueDate.parse),
        "recurrence": optional(Repetition.of),
        "list_id": optional(_reference),
        "parent_id": optional(_reference),
        "tags": _tags,
    },
    required=["title"],
    settle=_settle,
    references={"list_id": "list", "parent_id": "task"},
    counted="tasks",
    counted_in_trash=True,
)
