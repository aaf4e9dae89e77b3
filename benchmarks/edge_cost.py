"""What a version costs in throughput: an earlier revision and the working tree, side by side in one run.

    python benchmarks/edge_cost.py [--before REVISION] [--rounds 5] [--seconds 3]

Both are served by `todo serve` with one worker, each on a database of its own on the same PostgreSQL, and loaded in
turns by wrk with 32 connections over many users. The PostgreSQL is the one that the tests find: unless
TODO_TEST_DATABASE_URL names another it runs in memory and without fsync, so that writes cost what the code costs.
"""

import argparse
import asyncio
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import httpx  # noqa: E402

from tests.support.postgres import Unavailable, create_database, drop_database, find_postgres  # noqa: E402

CONNECTIONS = 32
PEOPLE = 32
TASKS = 100
SECRET = "o2cGm1sOZpFeVqXw9y4tKj7RbNuA0dLh"
CASES = {
    "get one": "get",
    "list 50": "list",
    "create, no key": "create",
    "create, keyed": "keyed",
}
SCRIPT = """
local requests, people, place, run = {}, {}, 0, os.getenv("RUN")
local json = {["Content-Type"] = "application/json"}
init = function(args)
  for line in io.lines(args[1]) do
    local user, token, task = line:match("(%S+) (%S+) (%S+)")
    local path, head = "/api/" .. user .. "/tasks", {["Authorization"] = "Bearer " .. token}
    local made = {["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json"}
    if args[2] == "get" then requests[#requests + 1] = wrk.format("GET", path .. "/" .. task, head) end
    if args[2] == "list" then requests[#requests + 1] = wrk.format("GET", path .. "?limit=50", head) end
    if args[2] == "create" then requests[#requests + 1] = wrk.format("POST", path, made, '{"title": "Buy milk"}') end
    people[#people + 1] = {path, made}
  end
  keyed = args[2] == "keyed"
end
request = function()
  place = place + 1
  if not keyed then return requests[place % #requests + 1] end
  local person = people[place % #people + 1]
  person[2]["Idempotency-Key"] = run .. "-" .. place
  return wrk.format("POST", person[1], person[2], '{"title": "Buy milk"}')
end
"""


@dataclass
class Version:
    """One of the two, running."""

    name: str
    url: str
    people: Path
    rates: dict[str, list[float]] = field(default_factory=lambda: {case: [] for case in CASES})


@contextmanager
def tree_of(revision: str, folder: Path) -> Iterator[Path]:
    """The files of a revision, outside of the repository."""
    tree = folder / "before"
    tree.mkdir()
    packed = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", str(tree)], input=packed, check=True)
    yield tree


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(name: str, tree: Path, server_url: str, folder: Path) -> Iterator[Version]:
    """A version on a database of its own, with people and tasks in it."""
    database = f"todo_bench_{name}_{os.getpid()}"
    database_url = asyncio.run(create_database(server_url, database))
    port = free_port()
    settings = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{tree / 'src'}:{tree / 'migrations'}",
        "DATABASE_URL": database_url,
        "BETTER_AUTH_SECRET": SECRET,
        "TODO_PORT": str(port),
        "TODO_DATA_DIR": str(folder / f"{name}-var"),
        "TODO_LOG_FORMAT": "json",
    }
    todo = str(Path(sys.executable).parent / "todo")
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [todo, "serve", "--migrate", "--workers", "1"], cwd=folder, env=settings, stdout=log, stderr=log
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/health/ready", process, folder / f"{name}.log")
            yield Version(name, url, settle(url, folder / f"{name}.people"))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
            asyncio.run(drop_database(server_url, database))


def wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            sys.exit(log.read_text())
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    sys.exit(f"{url} does not answer")


def settle(url: str, people: Path) -> Path:
    """Makes accounts with tasks, and notes of each the id, a token and a task."""
    lines = []
    with httpx.Client(base_url=url, timeout=30) as client:
        for number in range(PEOPLE):
            wish = {"email": f"p{number}@example.org", "password": "correct horse battery", "name": "Ada"}
            session: Any = client.post("/api/auth/register", json=wish).raise_for_status().json()
            client.headers["Authorization"] = f"Bearer {session['token']}"
            path = f"/api/{session['user']['id']}/tasks"
            body = {"title": "Buy milk", "description": "Two litres", "due_date": "2026-11-20", "priority": "low"}
            made: list[Any] = [client.post(path, json=body).raise_for_status().json() for _ in range(TASKS)]
            lines.append(f"{session['user']['id']} {session['token']} {made[TASKS // 2]['id']}\n")
            del client.headers["Authorization"]
    people.write_text("".join(lines))
    return people


def load(version: Version, case: str, seconds: float, script: Path, run: str) -> float:
    """Requests a second that were answered well."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), version.url, "--"]
    told = subprocess.run(
        [*command, str(version.people), CASES[case]], env=os.environ | {"RUN": run}, check=True, capture_output=True
    ).stdout.decode()
    if "Non-2xx" in told or "Socket errors" in told:
        sys.exit(f"{version.name}, {case}: {told}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert found, told
    return float(found[1])


def measure(versions: list[Version], rounds: int, seconds: float, script: Path) -> None:
    """Round by round, case by case, one version after the other, and the other way round in the next round."""
    for number in range(rounds + 1):  # the first one only warms up
        for case in CASES:
            for version in versions if number % 2 else reversed(versions):
                rate = load(version, case, seconds if number else 1, script, f"run-{number}")
                if number:
                    version.rates[case].append(rate)
                    print(f"  round {number}  {case:<15} {version.name:<7} {rate:8.0f} requests/s", flush=True)


def report(before: Version, after: Version) -> None:
    print(f"\n{'requests/s, median':<18} {'before':>8} {'after':>8} {'ratio':>7}   {'ratios of the rounds'}")
    for case in CASES:
        ratios = [new / old for old, new in zip(before.rates[case], after.rates[case], strict=True)]
        medians = [statistics.median(version.rates[case]) for version in (before, after)]
        each = " ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"{case:<18} {medians[0]:>8.0f} {medians[1]:>8.0f} {statistics.median(ratios):>7.2f}   {each}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", default="2638b53", help="the revision to compare with")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    wanted = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("This needs wrk.")
    server = find_postgres()
    if isinstance(server, Unavailable):
        sys.exit(f"This needs PostgreSQL: {server.reason}")
    print(f"{server.origin}; load average {os.getloadavg()[0]:.1f} at the start")
    with ExitStack() as stack:
        stack.callback(server.stop)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        script = folder / "load.lua"
        script.write_text(SCRIPT)
        tree = stack.enter_context(tree_of(wanted.before, folder))
        before = stack.enter_context(serving("before", tree, server.url, folder))
        after = stack.enter_context(serving("after", ROOT, server.url, folder))
        measure([before, after], wanted.rounds, wanted.seconds, script)
        report(before, after)


if __name__ == "__main__":
    main()
