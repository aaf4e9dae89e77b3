"""Tasks: how they are stored."""

from typing import Final

import msgspec

from todo_adapters.sql.kinds import KindTable
from todo_adapters.sql.tables import tasks
from todo_core.model.kinds import json_of
from todo_core.model.rules import fold
from todo_core.model.task import RANKS, TASKS, Priority
from todo_core.model.task_filter import searchable

PRIORITIES: Final[dict[int | None, Priority | None]] = {None: None} | {rank: each for each, rank in RANKS.items()}
NO_TAGS: Final = "[]"
_decode: Final = msgspec.json.Decoder(tuple[str, ...]).decode
TASK_TABLE: Final = KindTable(
    TASKS,
    tasks,
    write={
        "priority": lambda task: task.priority and task.priority.rank,
        "due_kind": lambda task: task.due_date and task.due_date.kind.value,
        "due_at": lambda task: task.due_date and task.due_date.at,
        "deferred_kind": lambda task: task.deferred_until and task.deferred_until.kind.value,
        "deferred_at": lambda task: task.deferred_until and task.deferred_until.at,
        "tags": lambda task: json_of(task.tags) if task.tags else NO_TAGS,
        "title_key": lambda task: fold(task.title),
        "description_key": lambda task: searchable(task.description),
    },
    read={
        "priority": PRIORITIES.__getitem__,
        "tags": lambda text: () if text == NO_TAGS else _decode(text),
    },
)

COLUMNS: Final = TASK_TABLE.columns
