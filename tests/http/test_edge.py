"""The edge: what holds for every answer, and what no request may be."""

import asyncio
import re
from dataclasses import replace
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from tests.http.service import OPTIONS, Api, Person, faults, problem, serving
from todo_http.app import create_app

ANSWERS = [
    ("GET", "/health", 200),
    ("GET", "/docs", 200),
    ("GET", "/", 200),
    ("OPTIONS", "/health", 204),
    ("GET", "/?x=1", 400),
    ("GET", "/api/auth/me", 401),
    ("GET", "/nope", 404),
    ("GET", "/docs/nope.js", 404),
    ("POST", "/health", 405),
    ("POST", "/api/auth/login", 415),
    ("GET", "/" + "x" * 9_000, 414),
    ("GET", "/?" + "x" * 9_000, 414),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
async def test_every_answer_carries_the_request_id_and_the_security_headers(  # T7, F16, J1, F22
    api: Api, method: str, path: str, status: int
) -> None:
    answer = await api.client.request(method, path)
    assert answer.status_code == status
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] in {"no-store", "no-cache"}
    assert "authorization" in answer.headers["vary"].lower()  # C26
    assert "server" not in answer.headers
    assert "strict-transport-security" not in answer.headers
    assert len(answer.headers) == len(answer.headers.multi_items())
    if status >= 400:
        problem(answer, status, answer.json()["type"].removeprefix("/problems/"))


@pytest.mark.parametrize("given", ["abcdefgh", "A-Z_09" * 2, "x" * 64])
async def test_a_proper_request_id_is_kept(api: Api, given: str) -> None:  # J7
    for path in ("/health", "/nope"):
        answer = await api.client.get(path, headers={"X-Request-Id": given})
        assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "with space", 'quo"te-quote', "é" * 8, "a,b,c,d,e"])
async def test_an_improper_request_id_is_replaced(api: Api, given: str) -> None:  # J7, T12
    answer = await api.client.get("/nope", headers={b"X-Request-Id": given.encode()})
    assert answer.headers["x-request-id"] != given
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


async def test_two_request_ids_are_none(api: Api) -> None:
    answer = await api.client.get("/nope", headers=[("X-Request-Id", "abcdefgh"), ("X-Request-Id", "abcdefgh")])
    assert answer.headers["x-request-id"] != "abcdefgh"


async def test_every_get_answers_head_with_the_same_headers_and_no_body(api: Api, ada: Person) -> None:  # T8, F10
    task = await ada.add()
    await ada.add()
    for path in (ada.tasks + "?limit=1", ada.task(task), "/api/auth/me", "/api/auth/sessions", "/health",
                 "/health/live", "/health/ready", "/openapi.json", "/docs", "/docs/init.js", "/", "/problems/invalid",
                 "/nope", "/?x=1"):  # fmt: skip
        got, head = await ada.get(path), await ada.ask("HEAD", path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        differ = {"x-request-id"} | ({"content-length"} if got.status_code >= 400 else set())
        assert {k: v for k, v in head.headers.items() if k not in differ} == {
            k: v for k, v in got.headers.items() if k not in differ
        }
    problem_like = await ada.ask("HEAD", "/api/auth/login")
    assert (problem_like.status_code, problem_like.headers["allow"]) == (405, "OPTIONS, POST")


async def test_a_long_declared_body_is_refused_unread(api: Api, ada: Person) -> None:  # I5, B18
    class Never:
        def __aiter__(self) -> Any:
            raise AssertionError("the body was read")

    headers = {"Content-Type": "application/json", "Content-Length": "2147483648"}
    answer = await ada.ask("POST", ada.tasks, content=Never(), headers=headers)
    problem(answer, 413, "too-large")
    for length in ("-1", "+4", "x", "5, 5", "9" * 5_000):
        answer = await ada.ask("POST", ada.tasks, content=Never(), headers=headers | {"Content-Length": length})
        assert answer.status_code in {400, 413}


async def test_a_long_body_in_pieces_is_refused_at_the_limit(ada: Person) -> None:  # I5
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


async def test_too_many_or_too_long_headers_are_refused(api: Api) -> None:  # I6
    problem(await api.client.get("/health", headers={"X-Long": "x" * 33_000}), 431, "headers-too-large")
    many = [(f"X-{number}", "x") for number in range(101)]
    problem(await api.client.get("/health", headers=many), 431, "headers-too-large")
    assert (await api.client.get("/health", headers={"X-Long": "x" * 30_000})).status_code == 200


@pytest.mark.parametrize("host", ["", "a b", "a/b", "a@b", "[::1", "x" * 254, "todo.test:x", "a,b", "a:1:2", "é"])
async def test_what_is_no_host_is_refused(api: Api, host: str) -> None:  # I8, T11
    problem(await api.client.get("/health", headers={b"Host": host.encode()}), 400, "malformed")


async def test_exactly_one_host_is_needed(api: Api) -> None:  # T11
    problem(await api.client.get("/health", headers=[("Host", "todo.test"), ("Host", "todo.test")]), 400, "malformed")
    sent = await bare(api, [])
    assert sent[0]["status"] == 400


async def test_only_configured_hosts_are_answered() -> None:  # I8
    async with serving(replace(OPTIONS, allowed_hosts=("todo.test", "*.example.org"))) as api:
        for host in ("todo.test", "TODO.test:8000", "a.example.org"):
            assert (await api.client.get("/health", headers={"Host": host})).status_code == 200
        for host in ("example.org", "evil.test", "todo.test.evil", "xexample.org", "127.0.0.1"):
            answer = await api.client.get("/health", headers={"Host": host, "X-Forwarded-Host": "todo.test"})
            problem(answer, 400, "malformed")


PREFLIGHT = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization"}


async def test_without_configured_origins_there_is_no_cors(api: Api) -> None:  # J3
    for answer in (
        await api.client.get("/health", headers={"Origin": "https://todo.example.org"}),
        await api.client.options("/health", headers={"Origin": "https://todo.example.org"} | PREFLIGHT),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_configured_origins_may_call_and_read_the_headers() -> None:  # J3, J4, J5
    async with serving(replace(OPTIONS, cors_origins=("https://todo.example.org",))) as api:
        ours = {"Origin": "https://todo.example.org"}
        for path in ("/health", "/nope", "/api/auth/me", "/?x=1"):
            answer = await api.client.get(path, headers=ours)
            assert answer.headers["access-control-allow-origin"] == "https://todo.example.org"
            exposed = answer.headers["access-control-expose-headers"].split(", ")
            assert {"ETag", "Link", "Location", "Retry-After", "X-Request-Id"} <= set(exposed)
            assert "Origin" in answer.headers["vary"]
            assert "access-control-allow-credentials" not in answer.headers
        preflight = await api.client.options("/api/auth/me", headers=ours | PREFLIGHT)
        assert preflight.status_code == 204
        assert "PATCH" in preflight.headers["access-control-allow-methods"]
        assert "Authorization" in preflight.headers["access-control-allow-headers"]
        for origin in ("null", "https://todo.example.org.evil", "http://todo.example.org", "https://TODO.example.org",
                       "https://todo.example.org:443", "https://todoxexample.org", "https://x.todo.example.org",
                       "*"):  # fmt: skip
            for answer in (
                await api.client.get("/health", headers={"Origin": origin}),
                await api.client.options("/health", headers={"Origin": origin} | PREFLIGHT),
            ):
                assert not [name for name in answer.headers if name.startswith("access-control")]
                assert "Origin" in answer.headers["vary"]


async def test_https_is_believed_from_trusted_proxies_alone() -> None:  # I20
    https = {"X-Forwarded-Proto": "https"}
    async with serving(replace(OPTIONS, trusted_proxies=("127.0.0.0/8",))) as api:
        assert "strict-transport-security" in (await api.client.get("/nope", headers=https)).headers
        for proto in ("http", "https, http", "x"):
            answer = await api.client.get("/nope", headers={"X-Forwarded-Proto": proto})
            assert "strict-transport-security" not in answer.headers
    async with serving(replace(OPTIONS, trusted_proxies=("10.0.0.1",))) as api:
        assert "strict-transport-security" not in (await api.client.get("/nope", headers=https)).headers


async def bare(
    api: Api, headers: list[tuple[bytes, bytes]], *received: Any, path: str = "/health", method: str = "GET"
) -> list[Any]:
    """What the application sends to a client that a client library could not be; Ellipsis stands for silence."""
    messages, sent = list(received), list[Any]()

    async def receive() -> Any:
        message = messages.pop(0) if messages else {"type": "http.disconnect"}
        if message is ...:
            await asyncio.sleep(3_600)
        return message

    async def send(message: Any) -> None:
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


async def test_no_byte_of_a_body_is_sent_to_who_asked_head(api: Api) -> None:  # T8
    for path in ("/health", "/nope", "/docs/init.js"):
        start, *bodies = await bare(api, [(b"host", b"todo.test")], path=path, method="HEAD")
        assert dict(start["headers"])[b"content-length"] != b"0"
        assert b"".join(body["body"] for body in bodies) == b""


LOGIN = [(b"host", b"todo.test"), (b"content-type", b"application/json")]


@pytest.mark.parametrize("received", [[], [{"type": "http.request", "body": b'{"em', "more_body": True}]])
async def test_a_client_that_leaves_is_neither_answered_nor_an_error(api: Api, received: list[Any]) -> None:  # I14
    with capture_logs() as logged:
        gone = {"type": "http.disconnect"}
        assert await bare(api, LOGIN, *received, gone, path="/api/auth/login") == []
    assert logged == []
    assert '"status":0' in api.flushed()[-1]


@pytest.mark.parametrize("received", [[...], [{"type": "http.request", "body": b"{", "more_body": True}, ...]])
async def test_a_body_that_stalls_is_given_up(received: list[Any]) -> None:  # T13, I2
    async with serving(replace(OPTIONS, body_deadline=0.05)) as api:
        start, body = await bare(api, LOGIN, *received, path="/api/auth/login")
    assert start["status"] == 408
    assert (b"connection", b"close") in start["headers"]
    assert b"/problems/request-timeout" in body["body"]


async def test_a_body_that_drips_is_given_up_as_well() -> None:  # I2
    async def drip() -> Any:
        while True:
            await asyncio.sleep(0.01)
            yield b" "

    async with serving(replace(OPTIONS, body_deadline=0.1)) as api:
        answer = await api.client.post("/api/auth/login", content=drip(), headers={"Content-Type": "application/json"})
    problem(answer, 408, "request-timeout")


async def test_before_it_has_started_the_service_is_unavailable() -> None:
    def unopened() -> Any:
        raise AssertionError("nothing is opened before the lifespan begins")

    transport = httpx.ASGITransport(create_app(unopened, OPTIONS))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://todo.test") as client:
        problem(await client.get("/api/auth/me", headers={"Authorization": "Bearer x"}), 503, "unavailable")
        problem(await client.get("/health/ready"), 503, "unavailable")
        problem(await client.post("/api/auth/refresh", json={"refresh_token": "x"}), 503, "unavailable")
        live = await client.get("/health/live")
        assert (live.status_code, live.headers["x-request-id"]) == (200, "not-started")


async def test_options_must_make_sense() -> None:
    for change in ({"cursor_keys": ()}, {"cursor_keys": (b"short",)}, {"cors_origins": ("*",)},
                   {"cors_origins": ("https://x.test/",)}, {"trusted_proxies": ("proxy",)}):  # fmt: skip
        with pytest.raises(ValueError, match=r"\w"):
            replace(OPTIONS, **change)


async def test_a_request_that_fails_everywhere_still_tells_all_it_can(api: Api, ada: Person) -> None:
    answer = await ada.get(ada.tasks + "?a=1&b=%zz&limit=0")
    assert faults(answer) == {"a": "unknown-parameter", "b": "bad-encoding", "limit": "out-of-range"}
