"""What refresh tokens promise: the same session and generation, the same token; anything else is refused unasked."""

import base64
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.memory.security import OpaqueAccessTokens
from todo_adapters.security.jwt_tokens import JwtTokens
from todo_adapters.security.refresh_tokens import HmacRefreshTokens
from todo_adapters.security.signing_secrets import derive
from todo_core.errors import InvalidToken
from todo_core.ids import SessionId, UserId
from todo_core.ports.security import RefreshTokens

OLD, NEW = (f"{word} secret 0123456789 abcdefghijklmnop" for word in ("old", "new"))
SESSION = SessionId(UUID("01935a2e-0000-7000-8000-000000000002"))
USER = UserId(UUID("01935a2e-0000-7000-8000-000000000001"))


@pytest.fixture(params=[HmacRefreshTokens])
def tokens(request: pytest.FixtureRequest) -> RefreshTokens:
    made: RefreshTokens = request.param([NEW])
    return made


def refused(tokens: RefreshTokens, token: str) -> bool:
    try:
        tokens.read(token)
    except InvalidToken:
        return True
    return False


@given(session=st.uuids(), generation=st.integers(1, 2**32 - 1))
def test_a_token_gives_back_its_session_and_generation(session: UUID, generation: int) -> None:
    tokens = HmacRefreshTokens([NEW])
    assert tokens.read(tokens.issue(SessionId(session), generation)) == (session, generation)


@pytest.mark.check("D7")
def test_the_same_session_and_generation_always_give_the_same_token(tokens: RefreshTokens) -> None:
    assert tokens.issue(SESSION, 7) == tokens.issue(SESSION, 7) == HmacRefreshTokens([NEW]).issue(SESSION, 7)


@pytest.mark.check("D1", "D3")
def test_every_generation_and_every_session_has_a_token_of_its_own(tokens: RefreshTokens) -> None:
    ids = CountingIds()
    made = {tokens.issue(SESSION, generation) for generation in range(1, 1_001)}
    made |= {tokens.issue(SessionId(ids.new()), 1) for _ in range(1_000)}
    assert len(made) == 2_000


@pytest.mark.check("D4")
def test_no_bit_of_a_token_can_be_flipped(tokens: RefreshTokens) -> None:
    token = tokens.issue(SESSION, 1)
    for place, char in enumerate(token):
        for bit in range(8):
            assert refused(tokens, token[:place] + chr(ord(char) ^ 1 << bit) + token[place + 1 :]), (place, bit)


def test_a_token_has_only_one_spelling(tokens: RefreshTokens) -> None:
    token = tokens.issue(SESSION, 1)
    for other in (token + "=", token + "==", token + "\n", " " + token, token[:-1], token + "A", token.upper()):
        assert refused(tokens, other), repr(other)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=!"
    assert [char for char in alphabet if not refused(tokens, token[:-1] + char)] == [token[-1]]


@pytest.mark.check("D4")
@pytest.mark.parametrize(
    "junk", ["", "rt1.", "rt1." + "A" * 70, "rt2." + "A" * 70, "é" * 74, "\ud800" * 74, "x" * 10**6]
)
def test_junk_is_an_invalid_token_and_nothing_worse(tokens: RefreshTokens, junk: str) -> None:
    assert refused(tokens, junk)


def test_the_digest_cannot_be_left_out_or_made_with_another_key(tokens: RefreshTokens) -> None:
    token = tokens.issue(SESSION, 1)
    record = base64.urlsafe_b64decode(token[4:] + "==")[:20]
    for digest in (bytes(32), derive(NEW, "seal rt1."), record + bytes(12)):
        assert refused(tokens, "rt1." + base64.urlsafe_b64encode(record + digest).rstrip(b"=").decode())


@pytest.mark.check("C17", "D28")
def test_every_secret_is_accepted_and_the_first_one_signs() -> None:
    before, during, after = HmacRefreshTokens([OLD]), HmacRefreshTokens([NEW, OLD]), HmacRefreshTokens([NEW])
    old, new = before.issue(SESSION, 1), during.issue(SESSION, 1)
    assert [refused(during, token) for token in (old, new)] == [False, False]
    assert [refused(after, token) for token in (old, new)] == [True, False]


@pytest.mark.check("C11")
def test_an_access_token_is_not_a_refresh_token(tokens: RefreshTokens) -> None:
    now = FixedClock().now()
    for access in (JwtTokens([NEW], CountingIds()), OpaqueAccessTokens([NEW])):
        assert refused(tokens, access.issue(USER, SESSION, 1, now))


def test_a_key_serves_one_purpose_and_differs_from_secret_to_secret() -> None:
    assert derive(NEW, "one") == derive(NEW, "one")
    assert len({derive(NEW, "one"), derive(NEW, "two"), derive(OLD, "one"), NEW.encode()}) == 4
    assert len(derive(NEW, "one")) == 32
