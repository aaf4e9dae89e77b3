"""What is left of sign-up when the operator has closed it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest_asyncio

from tests.http.service import OPTIONS, PASSWORD, Api, problem, serving
from todo_core.model.user import Registration

WISH = {"email": "grace@example.org", "password": PASSWORD, "name": "Grace"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def closed() -> AsyncIterator[Api]:
    async with serving(replace(OPTIONS, registration=False)) as running:
        yield running


async def test_nobody_can_register_and_everybody_is_told_why(closed: Api) -> None:
    for sent in ({"json": WISH}, {"json": {"email": "x"}}, {"content": b"no JSON"}):
        told = problem(await closed.client.post("/api/auth/register", **sent), 403, "forbidden")
        assert told["detail"] == "Sign-up is closed here; ask the operator of this service for an account."
    assert (await closed.todo.accounts.list()).items == ()


async def test_whoever_the_operator_adds_can_log_in(closed: Api) -> None:
    user = await closed.todo.accounts.add(Registration.of(**WISH))
    answer = await closed.client.post("/api/auth/login", json={"email": user.email, "password": PASSWORD})
    assert answer.status_code == 200


async def test_the_document_is_that_of_every_service(closed: Api, api: Api) -> None:
    documents = [(await each.client.get("/openapi.json")).json() for each in (closed, api)]
    assert documents[0] == documents[1]
    assert "403" in " ".join(documents[0]["paths"]["/api/auth/register"]["post"]["responses"])


async def test_the_page_tells_the_client_and_replaces_its_stored_copy(closed: Api, api: Api) -> None:
    pages = [(await each.client.get("/sign-in")).text for each in (closed, api)]
    assert '<meta name="registration" content="closed">' in pages[0]
    assert pages[0].replace('content="closed"', 'content="open"') == pages[1]
    workers = [(await each.client.get("/service-worker.js")).text for each in (closed, api)]
    assert workers[0] != workers[1], "a new version makes browsers load the page again"
