"""scripts/dev.py on a Python that is too old: one sentence, whatever its version."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

DEV = Path(__file__).resolve().parents[2] / "scripts" / "dev.py"
OF_PYTHON_2 = "Import ImportFrom If Expr Call Attribute Name Constant Tuple Compare Lt Eq BinOp Mod Subscript"
INTERPRETERS = [
    path
    for place in (Path("/usr/bin"), *Path.home().glob(".pyenv/versions/*/bin"))
    for name in ("python2.7", "python3.6", "python3.10")
    if (path := place / name).exists()
]


def says_which_python_is_needed(command: list[str]) -> bool:
    """True when that is all it says, in one line."""
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    sentence = r"Python 3\.11 or newer is needed, but \S+ is Python [23]\.\d+; name a newer one, .+\n"
    return (shown.returncode, shown.stdout) == (1, "") and re.fullmatch(sentence, shown.stderr) is not None


def test_any_python_can_compile_the_start_of_the_commands() -> None:
    source = DEV.read_text("ascii")  # Python 2.7 assumes it
    kinds = {type(node).__name__ for node in ast.walk(ast.parse(source))}
    assert kinds - {*OF_PYTHON_2.split(), "Module", "Load", "alias"} == set()


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 13)])
def test_an_old_version_is_refused_before_anything_is_imported(version: tuple[int, ...]) -> None:
    code = f"import runpy, sys; sys.version_info = {version}; runpy.run_path({str(DEV)!r}, run_name='__main__')"
    assert says_which_python_is_needed([sys.executable, "-c", code])


@pytest.mark.parametrize("python", INTERPRETERS or [pytest.param(None, marks=pytest.mark.skip("there is none here"))])
def test_an_old_interpreter_is_refused(python: Path) -> None:
    assert says_which_python_is_needed([str(python), str(DEV), "run"])
