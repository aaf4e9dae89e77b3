"""A real server in a process of its own, as ``todo serve`` starts it."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
LIMITS_OF_NETWORKS = ("TODO_LOGIN_FAILURES_PER_MINUTE", "TODO_REGISTRATIONS_PER_HOUR")
"""Switched off, because all people come from this machine."""

SECRET = "o2cGm1sOZpFeVqXw9y4tKj7RbNuA0dLh"


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A running server. ``log`` is what it has written so far, ``metrics`` an address if it has one."""

    process: asyncio.subprocess.Process
    url: str
    log_file: Path
    metrics: str

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, timeout=20, verify=False)  # there is nothing to verify

    async def answering(self, path: str = "/health/live", status: int = 200, seconds: float = 60) -> None:
        """Waits until the path answers with this status."""
        async with asyncio.timeout(seconds), self.client() as client:
            while True:
                assert self.process.returncode is None, self.log
                try:
                    if (await client.get(path)).status_code == status:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)

    async def stop(self, how: signal.Signals = signal.SIGTERM, seconds: float = 60) -> int:
        """Tells it to stop and waits; the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(how)
        async with asyncio.timeout(seconds):
            return await self.process.wait()


@asynccontextmanager
async def serving(
    folder: Path, *arguments: str, ready: str = "/health/ready", **settings: str
) -> AsyncIterator[Server]:
    """A server with these settings, ready; killed at the end if it is still there."""
    async with serving_into(None, folder, *arguments, ready=ready, **settings) as server:
        yield server


@asynccontextmanager
async def serving_into(
    output: int | None, folder: Path, /, *arguments: str, ready: str = "/health/ready", **settings: str
) -> AsyncIterator[Server]:
    """The same with its stdout and stderr going to a file descriptor instead of the log file."""
    program = str(Path(sys.executable).parent / "todo")
    async with _started([program, "serve", *arguments], folder, output, ready, settings) as server:
        yield server


@asynccontextmanager
async def serving_as(
    program: list[str], folder: Path, /, *arguments: str, ready: str = "/health/ready", **settings: str
) -> AsyncIterator[Server]:
    """The same with another program than ``todo``, which understands what that does."""
    settings["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    async with _started([*program, "serve", *arguments], folder, None, ready, settings) as server:
        yield server


@asynccontextmanager
async def _started(
    command: list[str], folder: Path, output: int | None, ready: str, settings: dict[str, str]
) -> AsyncIterator[Server]:
    port = int(settings.get("TODO_PORT") or free_port())
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
    usual = {"TODO_PORT": str(port), "TODO_DATA_DIR": str(folder / "var"), "TODO_LOG_FORMAT": "json"}
    usual |= dict.fromkeys(("TODO_DRAIN_SECONDS", *LIMITS_OF_NETWORKS), "0")
    environ = kept | usual | settings
    log_file = folder / f"log-{port}"
    with log_file.open("wb") as log:
        target = log if output is None else output
        process = await asyncio.create_subprocess_exec(*command, cwd=folder, env=environ, stdout=target, stderr=target)
    metrics = f"http://127.0.0.1:{environ.get('TODO_METRICS_PORT')}/metrics"
    server = Server(process, f"http://127.0.0.1:{port}", log_file, metrics)
    try:
        await server.answering(ready)
        yield server
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
