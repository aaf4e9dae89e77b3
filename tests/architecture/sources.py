"""The project's own source files, as text and as syntax trees."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("todo_core", "todo_adapters", "todo_http")


@cache
def python_files() -> tuple[Path, ...]:
    """Every Python file of the project, tests included, relative to its root."""
    folders = ("src", "migrations", "tests", "scripts", "examples", "benchmarks")
    below = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return tuple(sorted(path.relative_to(ROOT) for path in (ROOT / "conftest.py", *below)))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text("utf-8"), str(path))


def below(*folders: str) -> list[Path]:
    """The files in these folders of ``src``, or the files themselves."""
    wanted = [Path("src") / folder for folder in folders]
    return [path for path in python_files() if any(path == folder or folder in path.parents for folder in wanted)]


def module_name(path: Path) -> str:
    """The name under which a file of ``src`` is imported."""
    parts = path.relative_to("src").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imported(path: Path) -> frozenset[str]:
    """The full names of all modules that a file imports, wherever in it."""
    return frozenset(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""
