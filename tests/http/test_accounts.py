"""Accounts over HTTP: registering, the profile, the password, leaving."""

import asyncio

import pytest

from tests.http.service import PASSWORD, Api, Person, faults, problem

GRACE = {"email": "grace@example.org", "password": PASSWORD, "name": "Grace"}


@pytest.mark.check("F18")
async def test_registering_gives_a_login_session(api: Api) -> None:
    answer = await api.client.post("/api/auth/register", json=GRACE)
    assert answer.status_code == 201
    session = answer.json()
    assert set(session) == {"user", "token", "refresh_token", "token_type", "expires_in"}
    assert (session["token_type"], session["expires_in"]) == ("Bearer", 600)
    assert session["user"] == {
        "id": session["user"]["id"],
        "email": "grace@example.org",
        "name": "Grace",
        "time_zone": "UTC",
        "created_at": "2026-11-20T12:00:00.000000Z",
    }
    found = await api.client.get(answer.headers["location"], headers={"Authorization": f"Bearer {session['token']}"})
    assert found.json() == session["user"]


@pytest.mark.check("A16")
async def test_one_canonical_form_of_an_address_decides(api: Api) -> None:
    person = await api.person(email="  Ada.Lovelace@Example.ORG ")
    assert person.email == "ada.lovelace@example.org"
    answer = await api.client.post("/api/auth/register", json=GRACE | {"email": "ADA.lovelace@example.org"})
    told = problem(answer, 409, "email-taken")
    assert told["detail"] == "An account with this email address already exists."


@pytest.mark.check("A16")
async def test_of_twenty_parallel_registrations_one_succeeds(api: Api) -> None:
    wish = GRACE | {"email": "parallel@example.org"}
    answers = await asyncio.gather(*(api.client.post("/api/auth/register", json=wish) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19


@pytest.mark.check("A2", "A3", "A5", "A6", "A10", "E5", "F15", "A14")
@pytest.mark.parametrize(
    ("wish", "broken"),
    [
        ({}, {"/email": "required", "/password": "required", "/name": "required"}),
        ({"email": "x", "password": "short", "name": " "},
         {"/email": "invalid-email", "/password": "too-short", "/name": "blank"}),
        ({"email": 5, "password": None, "name": []},
         {"/email": "wrong-type", "/password": "wrong-type", "/name": "wrong-type"}),
        ({"email": 5, "password": "short"}, {"/email": "wrong-type", "/password": "too-short", "/name": "required"}),
        (GRACE | {"password": "x" * 129}, {"/password": "too-long"}),
        (GRACE | {"password": "😀" * 7}, {"/password": "too-short"}),
        (GRACE | {"password": "password1"}, {"/password": "common"}),
        (GRACE | {"password": "GRACE@example.org"}, {"/password": "guessable"}),
        (GRACE | {"password": "nul\0nul\0nul"}, {"/password": "control-character"}),
        (GRACE | {"email": "a" * 250 + "@example.org"}, {"/email": "too-long"}),
        (GRACE | {"email": "nul\0@example.org"}, {"/email": "invalid-email"}),
        (GRACE | {"name": "x" * 256}, {"/name": "too-long"}),
        (GRACE | {"name": "a\r\nb"}, {"/name": "control-character"}),
        (GRACE | {"is_admin": True, "id": "x", "created_at": "x"},
         {"/is_admin": "unknown-field", "/id": "unknown-field", "/created_at": "unknown-field"}),
    ],
)  # fmt: skip
async def test_every_broken_rule_is_told(api: Api, wish: dict[str, object], broken: dict[str, str]) -> None:
    answer = await api.client.post("/api/auth/register", json=wish)
    assert faults(answer) == broken
    assert PASSWORD not in answer.text


@pytest.mark.check("A1", "A2", "A3", "A4", "A7")
@pytest.mark.parametrize("password", ["😀" * 8, "x" * 128, " " * 8 + "  ", "88888888887", "ΑΒΓΔΕΖΗΘΙΚ"])
async def test_any_long_enough_password_will_do(api: Api, password: str) -> None:
    person = await api.person(password=password)
    claim = {"email": person.email, "password": password}
    assert (await api.client.post("/api/auth/login", json=claim)).status_code == 200
    assert (await api.client.post("/api/auth/login", json=claim | {"password": password + " "})).status_code in {
        400,
        401,
    }


async def test_the_profile_can_be_changed_in_part(ada: Person) -> None:
    user = (await ada.get("/api/auth/me")).json()
    renamed = await ada.ask("PATCH", "/api/auth/me", json={"name": " Augusta "})
    assert renamed.json() == user | {"name": "Augusta"}
    moved = await ada.ask("PATCH", "/api/auth/me", json={"time_zone": "Europe/Berlin"})
    assert moved.json() == user | {"name": "Augusta", "time_zone": "Europe/Berlin"}
    assert (await ada.ask("PATCH", "/api/auth/me", json={})).json() == moved.json()
    assert (await ada.get("/api/auth/me")).json() == moved.json()


@pytest.mark.check("H10")
@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "", "x" * 10_000, "localtime", "europe/berlin "])
async def test_what_is_no_time_zone_is_refused(ada: Person, zone: str) -> None:
    answer = await ada.ask("PATCH", "/api/auth/me", json={"time_zone": zone, "name": ""})
    assert faults(answer) == {"/time_zone": "unknown-time-zone", "/name": "blank"}


async def test_the_profile_takes_nothing_else(ada: Person) -> None:
    answer = await ada.ask("PATCH", "/api/auth/me", json={"email": "x@example.org", "name": None})
    assert faults(answer) == {"/email": "unknown-field", "/name": "wrong-type"}


@pytest.mark.check("A18", "A19")
async def test_a_new_password_ends_the_other_login_sessions(api: Api, ada: Person) -> None:
    other = await api.log_in(ada)
    wish = {"current_password": PASSWORD, "new_password": "another fine password"}
    changed = await ada.ask("POST", "/api/auth/password", json=wish)
    assert (changed.status_code, changed.content) == (204, b"")
    assert (await ada.get("/api/auth/me")).status_code == 200
    problem(await other.get("/api/auth/me"), 401, "invalid-token")
    claim = {"email": ada.email, "password": PASSWORD}
    problem(await api.client.post("/api/auth/login", json=claim), 401, "invalid-credentials")
    claim["password"] = "another fine password"
    assert (await api.client.post("/api/auth/login", json=claim)).status_code == 200


async def test_a_wrong_current_password_is_a_broken_rule(ada: Person) -> None:
    wish = {"current_password": "not this one", "new_password": "another fine password"}
    assert faults(await ada.ask("POST", "/api/auth/password", json=wish)) == {"/current_password": "wrong-password"}
    answer = await ada.ask("POST", "/api/auth/password", json={"current_password": PASSWORD, "new_password": "short"})
    assert faults(answer) == {"/new_password": "too-short"}
    answer = await ada.ask("DELETE", "/api/auth/me", json={"password": "not this one"})
    assert faults(answer) == {"/password": "wrong-password"}
    assert (await ada.get("/api/auth/me")).status_code == 200


@pytest.mark.check("A18", "B10")
async def test_wrong_proofs_count_toward_the_throttle(ada: Person) -> None:
    wish = {"current_password": "not this one", "new_password": "another fine password"}
    for _ in range(5):
        assert faults(await ada.ask("POST", "/api/auth/password", json=wish))
    throttled = await ada.ask("DELETE", "/api/auth/me", json={"password": PASSWORD})
    problem(throttled, 429, "too-many-requests")
    assert int(throttled.headers["retry-after"]) > 0


async def test_a_closed_account_is_gone_with_everything(api: Api, ada: Person) -> None:
    other = await api.log_in(ada)
    await ada.add()
    closed = await ada.ask("DELETE", "/api/auth/me", json={"password": PASSWORD})
    assert (closed.status_code, closed.content) == (204, b"")
    for device in (ada, other):
        problem(await device.get(ada.tasks), 401, "invalid-token")
        refreshed = await api.client.post("/api/auth/refresh", json={"refresh_token": device.session["refresh_token"]})
        problem(refreshed, 401, "invalid-token")
    again = await api.person(email=ada.email)
    assert again.id != ada.id
    assert await again.titles() == []
