"""Addresses that do not exist: a page for somebody at a browser, a problem document for everybody else."""

import re
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256

import pytest
import pytest_asyncio

from tests.http.service import NOBODY, OPTIONS, Api, problem, serving
from todo_http.edge.not_found import prefers_html

CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest_asyncio.fixture(params=[True, False], ids=["web", "no web"])
async def either(request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    """The service with the web client, and without it."""
    async with serving(replace(OPTIONS, web=request.param)) as api:
        yield api


@pytest.mark.parametrize("address", ["/nope", "/today/", "/a/b", "/apis", "/%2e%2e/api", "/list/1"])
async def test_a_browser_gets_a_page_that_leads_to_the_start(either: Api, address: str) -> None:
    for accept in (CHROME, FIREFOX):
        answer = await either.client.get(address, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "<h1>Page not found</h1>" in answer.text
        assert '<a href="/">' in answer.text
        assert answer.headers["cache-control"] == "no-store"
        head = await either.client.head(address, headers={"Accept": accept})
        assert (head.status_code, head.headers["content-length"]) == (404, str(len(answer.content)))
    assert (await either.client.get("/")).status_code == 200


async def test_the_policy_of_the_page_allows_its_style_and_nothing_else(api: Api) -> None:
    answer = await api.client.get("/nope", headers={"Accept": CHROME})
    (style,) = re.findall(r"<style>(.*)</style>", answer.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode("ascii")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy.pop("style-src") == f"'sha256-{digest}'"
    assert set(policy.values()) == {"'none'"}
    assert not re.search(r"<script|\sstyle=|\son\w+=|https?:", answer.text)


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/html", "image/avif,*/*;q=0.8"])
async def test_other_clients_get_a_problem(either: Api, accept: str) -> None:
    problem(await either.client.get("/nope", headers={"Accept": accept}), 404, "not-found")


@pytest.mark.parametrize(
    "address",
    ["/api", "/api/nope", f"/api/{NOBODY}/nope", "/web/nope.js", "/problems/nope", "/health/nope", "/metrics"],
)
async def test_what_is_below_a_part_of_the_service_is_a_problem_for_a_browser_as_well(api: Api, address: str) -> None:
    problem(await api.client.get(address, headers={"Accept": CHROME}), 404, "not-found")


async def test_what_is_not_asked_for_with_get_is_a_problem(api: Api) -> None:
    problem(await api.client.post("/nope", headers={"Accept": CHROME}), 404, "not-found")
    problem(await api.client.post("/today", headers={"Accept": CHROME}), 405, "method-not-allowed")


@pytest.mark.parametrize(
    ("field", "prefers"),
    [
        (b"", False),
        (b"text/html", True),
        (b"TEXT/HTML ; Q=0.5", True),
        (b"text/html, application/xhtml+xml, */*", True),
        (b"text/html;q=0.5, */*", False),
        (b"text/*", False),
        (b"text/html;q=0", False),
        (b"text/html;q=x", False),
        (b"text/html;q=nan", False),
        (b"text/html;level=1;q=0.4, application/json;q=0.5", False),
        (b"text/html;level=1;q=0.5, application/json;q=0.4", True),
        (b"text/html, application/problem+json", False),
        (b"text/html;q=0.9, application/*", False),
        (b"text/html" + b" " * 600, False),
        (b";;;,,,=;q", False),
    ],
)
def test_what_accept_says_about_pages(field: bytes, prefers: bool) -> None:
    assert prefers_html(field) == prefers
