"""Access tokens: their content, and every known way to forge one."""

import base64
import hmac
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest

from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.runtime import UuidSevens
from todo_adapters.security import jwt_tokens
from todo_adapters.security.jwt_tokens import HEADER, TOKEN_MAX, JwtTokens
from todo_core.errors import InvalidToken
from todo_core.ids import SessionId, UserId

SECRET = "a secret that only this test knows, 0123456789"
USER = UserId(UUID("01935a2e-0000-7000-8000-000000000001"))
SESSION = SessionId(UUID("01935a2e-0000-7000-8000-000000000002"))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def tokens() -> JwtTokens:
    return JwtTokens([SECRET], CountingIds())


def segment(value: object) -> str:
    octets = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def signed(payload: object, header: object = HEADER, key: str = SECRET, digest: str = "sha256") -> str:
    """A token with whatever header and payload, signed as ours are."""
    content = f"{segment(header)}.{segment(payload)}"
    return f"{content}.{segment(hmac.digest(key.encode(), content.encode(), digest))}"


def claims(clock: FixedClock, **changes: Any) -> dict[str, Any]:
    """Good claims, with some of them changed, or left out where the change is ``...``."""
    now = int(clock.now().timestamp())
    good = {
        "iss": "todo-service",
        "aud": "todo-api",
        "sub": str(USER),
        "sid": str(SESSION),
        "jti": str(CountingIds().new()),
        "iat": now,
        "exp": now + 600,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not ...}


def refused(tokens: JwtTokens, token: str, clock: FixedClock) -> bool:
    try:
        tokens.read(token, clock.now())
    except InvalidToken:
        return True
    return False


def test_the_forger_of_these_tests_can_make_a_good_token(tokens: JwtTokens, clock: FixedClock) -> None:
    assert not refused(tokens, signed(claims(clock)), clock)


@pytest.mark.check("C23")
def test_a_token_holds_seven_claims_and_nothing_about_the_person(tokens: JwtTokens, clock: FixedClock) -> None:
    header, payload, _ = tokens.issue(USER, SESSION, 1, clock.now()).split(".")
    assert json.loads(base64.b64decode(header + "==")) == {"alg": "HS256", "typ": "at+jwt"}
    assert json.loads(base64.b64decode(payload + "==")) == claims(clock, jti=f"{CountingIds().new()}.1")
    assert list(json.loads(base64.b64decode(payload + "=="))) == ["iss", "aud", "sub", "sid", "jti", "iat", "exp"]


@pytest.mark.parametrize(
    ("jti", "generation"),
    [(str(SESSION), 0), ("x", 0), ("a.b", 0), ("a.", 0), (".", 0), ("a.-1", 0), ("a.1.2", 0), ("a.\u0663", 0),
     ("a." + "9" * 11, 0), (f"{SESSION}.12", 12)],
)  # fmt: skip
def test_a_token_from_before_generations_were_told_stays_valid(
    tokens: JwtTokens, clock: FixedClock, jti: str, generation: int
) -> None:
    assert tokens.read(signed(claims(clock, jti=jti)), clock.now()).generation == generation


def test_any_library_that_is_given_the_secret_can_check_a_token(clock: FixedClock) -> None:
    token = JwtTokens([SECRET], UuidSevens()).issue(USER, SESSION, 1, clock.now())
    read = jwt.decode(token, SECRET, ["HS256"], audience="todo-api", options={"verify_exp": False, "verify_iat": False})
    assert read["sub"] == str(USER)


def test_a_plain_base64_decoder_can_read_every_payload(clock: FixedClock) -> None:
    ids = UuidSevens()
    tokens = JwtTokens([SECRET], ids)
    for _ in range(2_000):
        payload = tokens.issue(UserId(ids.new()), SessionId(ids.new()), 1, clock.advance(seconds=977)).split(".")[1]
        decoded = base64.b64decode(payload + "=" * (-len(payload) % 4), validate=True)
        assert decoded.isascii()


@pytest.mark.parametrize("name", ["a?", "a>b", "~", "caf\u00e9", "\x7f"])
def test_names_that_would_break_that_are_refused_at_the_start(name: str) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        JwtTokens([SECRET], CountingIds(), issuer=name)
    with pytest.raises(ValueError, match="ASCII"):
        JwtTokens([SECRET], CountingIds(), audience=name)


@pytest.mark.check("C16")
def test_a_secret_shorter_than_the_digest_is_refused_at_the_start() -> None:
    for secrets in ([], [""], ["x" * 31], [SECRET, "short"]):
        with pytest.raises(ValueError, match="32"):
            JwtTokens(secrets, CountingIds())


def test_no_two_tokens_are_the_same(tokens: JwtTokens, clock: FixedClock) -> None:
    assert tokens.issue(USER, SESSION, 1, clock.now()) != tokens.issue(USER, SESSION, 1, clock.now())


@pytest.mark.check("C7")
def test_no_bit_behind_the_base64_can_be_flipped(tokens: JwtTokens, clock: FixedClock) -> None:
    parts = [base64.urlsafe_b64decode(part + "==") for part in tokens.issue(USER, SESSION, 1, clock.now()).split(".")]
    for index, part in enumerate(parts):
        for bit in range(8 * len(part)):
            flipped = bytearray(part)
            flipped[bit // 8] ^= 1 << bit % 8
            forged = [*parts[:index], bytes(flipped), *parts[index + 1 :]]
            assert refused(tokens, ".".join(map(segment, forged)), clock), (index, bit)


@pytest.mark.check("C1", "C2")
@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", None, "HS384", "HS512", "RS256", "ES256", 1])
def test_only_one_algorithm_is_known(tokens: JwtTokens, clock: FixedClock, algorithm: object) -> None:
    header = {**HEADER, "alg": algorithm}
    digest = {"HS384": "sha384", "HS512": "sha512"}.get(str(algorithm), "sha256")
    token = signed(claims(clock), header, digest=digest)
    for forged in (token, token.rsplit(".", 1)[0] + ".", token.rsplit(".", 1)[0]):
        assert refused(tokens, forged, clock)


@pytest.mark.check("C4", "C5", "C6", "C11")
@pytest.mark.parametrize(
    "extra",
    [
        {"typ": "JWT"},
        {"typ": "rt+jwt"},
        {"typ": "AT+JWT"},
        {"typ": None},
        {"typ": ["at+jwt"]},
        {"kid": "../../../dev/null"},
        {"kid": "' or 1=1 --"},
        {"jku": "https://example.org/keys"},
        {"x5u": "https://example.org/keys"},
        {"jwk": {"kty": "oct", "k": segment(SECRET.encode())}},
        {"crit": []},
        {"crit": ["exp"]},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"b64": True},
        {"zip": "DEF"},
        {"enc": "A128GCM"},
        {"cty": "JWT"},
    ],
)
def test_a_header_of_another_kind_is_refused(tokens: JwtTokens, clock: FixedClock, extra: dict[str, object]) -> None:
    assert refused(tokens, signed(claims(clock), {**HEADER, **extra}), clock)


@pytest.mark.check("C11")
def test_a_header_without_a_type_is_refused(tokens: JwtTokens, clock: FixedClock) -> None:
    assert refused(tokens, signed(claims(clock), {"alg": "HS256"}), clock)
    assert refused(tokens, signed(claims(clock), ["HS256"]), clock)


@pytest.mark.check("C6")
def test_a_detached_payload_is_refused(tokens: JwtTokens, clock: FixedClock) -> None:
    header, payload, signature = signed(claims(clock)).split(".")
    assert refused(tokens, f"{header}..{signature}", clock)
    assert refused(tokens, json.dumps({"protected": header, "payload": payload, "signature": signature}), clock)


@pytest.mark.check("C9", "C12", "C15")
@pytest.mark.parametrize("name", ["iss", "aud", "sub", "sid", "jti", "iat", "exp"])
@pytest.mark.parametrize(
    "value", [..., None, "", 1.5, True, -1, [], {}, [str(USER)], "x" * 5_000, "caf\u00e9"], ids=repr
)
def test_every_claim_must_be_there_and_of_its_kind(
    tokens: JwtTokens, clock: FixedClock, name: str, value: object
) -> None:
    valid_id = name == "jti" and isinstance(value, str) and value
    assert refused(tokens, signed(claims(clock, **{name: value})), clock) != valid_id


@pytest.mark.check("C10")
@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "todo-servic"},
        {"iss": "todo-service "},
        {"iss": ["todo-service"]},
        {"aud": "todo"},
        {"aud": ["another"]},
        {"aud": ["todo-api"]},
    ],
    ids=repr,
)
def test_issuer_and_audience_must_be_exact(tokens: JwtTokens, clock: FixedClock, changes: dict[str, object]) -> None:
    assert refused(tokens, signed(claims(clock, **changes)), clock)


@pytest.mark.check("C15")
@pytest.mark.parametrize("name", ["sub", "sid"])
@pytest.mark.parametrize(
    "spelling", [str.upper, "{{{}}}".format, "urn:uuid:{}".format, lambda text: text.replace("-", "")]
)
def test_an_id_has_one_spelling(tokens: JwtTokens, clock: FixedClock, name: str, spelling: Any) -> None:
    assert refused(tokens, signed(claims(clock, **{name: spelling("01935a2e-0000-7000-8000-0000000000ab")})), clock)


@pytest.mark.check("C12")
@pytest.mark.parametrize(
    "raw", ["NaN", "Infinity", "1e999", "1" + "0" * 400, "-1" + "0" * 400, "1" + "0" * 5_000, '"1795176600"']
)
@pytest.mark.parametrize("name", ["iat", "exp", "nbf"])
def test_absurd_numbers_are_refused(tokens: JwtTokens, clock: FixedClock, name: str, raw: str) -> None:
    payload = json.dumps(claims(clock, **{name: 123454321})).replace("123454321", raw)
    if (name, raw) != ("nbf", "-1" + "0" * 400):  # not before the beginning of time: true
        assert refused(tokens, signed(payload.encode()), clock)


@pytest.mark.check("C14")
def test_an_issue_a_moment_ahead_passes_and_five_minutes_ahead_fails(tokens: JwtTokens, clock: FixedClock) -> None:
    now = int(clock.now().timestamp())
    for name in ("iat", "nbf"):
        assert not refused(tokens, signed(claims(clock, **{name: now + 1, "exp": now + 600})), clock)
        assert refused(tokens, signed(claims(clock, **{name: now + 300, "exp": now + 600})), clock)


@pytest.mark.parametrize("value", [None, True, 1.5, "1", [], {}])
def test_a_beginning_may_be_absent_and_not_of_another_kind(tokens: JwtTokens, clock: FixedClock, value: object) -> None:
    assert refused(tokens, signed(claims(clock, nbf=value)), clock)


@pytest.mark.check("C13")
def test_a_lifetime_beyond_the_policy_is_refused(tokens: JwtTokens, clock: FixedClock) -> None:
    now = int(clock.now().timestamp())
    assert refused(tokens, signed(claims(clock, exp=now + 601)), clock)
    assert refused(tokens, signed(claims(clock, iat=now - 1)), clock)
    assert refused(tokens, signed(claims(clock, iat=now + 5, exp=now + 5)), clock)


@pytest.mark.check("C19")
def test_deep_nesting_and_other_payloads_are_refused(tokens: JwtTokens, clock: FixedClock) -> None:
    odd = (b"[]", b"1", b"null", b'"text"', b"", b"\xff", b"{", b"\xef\xbb\xbf{}")
    for payload in (b"[" * 5_000, b'{"a":' * 1_000, *odd):
        assert refused(tokens, signed(payload), clock)
        assert refused(tokens, signed(claims(clock), payload), clock)
    assert refused(tokens, signed(b"[" * 100_000), clock)


@pytest.mark.check("C18")
def test_a_text_that_is_too_long_is_not_looked_at(tokens: JwtTokens, clock: FixedClock) -> None:
    assert refused(tokens, signed(claims(clock, extra="x" * TOKEN_MAX)), clock)
    assert not refused(tokens, signed(claims(clock, extra="x" * 2_000)), clock)


def test_a_token_that_was_good_is_remembered_for_ten_minutes(clock: FixedClock) -> None:
    tokens = JwtTokens([SECRET], CountingIds(), timedelta(hours=1))
    token = tokens.issue(USER, SESSION, 1, clock.now())
    first = tokens.read(token, clock.now())
    clock.advance(seconds=599)
    assert tokens.read(token, clock.now()) is first
    clock.advance(seconds=1)
    again = tokens.read(token, clock.now())
    assert again == first
    assert again is not first


def test_only_so_many_tokens_are_remembered(monkeypatch: pytest.MonkeyPatch, clock: FixedClock) -> None:
    monkeypatch.setattr(jwt_tokens, "REMEMBERED_MAX", 10)
    tokens = JwtTokens([SECRET], CountingIds())
    first = tokens.issue(USER, SESSION, 1, clock.now())
    remembered = tokens.read(first, clock.now())
    for _ in range(9):
        tokens.read(tokens.issue(USER, SESSION, 1, clock.now()), clock.now())
    assert tokens.read(first, clock.now()) is remembered
    tokens.read(tokens.issue(USER, SESSION, 1, clock.now()), clock.now())
    assert tokens.read(first, clock.now()) is not remembered
