"""Refreshing a login session: each token once, two tabs excused, copies found out, and an end to everything."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from todo_adapters.contracts.fakes import NOON, CountingIds
from todo_core.ids import SessionId, UserId
from todo_core.limits import CLIENT_MAX
from todo_core.model.session import LoginSession, RefreshOutcome, SessionPolicy, client_label

ids = CountingIds()
POLICY = SessionPolicy()
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def new(**fields: object) -> LoginSession:
    session = LoginSession(
        id=SessionId(ids.new()), user_id=UserId(ids.new()), created_at=NOON, last_used_at=NOON, client="a browser"
    )
    return replace(session, **fields)  # type: ignore[arg-type]


def outcome(session: LoginSession, generation: int, now: datetime) -> RefreshOutcome:
    return session.refresh(generation, now, POLICY)[0]


def test_the_newest_token_is_traded_for_the_next_one() -> None:
    outcome, session = new().refresh(1, NOON + SECOND, POLICY)
    assert outcome is RefreshOutcome.ROTATED
    assert (session.generation, session.last_used_at, session.rotated_at) == (2, NOON + SECOND, NOON + SECOND)


def test_its_parent_may_come_again_for_thirty_seconds_and_changes_nothing() -> None:
    _, session = new().refresh(1, NOON, POLICY)
    outcome, again = session.refresh(1, NOON + 29 * SECOND, POLICY)
    assert outcome is RefreshOutcome.REPEATED
    assert again == replace(session, replays=1)


def test_from_then_on_the_parent_was_copied() -> None:
    _, session = new().refresh(1, NOON, POLICY)
    outcome, same = session.refresh(1, NOON + POLICY.grace, POLICY)
    assert (outcome, same) == (RefreshOutcome.REUSED, session)


def test_the_grace_runs_from_the_first_use_however_often_it_is_used() -> None:
    _, session = new().refresh(1, NOON, POLICY)
    _, session = session.refresh(1, NOON + 20 * SECOND, POLICY)
    assert outcome(session, 1, NOON + 31 * SECOND) is RefreshOutcome.REUSED


def test_the_grace_has_an_end_by_number_too() -> None:
    session = new(generation=2, rotated_at=NOON, replays=POLICY.replays - 1)
    outcome, session = session.refresh(1, NOON, POLICY)
    assert outcome is RefreshOutcome.REPEATED
    assert session.refresh(1, NOON, POLICY)[0] is RefreshOutcome.REUSED


def test_the_next_generation_has_a_grace_of_its_own() -> None:
    _, session = new(generation=2, rotated_at=NOON, replays=50).refresh(2, NOON + 60 * SECOND, POLICY)
    assert (session.generation, session.replays) == (3, 0)
    assert outcome(session, 2, NOON + 61 * SECOND) is RefreshOutcome.REPEATED


@pytest.mark.parametrize("generation", [-1, 0, 1, 2, 5, 6, 99])
def test_any_other_generation_was_copied_or_forged(generation: int) -> None:
    session = new(generation=4, rotated_at=NOON)
    assert session.refresh(generation, NOON, POLICY) == (RefreshOutcome.REUSED, session)


def test_before_the_first_trade_there_is_no_parent() -> None:
    assert outcome(new(), 0, NOON) is RefreshOutcome.REUSED


@pytest.mark.parametrize(
    ("days", "expired"), [(13.9, False), (14, True), (400, True)], ids=["still used", "just unused", "long unused"]
)
def test_a_session_ends_when_it_is_not_used_for_two_weeks(days: float, expired: bool) -> None:
    assert new().expired(NOON + days * DAY, POLICY) is expired
    assert (outcome(new(), 1, NOON + days * DAY) is RefreshOutcome.EXPIRED) is expired


@pytest.mark.parametrize(("days", "expired"), [(29.9, False), (30, True)])
def test_a_session_ends_after_a_month_however_much_it_is_used(days: float, expired: bool) -> None:
    assert new(last_used_at=NOON + (days - 1) * DAY).expired(NOON + days * DAY, POLICY) is expired


def test_a_clock_that_steps_back_does_not_make_a_session_older() -> None:
    _, session = new(last_used_at=NOON + SECOND).refresh(1, NOON, POLICY)
    assert session.last_used_at == NOON + SECOND


def test_a_label_is_the_beginning_of_what_can_be_printed() -> None:
    assert client_label("Phone\x07/1.0 \u202eé") == "Phone/1.0 é"
    assert client_label("\x00" * 1_000 + "x" * 1_000) == "x" * CLIENT_MAX
    assert client_label("") == ""


def test_once_the_token_of_the_child_has_been_used_its_parent_is_excused_no_longer() -> None:
    _, session = new().refresh(1, NOON, POLICY)
    assert outcome(session.used(1), 1, NOON + SECOND) is RefreshOutcome.REPEATED, "that was the parent's own token"
    assert outcome(session.used(2), 1, NOON + SECOND) is RefreshOutcome.REUSED
    assert session.used(2).used(1) == session.used(2), "what has been used stays used"
    assert session.used(9) == session.used(2), "nothing newer than the newest can have been used"


def test_the_next_child_is_unused_again() -> None:
    _, session = new().refresh(1, NOON, POLICY)
    _, session = session.used(2).refresh(2, NOON + SECOND, POLICY)
    assert outcome(session, 2, NOON + 2 * SECOND) is RefreshOutcome.REPEATED


def test_a_rotation_notes_where_it_came_from() -> None:
    _, session = new().refresh(1, NOON, POLICY, b"here")
    assert session.rotated_from == b"here"
    _, again = session.refresh(1, NOON, POLICY, b"elsewhere")
    assert again.rotated_from == b"here", "a repeat is no rotation"
    _, unknown = session.refresh(2, NOON, POLICY)
    assert unknown.rotated_from is None


@pytest.mark.parametrize(
    ("rotated", "repeated", "elsewhere"),
    [(b"here", b"there", True), (b"here", b"here", False), (None, b"there", False), (b"here", None, False)],
)
def test_a_repeat_from_another_network_is_told_from_others(
    rotated: bytes | None, repeated: bytes | None, elsewhere: bool
) -> None:
    assert new(rotated_from=rotated).rotated_elsewhere(repeated) is elsewhere


def test_the_last_use_is_told_to_the_hour_while_the_parent_is_excused() -> None:
    used = NOON + timedelta(minutes=34, seconds=5)
    session = new(created_at=NOON - DAY, last_used_at=used)
    for later in (timedelta(), POLICY.grace - timedelta(microseconds=1), -SECOND):
        assert session.disclosed_last_use(used + later, POLICY) == NOON
    assert session.disclosed_last_use(used + POLICY.grace, POLICY) == used


def test_the_last_use_is_never_told_to_be_before_the_beginning() -> None:
    begun = NOON + timedelta(minutes=20)
    session = new(created_at=begun, last_used_at=begun + timedelta(minutes=5))
    assert session.disclosed_last_use(begun + timedelta(minutes=5), POLICY) == begun
