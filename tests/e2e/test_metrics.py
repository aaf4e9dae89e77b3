"""Metrics of a real server with two workers: they add up, stay few, and are told to nobody but the loopback."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.server import Server, free_port, serving

PASSWORD = "correct horse battery"
ADA = {"email": "ada@example.org", "password": PASSWORD, "name": "Ada"}


async def anew(server: Server, method: str, path: str, **more: object) -> httpx.Response:
    """A request on a connection of its own, which may lead to either worker."""
    async with httpx.AsyncClient(base_url=server.url) as client:
        return await client.request(method, path, **more)  # type: ignore[arg-type]


def value(text: str, name: str) -> float:
    """The sample of this name, 0 when there is none."""
    found = [line.rpartition(" ")[2] for line in text.splitlines() if line.rpartition(" ")[0] == name]
    return float(found[0]) if found else 0.0


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    settings = {"TODO_WORKERS": "2", "TODO_METRICS_PORT": str(free_port())}
    async with serving(tmp_path, "--migrate", **settings) as running:
        yield running
        assert await running.stop() == 0


async def scraped(server: Server) -> str:
    """What is told when the workers have had the time to tell it."""
    await asyncio.sleep(1.3)
    async with httpx.AsyncClient() as client:
        return (await client.get(server.metrics)).text


@pytest.mark.check("N10", "N11")
async def test_the_workers_numbers_add_up_and_stay_few(server: Server) -> None:
    session = (await anew(server, "POST", "/api/auth/register", json=ADA)).json()
    bearer = {"Authorization": f"Bearer {session['token']}"}
    tasks = f"/api/{session['user']['id']}/tasks"
    for number in range(20):
        assert (await anew(server, "GET", tasks, headers=bearer)).status_code == 200
        await anew(server, "GET", f"/canary-{number}")
        await anew(server, "FOO", "/health")
    await anew(server, "POST", "/api/auth/login", json={"email": ADA["email"], "password": "wrong-canary"})
    keyed = bearer | {"Idempotency-Key": "metrics-key-1"}
    for _ in range(2):
        assert (await anew(server, "POST", tasks, json={"title": "canary"}, headers=keyed)).status_code == 201
    text = await scraped(server)
    route = 'route="/api/{user_id}/tasks"'
    assert value(text, f'todo_requests_total{{method="GET",{route},status="2xx"}}') == 20
    assert value(text, f'todo_request_seconds_count{{method="GET",{route}}}') == 20
    assert value(text, 'todo_requests_total{method="GET",route="-",status="4xx"}') == 20
    assert sum(value(text, line.rpartition(" ")[0]) for line in text.splitlines() if 'method="?"' in line) >= 20
    assert value(text, 'todo_events_total{event="replayed"}') == 1
    assert value(text, 'todo_events_total{event="login_failed"}') == 1
    assert "canary" not in text
    assert len([line for line in text.splitlines() if not line.startswith("#")]) < 300
    assert (await anew(server, "GET", "/metrics")).status_code == 404


@pytest.mark.check("N7")
async def test_a_worker_that_dies_is_replaced_and_what_it_had_counted_is_kept(server: Server) -> None:
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    if not children.exists():
        pytest.skip("looks at /proc")
    for _ in range(20):
        await anew(server, "GET", "/health")
    await scraped(server)
    os.kill(int(children.read_text().split()[0]), signal.SIGKILL)
    await asyncio.sleep(2)
    text = await scraped(server)
    assert (value(text, "todo_workers"), value(text, "todo_worker_starts_total")) == (2, 3)
    assert value(text, 'todo_requests_total{method="GET",route="/health",status="2xx"}') == 20
