"""The wire types of completions, and of the log of what was done."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

from todo_core.model.completion import COMPLETIONS, Done
from todo_http.api.task_types import Revision
from todo_http.kernel.body import instant
from todo_http.kernel.resource import Wire
from todo_http.kernel.schemas import DueText, Instant, Title, note

Skipped = Annotated[bool, note("Whether the occurrence was skipped instead of completed.", False)]


class CompletionOut(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """An occurrence of a recurring task that was completed or skipped."""

    id: UUID
    user_id: UUID
    task_id: UUID
    title: Title
    occurrence: DueText
    completed_at: Instant
    skipped: Skipped
    revision: Revision
    created_at: Instant
    updated_at: Instant

    @staticmethod
    def shaped(
        id: UUID,
        user_id: UUID,
        task_id: UUID,
        title: str,
        occurrence: str,
        series: int,
        number: int,
        completed_at: datetime,
        skipped: bool,
        before: Any,
        revision: int,
        created_at: datetime,
        updated_at: datetime,
        /,
    ) -> "CompletionOut":
        """The Form of completions on the wire."""
        done, created, updated = instant(completed_at), instant(created_at), instant(updated_at)
        return CompletionOut(id, user_id, task_id, title, occurrence, done, skipped, revision, created, updated)


COMPLETION_WIRE: Final = Wire(
    COMPLETIONS,
    "completions",
    out=CompletionOut,
    shaped=CompletionOut.shaped,
    internal=("series", "number", "before"),
)


class DoneOut(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What was done: an occurrence of a recurring task, or another task, whose id the entry has as well."""

    id: UUID
    task_id: UUID
    title: Title
    occurrence: DueText | None
    completed_at: Instant
    skipped: Skipped

    @staticmethod
    def of(done: Done) -> "DoneOut":
        occurrence = None if done.occurrence is None else done.occurrence.text
        at = instant(done.completed_at)
        return DoneOut(done.id, done.task_id, done.title, occurrence, at, done.skipped)
