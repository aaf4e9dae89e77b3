"""Secrets planted in every place where people can write, and looked for in every log, refusal and metric afterwards."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.attacks.replicas import replica
from tests.attacks.watched import watched
from tests.http.service import NOBODY, Api, Person, serving
from tests.support.logging_as_it_was import logging_as_it_was
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.sql.store import SqlStore
from todo_adapters.telemetry.event_log import StructlogEventLog
from todo_adapters.telemetry.logs import configure

__all__ = ["logging_as_it_was"]

PASSWORD = "canary-password-1 correct"
MARK = "canary"
HOSTILE = "canary\r\nforged: line\x1b[2J"


@dataclass
class Witness:
    """Everything that came out of the service, and whatever must not be in it."""

    secrets: list[str] = field(default_factory=lambda: [MARK, "correct horse", "203.0.113."])
    refusals: list[httpx.Response] = field(default_factory=list)

    def saw(self, answer: httpx.Response) -> httpx.Response:
        """Notes an answer; the tokens that it gives out are secrets from now on."""
        if answer.status_code >= 400:
            self.refusals.append(answer)
        elif answer.headers.get("content-type") == "application/json" and "refresh_token" in answer.text:
            session = answer.json()
            self.secrets += [session["token"], session["refresh_token"], session["token"].rpartition(".")[2]]
        return answer

    def found(self, text: str) -> list[str]:
        return [secret for secret in self.secrets if secret.lower() in text.lower()]


class Exploding(SqlStore):
    """Fails, when it is told to, with an exception that quotes what people have written."""

    explosive = False

    def view(self, owner: Any) -> Any:
        if self.explosive:
            raise RuntimeError(f"could not read {MARK}-title of {owner}: parameters ('{MARK}-text',)")
        return super().view(owner)


@asynccontextmanager
async def service(folder: Path) -> AsyncIterator[tuple[Api, Exploding]]:
    async with watched(folder) as database:
        store = Exploding(database)
        one = replica(store, FixedClock())
        one.todo.run.event_log = StructlogEventLog()
        await one.revoked.read(store)
        async with serving(todo=one.todo) as api:
            yield api, store
        one.hasher.close()


async def accounts(api: Api, witness: Witness) -> Person:
    """Everything that one can do wrong with an account."""
    place = {"X-Forwarded-For": "203.0.113.9", "Cookie": "session=canary-cookie", "User-Agent": "canary-agent"}
    wish: dict[str, Any] = {"email": "canary-address@example.org", "password": PASSWORD, "name": "canary-name"}

    async def post(path: str, body: Any, **headers: str) -> httpx.Response:
        return witness.saw(await api.client.post(f"/api/auth/{path}", json=body, headers=place | headers))

    person = Person(api.client, (await post("register", wish)).json())
    for broken in (
        wish,
        wish | {"password": "canary"},
        wish | {"password": "canary" * 50, "email": "canary"},
        wish | {"password": ["canary"], "canary": "canary"},
        wish | {"password": "canary-address", "email": "canary-address@example.org"},
        {"canary": wish},
    ):
        assert (await post("register", broken)).status_code in {400, 409}
    for number in range(7):
        await post("login", {"email": wish["email"], "password": f"canary-guess {number}"})
        await post("login", {"email": f"canary{number}@example.org", "password": PASSWORD})
    await post("login", {"email": ["canary-address"], "password": {"canary": "canary-guess"}})
    await post("refresh", {"refresh_token": "canary-refresh"})
    first = person.session["refresh_token"]
    second = (await post("refresh", {"refresh_token": first})).json()["refresh_token"]
    third = (await post("refresh", {"refresh_token": second})).json()["refresh_token"]
    await post("refresh", {"refresh_token": first})
    await post("refresh", {"refresh_token": third})
    again = {"email": "canary-second@example.org", "password": PASSWORD, "name": "canary-name"}
    return Person(api.client, (await post("register", again)).json())


async def things(person: Person, witness: Witness) -> None:
    """Everything that one can do wrong with tasks."""

    async def ask(method: str, path: str, **more: Any) -> httpx.Response:
        return witness.saw(await person.ask(method, path, **more))

    await ask(
        "POST", "/api/auth/password", json={"current_password": "canary-x", "new_password": "canary-new-password"}
    )
    await ask("POST", "/api/auth/password", json={"current_password": PASSWORD, "new_password": "canary"})
    await ask("POST", "/api/auth/password", json={"current_password": PASSWORD, "new_password": PASSWORD + "!"})
    key = {"Idempotency-Key": "canary-key"}
    task = (
        await ask("POST", person.tasks, json={"title": "canary-title", "description": "canary-text"}, headers=key)
    ).json()
    await ask("POST", person.tasks, json={"title": "canary-other"}, headers=key)
    await ask("POST", person.tasks, json={"title": HOSTILE})
    await ask(
        "POST", person.tasks, json={"title": "canary" * 100, "priority": "canary", "due_date": "canary", "canary": 1}
    )
    await ask("POST", person.tasks, content=b'{"title": "canary', headers={"Content-Type": "application/json"})
    await ask("POST", person.tasks, content=b"canary", headers={"Content-Type": "canary/canary"})
    await ask("PATCH", person.task(task), json={"title": "canary-new"}, headers={"If-Match": '"canary"'})
    await ask("GET", person.tasks, params={"q": "canary", "canary": "canary", "sort": "canary", "cursor": "canary"})
    for path in (
        f"{person.tasks}/canary",
        "/canary/canary",
        f"/api/canary/tasks/{NOBODY}",
        f"{person.tasks}/%0d%0acanary",
    ):
        await ask("GET", path)
    await ask("CANARY", "/api/auth/me")
    await ask("GET", "/api/auth/me", headers={"Authorization": "Bearer canary", "Host": "canary.example.org"})
    await ask("GET", "/api/auth/me", headers={"Authorization": "Basic Y2FuYXJ5", "X-Request-Id": "canary canary"})


@pytest.mark.check("A14", "J8", "J9", "J10", "J13", "J14")
async def test_no_secret_comes_out_of_any_hole(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    configure("debug", "json", FixedClock())
    witness = Witness()
    async with service(tmp_path) as (api, store):
        person = await accounts(api, witness)
        await things(person, witness)
        fresh = Person(api.client, person.session)
        store.explosive = True
        for _ in range(2):
            assert witness.saw(await fresh.get(fresh.tasks)).status_code == 500
        store.explosive = False
        witness.saw(await fresh.ask("DELETE", "/api/auth/me", json={"password": "canary-not-it"}))
        witness.saw(await fresh.ask("POST", "/api/auth/logout"))
        access = api.flushed()
    captured = capfd.readouterr()
    events = [json.loads(line) for line in (captured.err + captured.out).splitlines() if line]
    requests = [json.loads(line) for line in access]
    assert len(requests) > 45
    names = {event["event"] for event in events}
    assert {"registered", "login_failed", "too_many_requests", "refresh_reused", "password_check_failed", "logout",
            "password_changed", "add_task", "request_failed"} <= names  # fmt: skip
    assert [(event, witness.found(json.dumps(event))) for event in [*events, *requests]
            if witness.found(json.dumps(event))] == []  # fmt: skip
    assert len(witness.refusals) > 30
    assert {answer.status_code for answer in witness.refusals} >= {400, 401, 403, 404, 405, 409, 415, 429, 500}
    for answer in witness.refusals:
        echoed = str(answer.headers.multi_items()) + answer.text
        for secret in witness.secrets[1:]:
            assert secret not in echoed, answer.text
        for secret in ("canary-pass", "canary-guess", "canary-title", "canary-text", "canary-address", "canary-key",
                       "canary-refresh", "canary-cookie", "canary-new", "canary-x", "canary-not-it"):  # fmt: skip
            assert secret not in echoed, (secret, echoed)
