"""Every input that ever broke something, here or elsewhere, is refused or kept as it was sent: on every storage alike.

`tests/corpus/README.md` says how to add one.
"""

import base64
import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
import pytest_asyncio

from tests.http.service import Person, compose, serving
from todo_adapters.bootstrap import open_store
from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.sql import migrate
from todo_http.app import TodoApp
from todo_http.kernel.conditions import IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH

STORAGES = ("memory", "sqlite", "postgres")
FOLDER = Path(__file__).parent.parent / "corpus"
CASES: list[dict[str, Any]] = [
    {"family": file.stem} | case
    for file in sorted(FOLDER.glob("*.json"))
    for case in json.loads(file.read_text("utf-8"))
]
NAMES = [f"{case['check']} {case['family']}: {case['name']}" for case in CASES]
SAMPLE = {"title": "Buy milk", "description": "Two litres", "priority": "low", "due_date": "2026-11-20"}


@dataclass(frozen=True)
class Heard:
    """An answer, and for each task in it the answer to reading it again."""

    status: int
    fields: Sequence[tuple[bytes, bytes]]
    body: bytes
    again: "tuple[Heard, ...]" = ()

    def tasks(self) -> list[dict[str, Any]]:
        """The tasks that it tells of, when it is the good answer to a write."""
        value = json.loads(self.body) if self.body and self.status < 300 else None
        items = [item.get("task") for item in value if isinstance(item, dict)] if isinstance(value, list) else [value]
        return [item for item in items if isinstance(item, dict) and "title" in item]


def _bytes(piece: str | dict[str, Any]) -> bytes:
    if isinstance(piece, str):
        return piece.encode()
    if "base64" in piece:
        return base64.b64decode(piece["base64"])
    return str(piece["text"]).encode() * int(piece["times"])


class Replay:
    """Somebody who asks exactly what a case says, byte for byte, with a new task where it names one."""

    def __init__(self, app: TodoApp, ada: Person, other: Person, other_task: str) -> None:
        self.app = app
        self.ada = ada
        self.known = {"{user_id}": ada.id, "{other_id}": other.id, "{other_task_id}": other_task}
        self.count = 0

    async def of(self, case: dict[str, Any]) -> Heard:
        """The answer to a case."""
        self.count += 1
        if "{task_id" in json.dumps(case):
            self.known["{task_id}"] = (await self.ada.add(**SAMPLE))["id"]
        ids = self.known | {"{n}": str(self.count)}
        for name in ids.keys() & {"{task_id}", "{user_id}"}:
            spellings = {"upper": ids[name].upper(), "nodash": ids[name].replace("-", ""), "short": ids[name][:-1]}
            ids |= {f"{name[:-1]}:{spelling}}}": text for spelling, text in spellings.items()}

        def filled(text: bytes) -> bytes:
            for name, value in ids.items():
                text = text.replace(name.encode(), value.encode())
            return text

        target = filled(case["path"].encode()) + b"".join(_bytes(piece) for piece in case.get("query", []))
        body = filled(b"".join(_bytes(piece) for piece in case.get("body", [])))
        fields = [(name.lower().encode(), filled(text.encode())) for name, text in case.get("headers", {}).items()]
        heard = await self.ask(case["method"], target, fields, body)
        if case["method"] == "GET":
            return heard
        again = [await self.ask("GET", f"{self.ada.tasks}/{task['id']}".encode()) for task in heard.tasks()]
        return Heard(heard.status, heard.fields, heard.body, tuple(again))

    async def ask(
        self, method: str, target: bytes, fields: Sequence[tuple[bytes, bytes]] = (), body: bytes = b""
    ) -> Heard:
        path, _, query = target.partition(b"?")
        bearer = (b"authorization", self.ada.bearer["Authorization"].encode())
        scope: Any = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote_to_bytes(path).decode("utf-8", "replace"),
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": [(b"host", b"todo.test"), bearer, *fields],
            "client": ("203.0.113.7", 50000),
            "server": ("todo.test", 80),
        }
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        return Heard(sent[0]["status"], sent[0]["headers"], b"".join(message.get("body", b"") for message in sent[1:]))


async def replay(url: str) -> list[Heard]:
    """The answers to all cases, in order, of a service that has just been set up over this storage."""
    async with open_store(url) as store:
        todo, hasher = compose(FixedClock(), store, CountingIds())
        async with serving(todo=todo) as api:
            ada = await api.person(email="ada@example.org")
            bob = await api.person(email="bob@example.org")
            replaying = Replay(api.app, ada, bob, (await bob.add())["id"])
            heard = [await replaying.of(case) for case in CASES]
        hasher.close()
    return heard


HOSTILE_TEXTS = [f"H{number}" for number in (*range(1, 22), 23, 26)]
HOSTILE_TEXTS += ["A2", "A3", "A10", "D4", "F3", "F4", "F7", "F20", "G2"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def answers(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, list[Heard]]]:
    """By storage, the answers to all cases."""
    urls = ("memory://", f"sqlite:///{tmp_path_factory.mktemp('corpus')}/todo.db", postgres_url)
    for url in urls[1:]:
        await migrate.upgrade(url)
    yield {storage: await replay(url) for storage, url in zip(STORAGES, urls, strict=True)}


@pytest.mark.check(*HOSTILE_TEXTS)
@pytest.mark.parametrize("place", range(len(CASES)), ids=NAMES)
def test_it_is_refused_or_kept_as_it_was_sent(answers: dict[str, list[Heard]], place: int) -> None:
    case = CASES[place]
    for storage in STORAGES:
        heard = answers[storage][place]
        assert heard.status in case["expect"], (storage, heard.body[:500])
        assert heard.status < 500
        if heard.status >= 400:
            assert (b"content-type", b"application/problem+json") in heard.fields
            assert len(heard.body) < 20_000
        elif "dry_run" in case["path"]:
            assert [again.status for again in heard.again] == [404]
        elif case["method"] != "GET":
            _check_kept(case, heard)


def _check_kept(case: dict[str, Any], heard: Heard) -> None:
    assert [json.loads(again.body) for again in heard.again] == heard.tasks()
    if case["path"].startswith("/api/{user_id}/tasks"):
        [told] = heard.tasks()
        sent = json.loads(b"".join(_bytes(piece) for piece in case["body"]))
        kept = sent | case.get("kept", {})
        assert {name: told[name] for name in kept} == kept


@pytest.mark.check("H25", "G17")
@pytest.mark.parametrize("place", range(len(CASES)), ids=NAMES)
def test_the_same_input_gives_the_same_answer_on_every_storage(answers: dict[str, list[Heard]], place: int) -> None:
    memory, sqlite, postgres = (answers[storage][place] for storage in STORAGES)
    assert sqlite == postgres
    assert memory == sqlite


@pytest.mark.check("F19")
def test_header_fields_are_described_as_they_are_read() -> None:
    described = {field.name: field.schema for field in (IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH)}
    judged = 0
    for case in CASES:
        for name in case.get("headers", {}).keys() & described.keys():
            text, schema = case["headers"][name].encode().decode("latin-1"), described[name]
            fits = re.search(schema["pattern"], text) is not None and len(text) <= schema["maxLength"]
            assert fits == (400 not in case["expect"]), (name, text[:80])
            judged += 1
    assert judged > 50
