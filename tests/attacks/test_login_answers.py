"""What a login tells to those who may not enter: byte for byte the same, whoever they claim to be."""

from typing import Any

import httpx
import pytest

from tests.http.service import PASSWORD, Api, Person, problem, serving


async def told(api: Api, email: str, password: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Status, body and header fields, with the request id fixed."""
    answer = await api.client.post(
        "/api/auth/login", json={"email": email, "password": password}, headers={"X-Request-Id": "the-same-id"}
    )
    return answer.status_code, answer.content, list(answer.headers.multi_items())


@pytest.mark.check("B1", "B5")
async def test_all_refusals_of_a_login_are_byte_identical() -> None:
    async with serving() as api:
        ada, gone, disabled = await api.person(), await api.person(), await api.person()
        await gone.ask("DELETE", "/api/auth/me", json={"password": PASSWORD})
        await api.todo.accounts.disable(disabled.email)
        answers = [
            await told(api, ada.email, "not this one"),
            await told(api, "nobody@example.org", PASSWORD),
            await told(api, "nobody@example.org", "not this one"),
            await told(api, gone.email, PASSWORD),
            await told(api, disabled.email, "not this one"),
            await told(api, disabled.email, PASSWORD),
            await told(api, ada.email.upper(), PASSWORD.upper()),
            await told(api, "not an address", PASSWORD),
            await told(api, "x" * 512, PASSWORD),
        ]
        assert answers[0][0] == 401
        assert [answer for answer in answers if answer != answers[0]] == []


@pytest.mark.check("B1", "B10")
async def test_all_who_have_to_wait_are_told_the_same() -> None:
    async with serving() as api:
        ada, disabled = await api.person(), await api.person()
        await api.todo.accounts.disable(disabled.email)
        answers = []
        for email in (ada.email, disabled.email, "nobody@example.org"):
            for _ in range(5):
                await told(api, email, "not this one")
            answers.append(await told(api, email, PASSWORD))
        assert answers[0][0] == 429
        assert [answer for answer in answers if answer != answers[0]] == []


@pytest.mark.check("B22")
async def test_a_login_makes_a_session_of_its_own_whatever_it_is_given() -> None:
    async with serving() as api:
        ada, mallory = await api.person(), await api.person()
        before = {session["id"] for session in (await ada.get("/api/auth/sessions")).json()}
        (planted,) = {session["id"] for session in (await mallory.get("/api/auth/sessions")).json()}
        claim: dict[str, Any] = {"email": ada.email, "password": PASSWORD}
        headers = {
            "Authorization": f"Bearer {mallory.session['token']}",
            "Cookie": f"session={planted}; token={mallory.session['token']}",
        }
        answer = await api.client.post("/api/auth/login", json=claim, headers=headers)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        fresh = Person(api.client, answer.json())
        after = {session["id"] for session in (await fresh.get("/api/auth/sessions")).json()}
        assert len(after - before) == 1
        assert planted not in after
        assert answer.json()["refresh_token"] not in {ada.session["refresh_token"], mallory.session["refresh_token"]}
        for field in ("refresh_token", "session_id", "sid", "token"):
            adopting = await api.client.post("/api/auth/login", json=claim | {field: mallory.session["refresh_token"]})
            problem(adopting, 400, "invalid")


@pytest.mark.check("C26", "D24")
async def test_tokens_are_never_stored_by_caches() -> None:
    async with serving() as api:
        ada = await api.person()
        refreshing = {"refresh_token": ada.session["refresh_token"]}
        answers: list[httpx.Response] = [
            await api.client.post("/api/auth/refresh", json=refreshing),
            await api.client.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD}),
            await api.client.post("/api/auth/login", json={"email": ada.email, "password": "not this one"}),
            await ada.get("/api/auth/me"),
        ]
        for answer in answers:
            assert answer.headers["cache-control"] == "no-store"
            assert "Authorization" in answer.headers["vary"]
        token = ada.session["refresh_token"]
        problem(await api.client.post(f"/api/auth/refresh?refresh_token={token}"), 415, "unsupported-media-type")
        in_url = await api.client.post(f"/api/auth/refresh?refresh_token={token}", json={})
        assert in_url.status_code == 400
        assert token not in in_url.text
        assert token not in "".join(api.flushed())
