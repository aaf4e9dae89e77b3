"""What follows in a series when its current occurrence is completed or skipped."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from todo_core.model.due import DueBound, DueDate
from todo_core.model.recurrence_days import days
from todo_core.model.recurrence_occurrences import Form, occurrences, places
from todo_core.model.recurrence_rule import Rule


class Anchor(StrEnum):
    """What the next occurrence is counted from: the schedule, or the day on which the current one was completed."""

    SCHEDULE = "schedule"
    COMPLETION = "completion"


class CatchUp(StrEnum):
    """What becomes of occurrences that have passed: they are left out, or come one at a time."""

    NEXT = "next"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A rule with its first occurrence, and how to go on from one occurrence to the next."""

    rule: Rule
    start: DueDate
    anchor: Anchor = Anchor.SCHEDULE
    catch_up: CatchUp = CatchUp.NEXT

    def next_after(self, current: DueDate, number: int, now: DueBound) -> DueDate | None:
        """The occurrence that follows the current one, which is completed or skipped now; None at the end.

        ``current`` is the occurrence as scheduled, even if its due date was moved. ``number`` says how many occurrences
        of the series have been current, this one included; only a series anchored to completion needs it, for COUNT.
        ``now`` is ``moment(instant, zone)`` with the zone of the user.
        """
        if self.anchor is Anchor.COMPLETION:
            return self._restarted(Form.of(self.start).day_at(now.of(self.start.kind)), number)
        return next(occurrences(self.rule, self.start, self._passed(current, now)), None)

    def upcoming(self, current: DueDate, number: int, now: DueBound) -> Iterator[DueDate]:
        """The current occurrence, and what follows if each one is completed on its day, or now if that has passed."""
        yield current
        if self.anchor is Anchor.SCHEDULE:
            yield from occurrences(self.rule, self.start, self._passed(current, now))
            return
        form = Form.of(self.start)
        day = max(form.day_at(current.at), form.day_at(now.of(self.start.kind)))
        while following := self._restarted(day, number):
            yield following
            day, number = form.day_at(following.at), number + 1

    def _passed(self, current: DueDate, now: DueBound) -> datetime:
        """What the next occurrence must be after, in the order of due dates."""
        return current.at if self.catch_up is CatchUp.ALL else max(current.at, now.of(self.start.kind))

    def _restarted(self, day: date, number: int) -> DueDate | None:
        """The second occurrence of a series that starts on a day at the same time of day."""
        if self.rule.count and number >= self.rule.count:
            return None
        form = Form.of(self.start)
        later = days(self.rule, day, day.toordinal() + 1)
        place = next(places(later, form, self.rule.until), None)
        return form.written(place) if place else None
