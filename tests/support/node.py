"""Node, for the tests of programs in JavaScript."""

import re
import shutil
import subprocess
from functools import cache
from typing import Final

import pytest

OLDEST: Final = 20


@cache
def node() -> str:
    """The path of Node. Skips the test where there is none, or one that is too old."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("Node is not on PATH.")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    major = re.match(r"v(\d+)\.", version)
    if major is None or int(major[1]) < OLDEST:
        pytest.skip(f"Node {OLDEST} or newer is needed, this is {version}.")
    return found
