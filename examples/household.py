"""Prints the coming month of a household, with the core alone: ``python3 examples/household.py [DAY]``."""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))  # nothing needs to be installed

from todo_core import DueDate, Rule, in_words, occurrences

HOUSEHOLD = [
    ("Water the plants", "FREQ=DAILY;INTERVAL=3", "2026-01-02"),
    ("Feed the cat", "FREQ=DAILY", "2026-01-01T07:30"),
    ("School run", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-01-05T07:45:00+01:00[Europe/Berlin]"),
    ("Call grandmother", "FREQ=WEEKLY;BYDAY=SU", "2026-01-04T17:00"),
    ("Put out the waste paper", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "2026-01-06"),
    ("Put out the residual waste", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "2026-01-13"),
    ("Clean the bathroom", "FREQ=WEEKLY;BYDAY=SA", "2026-01-03"),
    ("Change the sheets", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA", "2026-01-10"),
    ("Wash the towels", "FREQ=WEEKLY;BYDAY=WE,SA", "2026-01-03"),
    ("Football practice", "FREQ=WEEKLY;BYDAY=TU,TH", "2026-01-06T18:00"),
    ("Piano lesson", "FREQ=WEEKLY;BYDAY=TH", "2026-01-08T16:15"),
    ("Choir", "FREQ=MONTHLY;BYDAY=1MO,3MO", "2026-01-05T20:00"),
    ("Family council", "FREQ=MONTHLY;BYDAY=-1SU", "2026-01-25T11:00"),
    ("Rent", "FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31"),
    ("Pocket money", "FREQ=MONTHLY;BYMONTHDAY=1", "2026-01-01"),
    ("Credit card bill", "FREQ=MONTHLY;BYMONTHDAY=15", "2026-01-15"),
    ("Check the accounts", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-01-30"),
    ("Back up the photos", "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31"),
    ("Defrost the freezer", "FREQ=MONTHLY;INTERVAL=6", "2026-05-30"),
    ("Descale the kettle", "FREQ=MONTHLY;BYMONTHDAY=10", "2026-01-10"),
    ("Read the electricity meter", "FREQ=MONTHLY;BYMONTHDAY=30", "2026-01-30"),
    ("Water bill", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1", "2026-03-31"),
    ("Check the smoke detectors", "FREQ=MONTHLY;INTERVAL=3;BYDAY=1SA", "2026-03-07"),
    ("Dentist", "FREQ=MONTHLY;INTERVAL=6;BYDAY=2WE", "2026-06-10T09:30"),
    ("Winter tyres", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SA", "2026-10-31"),
    ("Summer tyres", "FREQ=YEARLY;BYMONTH=4;BYDAY=1SA", "2026-04-04"),
    ("Sweep the chimney", "FREQ=YEARLY;BYMONTH=9,12;BYMONTHDAY=15", "2026-09-15"),
    ("Wedding anniversary", "FREQ=YEARLY", "2020-02-29"),
    ("Bob's birthday", "FREQ=YEARLY", "2015-12-05"),
    ("Bring the Christmas tree home", "FREQ=YEARLY;BYMONTH=12;BYDAY=SA;BYSETPOS=2", "2026-12-12"),
    ("Advent calendar", "FREQ=DAILY;BYMONTH=12;COUNT=24", "2026-12-01"),
]
"""Title, rule, and the due date with which the series begins."""


def dates(rule: str, start: str, first: date, end: date) -> Iterator[DueDate]:
    """The occurrences of a series from one day up to but not including another."""
    since = datetime.combine(first, time(), UTC) - timedelta(microseconds=1)
    found = occurrences(Rule.parse(rule), DueDate.parse(start), after=since)
    return takewhile(lambda due: due.text[:10] < str(end), found)


def main(first: date) -> None:
    """Prints what is due on each of thirty days, then the rules in words."""
    due = sorted(
        (each.text, title)
        for title, rule, start in HOUSEHOLD
        for each in dates(rule, start, first, first + timedelta(days=30))
    )
    for text, title in due:
        print(f"{date.fromisoformat(text[:10]):%a %d %b}  {text[11:16]:<5}  {title}")
    print()
    for title, rule, start in HOUSEHOLD:
        print(f"{title}: {in_words(Rule.parse(rule), DueDate.parse(start))}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Prints the coming month of a household.")
    parser.add_argument("day", nargs="?", type=date.fromisoformat, help="the first day (default: today)")
    main(parser.parse_args().day or datetime.now().astimezone().date())  # noqa: TID251 - a script may read the clock
