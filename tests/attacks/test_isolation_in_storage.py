"""What isolation looks like from the storage: the same statements for all ids, and rows that stay as they are."""

import base64
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.attacks.replicas import replica
from tests.attacks.watched import WatchedSqlite, watched
from tests.http.service import NOBODY, PASSWORD, Api, Person, problem, serving
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.sql.store import SqlStore
from todo_adapters.sql.tables import metadata

OWNED_TABLES = [table.name for table in metadata.sorted_tables if "user_id" in table.c]


@pytest.fixture
async def bank(tmp_path: Path) -> AsyncIterator[tuple[Api, WatchedSqlite]]:
    """The service over a database that writes down what it is asked."""
    async with watched(tmp_path) as database:
        one = replica(SqlStore(database), FixedClock())
        await one.revoked.read(one.store)
        async with serving(todo=one.todo) as api:
            yield api, database
        one.hasher.close()


def rows_of(folder: Path, owner: str) -> dict[str, list[Any]]:
    """Everything in every owned table that is this person's."""
    with sqlite3.connect(folder / "watched.db") as connection:
        key = UUID(owner).bytes
        found = {
            table: sorted(connection.execute(f"SELECT * FROM {table} WHERE user_id = ?", (key,)).fetchall(), key=repr)
            for table in OWNED_TABLES
        }
        found["users"] = connection.execute("SELECT * FROM users WHERE id = ?", (key,)).fetchall()
    connection.close()
    return found


async def work(person: Person) -> None:
    await person.ids()
    home = await person.add_list()
    kept, gone = await person.add("kept", list_id=home["id"], tags=["home"]), await person.add("gone", tags=["home"])
    await person.add("below", parent_id=kept["id"])
    await person.ask("PATCH", person.task(kept), json={"title": "changed"}, headers={"Idempotency-Key": "a-key"})
    await person.ask("DELETE", person.task(gone))
    weekly = await person.add("weekly", due_date="2026-11-20", recurrence={"rule": "FREQ=WEEKLY"})
    await person.ask("PATCH", f"{person.task(weekly)}/complete", json={"completed": True})


ON_ONE: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("PATCH", "", {"archived": True}),
    ("PUT", "", {"archived": True}),
    ("POST", "/move", {"after": None}),
    ("DELETE", "", None),
]
REQUESTS: dict[str, list[tuple[str, str, Any]]] = {
    "tasks": [
        *[(method, path, body and {"completed": True} if path == "" else body) for method, path, body in ON_ONE],
        ("PATCH", "/complete", {"completed": True}),
        ("PATCH", "/complete", {"completed": True, "subtasks": "keep"}),
        ("PATCH", "/complete", {"completed": False}),
    ],
    "lists": [*ON_ONE, ("DELETE", "?tasks=inbox", None)],
    "trash": [("POST", "/restore", None), ("DELETE", "", None)],
}


async def thing(person: Person, of: str) -> str:
    """A new task or list, or a new task in the trash."""
    made = await (person.add_list() if of == "lists" else person.add(tags=["home"]))
    if of == "trash":
        await person.ask("DELETE", person.task(made))
    return str(made["id"])


@pytest.mark.check("E15")
@pytest.mark.parametrize("of", REQUESTS)
async def test_looking_for_what_is_not_ones_own_costs_the_same_statements(
    bank: tuple[Api, WatchedSqlite], of: str
) -> None:
    api, database = bank
    ada, grace = await api.person(), await api.person()
    foreign, gone = await thing(grace, of), await thing(ada, of)
    await ada.ask("DELETE", f"/api/{ada.id}/{of}/{gone}")
    for method, path, body in REQUESTS[of]:
        costs = []
        for thing_id in (foreign, NOBODY, gone):
            database.seen.clear()
            answer = await ada.ask(method, f"/api/{ada.id}/{of}/{thing_id}{path}", json=body)
            problem(answer, 404, "not-found")
            costs.append((list(database.seen), len(answer.content)))
        assert costs[0] == costs[1] == costs[2], (method, path)
    database.seen.clear()
    problem(await ada.ask("DELETE", f"/api/{grace.id}/{of}/{foreign}"), 403, "forbidden")
    assert database.seen == [], "nothing is looked up on another's path"


@pytest.mark.check("E15")
@pytest.mark.parametrize(("field", "of"), [("list_id", "lists"), ("parent_id", "tasks"), ("before", "tasks")])
async def test_referring_to_what_is_not_ones_own_costs_the_same_statements(
    bank: tuple[Api, WatchedSqlite], field: str, of: str
) -> None:
    api, database = bank
    ada, grace = await api.person(), await api.person()
    foreign, gone, mine = await thing(grace, of), await thing(ada, of), await ada.add()
    await ada.ask("DELETE", f"/api/{ada.id}/{of}/{gone}")
    requests: list[tuple[str, str, dict[str, Any]]] = [("POST", f"{ada.task(mine)}/move", {})]
    if field != "before":
        requests += [("POST", ada.tasks, {"title": "x"}), ("PATCH", ada.task(mine), {})]
    for method, path, body in requests:
        costs = []
        for thing_id in (foreign, NOBODY, gone):
            database.seen.clear()
            answer = await ada.ask(method, path, json=body | {field: thing_id})
            [error] = problem(answer, 400, "invalid")["errors"]
            costs.append((list(database.seen), error))
        assert costs[0] == costs[1] == costs[2], (method, path)
        assert (costs[0][1]["pointer"], costs[0][1]["code"]) == (f"/{field}", "unknown-reference")


@pytest.mark.check("C25", "D4")
async def test_a_bad_token_costs_no_statement(bank: tuple[Api, WatchedSqlite]) -> None:
    api, database = bank
    ada = await api.person()
    token, refresh = ada.session["token"], ada.session["refresh_token"]
    database.seen.clear()
    for forged in (token[:-2] + "xx", token + "=", "x", token.rpartition(".")[0] + ".", refresh):
        answer = await api.client.get("/api/auth/me", headers={"Authorization": f"Bearer {forged}"})
        problem(answer, 401, "invalid-token")
    for forged in (refresh[:-2], refresh[:-2] + "xx", token, "x"):
        answer = await api.client.post("/api/auth/refresh", json={"refresh_token": forged})
        problem(answer, 401, "invalid-token")
    assert database.seen == []


@pytest.mark.check("E16", "N16")
async def test_closing_an_account_leaves_every_row_of_others(bank: tuple[Api, WatchedSqlite], tmp_path: Path) -> None:
    api, _ = bank
    ada, grace = await api.person(), await api.person()
    for person in (ada, grace):
        await work(person)
    before = rows_of(tmp_path, grace.id)
    assert {table for table, rows in before.items() if not rows} <= {"receipts"}
    assert (await ada.ask("DELETE", "/api/auth/me", json={"password": PASSWORD})).status_code == 204
    assert rows_of(tmp_path, grace.id) == before
    assert not any(rows_of(tmp_path, ada.id).values())
    problem(await ada.get(ada.tasks), 401, "invalid-token")
    problem(await api.client.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD}), 401,
            "invalid-credentials")  # fmt: skip


@pytest.mark.check("D2", "A11")
async def test_what_is_stored_opens_nothing(bank: tuple[Api, WatchedSqlite], tmp_path: Path) -> None:
    api, _ = bank
    ada = await api.person()
    refreshed = await api.client.post("/api/auth/refresh", json={"refresh_token": ada.session["refresh_token"]})
    await work(ada)
    with sqlite3.connect(tmp_path / "watched.db") as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    assert ada.email in dump, "it is a dump of what is stored"
    for session in (ada.session, refreshed.json()):
        for token in (session["token"], session["refresh_token"]):
            sealed = token.rpartition(".")[2]
            digest = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))[-16:]
            for secret in (token, sealed, digest.hex()):
                assert secret.lower() not in dump.lower()
    assert PASSWORD not in dump
