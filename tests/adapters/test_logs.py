"""Log lines: one line for each event whatever its content, and no user data."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from tests.support.logging_as_it_was import logging_as_it_was
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.telemetry.event_log import WARNINGS_PER_SECOND, StructlogEventLog
from todo_adapters.telemetry.logs import VALUE_MAX, configure
from todo_core.ports.runtime import EventLog

__all__ = ["logging_as_it_was"]

HOSTILE = "\r\n{}\x1b[2J\x00\x7f\x85\x9b\u2028\u2029\u202e\ud800"

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    configure("info", "json", FixedClock())
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.fixture
def event_log(lines: Lines) -> EventLog:
    return StructlogEventLog()


def test_an_event_is_a_line_with_time_level_and_name_first(event_log: EventLog, lines: Lines) -> None:
    event_log.record("login", user="u", session=None, count=2)
    (line,) = lines()
    assert list(line.items()) == [
        ("timestamp", "2026-11-20T12:00:00.000000Z"),
        ("level", "info"),
        ("event", "login"),
        ("user", "u"),
        ("session", None),
        ("count", 2),
    ]


@pytest.mark.check("J7")
def test_the_request_is_in_every_line(event_log: EventLog, lines: Lines) -> None:
    with structlog.contextvars.bound_contextvars(request_id="abcdefgh"):
        event_log.record("login")
        logging.getLogger("some.library").warning("hm")
    event_log.record("logout")
    assert [line.get("request_id") for line in lines()] == ["abcdefgh", "abcdefgh", None]


@pytest.mark.check("J13")
@pytest.mark.parametrize(
    ("event", "level"),
    [("login", "info"), ("add_task", "info"), ("login_failed", "warning"), ("password_check_failed", "warning"),
     ("refresh_reused", "warning"), ("refresh_rotated", "info"), ("too_many_requests", "warning")],
)  # fmt: skip
def test_what_people_should_look_into_is_a_warning(event_log: EventLog, lines: Lines, event: str, level: str) -> None:
    event_log.record(event)
    assert [line["level"] for line in lines()] == [level]


@pytest.mark.check("J8")
@pytest.mark.parametrize("form", ["json", "console"])
def test_nothing_can_forge_or_split_a_line(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", form, FixedClock())
    StructlogEventLog().record("login" + HOSTILE, user=HOSTILE, parts=[HOSTILE], **{"key" + HOSTILE: 1})
    logging.getLogger("lib").warning("hm " + HOSTILE)
    logging.getLogger("lib" + HOSTILE).warning("hm %s", HOSTILE)
    written = capsys.readouterr().err
    assert written.count("\n") == len(written.splitlines()) == 3
    assert all(line.isprintable() for line in written.splitlines())


@pytest.mark.check("J8")
def test_a_long_value_is_cut(event_log: EventLog, lines: Lines) -> None:
    event_log.record("x" * 10**6, user="y" * 10**6, many=["z" * 10**6])
    (line,) = lines()
    assert [len(text) for text in (line["event"], line["user"], line["many"][0])] == [VALUE_MAX] * 3
    assert line["user"].endswith("y…")


@pytest.mark.parametrize("value", [2**70, -(2**70), float("nan"), object(), {"a": 1}, b"bytes", {1, 2}, Exception("x")])
def test_every_kind_of_value_can_be_written(event_log: EventLog, lines: Lines, value: object) -> None:
    event_log.record("login", value=value)
    assert len(lines()) == 1


@pytest.mark.check("J9")
def test_a_failure_is_told_by_kind_and_place_and_never_quoted(lines: Lines) -> None:
    try:
        try:
            raise ConnectionRefusedError(111, "buy milk")
        except OSError as cause:
            raise ValueError("buy milk") from cause
    except ValueError:
        structlog.get_logger().error("request_failed", exc_info=True)
        logging.getLogger("lib").exception("hm")
    ours, theirs = lines()
    assert ours["failure"] == theirs["failure"]
    assert "milk" not in str(ours) + str(theirs)
    kinds = [part for part in ours["failure"] if "/" not in part]
    assert kinds == ["builtins.ValueError", "builtins.ConnectionRefusedError errno 111"]
    assert "test_logs.py" in ours["failure"][1]


def test_a_library_is_heard_from_warnings_on_and_in_one_line(lines: Lines) -> None:
    configure("debug", "json", FixedClock())
    logger = logging.getLogger("asyncpg")
    logger.debug("executing insert with 'buy milk'")
    logger.info("executing insert with 'buy milk'")
    logger.warning("Task exception was never retrieved\nfuture: exception=ValueError('buy milk')")
    (line,) = lines()
    assert line["event"] == "Task exception was never retrieved"
    assert line["logger"] == "asyncpg"


@pytest.mark.parametrize(("level", "heard"), [("debug", 2), ("info", 2), ("warning", 1), ("error", 0)])
def test_events_below_the_level_are_left_out(lines: Lines, level: str, heard: int) -> None:
    configure(level, "json", FixedClock())
    StructlogEventLog().record("login")
    StructlogEventLog().record("login_failed")
    assert len(lines()) == heard


def test_people_at_a_terminal_get_words(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", "console", FixedClock())
    StructlogEventLog().record("login_failed", user=None)
    assert capsys.readouterr().err == "12:00:00 warning login_failed user=None\n"


def test_without_a_terminal_auto_means_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", "auto", FixedClock())
    StructlogEventLog().record("login")
    assert json.loads(capsys.readouterr().err)["event"] == "login"


def test_at_a_terminal_auto_means_console(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    configure("info", "auto", FixedClock())
    StructlogEventLog().record("login")
    assert capsys.readouterr().err == "12:00:00 info    login\n"


class BrokenPipe:
    """A stderr that nobody reads any more."""

    def write(self, _: str) -> int:
        raise BrokenPipeError

    def isatty(self) -> bool:
        return False


class Unspeakable:
    """A value that cannot even be turned into text."""

    def __str__(self) -> str:
        raise ValueError


def test_the_journal_never_raises(monkeypatch: pytest.MonkeyPatch, event_log: EventLog, lines: Lines) -> None:
    event_log.record("login", value=Unspeakable())
    monkeypatch.setattr("sys.stderr", BrokenPipe())
    event_log.record("login")
    event_log.record("login_failed")
    logging.getLogger("lib").warning("hm")
    structlog.get_logger("todo_http").error("request_failed")


@pytest.mark.check("J15")
def test_warnings_that_attackers_cause_are_bounded_and_counted(lines: Lines) -> None:
    seconds = [100.5]
    event_log = StructlogEventLog(lambda: seconds[0])
    for _ in range(WARNINGS_PER_SECOND + 30):
        event_log.record("login_failed")
        event_log.record("login")
    assert [line["event"] for line in lines()].count("login_failed") == WARNINGS_PER_SECOND
    seconds[0] = 101.5
    event_log.record("login_failed")
    first, second = lines()
    assert (first["event"], first["name"], first["times"]) == ("events_left_out", "login_failed", 30)
    assert second["event"] == "login_failed"
