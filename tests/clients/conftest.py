"""The service on a port of its own, in the process of the tests."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import cast

import pytest_asyncio
import uvicorn

from tests.http.service import serving


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def address() -> AsyncIterator[str]:
    """Where clients reach the service, over the memory store."""
    async with serving() as api:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            config = uvicorn.Config(
                cast("uvicorn._types.ASGIApplication", api.app), lifespan="off", log_config=None, ws="none"
            )
            server = uvicorn.Server(config)
            running = asyncio.create_task(server.serve([listener]))
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            server.should_exit = True
            await running
