"""Clients that are generated from the OpenAPI document compile, and go through the round of a typical client."""

import asyncio

import pytest

from tests.clients.generators import python_client, python_with_generator, typescript_client
from tests.clients.programs import printed_by
from tests.support.node import node

pytestmark = pytest.mark.timeout(900)  # the first run installs generators


async def test_a_generated_python_client_goes_through_the_round(address: str) -> None:
    folder = await asyncio.to_thread(python_client)
    printed = await printed_by(python_with_generator(), "-W", "error", folder / "round.py", address)
    assert printed == "python@example.org"


async def test_a_generated_typescript_client_goes_through_the_round(address: str) -> None:
    folder = await asyncio.to_thread(typescript_client)
    assert await printed_by(node(), folder / "round.js", address) == "typescript@example.org"
