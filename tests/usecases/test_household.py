"""Two years of a household's thirty series: its log is what a walk over the days says, which shares no code with it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.model.recurrence_walk import Walk
from tests.usecases.person import Person, somebody
from tests.usecases.series import complete, completions
from todo_adapters.memory.store import MemoryStore
from todo_core.model.completion import Completion
from todo_core.model.task import Task

ONE: Final = timedelta(days=1)
ENOUGH: Final = 31 * ONE
FIRST: Final = date(2026, 11, 20)
LAST: Final = date(2028, 11, 19)
HERE: Final = "Europe/Berlin"
HOUR: Final = time(18, tzinfo=ZoneInfo(HERE))
"""When the household looks at its tasks."""

NEXT, ALL, COMPLETION = {"catch_up": "next"}, {"catch_up": "all"}, {"anchor": "completion"}


def any_day(_: date) -> bool:
    return True


def saturdays(day: date) -> bool:
    return day.weekday() == 5


def except_in_august(day: date) -> bool:
    return day.month != 8


@dataclass(frozen=True)
class Chore:
    """A series, and on which days somebody gets round to it."""

    title: str
    rule: str
    behind: str = ""
    how: dict[str, str] = field(default_factory=lambda: NEXT)
    when: Callable[[date], bool] = any_day

    def expected(self) -> list[str]:
        """The days on which it was due, with those on which it was done."""
        found, days, due, done = [], Walk(self.rule, FIRST).days(LAST + 366 * ONE), FIRST, FIRST
        while (done := self._free(max(due, done))) <= LAST:
            found.append(f"{due} {done}")
            if self.how is COMPLETION:
                days = Walk(self.rule, done).days(done + ENOUGH)
            beyond = due if self.how is ALL else done
            following = next((day for day in days if day > beyond), None)
            if following is None:
                break
            due = following
        return found

    def _free(self, day: date) -> date:
        while not self.when(day):
            day += ONE
        return day


CHORES: Final = (
    Chore("Water the plants", "FREQ=DAILY;INTERVAL=3"),
    Chore("Feed the fish", "FREQ=DAILY;INTERVAL=2", when=except_in_august),
    Chore("Take vitamins", "FREQ=DAILY;INTERVAL=2", how=ALL, when=saturdays),
    Chore("Sourdough", "FREQ=DAILY;INTERVAL=5", how=COMPLETION),
    Chore("Vacuum", "FREQ=DAILY;INTERVAL=10", how=COMPLETION, when=saturdays),
    Chore("Water filter", "FREQ=DAILY;INTERVAL=28", how=COMPLETION, when=except_in_august),
    Chore("Rubbish", "FREQ=WEEKLY;BYDAY=TU", "T07:00"),
    Chore("Paper", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "T07:00"),
    Chore("Shopping", "FREQ=WEEKLY;BYDAY=MO,TH"),
    Chore("Piano", "FREQ=WEEKLY;BYDAY=TH", "T16:30:00+01:00[Europe/Berlin]"),
    Chore("Grandmother", "FREQ=WEEKLY;BYDAY=SU", "T11:00:00+01:00[Europe/Berlin]", when=except_in_august),
    Chore("Laundry", "FREQ=WEEKLY;BYDAY=WE,SA", how=ALL, when=saturdays),
    Chore("Swimming", "FREQ=WEEKLY;BYDAY=FR;COUNT=20", "T15:00"),
    Chore("Bins back", "FREQ=WEEKLY;BYDAY=TU;COUNT=30"),
    Chore("Bed linen", "FREQ=WEEKLY;INTERVAL=2", how=COMPLETION, when=saturdays),
    Chore("Allowance", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU"),
    Chore("Rent", "FREQ=MONTHLY;BYMONTHDAY=1"),
    Chore("Salary", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
    Chore("Accounts", "FREQ=MONTHLY;BYMONTHDAY=-1"),
    Chore("Insurance", "FREQ=MONTHLY;BYMONTHDAY=31"),
    Chore("Phone bill", "FREQ=MONTHLY;BYMONTHDAY=30;SKIP=OMIT"),
    Chore("Meter", "FREQ=MONTHLY;BYMONTHDAY=31;SKIP=FORWARD", how=ALL, when=saturdays),
    Chore("Choir", "FREQ=MONTHLY;BYDAY=2TU,4TU", "T19:00:00+01:00[Europe/Berlin]", when=saturdays),
    Chore("Dishwasher", "FREQ=MONTHLY;BYDAY=-1SA"),
    Chore("Dentist", "FREQ=MONTHLY;INTERVAL=6"),
    Chore("Tyres", "FREQ=YEARLY;BYMONTH=4,10;BYDAY=1SA", when=saturdays),
    Chore("Gutters", "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=20"),
    Chore("Leap party", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"),
    Chore("Clocks", "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU", "T10:00:00+01:00[Europe/Berlin]"),
    Chore("Quarterly tax", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=10", how=ALL),
)


async def live(person: Person) -> dict[str, Task]:
    """Goes through the two years. Returns the tasks at the end."""
    tasks = {}
    for each in CHORES:
        tasks[each.title] = await person.add(
            each.title, due_date=f"{FIRST}{each.behind}", recurrence={"rule": each.rule, **each.how}
        )
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + number * ONE
        person.clock.advance(datetime.combine(day, HOUR) - person.clock.now())
        for each in CHORES:
            while each.when(day) and (task := tasks[each.title]).due_date and _is_due(task, day):
                tasks[each.title] = await complete(person, task)
    return tasks


def _is_due(task: Task, day: date) -> bool:
    return task.due_date is not None and not task.completed and task.due_date.text[:10] <= day.isoformat()


def _told(completion: Completion) -> str:
    """The day on which the occurrence was due, and the one on which it was completed."""
    return f"{completion.occurrence.text[:10]} {completion.completed_at.astimezone(ZoneInfo(HERE)).date()}"


async def test_two_years_of_thirty_series_are_as_a_walk_over_the_days_says(record_property: Any) -> None:
    ada = await somebody(MemoryStore(), time_zone=HERE)
    tasks = await live(ada)
    found: dict[str, list[str]] = {title: [] for title in tasks}
    for completion in await completions(ada):
        found[completion.title].append(_told(completion))
    record_property("completions", sum(map(len, found.values())))
    assert len(CHORES) == 30
    for chore in CHORES:
        assert found[chore.title] == chore.expected(), chore
    assert {title for title, task in tasks.items() if task.completed} == {"Swimming", "Bins back"}
