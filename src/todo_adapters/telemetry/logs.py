"""Log configuration: one line for each event of the service or of a library, as JSON or as readable text."""

import contextlib
import logging
import sys
import traceback
from collections.abc import Callable, Iterator, MutableMapping
from types import TracebackType
from typing import Any, Final

import msgspec
import structlog
from structlog.contextvars import merge_contextvars
from structlog.stdlib import ProcessorFormatter, add_logger_name

from todo_core.ports.runtime import Clock

VALUE_MAX: Final = 256
"""Maximum length of a value; longer ones are truncated."""

FRAMES_MAX: Final = 40
"""Maximum number of stack frames of an exception, the innermost ones."""

Write = Callable[[str], None]

LIBRARY_LEVEL: Final = logging.WARNING
"""Lowest level for libraries: at debug they log statements with their values."""


def write_to_stderr(text: str) -> None:
    """Writes to the current ``sys.stderr``. Never raises."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(text)


def configure(level: str, form: str, clock: Clock, write: Write = write_to_stderr) -> None:
    """Sends events from this level on, and warnings of libraries, to ``write`` as whole lines.

    ``form`` is ``json``, ``console``, or ``auto``: ``console`` at a terminal, else ``json``.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    finish = _finish(clock, _renderer(form))
    structlog.configure(
        processors=[merge_contextvars, finish],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: _Lines(write),
        cache_logger_on_first_use=False,
    )
    foreign = [merge_contextvars, add_logger_name, _first_line]
    processors: list[Any] = [ProcessorFormatter.remove_processors_meta, finish]
    handler = _LinesHandler(write)
    handler.setFormatter(ProcessorFormatter(foreign_pre_chain=foreign, processors=processors))
    logging.basicConfig(handlers=[handler], level=max(number, LIBRARY_LEVEL), force=True)


def notice_of_dropped(form: str, clock: Clock) -> Callable[[int], str]:
    """Makes the line that reports dropped lines, for a LogWriter."""
    finish = _finish(clock, _renderer(form))
    return lambda lines: f"{finish(None, 'warning', {'event': 'log_lines_dropped', 'lines': lines})}\n"


def _renderer(form: str) -> Callable[[dict[str, Any]], str]:
    return _console if form == "console" or (form == "auto" and sys.stderr.isatty()) else _json


def _finish(clock: Clock, render: Callable[[dict[str, Any]], str]) -> Callable[..., str]:
    """A single structlog processor; a chain of small ones would cost more than their work."""

    def finish(_: Any, level: str, event: MutableMapping[str, Any]) -> str:
        raised = event.pop("exc_info", None)
        line: dict[str, Any] = {
            "timestamp": clock.now().isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "level": level,
            "event": _text(event.pop("event")),
        }
        for name, value in event.items():
            line.setdefault(_text(name), _plain(value))
        if raised:
            line["failure"] = [_text(part) for part in _failure(raised)]
        return render(line)

    return finish


def _failure(raised: Any) -> list[str]:
    """An exception as types and stack frames, without messages, which may contain user data."""
    if raised is True:
        raised = sys.exc_info()
    failure = raised[1] if isinstance(raised, tuple) else raised
    if not isinstance(failure, BaseException):
        return []
    return [part for each in _chain(failure) for part in (_name(each), *_frames(each.__traceback__))]


def _first_line(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keeps the first line: asyncio appends the text of exceptions that were not caught."""
    event["event"] = str(event["event"]).partition("\n")[0]
    return event


def _chain(failure: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = failure
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)


def _name(failure: BaseException) -> str:
    # The number distinguishes a refused connection from a full disk, and contains no user data.
    number = f" errno {failure.errno}" if isinstance(failure, OSError) and failure.errno else ""
    return f"{type(failure).__module__}.{type(failure).__qualname__}{number}"


def _frames(trace: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(trace, limit=-FRAMES_MAX):
        yield f"{frame.filename}:{frame.lineno} {frame.name}"


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 2**63):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return _text(value)


def _text(value: object) -> str:
    """Truncates and escapes, so that a value cannot contain line breaks or terminal control sequences."""
    text = str(value)
    text = text if len(text) <= VALUE_MAX else text[: VALUE_MAX - 1] + "…"
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _json(line: dict[str, Any]) -> str:
    return msgspec.json.encode(line).decode()


def _console(line: dict[str, Any]) -> str:
    moment, level, name = line.pop("timestamp"), line.pop("level"), line.pop("event")
    failure = "".join(f"\n    {part}" for part in line.pop("failure", ()))
    facts = "".join(f" {key}={value}" for key, value in line.items())
    return f"{moment[11:19]} {level:<7} {name}{facts}{failure}"


class _Lines:
    def __init__(self, write: Write) -> None:
        self.write = write

    def msg(self, line: str) -> None:
        self.write(line + "\n")

    debug = info = warning = error = critical = msg


class _LinesHandler(logging.Handler):
    def __init__(self, write: Write) -> None:
        super().__init__()
        self.write = write

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(Exception):
            self.write(self.format(record) + "\n")
