"""A task and its life: drafted, changed, completed, reopened."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, Self, TypeVar

from todo_core.ids import TaskId, UserId
from todo_core.limits import DESCRIPTION_MAX, TITLE_MAX
from todo_core.model.due import DueDate
from todo_core.model.rules import Broken, Rules, one_line, storable
from todo_core.partial import UNSET, Unset

T_co = TypeVar("T_co", covariant=True)


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


def _title(text: str) -> str:
    return one_line(text, TITLE_MAX)


def _description(text: str | None) -> str | None:
    return None if text is None else storable(text, DESCRIPTION_MAX)


def _priority(name: str | None) -> Priority | None:
    try:
        return None if name is None else Priority(name)
    except ValueError:
        raise Broken("unknown-value", "This must be high, medium or low.") from None


def _due_date(text: str | None) -> DueDate | None:
    return None if text is None else DueDate.parse(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPatch:
    """What somebody wants a task to become; a field left UNSET stays as it is. Make it with ``of``."""

    title: str | Unset = UNSET
    description: str | Unset | None = UNSET
    completed: bool | Unset = UNSET
    priority: Priority | Unset | None = UNSET
    due_date: DueDate | Unset | None = UNSET

    RULES: ClassVar[dict[str, Any]] = {
        "title": _title,
        "description": _description,
        "completed": bool,
        "priority": _priority,
        "due_date": _due_date,
    }
    REQUIRED: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def of(cls, **plain: Any) -> Self:
        """From plain texts and truth values. Raises Invalid with every rule that they break."""
        rules = Rules()
        for field in cls.REQUIRED:
            if plain.get(field, UNSET) is UNSET:
                rules.add(field, "required", "This field is required.")
        kept = {
            field: rules.keep(field, cls.RULES[field], value, UNSET)
            for field, value in plain.items()
            if value is not UNSET
        }
        rules.settle()
        return cls(**kept)

    def given(self) -> dict[str, Any]:
        """The fields that are set."""
        return {field: value for field in self.RULES if (value := getattr(self, field)) is not UNSET}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDraft(TaskPatch):
    """A task that does not exist yet: a patch of nothing, with a title."""

    REQUIRED: ClassVar[tuple[str, ...]] = ("title",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to do. A change gives a new value; storing it gives it the next ``revision`` of its owner.

    ``revision`` is 0 until the task is stored.
    """

    id: TaskId
    user_id: UserId
    title: str
    description: str | None = None
    completed_at: datetime | None = None
    priority: Priority | None = None
    due_date: DueDate | None = None
    revision: int = 0
    created_at: datetime
    updated_at: datetime

    def __post_init__(self) -> None:
        if not 0 < len(self.title) <= TITLE_MAX:
            raise ValueError("a task has a title of 1 to 255 characters")
        if self.revision < 0:
            raise ValueError("revisions count from 0")

    @property
    def completed(self) -> bool:
        return self.completed_at is not None

    @staticmethod
    def stored(
        id: TaskId,
        user_id: UserId,
        title: str,
        description: str | None,
        completed_at: datetime | None,
        priority: Priority | None,
        due_date: str | None,
        revision: int,
        created_at: datetime,
        updated_at: datetime,
        /,
    ) -> "Task":
        """A task as it is in the storage: the TaskForm of tasks themselves."""
        return Task(
            id=id,
            user_id=user_id,
            title=title,
            description=description,
            completed_at=completed_at,
            priority=priority,
            due_date=None if due_date is None else DueDate(due_date),
            revision=revision,
            created_at=created_at,
            updated_at=updated_at,
        )

    def shaped(self, form: "TaskForm[T_co]") -> T_co:
        """The same task in another form."""
        return form(
            self.id,
            self.user_id,
            self.title,
            self.description,
            self.completed_at,
            self.priority,
            None if self.due_date is None else self.due_date.text,
            self.revision,
            self.created_at,
            self.updated_at,
        )

    @classmethod
    def new(cls, task_id: TaskId, owner: UserId, draft: TaskDraft, now: datetime) -> "Task":
        """The task that a draft describes."""
        wanted = draft.given()
        completed_at = now if wanted.pop("completed", False) else None
        return cls(id=task_id, user_id=owner, completed_at=completed_at, created_at=now, updated_at=now, **wanted)

    def change(self, patch: TaskPatch, now: datetime) -> "Task":
        """The task as the patch wants it; the very same value when nothing is different."""
        wanted = patch.given()
        completed = wanted.pop("completed", self.completed)
        if completed != self.completed:
            wanted["completed_at"] = now if completed else None
        if all(getattr(self, field) == value for field, value in wanted.items()):
            return self
        return replace(self, **wanted, updated_at=now)

    def complete(self, now: datetime) -> "Task":
        """Done. Completing it again keeps the first time."""
        return self.change(TaskPatch(completed=True), now)

    def reopen(self, now: datetime) -> "Task":
        """Not done after all."""
        return self.change(TaskPatch(completed=False), now)


class TaskForm(Protocol[T_co]):
    """What whoever looks at many tasks makes of the fields of each, so that nothing is made in between."""

    def __call__(
        self,
        id: TaskId,
        user_id: UserId,
        title: str,
        description: str | None,
        completed_at: datetime | None,
        priority: Priority | None,
        due_date: str | None,
        revision: int,
        created_at: datetime,
        updated_at: datetime,
        /,
    ) -> T_co: ...
