"""Runs the tests of the client's pure modules with Node, where there is one; the browser tests do not depend on it."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.node import node

FILES = sorted(Path(__file__).parent.glob("*.test.js"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_pure_modules_of_the_client_pass_their_tests(path: Path) -> None:
    done = subprocess.run([node(), "--test", str(path)], capture_output=True, text=True, check=False, timeout=50)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\S tests [1-9]", done.stdout, re.M), "tests were found"
