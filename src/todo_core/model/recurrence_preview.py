"""What a rule means, for somebody who is about to choose it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from todo_core.limits import OCCURRENCES_LISTED, OCCURRENCES_MAX
from todo_core.model.due import DueBound, DueDate
from todo_core.model.recurrence import REPETITION_RULES, Repetition
from todo_core.model.recurrence_words import in_words
from todo_core.model.rules import Broken, checked


def _number(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= OCCURRENCES_MAX:
        raise Broken("out-of-range", f"This must be a number from 1 to {OCCURRENCES_MAX}.")
    return given


PREVIEW_RULES: Final = {**REPETITION_RULES, "due_date": DueDate.parse, "limit": _number}


@dataclass(frozen=True, slots=True)
class Preview:
    """A recurrence with its first due date, and how many occurrences are asked for."""

    repetition: Repetition
    due: DueDate
    limit: int

    @staticmethod
    def of(**plain: Any) -> "Preview":
        """Makes it of RecurrenceFields, ``due_date`` and ``limit``. Raises Invalid with every rule that they break."""
        values = checked(plain, PREVIEW_RULES, ["rule", "due_date"])
        due, limit = values.pop("due_date"), values.pop("limit", OCCURRENCES_LISTED)
        return Preview(Repetition.made(values), due, limit)

    @property
    def in_words(self) -> str:
        """The rule in English."""
        return in_words(self.repetition.rule, self.due, self.repetition.anchor)

    def occurrences(self, now: DueBound) -> Iterator[DueDate]:
        """The first occurrence, and those that follow it."""
        return self.repetition.series(self.due).upcoming(self.due, 1, now)
