"""What follows in a series when its current occurrence is completed or skipped."""

from dataclasses import dataclass
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
        of the series have been current, this one included; only series anchored to completion need it, for COUNT.
        ``now`` is ``moment(instant, zone)`` with the zone of the user.
        """
        if self.anchor is Anchor.COMPLETION:
            return self._restarted(number, now)
        passed = current.at if self.catch_up is CatchUp.ALL else max(current.at, now.of(current.kind))
        return next(occurrences(self.rule, self.start, passed), None)

    def _restarted(self, number: int, now: DueBound) -> DueDate | None:
        """The second occurrence of a series that starts on the day of completion."""
        if self.rule.count and number >= self.rule.count:
            return None
        form = Form.of(self.start)
        today = form.day_at(now.of(self.start.kind))
        later = days(self.rule, today, today.toordinal() + 1)
        place = next(places(later, form, self.rule.until, form.on(today).at), None)
        return form.written(place) if place else None
