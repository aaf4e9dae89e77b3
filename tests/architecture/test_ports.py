"""Every port is a protocol with its promises in words, and has a contract test that names it."""

import ast
import re
from collections import defaultdict

import pytest

from tests.architecture.sources import ROOT, below, tree

PROTOCOLS = [
    node
    for path in below("todo_core/ports")
    for node in ast.walk(tree(path))
    if isinstance(node, ast.ClassDef) and any("Protocol" in ast.unparse(base) for base in node.bases)
]
PART_OF = {"ThingReads": "Things", "HashingTurn": "PasswordHasher", "AccountsView": "AccountsUnitOfWork"}
"""Roles that are only ever obtained from another one, and are tested with it."""

HEIRS: defaultdict[str, list[str]] = defaultdict(list)
"""The classes outside the core, by what they inherit from."""

for path in below("todo_adapters", "todo_http"):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ClassDef):
            for base in node.bases:
                HEIRS[ast.unparse(base)].append(node.name)

every_port = pytest.mark.parametrize("port", PROTOCOLS, ids=lambda port: port.name)


def test_there_are_ports() -> None:
    assert {"Store", "UnitOfWork", "Clock", "PasswordHasher"} <= {port.name for port in PROTOCOLS}


@every_port
def test_every_port_has_a_contract_test_that_names_it(port: ast.ClassDef) -> None:
    name = PART_OF.get(port.name, port.name)
    folders = (ROOT / "tests" / "contracts", ROOT / "src" / "todo_adapters" / "contracts")
    tests = [path for folder in folders for path in folder.glob("test_*.py")]
    assert any(re.search(rf"\b{name}\b", path.read_text("utf-8")) for path in tests)


@every_port
def test_every_promise_is_in_words(port: ast.ClassDef) -> None:
    assert ast.get_docstring(port)
    methods = [node for node in port.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [method.name for method in methods if not ast.get_docstring(method)] == []


@every_port
def test_no_adapter_inherits_from_a_port(port: ast.ClassDef) -> None:
    """A method forgotten in a subclass of a Protocol silently returns None."""
    assert HEIRS[port.name] == []
