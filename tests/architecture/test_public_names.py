"""What scripts import from ``todo_core``: everything that the facade takes, returns and raises."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_origin, get_type_hints

import pytest

import todo_core
from tests.architecture.sources import below, imported, python_files, tree
from todo_core import Accounts, Lists, Sessions, Tags, Tasks, Todo, TodoError, Trash, Workspace, errors
from todo_core.usecases import batch

FACADE = (Todo, Workspace, Tasks, Lists, Tags, Trash, Accounts, Sessions)
OUTSIDE_THE_CORE = {"todo_adapters.bootstrap", "todo_adapters.memory.security", "todo_adapters.memory.store"}
OUTSIDE_THE_CORE |= {"todo_adapters.runtime", "todo_core.model.zones"}


def own_names(hint: Any) -> Iterator[str]:
    """The names of the core's types in a type hint, those of its parameters included."""
    for each in (hint, get_origin(hint)):
        if str(getattr(each, "__module__", "")).startswith("todo_core"):
            yield each.__name__
    for part in getattr(hint, "__args__", ()):
        yield from own_names(part)


@pytest.mark.parametrize("part", FACADE, ids=lambda part: part.__name__)
def test_every_type_in_a_signature_of_the_facade_can_be_imported(part: type) -> None:
    members = [member for name, member in inspect.getmembers(part) if not name.startswith("_")]
    functions = [member.fget if isinstance(member, property) else member for member in members]
    hints = [get_type_hints(each).values() for each in functions if inspect.isfunction(each)]
    names = {part.__name__} | {name for values in hints for hint in values for name in own_names(hint)}
    assert hints
    assert names - set(todo_core.__all__) == set()


def test_every_error_and_every_step_of_a_batch_can_be_imported() -> None:
    raised = {name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, TodoError)}
    steps = {name for name in vars(batch) if name.endswith("Step")}
    assert (len(raised) > 20, len(steps)) == (True, 6)
    assert (raised | steps) - set(todo_core.__all__) == set()


def test_the_names_are_those_that_are_imported_and_no_others() -> None:
    [path] = below("todo_core/__init__.py")
    statements = [node for node in tree(path).body if isinstance(node, ast.ImportFrom)]
    assert sorted(todo_core.__all__) == sorted(alias.name for node in statements for alias in node.names)


# A storage adapter, such as that of examples/document_store, implements ports and imports them where they are.
@pytest.mark.parametrize("path", [path for path in python_files() if path.parent == Path("examples")], ids=str)
def test_examples_import_the_core_from_one_place(path: Path) -> None:
    assert {name for name in imported(path) if name.startswith("todo_")} <= {"todo_core"} | OUTSIDE_THE_CORE
