"""The access log: one line for every request, and never what people wrote."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.http.service import OPTIONS, PASSWORD, Api, Person, serving


async def test_a_line_tells_route_status_and_user(api: Api, ada: Person) -> None:
    task = await ada.add()
    api.flushed()
    await ada.get(ada.task(task), headers={"X-Request-Id": "abcdefgh"})
    line = json.loads(api.flushed()[-1])
    assert line.pop("ms") >= 0
    assert line == {
        "timestamp": "2026-11-20T12:00:00.000000Z",
        "level": "info",
        "event": "request",
        "request_id": "abcdefgh",
        "method": "GET",
        "route": "/api/{user_id}/tasks/{task_id}",
        "status": 200,
        "bytes": len((await ada.get(ada.task(task))).content),
        "user_id": ada.id,
        "problem": None,
    }


async def test_refusals_have_their_code_in_the_line(api: Api, ada: Person) -> None:
    for path, route, status, code in (
        ("/nope", "-", 404, "not-found"),
        ("/api/x/tasks", "/api/{user_id}/tasks", 403, "forbidden"),
        ("/" + "x" * 9_000, "-", 414, "uri-too-long"),
    ):
        await ada.get(path)
        line = json.loads(api.flushed()[-1])
        assert (line["route"], line["status"], line["problem"]) == (route, status, code)


async def test_a_line_names_the_route_of_an_options_request(api: Api) -> None:
    assert (await api.client.options("/api/x/tasks/y")).status_code == 204
    line = json.loads(api.flushed()[-1])
    assert (line["method"], line["route"]) == ("OPTIONS", "/api/{user_id}/tasks/{task_id}")


@pytest.mark.parametrize("method", ["any", "options"])
async def test_no_other_method_is_an_options_request(api: Api, method: str) -> None:
    """Through the application itself, because clients write methods in capitals."""
    messages: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    scope: Any = {"type": "http", "method": method, "path": "/api/x/tasks", "raw_path": b"/api/x/tasks"}
    scope |= {"query_string": b"", "headers": [(b"host", b"todo.test")], "scheme": "http", "root_path": ""}
    await api.app(scope, receive, send)
    assert messages[0]["status"] == 405


@pytest.mark.check("J8", "J9", "C22", "J12")
async def test_nothing_that_people_wrote_is_in_any_line(api: Api) -> None:
    person = await api.person(email="canary@example.org", name="canary")
    task = await person.add("canary", description="canary")
    await person.get(person.tasks, params={"q": "canary"})
    await person.get("/canary%0D%0A%1B%E2%80%A8canary")
    await person.ask("CANARY", "/api")
    await person.ask("PATCH", person.task(task), content=b'{"canary', headers={"Content-Type": "application/canary"})
    await api.client.post("/api/auth/login", json={"email": "canary@example.org", "password": "canary"})
    await api.client.post("/api/auth/login", content=b"canary", headers={"Content-Type": "application/json"})
    text = "\n".join(api.flushed())
    assert "canary" not in text.lower()
    assert PASSWORD not in text
    assert person.session["token"] not in text
    assert all(json.loads(line)["event"] == "request" for line in text.splitlines())


async def test_people_at_a_terminal_get_words() -> None:
    async with serving(replace(OPTIONS, log_format="console")) as api:
        await api.client.get("/nope", headers={"X-Request-Id": "abcdefgh"})
        line = api.flushed()[-1]
    assert line.startswith("12:00:00 404 GET    - ")
    assert line.endswith(" ms not-found [abcdefgh]")


async def test_lines_are_written_at_the_latest_when_the_service_stops() -> None:
    async with serving() as api:
        for _ in range(3):
            await api.client.get("/health")
        lines = api.lines
    assert len("".join(lines).splitlines()) == 3


async def test_many_lines_are_written_at_once_so_that_memory_is_bounded(api: Api) -> None:
    api.flushed()
    for _ in range(1_000):
        await api.client.get("/health/live")
    assert api.app.edge.access_log.lines == []
