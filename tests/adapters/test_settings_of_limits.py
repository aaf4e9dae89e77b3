"""Settings that limit what one user may do and store."""

from pathlib import Path

from todo_adapters.settings.declarations import Settings
from todo_core.model.attempts import ThrottlePolicy, per_hour, per_minute
from todo_core.model.quota import Quota


def test_limits_have_defaults(tmp_path: Path) -> None:
    made = Settings.from_env({}, tmp_path)
    assert made.requests_per_minute == 6000
    assert (made.user_concurrency, made.user_queue, made.network_concurrency) == (8, 64, 64)
    assert made.quota == Quota()


def test_every_limit_can_be_given(tmp_path: Path) -> None:
    given = {
        "TODO_REQUESTS_PER_MINUTE": "600",
        "TODO_USER_CONCURRENCY": "4",
        "TODO_USER_QUEUE": "0",
        "TODO_NETWORK_CONCURRENCY": "32",
        "TODO_MAX_TASKS": "500",
        "TODO_MAX_HISTORY_MB": "2",
    }
    made = Settings.from_env(given, tmp_path)
    assert made.requests_per_minute == 600
    assert (made.user_concurrency, made.user_queue, made.network_concurrency) == (4, 0, 32)
    assert made.quota == Quota(tasks=500, feed_bytes=2 * 2**20)


def test_failed_logins_are_not_counted_for_networks_where_that_is_switched_off(tmp_path: Path) -> None:
    assert Settings.from_env({"TODO_LOGIN_FAILURES_PER_MINUTE": "0"}, tmp_path).throttle_policy.network is None
    assert Settings.from_env({}, tmp_path).throttle_policy == ThrottlePolicy()


def test_registrations_have_a_limit_of_their_own(tmp_path: Path) -> None:
    given = {"TODO_REGISTRATIONS_PER_HOUR": "7", "TODO_LOGIN_FAILURES_PER_MINUTE": "0"}
    policy = Settings.from_env(given, tmp_path).throttle_policy
    assert (policy.network, policy.registrations) == (None, per_hour(7))
    unlimited = Settings.from_env({"TODO_REGISTRATIONS_PER_HOUR": "0"}, tmp_path).throttle_policy
    assert (unlimited.network, unlimited.registrations) == (per_minute(30), None)
