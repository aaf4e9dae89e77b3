"""What every kind of access token promises: read back what was issued, within its time, and refuse all else."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.memory.security import OpaqueAccessTokens
from todo_adapters.security.jwt_tokens import JwtTokens
from todo_adapters.security.refresh_tokens import HmacRefreshTokens
from todo_core.errors import InvalidToken
from todo_core.ids import SessionId, UserId
from todo_core.ports.security import AccessTokens

OLD, NEW, FOREIGN = (f"{word} secret 0123456789 abcdefghijklmnop" for word in ("old", "new", "foreign"))
USER = UserId(UUID("01935a2e-0000-7000-8000-000000000001"))
SESSION = SessionId(UUID("01935a2e-0000-7000-8000-000000000002"))

Make = Callable[[Sequence[str], timedelta], AccessTokens]


def jwt(secrets: Sequence[str], lifetime: timedelta) -> AccessTokens:
    return JwtTokens(secrets, CountingIds(), lifetime)


def opaque(secrets: Sequence[str], lifetime: timedelta) -> AccessTokens:
    return OpaqueAccessTokens(secrets, lifetime)


@pytest.fixture(params=[jwt, opaque])
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = request.param
    return made


@pytest.fixture
def tokens(make: Make) -> AccessTokens:
    return make([NEW], timedelta(minutes=10))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


def refused(tokens: AccessTokens, token: str, clock: FixedClock) -> bool:
    try:
        tokens.read(token, clock.now())
    except InvalidToken:
        return True
    return False


def test_a_token_says_who_in_which_session_and_until_when(tokens: AccessTokens, clock: FixedClock) -> None:
    claims = tokens.read(tokens.issue(USER, SESSION, 1, clock.now()), clock.now())
    assert (claims.user_id, claims.session_id, claims.generation) == (USER, SESSION, 1)
    assert (claims.issued_at, claims.expires_at) == (clock.now(), clock.now() + timedelta(minutes=10))


@pytest.mark.parametrize("generation", [1, 2, 77, 2**32 - 1])
def test_a_token_says_to_which_generation_it_belongs(tokens: AccessTokens, clock: FixedClock, generation: int) -> None:
    for _ in range(2):  # read, and remembered
        assert tokens.read(tokens.issue(USER, SESSION, generation, clock.now()), clock.now()).generation == generation


def test_the_same_token_can_be_read_again_and_again(tokens: AccessTokens, clock: FixedClock) -> None:
    token = tokens.issue(USER, SESSION, 1, clock.now())
    first = tokens.read(token, clock.now())
    for _ in range(9):
        clock.advance(seconds=60)
        assert tokens.read(token, clock.now()) == first


def test_a_lifetime_is_in_whole_seconds(make: Make) -> None:
    assert make([NEW], timedelta(seconds=90.7)).lifetime == timedelta(seconds=90)


@pytest.mark.check("C12")
def test_a_token_ends_with_its_lifetime_remembered_or_not(tokens: AccessTokens, clock: FixedClock) -> None:
    token = tokens.issue(USER, SESSION, 1, clock.now())
    clock.advance(seconds=599.999)
    assert not refused(tokens, token, clock)
    clock.advance(seconds=0.001)
    assert refused(tokens, token, clock)
    clock.advance(timedelta(days=1))
    assert refused(tokens, token, clock)


@pytest.mark.check("C14")
def test_a_clock_that_is_a_little_behind_does_not_log_anybody_out(tokens: AccessTokens, clock: FixedClock) -> None:
    token = tokens.issue(USER, SESSION, 1, clock.now())
    clock.advance(seconds=-5)
    assert not refused(tokens, token, clock)
    clock.advance(seconds=-295)
    assert refused(tokens, token, clock)


@pytest.mark.check("C17")
def test_every_secret_is_accepted_and_the_first_one_signs(make: Make, clock: FixedClock) -> None:
    lifetime = timedelta(minutes=10)
    before, during, after = make([OLD], lifetime), make([NEW, OLD], lifetime), make([NEW], lifetime)
    old, new = before.issue(USER, SESSION, 1, clock.now()), during.issue(USER, SESSION, 1, clock.now())
    assert [refused(during, token, clock) for token in (old, new)] == [False, False]
    assert [refused(after, token, clock) for token in (old, new)] == [True, False]
    assert refused(make([FOREIGN], lifetime), new, clock)


@pytest.mark.check("C13")
def test_a_token_that_lives_longer_than_ours_do_is_refused(make: Make, clock: FixedClock) -> None:
    token = make([NEW], timedelta(minutes=15)).issue(USER, SESSION, 1, clock.now())
    assert refused(make([NEW], timedelta(minutes=10)), token, clock)


@pytest.mark.check("C7")
def test_no_bit_of_a_token_can_be_flipped(tokens: AccessTokens, clock: FixedClock) -> None:
    token = tokens.issue(USER, SESSION, 1, clock.now())
    for place, char in enumerate(token):
        for bit in range(8):
            forged = token[:place] + chr(ord(char) ^ 1 << bit) + token[place + 1 :]
            assert refused(tokens, forged, clock), (place, bit)


@pytest.mark.check("C8")
def test_a_token_has_only_one_spelling(tokens: AccessTokens, clock: FixedClock) -> None:
    token = tokens.issue(USER, SESSION, 1, clock.now())
    assert not refused(tokens, token, clock)
    for extra in ("=", "==", " ", "\n", "\r\n", "\t", "A", ".", "\0", "%3D", "\u00a0"):
        for other in (
            token + extra,
            extra + token,
            token.replace(".", extra + ".", 1),
            token.replace(".", "." + extra),
        ):
            assert other == token or refused(tokens, other, clock), repr(other)


@pytest.mark.check("C20")
@pytest.mark.parametrize(
    "junk",
    ["", ".", "..", "...", "a", "a.b.c", "é.é.é", "\ud800", "\0", "{}", '{"payload":""}', "a.b.c.d.e", "x" * 100_000],
)
def test_junk_is_an_invalid_token_and_nothing_worse(tokens: AccessTokens, clock: FixedClock, junk: str) -> None:
    assert refused(tokens, junk, clock)


@pytest.mark.check("C11")
def test_a_refresh_token_is_not_an_access_token(tokens: AccessTokens, clock: FixedClock) -> None:
    assert refused(tokens, HmacRefreshTokens([NEW]).issue(SESSION, 1), clock)


def test_a_refused_token_stays_refused(tokens: AccessTokens, clock: FixedClock) -> None:
    token = tokens.issue(USER, SESSION, 1, clock.now())
    clock.advance(seconds=-60)
    assert refused(tokens, token, clock)
    assert refused(tokens, token, clock)
    clock.advance(seconds=60)
    assert not refused(tokens, token, clock), "a refusal is not remembered"
    clock.advance(seconds=-60)
    assert refused(tokens, token, clock), "what is remembered counts only from then on"


def test_no_secret_is_no_token_source(make: Make) -> None:
    with pytest.raises(ValueError, match="secret"):
        make([], timedelta(minutes=10))
