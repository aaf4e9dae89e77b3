"""The kinds of things that are stored, by name: the only list of them in the core."""

from collections.abc import MutableMapping
from typing import Any, Final

from todo_core.model.completion import COMPLETIONS
from todo_core.model.kinds import Kind
from todo_core.model.task import TASKS
from todo_core.model.task_list import LISTS

KINDS: Final[MutableMapping[str, Kind[Any]]] = {kind.name: kind for kind in (LISTS, TASKS, COMPLETIONS)}
"""Those that others refer to come before them."""
