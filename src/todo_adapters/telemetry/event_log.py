"""The event log as log lines: each event under its stable name, with the context of the request."""

import contextlib
import logging
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
"""Events that need attention when they are frequent."""

WARNINGS_PER_SECOND: Final = 50
"""Limit for each name, because attackers can cause them. The rest is only counted."""


def _logger() -> Any:
    """The logger of structlog. In a script that has not configured it, the logger ``todo`` of the standard library.

    Unconfigured, structlog prints every event to standard output, among what the script prints.
    """
    if structlog.is_configured():
        return structlog.get_logger()
    return structlog.wrap_logger(
        logging.getLogger("todo"),
        processors=[structlog.stdlib.filter_by_level, structlog.processors.LogfmtRenderer(key_order=["event"])],
        wrapper_class=structlog.stdlib.BoundLogger,
    )


class StructlogEventLog:
    """An EventLog on structlog, as configured when it is created."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._logger = _logger().bind()  # once, not for each event
        self._second = 0
        self._seen: Counter[str] = Counter()

    def record(self, event: str, **facts: object) -> None:
        # A full disk or a closed stderr must not make a login fail.
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
