"""How a task recurs: its rule, and where in the series its current occurrence is."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, TypedDict

from todo_core.errors import Invalid, Violation
from todo_core.model.due import DueBound, DueDate
from todo_core.model.recurrence_rule import Rule
from todo_core.model.recurrence_series import Anchor, CatchUp, Series
from todo_core.model.recurrence_words import in_words
from todo_core.model.rules import Broken, checked, optional

DUE_DATE_REQUIRED: Final = "due-date-required"
REMEMBERED: Final = 4_096
"""Recurrences that are parsed once."""


class RecurrenceFields(TypedDict, total=False):
    """How a task is to recur, as plain values; ``rule`` is required."""

    rule: str
    anchor: str | None
    catch_up: str | None


def _rule(text: Any) -> Rule:
    if not isinstance(text, str):
        raise Broken("wrong-type", "This must be a text.")
    return Rule.parse(text)


def _one_of(names: type[StrEnum]) -> Callable[[Any], StrEnum]:
    def named(name: Any) -> StrEnum:
        try:
            return names(name)
        except ValueError:
            raise Broken("unknown-value", f"This must be {' or '.join(names)}.") from None

    return named


REPETITION_RULES: Final = {"rule": _rule, "anchor": optional(_one_of(Anchor)), "catch_up": optional(_one_of(CatchUp))}


@dataclass(frozen=True, slots=True)
class Repetition:
    """How a task is to recur, without a start, which is the due date that the task has then."""

    rule: Rule
    anchor: Anchor = Anchor.SCHEDULE
    catch_up: CatchUp = CatchUp.NEXT

    @staticmethod
    def of(given: Any) -> "Repetition":
        """Makes it of RecurrenceFields. Raises Invalid with every rule that they break, Broken for anything else."""
        if not isinstance(given, Mapping):
            raise Broken("wrong-type", "This must be an object with a rule.")
        return Repetition.made(checked(given, REPETITION_RULES, ["rule"]))

    @staticmethod
    def made(values: Mapping[str, Any]) -> "Repetition":
        """Makes it of values that REPETITION_RULES have returned. Raises Invalid."""
        repetition = Repetition(**{field: value for field, value in values.items() if value is not None})
        if repetition.anchor is Anchor.COMPLETION and values.get("catch_up"):
            raise Invalid([Violation("catch_up", "not-allowed", "This is only for the anchor schedule.")])
        return repetition

    def series(self, start: DueDate) -> Series:
        """The series whose first occurrence is due then."""
        return Series(rule=self.rule, start=start, anchor=self.anchor, catch_up=self.catch_up)

    def starting(self, due: DueDate, since: int = 0) -> "Recurrence":
        """The recurrence whose first occurrence, which is the current one, is due then."""
        return Recurrence.at(self.series(due), due, 1, since)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A series, its current occurrence as it is scheduled, and how many have been current, this one included.

    ``since`` tells the series of a task apart, also those with the same rule and start: it is the revision that the
    task had before the series began, or greater. ``text`` is the JSON that is stored and compared. Create with ``at``.
    """

    text: str

    @staticmethod
    def at(series: Series, occurrence: DueDate, number: int, since: int = 0) -> "Recurrence":
        values = {
            "rule": series.rule.text,
            "anchor": series.anchor,
            "catch_up": series.catch_up,
            "start": series.start.text,
            "occurrence": occurrence.text,
            "number": number,
            "since": since,
        }
        return Recurrence(json.dumps(values, separators=(",", ":")))

    @property
    def series(self) -> Series:
        return _read(self.text)[0]

    @property
    def number(self) -> int:
        return _read(self.text)[2]

    @property
    def since(self) -> int:
        return _read(self.text)[3]

    @property
    def repetition(self) -> Repetition:
        """How the task recurs, apart from where it is in the series."""
        series = self.series
        return Repetition(series.rule, series.anchor, series.catch_up)

    @property
    def in_words(self) -> str:
        """The rule in English."""
        return _in_words(self.text)

    def preceded_by(self, due: DueDate) -> "Recurrence":
        """The same series, in which the occurrence of an earlier one is the current one and the first is the next."""
        series, _, _, since = _read(self.text)
        return Recurrence.at(series, due, 0, since)

    def following(self, now: DueBound) -> "tuple[Recurrence, DueDate] | None":
        """The recurrence after the current occurrence was completed or skipped, and the next one; None at the end."""
        series, current, number, since = _read(self.text)
        following = series.next_after(current, number, now)
        return None if following is None else (Recurrence.at(series, following, number + 1, since), following)

    def upcoming(self, now: DueBound) -> Iterator[DueDate]:
        """The current occurrence as it is scheduled, and those that follow it."""
        series, current, number, _ = _read(self.text)
        return series.upcoming(current, number, now)


@lru_cache(maxsize=REMEMBERED)
def _read(text: str) -> tuple[Series, DueDate, int, int]:
    values: dict[str, Any] = json.loads(text)
    series = Series(
        rule=Rule.parse(values["rule"]),
        start=DueDate(values["start"]),
        anchor=Anchor(values["anchor"]),
        catch_up=CatchUp(values["catch_up"]),
    )
    return series, DueDate(values["occurrence"]), values["number"], values["since"]


@lru_cache(maxsize=REMEMBERED)
def _in_words(text: str) -> str:
    series = _read(text)[0]
    return in_words(series.rule, series.start, series.anchor)
