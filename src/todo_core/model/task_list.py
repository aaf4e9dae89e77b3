"""Lists of tasks: what they consist of, and the rules of their fields."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, TypedDict
from uuid import UUID

from todo_core.ids import ListId, UserId
from todo_core.limits import LIST_NAME_MAX
from todo_core.model.kinds import Kind
from todo_core.model.rules import Broken, flag, one_line, optional

HEX: Final = frozenset("0123456789abcdef")


class ListFields(TypedDict, total=False):
    """The fields that can be given, as plain values: what the rules of LISTS take."""

    name: str
    color: str | None
    archived: bool


class NewListFields(ListFields, total=False):
    """The fields of a new list, and its id if you choose one."""

    id: UUID | str


def _color(text: str) -> str:
    """A colour in the notation of HTML, with lower-case digits. Raises Broken."""
    lower = text.lower() if len(text) == len("#rrggbb") else ""
    if not lower.startswith("#") or not HEX.issuperset(lower[1:]):
        raise Broken("invalid-color", "This must be a colour such as #1e90ff.")
    return lower


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskList:
    """A list that tasks can be in. Tasks in no list are in the inbox."""

    id: ListId
    user_id: UserId
    name: str
    color: str | None = None
    archived: bool = False
    position: str = ""
    revision: int = 0
    created_at: datetime
    updated_at: datetime


LISTS: Final = Kind(
    "list",
    TaskList,
    rules={
        "name": partial(one_line, longest=LIST_NAME_MAX),
        "color": optional(_color),
        "archived": flag,
    },
    required=["name"],
    counted="lists",
)
