"""PostgreSQL servers that can be stopped, started again and cut off: one alone, or a primary with its standby.

The primary waits at each commit for its standby, which follows it by way of a proxy, so that a test can cut the two
from each other. What they hold is thrown away in the end.
"""

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg

from tests.support.postgres_binaries import (
    KEEPER,
    Binaries,
    candidates,
    free_port,
    initialise,
    run,
    serve,
    server_user,
    settle,
    stop_serving,
)
from tests.support.postgres_server import THROWAWAY_SETTINGS, NotReadyError, Unavailable, wait_until_ready
from tests.support.proxy import Proxy

SETTINGS = {**THROWAWAY_SETTINGS, "synchronous_commit": "on", "wal_retrieve_retry_interval": "100ms"}
STANDBY = "standby"
UNTIL_INTERRUPTED = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL); signal.pause()"
SECONDS = 30
"""How long anything may take that a server is asked for."""


class Server:
    """A server whose data outlive its process. It keeps its port."""

    def __init__(self, binaries: Binaries, folder: Path, uid: int | None, password: str) -> None:
        self.binaries = binaries
        self.folder = folder
        self.data = folder / "data"
        self.uid = uid
        self.password = password
        self.port = free_port()
        self._keeper: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"

    def start(self, **settings: str) -> None:
        """Runs until it is stopped, or until the test run is over."""
        running = Path(tempfile.mkdtemp(prefix="running-", dir=self.folder))
        if self.uid is not None:
            os.chown(running, self.uid, self.uid)
        keeper = serve(self.binaries, running, self.data, SETTINGS | settings, self.port, self.uid)
        self._keeper = keeper
        wait_until_ready(self.url, seconds=SECONDS, alive=lambda: keeper.poll() is None)

    def stop(self) -> None:
        """In order but fast: connections are ended, not awaited."""
        if self._keeper:
            stop_serving(self._keeper)
            self._keeper = None

    def kill(self) -> None:
        """At once, as when the machine fails."""
        with suppress(OSError):
            os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        self.stop()

    async def ask(self, statement: str, *arguments: object) -> Any:
        """The first value that a statement gives, on a connection of its own."""
        connection = await asyncpg.connect(self.url, timeout=SECONDS)
        try:
            return await connection.fetchval(statement, *arguments)
        finally:
            await connection.close()

    async def until(self, question: str) -> None:
        """Waits until the answer is true."""
        deadline = time.monotonic() + SECONDS
        while not await self.ask(question):
            assert time.monotonic() < deadline, question
            await asyncio.sleep(0.02)

    async def change(self, name: str, value: str) -> None:
        """Another setting, from now on."""
        await self.ask(f"ALTER SYSTEM SET {name} = '{value}'")
        await self.ask("SELECT pg_reload_conf()")


class Pair:
    """A primary and a standby for which each of its commits waits."""

    def __init__(self, primary: Server) -> None:
        self.primary = primary
        self.standby: Server | None = None
        self._link: Proxy | None = None
        self._made = 0

    async def follow(self) -> None:
        """Makes a standby of the primary and waits until the two are in step."""
        primary = self.primary
        self._made += 1
        folder = primary.folder.parent / f"standby-{self._made}"
        standby = Server(primary.binaries, folder, primary.uid, primary.password)
        _make_folder(folder, primary.uid)
        backup = [str(primary.binaries.folder / "pg_basebackup"), "--no-sync", "-c", "fast", "-d", primary.url]
        await asyncio.to_thread(run, [*backup, "-D", str(standby.data)], primary.uid)
        (standby.data / "standby.signal").touch()
        self._link = Proxy(primary.url)
        await self._link.up()
        source = f"host=127.0.0.1 port={self._link.port} user=postgres password={primary.password}"
        settings = {"primary_conninfo": f"{source} application_name={STANDBY} sslmode=disable gssencmode=disable"}
        await asyncio.to_thread(standby.start, **settings)
        self.standby = standby
        await primary.change("synchronous_standby_names", STANDBY)
        await self._in_step()

    async def cut(self) -> None:
        """From now on the standby hears nothing, and the primary nothing of it."""
        assert self._link is not None
        await self._link.down()
        await self.primary.until("SELECT count(*) = 0 FROM pg_stat_replication")

    async def join(self) -> None:
        """They are connected again, and in step."""
        assert self._link is not None
        await self._link.up()
        await self._in_step()

    async def fail_over(self) -> None:
        """The primary is gone; what was the standby is the primary, and waits for nobody."""
        assert self._link is not None
        assert self.standby is not None
        await self._link.down()
        await asyncio.to_thread(self.primary.kill)
        await self.standby.ask("SELECT pg_promote()")
        await self.standby.until("SELECT NOT pg_is_in_recovery()")
        await self.standby.change("synchronous_standby_names", "")
        shutil.rmtree(self.primary.folder, ignore_errors=True)
        self.primary, self.standby, self._link = self.standby, None, None

    async def restore(self) -> None:
        """In step again, with a new standby if the last one was promoted."""
        if self.standby is None:
            await self.follow()
        else:
            await self.cut()
            await self.join()

    async def close(self) -> None:
        """Ends both."""
        if self._link:
            await self._link.down()
        for server in (self.standby, self.primary):
            if server:
                await asyncio.to_thread(server.kill)

    async def _in_step(self) -> None:
        await self.primary.until("SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'")


@contextmanager
def lone_server() -> Iterator[Server | Unavailable]:
    """A server that is up, or the reason why there is none. Its files are removed in the end."""
    reasons = []
    uid = server_user()
    for candidate in candidates():
        try:
            binaries, folder = settle(candidate, uid)
        except (OSError, subprocess.SubprocessError, NotReadyError) as error:
            reasons.append(f"{candidate.origin}: {error}")
            continue
        with _kept(folder):
            server = Server(binaries, folder / "primary", uid, secrets.token_hex(16))
            _make_folder(server.folder, uid)
            initialise(binaries, server.folder, server.password, uid)
            server.start()
            try:
                yield server
            finally:
                server.kill()
        return
    yield Unavailable("; ".join(reasons) or "no server binaries are installed")


@asynccontextmanager
async def postgres_pair() -> AsyncIterator[Pair | Unavailable]:
    """A pair in step, or the reason why there is none."""
    with lone_server() as primary:
        if isinstance(primary, Unavailable):
            yield primary
            return
        pair = Pair(primary)
        try:
            await pair.follow()
            yield pair
        finally:
            await pair.close()


def _make_folder(folder: Path, uid: int | None) -> None:
    folder.mkdir()
    if uid is not None:
        os.chown(folder, uid, uid)


@contextmanager
def _kept(folder: Path) -> Iterator[None]:
    """Removes the folder in the end, also if the test run is killed."""
    python = [sys.executable, "-I"]
    command = [*python, str(KEEPER), str(folder), "-1", *python, "-c", UNTIL_INTERRUPTED]
    keeper = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield
    finally:
        stop_serving(keeper)
