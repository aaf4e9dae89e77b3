"""The edge: what holds for every answer, whatever the request was."""

import re
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.http.service import OPTIONS, Api, Person, faults, problem
from todo_http.app import create_app

ANSWERS = [
    ("GET", "/health", 200),
    ("GET", "/docs", 200),
    ("GET", "/", 200),
    ("OPTIONS", "/health", 204),
    ("GET", "/today", 200),
    ("GET", "/health?x=1", 400),
    ("GET", "/api/auth/me", 401),
    ("GET", "/nope", 404),
    ("GET", "/docs/nope.js", 404),
    ("POST", "/health", 405),
    ("POST", "/api/auth/login", 415),
    ("GET", "/" + "x" * 9_000, 414),
    ("GET", "/?" + "x" * 9_000, 414),
]


@pytest.mark.check("F16", "J1", "F22", "C26")
@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
async def test_every_answer_carries_the_request_id_and_the_security_headers(
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
    assert "authorization" in answer.headers["vary"].lower()
    assert answer.headers["server"] == "todo"
    assert "strict-transport-security" not in answer.headers
    assert len(answer.headers) == len(answer.headers.multi_items())
    if status >= 400:
        problem(answer, status, answer.json()["type"].removeprefix("/problems/"))


@pytest.mark.check("J7")
@pytest.mark.parametrize("given", ["abcdefgh", "A-Z_09" * 2, "x" * 64])
async def test_a_proper_request_id_is_kept(api: Api, given: str) -> None:
    for path in ("/health", "/nope"):
        answer = await api.client.get(path, headers={"X-Request-Id": given})
        assert answer.headers["x-request-id"] == given


@pytest.mark.check("J7")
@pytest.mark.parametrize("given", ["", "short", "x" * 65, "with space", 'quo"te-quote', "é" * 8, "a,b,c,d,e"])
async def test_an_improper_request_id_is_replaced(api: Api, given: str) -> None:
    answer = await api.client.get("/nope", headers={b"X-Request-Id": given.encode()})
    assert answer.headers["x-request-id"] != given
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


async def test_two_request_ids_are_none(api: Api) -> None:
    answer = await api.client.get("/nope", headers=[("X-Request-Id", "abcdefgh"), ("X-Request-Id", "abcdefgh")])
    assert answer.headers["x-request-id"] != "abcdefgh"


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
