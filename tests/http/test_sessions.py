"""Login sessions over HTTP: logging in, staying logged in, logging out here or elsewhere."""

import base64
import json

import httpx
import pytest

from tests.http.service import NOBODY, PASSWORD, Api, Person, faults, problem
from todo_adapters.memory.security import ListEventLog


@pytest.mark.check("D24")
async def test_logging_in(api: Api, ada: Person) -> None:
    answer = await api.client.post("/api/auth/login", json={"email": ada.email.upper(), "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json()["user"] == ada.session["user"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.check("B1")
async def test_wrong_passwords_and_unknown_people_are_told_the_same(api: Api, ada: Person) -> None:
    answers = []
    for email in (ada.email, "nobody@example.org"):
        answer = await api.client.post("/api/auth/login", json={"email": email, "password": "not this one"})
        told = problem(answer, 401, "invalid-credentials")
        assert told.pop("instance")
        answers.append((told, {k: v for k, v in answer.headers.items() if k != "x-request-id"}))
    assert answers[0] == answers[1]
    assert answers[0][0]["detail"] == "Invalid email or password."
    assert answers[0][1]["www-authenticate"] == 'Bearer realm="todo"'


async def test_a_login_tells_every_fault_of_its_shape(api: Api) -> None:
    assert faults(await api.client.post("/api/auth/login", json={"email": 1, "pass": "x"})) == {
        "/email": "wrong-type",
        "/password": "required",
        "/pass": "unknown-field",
    }
    for claim, code in [
        ({"email": "x" * 1_100, "password": "x" * 600}, "too-long"),
        ({"email": "a\0@example.org", "password": "a\0"}, "control-character"),
    ]:
        told = faults(await api.client.post("/api/auth/login", json=claim))
        assert told == {"/email": code, "/password": code}


async def test_the_sixth_wrong_password_has_to_wait(api: Api, ada: Person) -> None:
    claim = {"email": ada.email, "password": "not this one"}
    for _ in range(5):
        problem(await api.client.post("/api/auth/login", json=claim), 401, "invalid-credentials")
    throttled = await api.client.post("/api/auth/login", json=claim | {"password": PASSWORD})
    problem(throttled, 429, "too-many-requests")
    assert throttled.headers["retry-after"] == "60"


@pytest.mark.check("D1", "D7")
async def test_a_refresh_token_works_once_and_its_parent_is_excused_for_a_while(api: Api, ada: Person) -> None:
    first = ada.session["refresh_token"]
    fresh = await api.client.post("/api/auth/refresh", json={"refresh_token": first})
    assert fresh.status_code == 200
    assert set(fresh.json()) == set(ada.session)
    assert fresh.json()["refresh_token"] != first
    again = await api.client.post("/api/auth/refresh", json={"refresh_token": first})
    assert again.json()["refresh_token"] == fresh.json()["refresh_token"]


@pytest.mark.check("D10")
async def test_once_the_new_token_has_been_used_the_old_one_was_stolen(api: Api, ada: Person) -> None:
    first = {"refresh_token": ada.session["refresh_token"]}
    fresh = (await api.client.post("/api/auth/refresh", json=first)).json()
    bearer = {"Authorization": f"Bearer {fresh['token']}"}
    assert (await api.client.get("/api/auth/me", headers=bearer)).status_code == 200
    problem(await api.client.post("/api/auth/refresh", json=first), 401, "invalid-token")
    problem(await api.client.get("/api/auth/me", headers=bearer), 401, "invalid-token")


async def test_a_repeat_from_another_network_is_noted(api: Api, ada: Person) -> None:
    first, event_log = {"refresh_token": ada.session["refresh_token"]}, api.todo.run.event_log
    assert isinstance(event_log, ListEventLog)
    await api.client.post("/api/auth/refresh", json=first)
    for address, told in (("127.0.0.1", 0), ("192.0.2.7", 1)):
        transport = httpx.ASGITransport(api.app, client=(address, 1234))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://todo.test") as client:
            assert (await client.post("/api/auth/refresh", json=first)).status_code == 200
        assert event_log.events.count("refresh_repeated_elsewhere") == told


async def test_the_list_tells_a_recent_use_only_to_the_hour(api: Api, ada: Person) -> None:
    api.clock.advance(seconds=5 * 3600 + 61)
    used = api.clock.now()
    fresh = await api.client.post("/api/auth/refresh", json={"refresh_token": ada.session["refresh_token"]})
    again = Person(api.client, fresh.json())
    [told] = (await again.get("/api/auth/sessions")).json()
    assert told["last_used_at"] == f"{used:%Y-%m-%dT%H}:00:00.000000Z"
    api.clock.advance(seconds=30)
    [told] = (await again.get("/api/auth/sessions")).json()
    assert told["last_used_at"] == f"{used:%Y-%m-%dT%H:%M:%S}.000000Z"


@pytest.mark.check("D5")
async def test_reuse_after_the_grace_ends_the_login_session(api: Api, ada: Person) -> None:
    first = ada.session["refresh_token"]
    fresh = (await api.client.post("/api/auth/refresh", json={"refresh_token": first})).json()
    api.clock.advance(seconds=31)
    problem(await api.client.post("/api/auth/refresh", json={"refresh_token": first}), 401, "invalid-token")
    newest = await api.client.post("/api/auth/refresh", json={"refresh_token": fresh["refresh_token"]})
    problem(newest, 401, "invalid-token")
    bearer = {"Authorization": f"Bearer {fresh['token']}"}
    problem(await api.client.get("/api/auth/me", headers=bearer), 401, "invalid-token")


@pytest.mark.check("D4", "C11")
async def test_what_is_no_refresh_token_is_refused(api: Api, ada: Person) -> None:
    for token in ("", "x", ada.session["token"], ada.session["refresh_token"][:-1], "é", "\0", "x" * 16_000):
        answer = await api.client.post("/api/auth/refresh", json={"refresh_token": token})
        problem(answer, 401, "invalid-token")
    problem(await ada.get("/api/auth/me", headers={"Authorization": f"Bearer {ada.session['refresh_token']}"}),
            401, "invalid-token")  # fmt: skip


@pytest.mark.check("D20")
async def test_logging_out_ends_this_login_session_at_once(api: Api, ada: Person) -> None:
    other = await api.log_in(ada)
    answer = await ada.ask("POST", "/api/auth/logout")
    assert answer.status_code == 200
    assert set(answer.json()) == {"message"}
    problem(await ada.get("/api/auth/me"), 401, "invalid-token")
    refreshed = await api.client.post("/api/auth/refresh", json={"refresh_token": ada.session["refresh_token"]})
    problem(refreshed, 401, "invalid-token")
    assert (await other.get("/api/auth/me")).status_code == 200


@pytest.mark.check("D21")
async def test_the_list_shows_each_device(api: Api, ada: Person) -> None:
    claim = {"email": ada.email, "password": PASSWORD}
    agent = {"User-Agent": "Phone\x07/1.0 é".encode()}
    await api.client.post("/api/auth/login", json=claim, headers=agent)  # type: ignore[arg-type]
    sessions = (await ada.get("/api/auth/sessions")).json()
    assert [set(session) for session in sessions] == [{"id", "created_at", "last_used_at", "client", "current"}] * 2
    assert [session["current"] for session in sessions] == [True, False]
    assert sessions[1]["client"] == "Phone/1.0 é"


@pytest.mark.check("D21")
async def test_one_of_ones_login_sessions_can_be_ended(api: Api, ada: Person) -> None:
    other = await api.log_in(ada)
    phone = next(session["id"] for session in (await ada.get("/api/auth/sessions")).json() if not session["current"])
    stranger = await api.person()
    problem(await stranger.ask("DELETE", f"/api/auth/sessions/{phone}"), 404, "not-found")
    assert (await other.get("/api/auth/me")).status_code == 200
    ended = await ada.ask("DELETE", f"/api/auth/sessions/{phone}")
    assert (ended.status_code, ended.content) == (204, b"")
    problem(await other.get("/api/auth/me"), 401, "invalid-token")
    problem(await ada.ask("DELETE", f"/api/auth/sessions/{phone}"), 404, "not-found")
    problem(await ada.ask("DELETE", f"/api/auth/sessions/{NOBODY}"), 404, "not-found")


@pytest.mark.check("D20")
async def test_all_others_can_be_ended_again_and_again(api: Api, ada: Person) -> None:
    others = [await api.log_in(ada) for _ in range(3)]
    for _ in range(2):
        assert (await ada.ask("DELETE", "/api/auth/sessions")).status_code == 204
    for other in others:
        problem(await other.get("/api/auth/me"), 401, "invalid-token")
    assert len((await ada.get("/api/auth/sessions")).json()) == 1


@pytest.mark.check("C23")
async def test_a_token_says_nothing_about_the_person(ada: Person) -> None:
    payload = ada.session["token"].partition(".")[2]
    plain = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    assert ada.email.encode() not in plain
    assert b"Ada" not in plain
    assert json.dumps(ada.email) not in ada.session["token"]
