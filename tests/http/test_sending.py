"""Large answers are sent in parts and within a deadline, all others as they always were."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.http.service import OPTIONS, Api, serving
from todo_http.edge.sending import PART, LargeBodies
from todo_http.kernel.responses import Response

Send = Callable[[Any], Awaitable[None]]


async def asked(api: Api, body: bytes, send: Send, method: str = "GET") -> None:
    """Lets the edge answer with this body."""

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        await Response(200, body)(scope, receive, send)

    before, api.app.edge.app = api.app.edge.app, inside
    scope = {
        "type": "http", "method": method, "path": "/", "raw_path": b"/", "query_string": b"",
        "headers": [(b"host", b"todo.test")], "client": ("127.0.0.1", "1"), "scheme": "http",
    }  # fmt: skip

    async def receive() -> Any:
        return {"type": "http.request"}

    try:
        await api.app(scope, receive, send)  # type: ignore[arg-type]
    finally:
        api.app.edge.app = before


@pytest.mark.parametrize("size", [0, 1, PART])
async def test_a_small_body_is_one_message(api: Api, size: int) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await asked(api, b"x" * size, send)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[1] == {"type": "http.response.body", "body": b"x" * size, "more_body": False}


@pytest.mark.check("P5")
@pytest.mark.parametrize("size", [PART + 1, 2 * PART, 3 * PART + 7])
async def test_a_large_body_is_sent_in_parts(api: Api, size: int) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    body = bytes(index % 251 for index in range(size))
    await asked(api, body, send)
    start, *parts = sent
    assert (b"content-length", b"%d" % size) in start["headers"]
    assert b"".join(part["body"] for part in parts) == body
    assert max(len(part["body"]) for part in parts) == PART
    assert [part["more_body"] for part in parts] == [True] * (len(parts) - 1) + [False]
    await asked(api, body, send, "HEAD")
    assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
    assert (b"content-length", b"%d" % size) in sent[-2]["headers"]


@pytest.mark.check("P5")
async def test_sending_ends_at_the_deadline_and_the_log_tells_how_much_was_sent() -> None:
    async with serving(replace(OPTIONS, send_deadline=0.2)) as api:
        taken = 0

        async def send(message: Any) -> None:
            nonlocal taken
            if taken == 2 * PART:
                await asyncio.sleep(60)
            taken += len(message.get("body", b""))

        await asyncio.wait_for(asked(api, b"x" * 10 * PART, send), 30)
        line = json.loads(api.flushed()[-1])
        assert (line["status"], line["bytes"]) == (200, 2 * PART)


async def test_many_clients_at_the_deadline_need_few_searches() -> None:
    searched: list[set[tuple[str, int]]] = []

    def search(peers: set[tuple[str, int]]) -> None:
        time.sleep(0.02)
        searched.append(peers)

    bodies = LargeBodies(0.05, search)

    async def send(_: Any) -> None:
        await asyncio.sleep(60)

    scopes: list[Any] = [{"client": ("10.0.0.1", str(port))} for port in range(1, 101)]
    await asyncio.gather(*[bodies.send(b"x" * 2 * PART, scope, send) for scope in scopes])
    assert len(searched) < 20
    assert set().union(*searched) == {("10.0.0.1", port) for port in range(1, 101)}
