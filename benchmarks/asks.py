"""The requests of each case, as the bytes that go over the line: of thousands of users, with tokens of their own."""

import asyncio
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import asyncpg

from benchmarks.dataset import Person
from tests.support.raw import posted, request
from tests.support.server import SECRET
from todo_adapters.runtime import UuidSevens
from todo_adapters.security.jwt_tokens import JwtTokens
from todo_core.ids import SessionId, UserId

CASES: Final = ("get", "list", "create", "complete")
KEY: Final = "@KEY@"
"""Stands in a request where whoever sends it puts something that never came before."""

TOKENS_SECONDS: Final = 240.0
"""Tokens are made anew well before they expire."""

REQUESTS: Final = 20_000
TOGGLED: Final = 6_000
"""Tasks of one round that are completed, or opened again if they are done, and then the other way round."""


@dataclass
class Crowd:
    """People who ask, and what they ask; for the yardsticks just as for the service."""

    people: Sequence[Person]
    tokens_each: int = 1
    issuer: JwtTokens = field(default_factory=lambda: JwtTokens([SECRET], UuidSevens()))
    rng: random.Random = field(default_factory=lambda: random.Random(7))
    issued_at: float = float("-inf")
    bearers: list[tuple[Person, str]] = field(default_factory=list)
    kept: dict[str, list[bytes]] = field(default_factory=dict)

    def asks(self, case: str) -> list[bytes]:
        """The requests of a case that can be repeated without end, with tokens that are valid for a while."""
        if time.monotonic() - self.issued_at > TOKENS_SECONDS:
            self._issue()
        if case not in self.kept:
            self.kept[case] = getattr(self, f"_{case}")()
        return self.kept[case]

    def toggles(self, url: str) -> list[bytes]:
        """Requests each of which changes whether a task is done, so long as nobody else changes it."""
        self.asks("get")
        chosen = [(*one, self.rng.choice(one[0].tasks)) for one in self.rng.choices(self.bearers, k=TOGGLED)]
        tasks = list({task: (person, bearer, task) for person, bearer, task in chosen}.values())
        done = asyncio.run(_done(url, [task for _, _, task in tasks]))
        paths = [(f"/api/{person.user_id}/tasks/{task}/complete", bearer, task) for person, bearer, task in tasks]
        there = [_patched(path, bearer, completed=task not in done) for path, bearer, task in paths]
        return there + [_patched(path, bearer, completed=task in done) for path, bearer, task in paths]

    def _issue(self) -> None:
        now = datetime.now(UTC)
        self.bearers = [
            (person, self.issuer.issue(UserId(person.user_id), SessionId(person.session_id), 1, now))
            for person in self.people
            for _ in range(self.tokens_each)
        ]
        self.rng.shuffle(self.bearers)
        self.issued_at = time.monotonic()
        self.kept.clear()

    def _get(self) -> list[bytes]:
        asked = self.rng.choices(self.bearers, k=REQUESTS)
        return [
            request("GET", f"/api/{person.user_id}/tasks/{self.rng.choice(person.tasks)}", _bearer(token))
            for person, token in asked
        ]

    def _list(self) -> list[bytes]:
        return [
            request("GET", f"/api/{person.user_id}/tasks?limit=50", _bearer(token)) for person, token in self.bearers
        ]

    def _create(self) -> list[bytes]:
        """With a key, of which yardsticks take no notice."""
        body = {"title": "Buy two litres of milk", "priority": "low", "due_date": "2026-11-20"}
        return [
            posted(f"/api/{person.user_id}/tasks", body, _bearer(token), f"Idempotency-Key: {KEY}")
            for person, token in self.bearers
        ]

    def _touch(self) -> list[bytes]:
        """One small request with each token."""
        return [
            request("GET", f"/api/{person.user_id}/tasks?limit=1", _bearer(token)) for person, token in self.bearers
        ]

    def _mixed(self) -> list[bytes]:
        """Single tasks and lists, half and half."""
        lists = self.asks("list")
        singles = self.asks("get")
        return [ask for number, single in enumerate(singles) for ask in (single, lists[number % len(lists)])]


def _bearer(token: str) -> str:
    return f"Authorization: Bearer {token}"


def _patched(path: str, token: str, *, completed: bool) -> bytes:
    body = json.dumps({"completed": completed}).encode()
    fields = ("Content-Type: application/json", f"Content-Length: {len(body)}", _bearer(token))
    return request("PATCH", path, *fields, body=body)


async def _done(url: str, tasks: Sequence[UUID]) -> set[UUID]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT id FROM tasks WHERE id = ANY($1) AND completed_at IS NOT NULL", tasks)
    finally:
        await connection.close()
    return {row[0] for row in rows}
