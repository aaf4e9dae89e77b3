"""Ids: UUIDv7 values (RFC 9562), one type per kind of entity."""

from typing import NewType
from uuid import UUID

UserId = NewType("UserId", UUID)
SessionId = NewType("SessionId", UUID)
TaskId = NewType("TaskId", UUID)
ListId = NewType("ListId", UUID)
CompletionId = NewType("CompletionId", UUID)
