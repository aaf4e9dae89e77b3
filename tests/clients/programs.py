"""Runs programs that call the service in this process."""

import asyncio
from pathlib import Path

SECONDS = 280
"""For one program, on a machine that may be busy."""


async def printed_by(*command: str | Path) -> str:
    """What a program prints, while the service answers in this process."""
    pipe = asyncio.subprocess.PIPE
    program = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    async with asyncio.timeout(SECONDS):
        out, errors = await program.communicate()
    assert program.returncode == 0, errors.decode()
    return out.decode().strip()
