"""Access tokens over HTTP: what forgers send gets a 401 and nothing else, on every way in."""

import base64
import json
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from tests.adapters.test_jwt_tokens import segment, signed
from tests.attacks.replicas import SECRETS, replica
from tests.http.service import PASSWORD, Api, Person, problem, serving
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.memory.store import MemoryStore
from todo_adapters.runtime import UuidSevens
from todo_adapters.security.jwt_tokens import HEADER, TOKEN_MAX, JwtTokens
from todo_core.errors import Unavailable
from todo_core.ids import SessionId, UserId

pytestmark = pytest.mark.check("C21")

KEY = SECRETS[0]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def api() -> AsyncIterator[Api]:
    """The service with the tokens that it has in production."""
    one = replica(MemoryStore(), FixedClock())
    await one.revoked.read(one.store)
    async with serving(todo=one.todo) as running:
        yield running
    one.hasher.close()


@pytest_asyncio.fixture
async def ada(api: Api) -> Person:
    return await api.person()


def parts(person: Person) -> list[str]:
    return str(person.session["token"]).split(".")


def payload(person: Person) -> dict[str, object]:
    text = parts(person)[1]
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


async def refused(api: Api, token: str | bytes) -> None:
    header = b"Bearer " + (token.encode() if isinstance(token, str) else token)
    answer = await api.client.get("/api/auth/me", headers=[(b"Authorization", header)])
    told = problem(answer, 401, "invalid-token")
    assert answer.headers["www-authenticate"] == 'Bearer realm="todo", error="invalid_token"'
    assert set(told) == {"type", "title", "status", "detail", "instance"}, "nothing is echoed"


@pytest.mark.check("C7")
async def test_no_bit_of_a_token_can_be_flipped(api: Api, ada: Person) -> None:
    assert (await ada.get("/api/auth/me")).status_code == 200
    token = str(ada.session["token"]).encode()
    for place in range(len(token)):
        for bit in range(8):
            flipped = bytearray(token)
            flipped[place] ^= 1 << bit
            if bytes(flipped[place : place + 1]) not in b"\r\n\0":  # those are no header field, for any server
                await refused(api, bytes(flipped))


@pytest.mark.check("C1", "C2", "C3")
async def test_every_other_way_to_sign_is_refused(api: Api, ada: Person) -> None:
    claims = payload(ada)
    for algorithm in ("none", "None", "NONE", "nOnE", "", "HS384", "HS512", "RS256", "ES256", "EdDSA", None):
        digest = {"HS384": "sha384", "HS512": "sha512"}.get(str(algorithm), "sha256")
        token = signed(claims, {**HEADER, "alg": algorithm}, KEY, digest)
        await refused(api, token)
        await refused(api, token.rpartition(".")[0] + ".")
    for key in ("", "secret", KEY[:-1], KEY + "x", KEY.upper(), segment(KEY.encode())):
        await refused(api, signed(claims, key=key))


@pytest.mark.check("C4", "C5", "C6", "C11")
async def test_headers_that_name_a_key_or_a_rule_are_refused(api: Api, ada: Person) -> None:
    for extra in (
        {"kid": "../../dev/null"},
        {"kid": "x' UNION SELECT 'k"},
        {"jku": "http://127.0.0.1:1/keys"},
        {"x5u": "http://127.0.0.1:1/keys"},
        {"jwk": {"kty": "oct", "k": segment(KEY.encode())}},
        {"crit": ["exp"]},
        {"b64": False},
        {"typ": "JWT"},
        {"typ": "rt+jwt"},
        {"cty": "JWT"},
    ):
        await refused(api, signed(payload(ada), {**HEADER, **extra}, KEY))


@pytest.mark.check("C8")
async def test_a_token_has_one_spelling(api: Api, ada: Person) -> None:
    head, body, signature = parts(ada)
    for spelled in (
        f"{head}.{body}.{signature}=",
        f"{head}.{body}=.{signature}",
        f"{head}.{body}.{signature}.",
        f".{head}.{body}.{signature}",
        f"{head}.{body}.{signature}.{signature}",
        f"{head}.{body}\t.{signature}",
        f"{head}. {body}.{signature}",
        f"{head},{body},{signature}",
        f'"{head}.{body}.{signature}"',
    ):
        await refused(api, spelled)


@pytest.mark.check("C18", "C19", "C20")
async def test_junk_is_refused_whatever_its_size(api: Api, ada: Person) -> None:
    token = str(ada.session["token"])
    for junk in ("", " ", "x", ".", "..", "...", "é", "\x7f", "null", "Bearer " + token, token + ", " + token,
                 "x" * (TOKEN_MAX + 1), signed(b"[" * 20_000, key=KEY)):  # fmt: skip
        await refused(api, junk)
    answer = await api.client.get("/api/auth/me", headers={"Authorization": "Bearer " + "x" * 40_000})
    problem(answer, 431, "headers-too-large")


@pytest.mark.check("C11")
async def test_a_refresh_token_opens_nothing_and_an_access_token_refreshes_nothing(api: Api, ada: Person) -> None:
    await refused(api, str(ada.session["refresh_token"]))
    answer = await api.client.post("/api/auth/refresh", json={"refresh_token": ada.session["token"]})
    problem(answer, 401, "invalid-token")


@pytest.mark.check("C15", "E12")
async def test_tokens_of_people_who_have_left_or_never_were_open_nothing(api: Api, ada: Person) -> None:
    claims = payload(ada)
    await refused(api, signed({**claims, "sub": str(UuidSevens().new())}, key=KEY))
    subjects: list[object] = [1, None, [], "", "x" * 5_000, ada.id.upper(), ada.email]
    for subject in subjects:
        await refused(api, signed({**claims, "sub": subject}, key=KEY))
    await api.todo.accounts.disable(ada.email)
    await refused(api, str(ada.session["token"]))
    await api.todo.accounts.disable(ada.email, disabled=False)
    again = await api.log_in(ada)
    assert (await again.get("/api/auth/me")).status_code == 200
    assert (await again.ask("DELETE", "/api/auth/me", json={"password": PASSWORD})).status_code == 204
    for token in (ada.session["token"], again.session["token"]):
        await refused(api, str(token))
    bearer = {"Authorization": f"Bearer {again.session['token']}"}
    for path in (ada.tasks, "/api/auth/sessions"):
        problem(await api.client.get(path, headers=bearer), 401, "invalid-token")


@pytest.mark.check("C22")
async def test_tokens_are_taken_from_nowhere_but_the_header(api: Api, ada: Person) -> None:
    token = ada.session["token"]
    for attempt in (
        {"params": {"access_token": token}},
        {"params": {"token": token}},
        {"headers": {"Cookie": f"token={token}; access_token={token}"}},
        {"headers": {"X-Access-Token": token, "Proxy-Authorization": f"Bearer {token}"}},
    ):
        answer = await api.client.get("/api/auth/me", **attempt)
        problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"] == 'Bearer realm="todo"'
    assert token not in "".join(api.flushed())


@pytest.mark.check("C24")
async def test_where_nothing_can_be_signed_nobody_gets_a_token() -> None:
    class Broken(JwtTokens):
        def issue(self, user_id: UserId, session_id: SessionId, generation: int, now: object) -> str:
            raise Unavailable("No token can be signed at this moment.")

    one = replica(MemoryStore(), FixedClock(), access=Broken(SECRETS, UuidSevens()))
    await one.revoked.read(one.store)
    async with serving(todo=one.todo) as api:
        wish = {"email": "ada@example.org", "password": PASSWORD, "name": "Ada"}
        for path, body in (("register", wish), ("login", {key: wish[key] for key in ("email", "password")})):
            answer = await api.client.post(f"/api/auth/{path}", json=body)
            problem(answer, 503, "unavailable")
            assert "token" not in answer.json()
    one.hasher.close()


@pytest.mark.check("P12")
async def test_a_replica_that_knows_too_little_answers_503_to_tokens_that_may_have_ended() -> None:
    one = replica(MemoryStore(), FixedClock())
    await one.revoked.read(one.store)
    revoked, alive = await one.register(), await one.register()
    await one.todo.sessions.log_out(one.todo.sessions.identify(revoked.token))
    async with serving(todo=one.todo) as api:

        async def ask(token: str) -> httpx.Response:
            return await api.client.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})

        one.ticks.advance(seconds=2.1)
        refused = await ask(alive.token)
        problem(refused, 503, "unavailable")
        assert refused.headers["retry-after"] == "1"
        problem(await ask(revoked.token), 401, "invalid-token")
        problem(await ask(alive.token[:-4] + "AAAA"), 401, "invalid-token")
        problem(await api.client.get("/api/auth/me"), 401, "unauthenticated")
        await one.revoked.read(one.store)
        assert (await ask(alive.token)).status_code == 200
        problem(await ask(revoked.token), 401, "invalid-token")
    one.hasher.close()
