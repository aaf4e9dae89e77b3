"""CORS and HSTS: what pages of other origins may do, and whose word counts for HTTPS."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.http.service import OPTIONS, Api, serving
from todo_http.api.routes import operations
from todo_http.edge.headers import EXPOSED, HEADERS
from todo_http.openapi.responses import RESPONSE_HEADERS

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"

PREFLIGHT = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization"}


@pytest.mark.check("J3")
async def test_without_configured_origins_there_is_no_cors(api: Api) -> None:
    for answer in (
        await api.client.get("/health", headers={"Origin": "https://todo.example.org"}),
        await api.client.options("/health", headers={"Origin": "https://todo.example.org"} | PREFLIGHT),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.check("J3", "J4", "J5")
async def test_configured_origins_may_call_and_read_the_headers() -> None:
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


def test_pages_of_other_origins_may_read_every_documented_header() -> None:
    assert EXPOSED.decode().split(", ") == sorted(RESPONSE_HEADERS)


def test_pages_of_other_origins_may_send_every_documented_header() -> None:
    fields = {field.name for operation in operations() for field in operation.fields}
    assert {"If-Match", "Last-Event-ID"} <= fields <= set(HEADERS.decode().split(", "))


def test_the_guide_lists_the_headers_that_pages_of_other_origins_may_send_and_read() -> None:
    (told,) = re.findall(r"^\*\*Cross-origin requests\*\*.*?(?=\n\n)", GUIDE.read_text("utf-8"), re.M | re.S)
    sent, _, read = told.partition("Cookies")[0].partition("and read")
    assert set(re.findall("`([A-Z][A-Za-z-]+)`", sent)) == set(HEADERS.decode().split(", "))
    assert set(re.findall("`([A-Z][A-Za-z-]+)`", read)) == set(EXPOSED.decode().split(", "))


@pytest.mark.parametrize(
    ("allowed", "asked"),
    [
        ("http://127.0.0.1:5173", "http://localhost:5173"),
        ("http://localhost:5173", "http://127.0.0.1:5173"),
        ("https://localhost", "https://127.0.0.1"),
    ],
)
async def test_the_other_spelling_of_this_machine_is_refused_and_logged_once(allowed: str, asked: str) -> None:
    with capture_logs() as logged:
        async with serving(replace(OPTIONS, cors_origins=(allowed, "https://todo.example.org"))) as api:
            for origin in (asked, asked, "http://localhost:9", "https://todo.example.org", allowed):
                answer = await api.client.get("/health", headers={"Origin": origin})
                allows = origin in (allowed, "https://todo.example.org")
                assert ("access-control-allow-origin" in answer.headers) == allows
    assert logged == [{"event": "origin_refused", "log_level": "warning", "origin": asked, "allowed": allowed}]


async def test_where_both_spellings_are_allowed_nothing_is_logged() -> None:
    both = ("http://127.0.0.1:5173", "http://localhost:5173")
    with capture_logs() as logged:
        async with serving(replace(OPTIONS, cors_origins=both)) as api:
            for origin in both:
                answer = await api.client.get("/health", headers={"Origin": origin})
                assert answer.headers["access-control-allow-origin"] == origin
    assert logged == []


@pytest.mark.check("I20")
async def test_https_is_believed_from_trusted_proxies_alone() -> None:
    https = {"X-Forwarded-Proto": "https"}
    async with serving(replace(OPTIONS, trusted_proxies=("127.0.0.0/8",))) as api:
        assert "strict-transport-security" in (await api.client.get("/nope", headers=https)).headers
        for proto in ("http", "https, http", "x"):
            answer = await api.client.get("/nope", headers={"X-Forwarded-Proto": proto})
            assert "strict-transport-security" not in answer.headers
    async with serving(replace(OPTIONS, trusted_proxies=("10.0.0.1",))) as api:
        assert "strict-transport-security" not in (await api.client.get("/nope", headers=https)).headers
