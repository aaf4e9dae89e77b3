"""Clients that are generated from the OpenAPI document compile, and go through the round of a typical client."""

import asyncio
from pathlib import Path

from tests.clients.generators import SECONDS, python_client, python_with_generator, typescript_client


async def printed_by(*command: str | Path, **variables: str) -> str:
    """What a program prints, while the service answers in this process."""
    pipe = asyncio.subprocess.PIPE
    program = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, env=variables)
    async with asyncio.timeout(SECONDS):
        out, errors = await program.communicate()
    assert program.returncode == 0, errors.decode()
    return out.decode().strip()


async def test_a_generated_python_client_goes_through_the_round(address: str) -> None:
    folder = await asyncio.to_thread(python_client)
    printed = await printed_by(python_with_generator(), "-W", "error", folder / "round.py", address)
    assert printed == "python@example.org"


async def test_a_generated_typescript_client_goes_through_the_round(address: str) -> None:
    folder = await asyncio.to_thread(typescript_client)
    assert await printed_by("node", folder / "round.js", address) == "typescript@example.org"
