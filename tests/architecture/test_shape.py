"""The shape of the code: small files with a purpose, small functions, no drawers for odds and ends."""

import ast
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, python_files, tree

FILE_MAX, FUNCTION_MAX = 300, 40
ODDS_AND_ENDS = {"utils", "util", "common", "base", "helpers", "misc", "manager", "dto", "impl"}
files = pytest.mark.parametrize("path", python_files(), ids=str)


@files
def test_no_file_is_long(path: Path) -> None:
    assert len((ROOT / path).read_text("utf-8").splitlines()) <= FILE_MAX


@files
def test_every_file_says_in_its_first_line_what_it_is_for(path: Path) -> None:
    text = ast.get_docstring(tree(path))
    assert text
    assert len(text.splitlines()[0]) > 20, "one purpose, in a sentence"


@files
def test_no_function_is_long(path: Path) -> None:
    functions = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [f.name for f in functions if (f.end_lineno or 0) - f.lineno + 1 > FUNCTION_MAX] == []


@files
def test_no_name_says_nothing(path: Path) -> None:
    assert ODDS_AND_ENDS.isdisjoint({path.stem, *path.parts})


@pytest.mark.parametrize("path", [path for path in python_files() if path.parts[0] == "src"], ids=str)
def test_no_folder_lies_deeper_than_two_below_its_package(path: Path) -> None:
    assert len(path.parts) <= 5
