"""The functions that see recurrence rules from outside, and the rules whose occurrences are the hardest to find."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice

from tests.costs.growth import Subject
from tests.costs.hostile import TEXTS, run_of
from todo_core.model.due import moment
from todo_core.model.recurrence_preview import Preview
from todo_core.model.recurrence_rule import RULE_MAX, Rule
from todo_core.model.task import TASKS
from todo_core.usecases.tasks import AT_ONCE

BODY = 200_000
NOW = moment(datetime(2026, 11, 22, tzinfo=UTC), UTC)
DAYS = ",".join(map(str, (*range(1, 32), *range(-31, 0))))
WEEKDAYS = ",".join(f"{number}{day}" for number in (1, 2, 3, 4, 5, -1, -2, -3, -4) for day in ("MO", "TU", "WE", "TH"))
RULES = {
    **TEXTS,
    "parts": run_of("FREQ=DAILY;"),
    "semicolons": run_of(";"),
    "equals signs": run_of("="),
    "a long number": run_of("9", "FREQ=DAILY;INTERVAL="),
    "days": run_of("1,", "FREQ=MONTHLY;BYMONTHDAY=", "1"),
    "weekdays": run_of("MO,", "FREQ=WEEKLY;BYDAY=", "MO"),
    "a long name": run_of("A", "", "=1"),
    "a long end": run_of("9", "FREQ=DAILY;UNTIL="),
}
HARD = {
    "never": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;SKIP=OMIT",
    "never in any month": "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;SKIP=OMIT",
    "never at a position": f"FREQ=MONTHLY;BYDAY={WEEKDAYS};BYSETPOS=100",
    "never in a week": "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
    "leap days on a Monday": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;SKIP=OMIT",
    "leap days every 999 years": "FREQ=YEARLY;INTERVAL=999;BYMONTH=2;BYMONTHDAY=29;SKIP=OMIT",
    "Fridays the 13th": "FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR",
    "the 366th day": "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=366",
    "all days of the month": f"FREQ=YEARLY;BYMONTHDAY={DAYS};BYDAY=MO,TU,WE,TH,FR,SA,SU",
}
ANCHORS = ("schedule", "completion")
FORMS = {"a day": "1970-01-01", "a zone": "1970-01-01T02:30:00+01:00[Europe/Berlin]"}


def _look(preview: Preview) -> None:
    """As many occurrences as are computed before other work has a turn, and the words."""
    assert [*islice(preview.occurrences(NOW), AT_ONCE)]
    assert preview.in_words


def _preview(rule: str, due: str, anchor: str) -> Callable[[int], Preview]:
    """The same for all sizes: what a rule costs does not depend on its length."""
    preview = Preview.of(rule=rule, due_date=due, anchor=anchor, limit=100)
    return lambda _: preview


SUBJECTS: list[Subject] = [
    Subject(name="Rule.parse", run=Rule.parse, hostile=RULES, longest=BODY),
    Subject(name="Rule.parse, as far as it looks", run=Rule.parse, hostile=RULES, longest=RULE_MAX),
    Subject(
        name="TASKS.draft recurrence",
        run=lambda text: TASKS.draft(title="x", recurrence={"rule": text, "anchor": text, "catch_up": text}),
        hostile=RULES,
        longest=BODY,
    ),
    *[
        Subject(
            name=f"Preview, {anchor}, {form}",
            run=_look,
            hostile={name: _preview(rule, due, anchor) for name, rule in HARD.items()},
            longest=RULE_MAX,
        )
        for anchor in ANCHORS
        for form, due in FORMS.items()
    ],
]
