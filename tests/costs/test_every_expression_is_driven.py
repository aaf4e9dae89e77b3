"""No regular expression gets into the sources without being driven with hostile texts, or said to see none."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, below, module_name, tree
from tests.costs.subjects_patterns import DRIVEN, OUR_OWN, TRUSTED, methods

COMPILING = {"compile", "escape"}


def compiled() -> set[str]:
    """The names of all compiled expressions in modules."""
    found = set()
    for path in below(*PACKAGES):
        name = module_name(path)
        if path.stem != "__main__":
            values = vars(import_module(name)).items()
            found |= {f"{name}.{attribute}" for attribute, value in values if _is_own(value, name, attribute)}
    return found


def _is_own(value: object, module: str, attribute: str) -> bool:
    """True for an expression that the module has not imported from another one of ours."""
    if not isinstance(value, re.Pattern):
        return False
    source = next(path for path in below(*PACKAGES) if module_name(path) == module)
    names = [
        alias.asname or alias.name
        for node in ast.walk(tree(source))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    return attribute not in names


@pytest.mark.check("P2")
def test_every_compiled_expression_is_driven_or_sees_nothing_from_outside() -> None:
    assert compiled() == DRIVEN.keys() | TRUSTED.keys()
    assert not DRIVEN.keys() & TRUSTED.keys()


@pytest.mark.parametrize("name", DRIVEN)
def test_every_driven_expression_is_used(name: str) -> None:
    assert methods(name), "in no way that would be driven"


def sees_only_our_own(module: str) -> bool:
    return any(name.rpartition(".")[0] == module and seen in OUR_OWN for name, seen in TRUSTED.items())


@pytest.mark.check("P2")
@pytest.mark.parametrize(
    "path", [path for path in below(*PACKAGES) if not sees_only_our_own(module_name(path))], ids=str
)
def test_expressions_are_compiled_where_they_can_be_found(path: Path) -> None:
    """As values of their module; elsewhere only in modules that read settings or our own sources."""
    outer = {id(node) for statement in tree(path).body for node in _at_module_level(statement)}
    hidden = [
        f"line {node.lineno}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and (node.func.attr not in COMPILING or id(node) not in outer)
    ]
    assert hidden == []


def _at_module_level(statement: ast.stmt) -> list[ast.AST]:
    return list(ast.walk(statement)) if isinstance(statement, ast.Assign | ast.AnnAssign) else []
