"""The shape of the code: small files with a purpose, small functions, no modules for odds and ends."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import ROOT, python_files, tree

FILE_MAX, FUNCTION_MAX = 300, 40
ODDS_AND_ENDS = {"utils", "util", "common", "base", "helpers", "misc", "manager", "dto", "impl"}


def test_no_file_is_long() -> None:
    sizes = {str(path): len((ROOT / path).read_text("utf-8").splitlines()) for path in python_files()}
    assert {path: size for path, size in sizes.items() if size > FILE_MAX} == {}


def test_every_file_says_in_its_first_line_what_it_is_for() -> None:
    heads = {str(path): (ast.get_docstring(tree(path)) or "").partition("\n")[0] for path in python_files()}
    assert {path: head for path, head in heads.items() if len(head) <= 20} == {}, "one purpose, in a sentence"


def test_no_function_is_long() -> None:
    sizes = {
        f"{path}: {f.name}": (f.end_lineno or 0) - f.lineno + 1 for path in python_files() for f in functions(path)
    }
    assert {name: size for name, size in sizes.items() if size > FUNCTION_MAX} == {}


def test_no_name_says_nothing() -> None:
    assert [path for path in python_files() if not ODDS_AND_ENDS.isdisjoint({path.stem, *path.parts})] == []


def test_no_folder_lies_deeper_than_two_below_its_package() -> None:
    assert [path for path in python_files() if path.parts[0] == "src" and len(path.parts) > 5] == []


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
