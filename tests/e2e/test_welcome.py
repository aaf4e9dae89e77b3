"""What `todo serve` says at a terminal, in order with the log."""

import asyncio
import os
import sys
from pathlib import Path

import httpx

from tests.support.server import free_port
from tests.support.terminal import at_terminal


async def test_at_a_terminal_it_stands_between_the_start_and_the_first_request(tmp_path: Path) -> None:
    port = free_port()
    environ = {"PATH": os.environ["PATH"], "TODO_PORT": str(port), "TODO_DATA_DIR": str(tmp_path)}
    with at_terminal([str(Path(sys.executable).parent / "todo"), "serve", "--migrate"], tmp_path, environ) as terminal:
        terminal.wait_for(" ready")
        terminal.wait_for(f"Open http://127.0.0.1:{port} in your browser.")
        terminal.wait_for("Stop with Ctrl-C.\r\n\r\n")
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://127.0.0.1:{port}/health/ready")).status_code == 200
        terminal.wait_for("/health/ready")
        terminal.type("\x03")
        assert await asyncio.to_thread(terminal.process.wait, 20) == 0
    assert terminal.shown.index("Open") < terminal.shown.index(" 200 GET")
