"""The loops of docs/sync.md keep a copy like the account: through writes, a cut connection and an expired cursor."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import pytest_asyncio

from tests.support.commands import run_todo
from tests.support.link import Link, link_to
from tests.support.node import node
from tests.support.server import Server, serving

DOCS: Final = Path(__file__).parents[2] / "docs"
PASSWORD: Final = "correct horse battery"
Things = dict[str, Any]
"""What an account has, by id."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with serving(tmp_path_factory.mktemp("service"), "--migrate") as running:
        yield running


def block(page: str, language: str, contains: str = "") -> str:
    """The blocks of code of a page in this language, or the one with this text."""
    found = re.findall(rf"^```{language}\n(.*?)^```", (DOCS / page).read_text("utf-8"), re.M | re.S)
    return "\n".join(code for code in found if contains in code)


@dataclass
class Person:
    """Somebody who writes, without the link that is cut."""

    client: httpx.AsyncClient
    email: str
    user_id: str
    ids: list[str] = field(default_factory=list)

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.client.request(method, f"/api/{self.user_id}/{path}", json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    async def write(self) -> None:
        """Writes of all kinds: some things come, some change, some go, some come back."""
        place = (await self.ask("POST", "lists", {"name": "Errands"}))["id"]
        adds = [{"op": "add", "task": {"title": f"task {number}", "list_id": place}} for number in range(5)]
        done = await self.ask("POST", "batch", {"operations": adds})
        first, second, third, *_ = [each["task"]["id"] for each in done]
        await self.ask("PATCH", f"tasks/{first}", {"title": "Buy milk", "list_id": None})
        await self.ask("PATCH", f"tasks/{second}/complete", {"completed": True})
        await self.ask("DELETE", f"tasks/{third}")
        await self.ask("DELETE", f"lists/{place}")
        await self.ask("POST", f"trash/{place}/restore" if len(self.ids) % 2 else f"trash/{third}/restore")
        self.ids.append(place)

    async def things(self) -> Things:
        return {each["id"]: each for kind in ("tasks", "lists") for each in await self.ask("GET", kind)}


@asynccontextmanager
async def person(server: Server, name: str) -> AsyncIterator[Person]:
    async with server.client() as client:
        wish = {"email": f"{name}@example.org", "password": PASSWORD, "name": "Ada"}
        session = (await client.post("/api/auth/register", json=wish)).json()
        client.headers["Authorization"] = f"Bearer {session['token']}"
        yield Person(client, wish["email"], session["user"]["id"])


class Loop:
    """A program that prints its copy whenever it has reached a cursor."""

    def __init__(self) -> None:
        self._copy: Things = {}
        self._printed = asyncio.Event()

    async def read(self, output: asyncio.StreamReader) -> None:
        while line := await output.readline():
            self._copy = {each["id"]: each for each in json.loads(line)}
            self._printed.set()

    async def reaches(self, things: Things) -> None:
        """Waits until the copy is this."""
        async with asyncio.timeout(60):
            while self._copy != things:
                self._printed.clear()
                await self._printed.wait()


@asynccontextmanager
async def running(*command: str | Path) -> AsyncIterator[Loop]:
    """The program as it runs; ended at the end."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, limit=2**24)
    assert process.stdout
    loop = Loop()
    reading = asyncio.create_task(loop.read(process.stdout))
    try:
        yield loop
        assert process.returncode is None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await reading


async def follow_a_bad_day(server: Server, ada: Person, link: Link, *command: str | Path) -> None:
    """Lets the program follow while there are writes, the connection is cut, and cursors expire."""
    await ada.write()
    async with running(*command) as loop:
        for _ in range(3):
            await ada.write()
        await loop.reaches(await ada.things())
        link.cut()
        await ada.write()
        await link.up()
        await loop.reaches(await ada.things())
        snapshots = link.sent.count(b"/snapshot HTTP/1.1")
        renewed = await asyncio.to_thread(run_todo, server.log_file.parent / "var" / "todo.db", "feed", "renew-epoch")
        assert renewed.exit_code == 0, renewed.output
        await ada.write()
        await loop.reaches(await ada.things())
        assert link.sent.count(b"/snapshot HTTP/1.1") == snapshots + 1


async def test_the_python_loop_ends_with_the_state_of_the_server(server: Server, tmp_path: Path) -> None:
    changes = {
        "http://127.0.0.1:8000": "{link}",
        "ada@example.org": "loop-python@example.org",
        "time.sleep(": "time.sleep(0.01 * ",
        "client.auth, copy": "session['token'] = 'expired'; client.auth, copy",
        'print(f"{len(copy)} things at {cursor}")': "print(json.dumps([*copy.values()]), flush=True)",
    }
    async with person(server, "loop-python") as ada, link_to(server.url) as link:
        code = "import json\n" + block("sync.md", "python")
        for old, new in changes.items():
            assert old in code
            code = code.replace(old, new.replace("{link}", link.url))
        (tmp_path / "loop.py").write_text(code)
        await follow_a_bad_day(server, ada, link, sys.executable, tmp_path / "loop.py")
        assert link.received.count(b"HTTP/1.1 410 ") == 1


BEFORE_JAVASCRIPT: Final = """
const reachService = globalThis.fetch, wait = globalThis.setTimeout;
const fetch = (path, options) => reachService(new URL(path, "{link}"), options);
const setTimeout = (resume, pause) => wait(resume, pause < 10_000 ? 0.01 * pause : pause);
async function post(path, content) {
  const headers = {"Content-Type": "application/json"};
  return (await fetch(path, {method: "POST", body: JSON.stringify(content), headers})).json();
}
let session = await post("/api/auth/login", {email: "{email}", password: "{password}"});
session.token = "expired";
async function refresh() { session = await post("/api/auth/refresh", {refresh_token: session.refresh_token}); }
const copy = new Map();
"""
AFTER_JAVASCRIPT: Final = """
await keepInSync(session.user.id, copy, () => console.log(JSON.stringify([...copy.values()])));
"""


async def test_the_javascript_loop_ends_with_the_state_of_the_server(server: Server, tmp_path: Path) -> None:
    program = node()
    async with person(server, "loop-js") as ada, link_to(server.url) as link:
        before = BEFORE_JAVASCRIPT.replace("{link}", link.url).replace("{email}", ada.email)
        call = block("api.md", "js", "async function call")
        code = before.replace("{password}", PASSWORD) + call + block("sync.md", "js") + AFTER_JAVASCRIPT
        (tmp_path / "loop.mjs").write_text(code)
        await follow_a_bad_day(server, ada, link, program, tmp_path / "loop.mjs")
        assert link.received.count(b"event: reset") == 1
