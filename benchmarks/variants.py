"""The servers that are measured: the service on three databases, and the yardsticks on the large one."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.asks import CASES
from tests.support.server import SECRET, free_port

ROOT: Final = Path(__file__).resolve().parents[1]
YARDSTICKS: Final = "benchmarks.yardsticks"
NODE_FOLDER: Final = ROOT / "benchmarks" / "yardsticks" / "fastify"
SERVICE_BIN: Final = Path(os.environ.get("TODO_BENCH_SERVICE_BIN", ROOT / ".venv" / "bin"))
"""Where the service runs from: the environment of `make run`, in which there is no yardstick."""


class NotThereError(Exception):
    """A variant cannot be measured here; the message says why."""


class BrokenVariantError(Exception):
    """A server did not start, or does not answer as it should."""


@dataclass(frozen=True)
class Variant:
    """One way to answer the requests. ``database`` is the name of the one that it is on.

    ``tree`` holds the sources when they are others than those that are installed.
    """

    name: str
    about: str
    command: Callable[[int], list[str]]
    database: str = "large"
    cases: Sequence[str] = CASES
    forgets_tokens: bool = False
    tree: Path | None = None


def todo(port: int) -> list[str]:
    """What `make run` runs, on a database that has its schema already."""
    return [str(SERVICE_BIN / "todo"), "serve", "--port", str(port), "--workers", "1"]


def granian(module: str, port: int) -> list[str]:
    """The server of the service, with an application of ours."""
    options = ["--interface", "asgi", "--factory", "--workers", "1", "--loop", "uvloop", "--http", "1", "--no-ws"]
    program = str(SERVICE_BIN / "granian")
    return [program, *options, "--log-level", "warning", "--port", str(port), f"{YARDSTICKS}.{module}:create_app"]


def _uvicorn(port: int) -> list[str]:
    options = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    return [sys.executable, "-m", "uvicorn", *options, "--port", str(port), f"{YARDSTICKS}.fastapi_sqlmodel:app"]


def _fastify(port: int) -> list[str]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotThereError("there is no Node")
    if not (NODE_FOLDER / "node_modules" / ".package-lock.json").exists():
        done = subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=NODE_FOLDER, check=False, capture_output=True)
        if done.returncode:
            raise NotThereError("its packages could not be installed (npm ci)")
    return [node, str(NODE_FOLDER / "server.js"), str(port)]


VARIANTS: Final = (
    Variant("service", "the working tree, as `make run` serves it on PostgreSQL", todo, forgets_tokens=True),
    Variant("floor", "the same HTTP edge, hand-written SQL, no domain", partial(granian, "floor"), forgets_tokens=True),
    Variant("pool", "the floor with an unmodified asyncpg.Pool", partial(granian, "pool"), forgets_tokens=True),
    Variant("orm", "Litestar, JWTAuth, SQLAlchemy's AsyncSession; no log, no extra headers", partial(granian, "orm")),
    Variant("fastapi", "FastAPI, SQLModel, PyJWT, uvicorn; no log, no extra headers", _uvicorn),
    Variant("fastify", "Fastify, pg, fast-jwt with its cache; the same headers, ids and log", _fastify),
    Variant("small", "the service on 10,000 tasks", todo, "small", ("get", "list"), forgets_tokens=True),
    Variant("sqlite", "the service, embedded database", todo, "sqlite", ("get", "list", "create"), forgets_tokens=True),
)


@dataclass
class Running:
    """A variant at work."""

    variant: Variant
    url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def name(self) -> str:
        return self.variant.name


@contextmanager
def serving(variant: Variant, database_url: str, folder: Path) -> Iterator[Running]:
    """A variant that answers; it and all that it started are gone afterwards. Raises BrokenVariantError."""
    port = free_port()
    command = variant.command(port)
    sources = [variant.tree / "src", variant.tree / "migrations"] if variant.tree else [ROOT]
    environ = settings(database_url, port, folder / f"{variant.name}-var", sources)
    log = folder / f"{variant.name}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, env=environ, stdout=out, stderr=out, start_new_session=True)
    running = Running(variant, f"http://127.0.0.1:{port}", process, log)
    try:
        wait_until_ready(running)
        yield running
    finally:
        stop(process)


def settings(database_url: str, port: int, data: Path, sources: Sequence[Path]) -> dict[str, str]:
    """What every variant is told. Nothing of the caller's but where programs are."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONPATH": os.pathsep.join(map(str, sources)),
        "DATABASE_URL": database_url,
        "BETTER_AUTH_SECRET": SECRET,
        "TODO_PORT": str(port),
        "TODO_DATA_DIR": str(data),
        "TODO_LOG_FORMAT": "json",
        "NODE_ENV": "production",
    }


def stop(process: "subprocess.Popen[bytes]") -> None:
    """As Ctrl-C would; and with force, and all below it, if that does not help."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(5)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until_ready(running: Running, seconds: float = 20) -> None:
    """Raises BrokenVariantError with the end of its log when it does not come up."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and running.process.poll() is None:
        if status(f"{running.url}/health/ready") == 200:
            return
        time.sleep(0.01)
    raise BrokenVariantError(f"{running.name} does not come up: {running.log.read_text()[-2000:]}")


def status(url: str) -> int:
    """Of a GET; 0 when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
