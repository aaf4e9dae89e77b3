"""Runs programs that call the service in this process."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest

SECONDS = 280
"""For one program, on a machine that may be busy."""

OLDEST_NODE = 20


def node() -> str:
    """Node, if it is recent enough. Skips the test if not."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        pytest.skip("Node and npm are not on PATH.")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < OLDEST_NODE:
        pytest.skip(f"Node {OLDEST_NODE} or newer is needed, this is {version}.")
    return found


async def printed_by(*command: str | Path) -> str:
    """What a program prints, while the service answers in this process."""
    pipe = asyncio.subprocess.PIPE
    program = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    async with asyncio.timeout(SECONDS):
        out, errors = await program.communicate()
    assert program.returncode == 0, errors.decode()
    return out.decode().strip()
