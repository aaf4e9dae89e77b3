"""Who may import what: the core and what runs beside it need nothing outside the standard library."""

import ast
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import below, imported, module_name, tree

STANDARD = set(sys.stdlib_module_names)
BESIDE_THE_CORE = ("todo_adapters.memory", "todo_adapters.runtime")
SECURITY = (
    *BESIDE_THE_CORE,
    "todo_adapters.security.password_worker",
    "todo_adapters.security.signed_records",
    "todo_adapters.shield",
)


def allowed(name: str, packages: tuple[str, ...]) -> bool:
    own = any(name == package or name.startswith(f"{package}.") for package in packages)
    return own or name.partition(".")[0] in STANDARD


@pytest.mark.check("O5")
@pytest.mark.parametrize("path", below("todo_core"), ids=str)
def test_the_core_imports_the_standard_library_and_itself(path: Path) -> None:
    assert [name for name in imported(path) if not allowed(name, ("todo_core",))] == []


@pytest.mark.parametrize("path", below("todo_adapters/memory", "todo_adapters/runtime.py"), ids=str)
def test_the_memory_store_and_the_runtime_import_the_core_and_each_other(path: Path) -> None:
    beside = SECURITY if path.name == "security.py" else BESIDE_THE_CORE
    assert [name for name in imported(path) if not allowed(name, ("todo_core", *beside))] == []


@pytest.mark.parametrize("path", below("todo_core"), ids=str)
def test_nothing_in_the_core_reaches_for_the_world_by_itself(path: Path) -> None:
    world = {"os", "io", "socket", "ssl", "secrets", "random", "time", "subprocess", "threading", "logging", "sqlite3"}
    assert world.isdisjoint(name.partition(".")[0] for name in imported(path))


@pytest.mark.parametrize("path", below("todo_core/model"), ids=str)
def test_the_model_has_no_async(path: Path) -> None:
    asynchronous = ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith | ast.Await
    assert [node.lineno for node in ast.walk(tree(path)) if isinstance(node, asynchronous)] == []
    assert "asyncio" not in imported(path)


@pytest.mark.parametrize("path", below("todo_core", "todo_adapters", "todo_http"), ids=str)
def test_nobody_but_the_command_line_and_the_server_imports_the_composition_root(path: Path) -> None:
    if module_name(path) not in {"todo_http.asgi", "todo_adapters.cli.running", "todo_adapters.bootstrap"}:
        assert "todo_adapters.bootstrap" not in imported(path)
