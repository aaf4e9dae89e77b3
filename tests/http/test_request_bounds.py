"""The bounds of requests: how long, how slow, and addressed to whom they may be."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.http.service import OPTIONS, Api, Person, problem, serving
from todo_http.api.routes import operations
from todo_http.kernel.operation import Operation
from todo_http.openapi.document import document


async def bare(
    api: Api,
    headers: list[tuple[bytes, bytes]],
    *received: Any,
    path: str = "/health",
    method: str = "GET",
    gone: bool = False,
) -> list[Any]:
    """What the application sends to a client that a client library could not be; Ellipsis stands for silence."""
    messages, sent = list(received), list[Any]()

    async def receive() -> Any:
        message = messages.pop(0) if messages else {"type": "http.disconnect"}
        if message is ...:
            await asyncio.sleep(3_600)
        return message

    async def send(message: Any) -> None:
        if gone:
            raise BrokenPipeError
        sent.append(message)

    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST" if received else method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }
    await api.app(scope, receive, send)
    return sent


@pytest.mark.check("F10")
async def test_every_get_answers_head_with_the_same_headers_and_no_body(api: Api, ada: Person) -> None:
    task = await ada.add()
    await ada.add()
    for path in (ada.tasks + "?limit=1", ada.task(task), "/api/auth/me", "/api/auth/sessions", "/health",
                 "/health/live", "/health/ready", "/openapi.json", "/docs", "/docs/init.js", "/", "/problems/invalid",
                 "/nope", "/health?x=1"):  # fmt: skip
        got, head = await ada.get(path), await ada.ask("HEAD", path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        differ = {"x-request-id"} | ({"content-length"} if got.status_code >= 400 else set())
        assert {k: v for k, v in head.headers.items() if k not in differ} == {
            k: v for k, v in got.headers.items() if k not in differ
        }
    problem_like = await ada.ask("HEAD", "/api/auth/login")
    assert (problem_like.status_code, problem_like.headers["allow"]) == (405, "OPTIONS, POST")


@pytest.mark.check("I5", "B18")
async def test_a_long_declared_body_is_refused_unread(api: Api, ada: Person) -> None:
    class Never:
        def __aiter__(self) -> Any:
            raise AssertionError("the body was read")

    headers = {"Content-Type": "application/json", "Content-Length": "2147483648"}
    answer = await ada.ask("POST", ada.tasks, content=Never(), headers=headers)
    problem(answer, 413, "too-large")
    for length in ("-1", "+4", "x", "5, 5", "9" * 5_000):
        answer = await ada.ask("POST", ada.tasks, content=Never(), headers=headers | {"Content-Length": length})
        assert answer.status_code in {400, 413}


@pytest.mark.check("I5")
async def test_a_long_body_in_pieces_is_refused_at_the_limit(ada: Person) -> None:
    given = 0

    async def endless() -> Any:
        nonlocal given
        while True:
            given += 16_384
            yield b" " * 16_384

    answer = await ada.ask("POST", ada.tasks, content=endless(), headers={"Content-Type": "application/json"})
    problem(answer, 413, "too-large")
    assert answer.headers["connection"] == "close"
    assert given <= 262_144 + 2 * 16_384


async def test_a_body_at_the_limit_is_read(ada: Person) -> None:
    body = b'{"title": "x"}'.ljust(262_144)
    answer = await ada.ask("POST", ada.tasks, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201
    answer = await ada.ask("POST", ada.tasks, content=body + b" ", headers={"Content-Type": "application/json"})
    problem(answer, 413, "too-large")


PUBLIC = [operation for operation in operations() if operation.public and operation.takes]
OTHERS = [operation for operation in operations() if not operation.public and operation.takes]
PUBLIC_MAX = 16_384


@pytest.mark.check("P1")
@pytest.mark.parametrize("operation", PUBLIC, ids=lambda operation: operation.id)
@pytest.mark.parametrize("declared", [True, False])
async def test_bodies_of_public_operations_are_short(api: Api, operation: Operation, declared: bool) -> None:
    async def streamed(body: bytes) -> Any:
        for start in range(0, len(body), 4_096):
            yield body[start : start + 4_096]

    for length, code in ((PUBLIC_MAX, "invalid"), (PUBLIC_MAX + 1, "too-large")):
        body = b"{}".ljust(length)
        content: Any = body if declared else streamed(body)
        headers = {"Content-Type": "application/json"}
        answer = await api.client.request(operation.method, operation.path, content=content, headers=headers)
        told = problem(answer, 400 if code == "invalid" else 413, code)
        assert (code == "invalid") or f"{PUBLIC_MAX} bytes" in told["detail"]


async def test_a_body_that_is_declared_too_long_for_a_public_operation_is_not_read(api: Api) -> None:
    class Never:
        def __aiter__(self) -> Any:
            raise AssertionError("the body was read")

    headers = {"Content-Type": "application/json", "Content-Length": str(PUBLIC_MAX + 1)}
    answer = await api.client.post("/api/auth/login", content=Never(), headers=headers)
    problem(answer, 413, "too-large")
    assert answer.headers["connection"] == "close"


async def test_a_lower_limit_holds_for_public_operations_as_well() -> None:
    async with serving(replace(OPTIONS, max_body_bytes=1_024)) as api:
        headers = {"Content-Type": "application/json"}
        answer = await api.client.post("/api/auth/login", content=b"{}".ljust(1_025), headers=headers)
        assert "1024 bytes" in problem(answer, 413, "too-large")["detail"]


def test_the_document_tells_which_bodies_are_short() -> None:
    paths = document()["paths"]
    for operation in (*PUBLIC, *OTHERS):
        body = paths[operation.template][operation.method.lower()]["requestBody"]
        assert ("16,384 bytes" in body.get("description", "")) == (operation in PUBLIC)


@pytest.mark.check("I6")
async def test_too_many_or_too_long_headers_are_refused(api: Api) -> None:
    problem(await api.client.get("/health", headers={"X-Long": "x" * 33_000}), 431, "headers-too-large")
    many = [(f"X-{number}", "x") for number in range(101)]
    problem(await api.client.get("/health", headers=many), 431, "headers-too-large")
    assert (await api.client.get("/health", headers={"X-Long": "x" * 30_000})).status_code == 200


@pytest.mark.check("I8")
@pytest.mark.parametrize("host", ["", "a b", "a/b", "a@b", "[::1", "x" * 254, "todo.test:x", "a,b", "a:1:2", "é"])
async def test_what_is_no_host_is_refused(api: Api, host: str) -> None:
    problem(await api.client.get("/health", headers={b"Host": host.encode()}), 400, "malformed")


async def test_exactly_one_host_is_needed(api: Api) -> None:
    problem(await api.client.get("/health", headers=[("Host", "todo.test"), ("Host", "todo.test")]), 400, "malformed")
    sent = await bare(api, [])
    assert sent[0]["status"] == 400


@pytest.mark.check("I8")
async def test_only_configured_hosts_are_answered() -> None:
    async with serving(replace(OPTIONS, allowed_hosts=("todo.test", "*.example.org"))) as api:
        for host in ("todo.test", "TODO.test:8000", "a.example.org"):
            assert (await api.client.get("/health", headers={"Host": host})).status_code == 200
        for host in ("example.org", "evil.test", "todo.test.evil", "xexample.org", "127.0.0.1"):
            answer = await api.client.get("/health", headers={"Host": host, "X-Forwarded-Host": "todo.test"})
            problem(answer, 400, "malformed")


async def test_no_byte_of_a_body_is_sent_to_who_asked_head(api: Api) -> None:
    for path in ("/health", "/nope", "/docs/init.js"):
        start, *bodies = await bare(api, [(b"host", b"todo.test")], path=path, method="HEAD")
        assert dict(start["headers"])[b"content-length"] != b"0"
        assert b"".join(body["body"] for body in bodies) == b""


LOGIN = [(b"host", b"todo.test"), (b"content-type", b"application/json")]


@pytest.mark.check("I14")
@pytest.mark.parametrize("received", [[], [{"type": "http.request", "body": b'{"em', "more_body": True}]])
async def test_a_body_that_breaks_off_is_malformed_and_no_error(api: Api, received: list[Any]) -> None:
    with capture_logs() as logged:
        gone = {"type": "http.disconnect"}
        start, _ = await bare(api, LOGIN, *received, gone, path="/api/auth/login")
    assert start["status"] == 400
    assert (b"connection", b"close") in start["headers"]
    assert logged == []
    assert '"problem":"malformed"' in api.flushed()[-1]


@pytest.mark.check("I14")
async def test_a_client_that_leaves_before_its_answer_is_no_error(api: Api) -> None:
    with capture_logs() as logged:
        sent = await bare(api, [(b"host", b"todo.test")], gone=True)
    assert (sent, logged) == ([], [])
    assert '"status":200' in api.flushed()[-1]


@pytest.mark.check("I2")
@pytest.mark.parametrize("received", [[...], [{"type": "http.request", "body": b"{", "more_body": True}, ...]])
async def test_a_body_that_stalls_is_given_up(received: list[Any]) -> None:
    async with serving(replace(OPTIONS, body_deadline=0.05)) as api:
        start, body = await bare(api, LOGIN, *received, path="/api/auth/login")
    assert start["status"] == 408
    assert (b"connection", b"close") in start["headers"]
    assert b"/problems/request-timeout" in body["body"]


@pytest.mark.check("I2")
async def test_a_body_that_drips_is_given_up_as_well() -> None:
    async def drip() -> Any:
        while True:
            await asyncio.sleep(0.01)
            yield b" "

    async with serving(replace(OPTIONS, body_deadline=0.1)) as api:
        answer = await api.client.post("/api/auth/login", content=drip(), headers={"Content-Type": "application/json"})
    problem(answer, 408, "request-timeout")
