"""Lists: how they are stored."""

from typing import Final

from todo_adapters.sql.kinds import KindTable
from todo_adapters.sql.tables import lists
from todo_core.model.task_list import LISTS

LIST_TABLE: Final = KindTable(LISTS, lists)
