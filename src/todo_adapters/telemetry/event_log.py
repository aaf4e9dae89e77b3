"""The event log as log lines: each event under its stable name, with what is known about the request."""

import contextlib
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import structlog

WARNINGS: Final = frozenset(
    {
        "login_failed",
        "password_check_failed",
        "refresh_reused",
        "refresh_repeated_elsewhere",
        "too_many_requests",
        "ended_sessions_unreachable",
        "waiting_for_storage",
        "sweep_failed",
        "careless_storage",
        "disk_full",
    }
)
"""What somebody should look at when it happens often."""

WARNINGS_PER_SECOND: Final = 50
"""Of each name; attackers decide how many there are, so the rest is only counted."""


class StructlogEventLog:
    """A EventLog on structlog, as that is configured when the event log is made."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._logger = structlog.get_logger().bind()  # or each event would begin with binding one
        self._second = 0
        self._seen: Counter[str] = Counter()

    def record(self, event: str, **facts: object) -> None:
        # A full disk or a closed stderr must never be the reason why somebody cannot log in.
        with contextlib.suppress(Exception):
            if event in WARNINGS:
                self._warn(event, facts)
            else:
                self._logger.info(event, **facts)

    def _warn(self, event: str, facts: dict[str, Any]) -> None:
        second = int(self._monotonic())
        if second != self._second:
            before, self._seen, self._second = self._seen, Counter(), second
            for name, times in before.items():
                if times > WARNINGS_PER_SECOND:
                    self._logger.warning("events_left_out", name=name, times=times - WARNINGS_PER_SECOND)
        self._seen[event] += 1
        if self._seen[event] <= WARNINGS_PER_SECOND:
            self._logger.warning(event, **facts)
