"""CORS and HSTS: what pages of other origins may do, and whose word counts for HTTPS."""

from dataclasses import replace

import pytest

from tests.http.service import OPTIONS, Api, serving

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
