"""The service as people run it: real processes, real databases, from the first start to the last signal."""

import asyncio
import json
import signal
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.web.patience import until
from tests.support.proxy import proxy_to
from tests.support.server import SECRET, serving
from todo_adapters.sql import migrate

PASSWORD = "correct horse battery"


async def register(client: httpx.AsyncClient, email: str = "ada@example.org") -> dict[str, Any]:
    """An account; from then on the client calls in its name."""
    body = {"email": email, "password": PASSWORD, "name": "Ada"}
    answer = await client.post("/api/auth/register", json=body)
    assert answer.status_code == 201, answer.text
    session: dict[str, Any] = answer.json()
    client.headers["Authorization"] = f"Bearer {session['token']}"
    return session


@pytest.fixture
async def migrated(postgres_url: str) -> str:
    await migrate.upgrade(postgres_url)
    return postgres_url


@pytest.mark.check("F22")
async def test_the_first_start_makes_everything_and_the_second_finds_it(tmp_path: Path) -> None:
    async with serving(tmp_path, "--migrate") as server, server.client() as client:
        session = await register(client)
        tasks = f"/api/{session['user']['id']}/tasks"
        created = await client.post(tasks, json={"title": "Buy milk", "due_date": "2026-11-20"})
        assert created.status_code == 201
        assert await server.stop(signal.SIGINT) == 0
    secret = tmp_path / "var" / "secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert secret.read_text() not in server.log
    async with serving(tmp_path, "--migrate", TODO_SERVICE_HOST="10.0.0.1") as server, server.client() as client:
        client.headers["Authorization"] = f"Bearer {session['token']}"
        assert (await client.get(tasks)).json() == [created.json()]
        docs = await client.get("/docs")
        assert (docs.status_code, docs.headers.get_list("server")) == (200, ["todo"])
        assert await server.stop() == 0
    assert server.log.count("settings_note") == 1, "by the parent, for all of its workers"


async def test_a_port_that_is_taken_is_said_in_words(tmp_path: Path) -> None:
    async with serving(tmp_path, "--migrate") as server:
        taken = server.url.rpartition(":")[2]
        with pytest.raises(AssertionError, match="Set TODO_PORT to another one"):
            async with serving(tmp_path, "--port", taken):
                pass


@pytest.mark.check("J8", "J9")
async def test_every_request_and_every_event_is_one_line_without_secrets(tmp_path: Path) -> None:
    async with serving(tmp_path, "--migrate") as server, server.client() as client:
        session = await register(client)
        tasks = f"/api/{session['user']['id']}/tasks"
        task = (await client.post(tasks, json={"title": "canary-title", "description": "canary-text"})).json()
        await client.patch(f"{tasks}/{task['id']}/complete", json={"completed": True})
        await client.delete(f"{tasks}/{task['id']}")
        await client.get(tasks, params={"q": "canary-query"})
        wrong = {"email": "ada@example.org", "password": "canary-password"}
        await client.post("/api/auth/login", json=wrong, headers={"X-Request-Id": "canary-request-id"})
        for _ in range(2):
            await client.post("/api/auth/refresh", json={"refresh_token": session["refresh_token"]})
        await client.post("/api/auth/logout")
        await server.stop()
    lines = [json.loads(line) for line in server.log.splitlines()]
    events = [line["event"] for line in lines]
    requests = [line["route"] for line in lines if line["event"] == "request"]
    assert len([route for route in requests if not route.startswith("/health")]) == 9
    expected = ["registered", "add_task", "complete_task", "remove_task", "login_failed", "refresh_rotated"]
    for event in [*expected, "refresh_repeated", "logout"]:
        assert event in events, event
    failed = next(line for line in lines if line["event"] == "login_failed")
    assert failed["request_id"] == "canary-request-id"
    for secret in ("canary-title", "canary-text", "canary-query", "canary-password", PASSWORD, "ada@example.org"):
        assert secret not in server.log, secret
    assert session["token"] not in server.log
    assert session["refresh_token"] not in server.log


@pytest.mark.check("D20", "D23", "D12")
async def test_two_replicas_over_one_database_agree_within_a_second(tmp_path: Path, migrated: str) -> None:
    settings = {"DATABASE_URL": migrated, "BETTER_AUTH_SECRET": SECRET}
    async with (
        serving(tmp_path, **settings) as one,
        serving(tmp_path, **settings) as other,
        one.client() as here,
        other.client() as there,
    ):
        session = await register(here, "two@example.org")
        there.headers["Authorization"] = here.headers["Authorization"]
        assert (await there.get("/api/auth/me")).status_code == 200

        refreshed = await asyncio.gather(
            *[
                client.post("/api/auth/refresh", json={"refresh_token": session["refresh_token"]})
                for client in (here, there) * 10
            ]
        )
        assert {answer.status_code for answer in refreshed} == {200}
        assert len({answer.json()["refresh_token"] for answer in refreshed}) == 1

        assert (await here.post("/api/auth/logout")).status_code == 200
        assert (await here.get("/api/auth/me")).status_code == 401
        await asyncio.sleep(1)
        assert (await there.get("/api/auth/me")).status_code == 401


@pytest.mark.check("A16")
async def test_parallel_registrations_of_one_address_on_two_replicas_give_one_account(
    tmp_path: Path, migrated: str
) -> None:
    settings = {"DATABASE_URL": migrated, "BETTER_AUTH_SECRET": SECRET}
    async with (
        serving(tmp_path, **settings) as one,
        serving(tmp_path, **settings) as other,
        one.client() as here,
        other.client() as there,
    ):
        body = {"email": "one@example.org", "password": PASSWORD, "name": "Ada"}
        answers = await asyncio.gather(*[client.post("/api/auth/register", json=body) for client in (here, there) * 9])
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 17


async def test_four_parallel_deletes_of_one_task_give_one_204(tmp_path: Path, migrated: str) -> None:
    settings = {"DATABASE_URL": migrated, "BETTER_AUTH_SECRET": SECRET}
    async with serving(tmp_path, **settings) as server, server.client() as client:
        session = await register(client, "four@example.org")
        tasks = f"/api/{session['user']['id']}/tasks"
        for _ in range(5):
            task = (await client.post(tasks, json={"title": "Buy milk"})).json()
            path = f"{tasks}/{task['id']}"
            answers = await asyncio.gather(
                *[client.delete(path) for _ in range(4)],
                *[client.patch(path, json={"title": "Buy more milk"}) for _ in range(2)],
            )
            codes = [answer.status_code for answer in answers]
            assert sorted(codes[:4]) == [204, 404, 404, 404]
            assert set(codes[4:]) <= {200, 404}


async def test_a_database_that_is_away_at_the_start_is_waited_for(tmp_path: Path, migrated: str) -> None:
    async with proxy_to(migrated) as proxy:
        await proxy.down()
        settings = {"DATABASE_URL": f"{proxy.url}?keepalives=1", "BETTER_AUTH_SECRET": SECRET}
        async with serving(tmp_path, ready="/health/live", **settings) as server, server.client() as client:
            reason = "The database cannot be reached: connection refused."
            answer = await client.get("/health/ready")
            assert (answer.status_code, answer.json()["detail"]) == (503, reason)

            async def said() -> bool:
                lines = [json.loads(line) for line in server.log.splitlines()]
                return any(line["event"] == "waiting_for_storage" and line["reason"] == reason for line in lines)

            await until(said)
            assert server.log.count("database_address") == 1
            assert '"event":"serving"' not in server.log
            await proxy.up()
            await server.answering("/health/ready")
            async with asyncio.timeout(20):
                while '"event":"serving"' not in server.log:  # noqa: ASYNC110 - another process writes it
                    await asyncio.sleep(0.05)
            await register(client, "patient@example.org")


@pytest.mark.check("K9", "D16")
async def test_a_database_that_goes_away_means_503_until_it_is_back(tmp_path: Path, migrated: str) -> None:
    async with proxy_to(migrated) as proxy:
        settings = {"DATABASE_URL": proxy.url, "BETTER_AUTH_SECRET": SECRET}
        async with serving(tmp_path, **settings) as server, server.client() as client:
            session = await register(client, "away@example.org")
            tasks = f"/api/{session['user']['id']}/tasks"
            login = {"email": "away@example.org", "password": PASSWORD}
            await proxy.down()
            for answer in (
                await client.get(tasks),
                await client.post(tasks, json={"title": "Buy milk"}),
                await client.post("/api/auth/login", json=login),
                await client.post("/api/auth/refresh", json={"refresh_token": session["refresh_token"]}),
            ):
                assert answer.status_code == 503, answer.text
                assert answer.json()["type"] == "/problems/unavailable"
                assert int(answer.headers["Retry-After"]) >= 1
            assert (await client.get("/health/live")).status_code == 200
            await server.answering("/health/ready", status=503, seconds=5)
            await proxy.up()
            await server.answering("/health/ready", seconds=5)
            assert (await client.post("/api/auth/login", json=login)).status_code == 200
            refreshed = await client.post("/api/auth/refresh", json={"refresh_token": session["refresh_token"]})
            assert refreshed.status_code == 200
            assert (await client.get(tasks)).json() == []


@pytest.mark.check("K17", "N5")
@pytest.mark.parametrize("draining", [False, True])
async def test_a_killed_server_has_lost_nothing_that_it_acknowledged(tmp_path: Path, draining: bool) -> None:
    titles: list[str] = []
    async with serving(tmp_path, "--migrate", TODO_DRAIN_SECONDS="5") as server, server.client() as client:
        session = await register(client)
        tasks = f"/api/{session['user']['id']}/tasks"

        async def write(number: int) -> None:
            if (await client.post(tasks, json={"title": f"task {number}"})).status_code == 201:
                titles.append(f"task {number}")

        writers = [asyncio.ensure_future(write(number)) for number in range(300)]
        await asyncio.sleep(0.3)
        if draining:
            server.process.send_signal(signal.SIGTERM)
            await server.answering("/health/ready", status=503)
        await server.stop(signal.SIGKILL)
        await asyncio.gather(*writers, return_exceptions=True)
    async with serving(tmp_path, "--migrate") as server, server.client() as client:
        client.headers["Authorization"] = f"Bearer {session['token']}"
        found = {task["title"] for task in (await client.get(tasks)).json()}
        assert set(titles) <= found
