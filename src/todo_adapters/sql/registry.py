"""The kinds of things that are stored, each with its table: the only list of them here."""

from typing import Any, Final

from todo_adapters.sql.completions import COMPLETION_TABLE
from todo_adapters.sql.kinds import KindTable
from todo_adapters.sql.lists import LIST_TABLE
from todo_adapters.sql.tasks import TASK_TABLE
from todo_core.model.kinds import E, Kind

TABLES: Final[list[KindTable[Any]]] = [LIST_TABLE, TASK_TABLE, COMPLETION_TABLE]
"""Those that others refer to come before them."""

KIND_TABLES: Final = {each.kind.name: each for each in TABLES}


def table_of(kind: Kind[E]) -> KindTable[E]:
    """Raises KeyError for a kind that is not stored."""
    return KIND_TABLES[kind.name]
