"""Runs the tests of the client's pure modules with Node, where there is one; the browser tests do not depend on it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

FILES = sorted(Path(__file__).parent.glob("*.test.js"))
OLDEST = 20


@pytest.fixture(scope="module")
def node() -> str:
    """The program, if it is recent enough."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("Node is not on PATH")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    major = re.match(r"v(\d+)\.", version)
    if major is None or int(major[1]) < OLDEST:
        pytest.skip(f"Node {OLDEST} or newer is needed, this is {version}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_pure_modules_of_the_client_pass_their_tests(node: str, path: Path) -> None:
    done = subprocess.run([node, "--test", str(path)], capture_output=True, text=True, check=False, timeout=50)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\S tests [1-9]", done.stdout, re.M), "tests were found"
