"""How many requests are lost while servers are replaced: all that are not answered with 2xx.

    python -m benchmarks.rolling_restarts [--requests 100000] [--mode aware|reload] [--clients 16]

``aware``: two servers are stopped and started one after the other, and clients ask those whose readiness is green,
as a balancer does. ``reload``: one server with two workers gets SIGHUP again and again, and clients know nothing.
Half of the clients use a new connection for each request, the others keep theirs as long as they are let. The
database is SQLite. Prints how the requests ended and how many tasks are missing, and exits with 1 when anything was
lost.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from time import monotonic
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.balancer import is_ready  # noqa: E402
from tests.support.load import Load, loading, stored_tasks  # noqa: E402
from tests.support.server import SECRET, Server, free_port, serving  # noqa: E402

PROBE_SECONDS = 0.1
UNLIMITED = {"TODO_REQUESTS_PER_MINUTE": "0"}
PERSON = {"email": "ada@example.org", "password": "correct horse battery", "name": "Ada"}


class Replicas:
    """Two servers on one database, replaced in turn."""

    def __init__(self, stack: AsyncExitStack, folder: Path, drain: str) -> None:
        self.stack = stack
        self.folder = folder
        settings = {"DATABASE_URL": f"sqlite:///{folder}/todo.db", "BETTER_AUTH_SECRET": SECRET} | UNLIMITED
        self.settings = settings | {"TODO_DRAIN_SECONDS": drain}
        self.servers: list[Server] = []
        self.ready: set[str] = set()

    def addresses(self) -> list[str]:
        return sorted(self.ready) or [server.url for server in self.servers]

    async def start(self) -> Server:
        # What a balancer does not know yet is not asked either: the address joins when its readiness is green.
        server = await self.stack.enter_async_context(serving(self.folder, "--migrate", **self.settings))
        self.servers.append(server)
        return server

    async def keep_probing(self) -> None:
        while True:
            for server in list(self.servers):
                (self.ready.add if await is_ready(server.url) else self.ready.discard)(server.url)
            await asyncio.sleep(PROBE_SECONDS)

    async def replace(self) -> None:
        old = self.servers[0]
        assert await old.stop() == 0
        self.servers.remove(old)
        self.ready.discard(old.url)
        new = await self.start()
        while new.url not in self.ready:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def aware(stack: AsyncExitStack, folder: Path, wanted: argparse.Namespace) -> tuple[Load, Callable[[], Any]]:
    replicas = Replicas(stack, folder, wanted.drain)
    for _ in range(2):
        await replicas.start()
    stack.callback(asyncio.create_task(replicas.keep_probing()).cancel)
    while len(replicas.ready) < 2:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return Load(await registered(replicas.servers[0]), replicas.addresses, wanted.pause), replicas.replace


async def reload(stack: AsyncExitStack, folder: Path, wanted: argparse.Namespace) -> tuple[Load, Callable[[], Any]]:
    settings = {"TODO_WORKERS": "2", "TODO_METRICS_PORT": str(free_port()), "TODO_DRAIN_SECONDS": wanted.drain}
    settings |= {"DATABASE_URL": f"sqlite:///{folder}/todo.db", "BETTER_AUTH_SECRET": SECRET} | UNLIMITED
    server = await stack.enter_async_context(serving(folder, "--migrate", **settings))

    async def again() -> None:
        before = server.log.count('"event":"reloaded"')
        server.process.send_signal(signal.SIGHUP)
        while server.log.count('"event":"reloaded"') == before:
            assert server.process.returncode is None, "it has ended"
            await asyncio.sleep(0.1)

    return Load(await registered(server), lambda: [server.url], wanted.pause), again


async def registered(server: Server) -> dict[str, Any]:
    async with server.client() as client:
        session: dict[str, Any] = (await client.post("/api/auth/register", json=PERSON)).json()
        return session


async def measure(wanted: argparse.Namespace) -> int:
    """How many requests were lost, and acknowledged tasks that are not stored."""
    prepare = aware if wanted.mode == "aware" else reload
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            load, replace = await prepare(stack, Path(folder), wanted)
            began, times = monotonic(), 0
            async with loading(load, wanted.clients):
                while load.ended.total() < wanted.requests:
                    async with asyncio.timeout(120):
                        await replace()
                    times += 1
                    print(f"{times} times replaced, {monotonic() - began:.0f} s: {dict(load.ended)}", flush=True)
        missing = load.ended["201"] - stored_tasks(Path(folder) / "todo.db")
    print(f"{wanted.mode}: {load.ended.total()} requests, {times} times replaced, {load.lost} lost,", end=" ")
    print(f"{load.refused} connections refused, slowest answer {load.slowest:.2f} s: {dict(load.ended)}")
    print(f"{missing} of the acknowledged tasks are not stored")
    return load.lost + max(0, missing)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--mode", choices=["aware", "reload"], default="aware")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--pause", type=float, default=0.0, help="between two requests on one connection")
    parser.add_argument("--drain", default="2", help="TODO_DRAIN_SECONDS")
    sys.exit(1 if asyncio.run(measure(parser.parse_args())) else 0)


if __name__ == "__main__":
    main()
