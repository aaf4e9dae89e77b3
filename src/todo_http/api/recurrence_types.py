"""The wire types of recurrence."""

from functools import lru_cache
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, UnsetType

from todo_core.limits import OCCURRENCES_LISTED, OCCURRENCES_MAX
from todo_core.model.recurrence import REMEMBERED, Recurrence
from todo_core.model.recurrence_rule import RULE_MAX
from todo_core.model.recurrence_series import Anchor, CatchUp
from todo_http.kernel.body import Part
from todo_http.kernel.schemas import DueText, note

RULE_TEXT: Final = r"^([A-Za-z]+=[A-Za-z0-9,+-]+)(;[A-Za-z]+=[A-Za-z0-9,+-]+)*$"
RuleText = Annotated[
    str,
    note(
        "The value of an RRULE (RFC 5545) with `FREQ` DAILY, WEEKLY, MONTHLY or YEARLY, `INTERVAL`, `BYDAY`, "
        "`BYMONTHDAY`, `BYMONTH`, `BYSETPOS`, `WKST`, `COUNT` or `UNTIL`, and `SKIP` (RFC 7529).",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        minLength=1,
        maxLength=RULE_MAX,
        pattern=RULE_TEXT,
    ),
]
AnchorName = Annotated[str, note("What the next occurrence is counted from.", enum=[*Anchor], title="Anchor")]
CatchUpName = Annotated[str, note("What becomes of occurrences that have passed.", enum=[*CatchUp], title="CatchUp")]
InWords = Annotated[str, note("The rule in English.", "Every month on the last day")]
OccurrenceLimit = Annotated[
    int,
    note("The maximum number of occurrences.", minimum=1, maximum=OCCURRENCES_MAX, default=OCCURRENCES_LISTED),
]


class RecurrenceChange(Part):
    """How a task recurs: its due date is the first occurrence.

    With the ``anchor`` ``completion`` the rule restarts on the day of each completion. ``catch_up``, only with
    ``schedule``, says what becomes of occurrences that have passed: with ``next`` they are left out.
    """

    rule: RuleText
    anchor: AnchorName | UnsetType | None = UNSET
    catch_up: CatchUpName | UnsetType | None = UNSET


class RecurrenceOut(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """How a task recurs. ``rule`` is in canonical form; ``start`` is the first occurrence.

    ``catch_up`` is null with the ``anchor`` ``completion``.
    """

    rule: RuleText
    anchor: AnchorName
    catch_up: CatchUpName | None
    start: DueText
    text: InWords


@lru_cache(maxsize=REMEMBERED)
def recurrence_out(text: str) -> RecurrenceOut:
    """The wire type of a stored recurrence."""
    recurrence = Recurrence(text)
    series = recurrence.series
    return RecurrenceOut(
        rule=series.rule.text,
        anchor=series.anchor.value,
        catch_up=series.catch_up.value if series.anchor is Anchor.SCHEDULE else None,
        start=series.start.text,
        text=recurrence.in_words,
    )
