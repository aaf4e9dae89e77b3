"""Failed logins: five are free, each further one costs a pause that doubles, and old ones are forgotten."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from todo_adapters.contracts.fakes import NOON
from todo_core.model.attempts import AttemptPolicy, Attempts

POLICY = AttemptPolicy()
MINUTE = timedelta(minutes=1)


def after(failures: int, now: datetime = NOON) -> Attempts:
    """What is counted after so many failures at one moment."""
    attempts = Attempts(since=now)
    for _ in range(failures):
        attempts = attempts.charge(now, POLICY).settle(now, POLICY)
    return attempts


def test_whoever_has_not_failed_need_not_wait() -> None:
    assert Attempts(since=NOON).wait(NOON, POLICY) == 0


def test_the_first_failures_are_free_and_then_the_pauses_double() -> None:
    waits = [after(failures).wait(NOON, POLICY) for failures in range(1, 11)]
    assert waits == [0, 0, 0, 0, 60, 120, 240, 480, 900, 900]


def test_the_wait_runs_down_and_is_told_in_whole_seconds() -> None:
    attempts = after(5)
    assert attempts.wait(NOON + timedelta(seconds=0.5), POLICY) == 60
    assert attempts.wait(NOON + timedelta(seconds=59.5), POLICY) == 1
    assert attempts.wait(NOON + MINUTE, POLICY) == 0


def test_the_right_password_takes_every_failure_back() -> None:
    attempts = after(7).refund()
    assert (attempts.failures, attempts.wait(NOON, POLICY)) == (0, 0)
    assert attempts.charge(NOON, POLICY).failures == 1


def test_failures_are_forgotten_after_a_quarter_of_an_hour() -> None:
    later = NOON + POLICY.window
    assert after(4).charge(later - timedelta(microseconds=1), POLICY).failures == 5
    assert after(4).charge(later, POLICY) == Attempts(failures=1, since=later)


def test_who_is_blocked_is_not_forgotten_before_the_pause_is_over() -> None:
    blocked = Attempts(failures=9, since=NOON - 14 * MINUTE, blocked_until=NOON + 10 * MINUTE)
    assert blocked.charge(NOON + 5 * MINUTE, POLICY).failures == 10
    assert blocked.charge(NOON + 10 * MINUTE, POLICY).failures == 1


def test_a_clock_that_stepped_back_makes_nobody_wait_longer_than_the_longest_pause() -> None:
    blocked = Attempts(failures=9, since=NOON, blocked_until=NOON + timedelta(days=400))
    assert blocked.wait(NOON, POLICY) == 900


@given(st.integers(1, 10_000))
def test_no_number_of_failures_makes_the_pause_longer_than_the_longest(failures: int) -> None:
    attempts = Attempts(failures=failures, since=NOON).charge(NOON, POLICY)
    assert attempts.wait(NOON, POLICY) <= 900
