"""What ``todo task`` reads and prints: short ids, days, tables and lines, without a database."""

import re
from datetime import UTC, date, timedelta, timezone
from io import StringIO
from typing import Any
from uuid import UUID

import pytest

from todo_adapters.cli.days import due_text
from todo_adapters.cli.escapes import printable
from todo_adapters.cli.printing import print_json, print_rows, rows
from todo_adapters.cli.short_ids import id_end, named, short_ids
from todo_adapters.contracts.fakes import NOON
from todo_core import Broken, DueDate, ListId, Priority, Task, TaskId, TaskList, UserId

USER = UserId(UUID(int=1))
HOME = TaskList(id=ListId(UUID(int=7)), user_id=USER, name="Home", created_at=NOON, updated_at=NOON)


class Terminal(StringIO):
    """A terminal that keeps what is written."""

    def isatty(self) -> bool:
        return True


def a_task(end: str = "f84ad9", title: str = "Buy milk", **fields: Any) -> Task:
    task_id = TaskId(UUID("01a20133-daa2-7d6f-b32f-" + end.rjust(12, "0")))
    return Task(id=task_id, user_id=USER, title=title, created_at=NOON, updated_at=NOON, **fields)


def printed(*tasks: Task, output: StringIO) -> list[str]:
    print_rows(rows(tasks, [HOME], NOON, UTC), output)
    return output.getvalue().splitlines()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("today", "2026-11-20"),
        ("Tomorrow", "2026-11-21"),
        ("+3d", "2026-11-23"),
        ("+0d", "2026-11-20"),
        ("2026-11-30T15:00", "2026-11-30T15:00"),
        ("+-3d", "+-3d"),
        ("+٣d", "+٣d"),
        ("+9999999d", "+9999999d"),
    ],
)
def test_days_are_counted_from_today_and_other_texts_with_digits_are_left_to_the_rule_of_due_dates(
    text: str, meant: str
) -> None:
    assert due_text(text, date(2026, 11, 20)) == meant


def test_days_after_the_year_9999_are_left_to_the_rule_of_due_dates() -> None:
    assert due_text("+2d", date(9999, 12, 30)) == "+2d"


def test_a_short_id_is_the_end_of_the_id_and_longer_where_two_ends_are_the_same() -> None:
    ids = [a_task(end).id for end in ("abc111222", "def111222", "333444")]
    assert [*map(short_ids(ids).get, ids)] == ["c111222", "f111222", "333444"]


@pytest.mark.parametrize("text", ["f84ad9", "F84AD9", "01a20133-daa2-7d6f-b32f-000000f84ad9", "4ad9"])
def test_a_task_is_found_by_the_end_of_its_id(text: str) -> None:
    tasks = [a_task("f84ad9"), a_task("f84ad8")]
    assert named([id_end(text)], tasks) == [tasks[0]]


@pytest.mark.parametrize("text", ["3", "ad9", "xyz123", "", "0" * 33])
def test_a_number_in_the_list_is_no_short_id(text: str) -> None:
    with pytest.raises(Broken, match="at least 4 characters"):
        id_end(text)


def test_an_end_that_two_tasks_share_names_neither_and_both_are_listed_with_longer_ones() -> None:
    with pytest.raises(Broken) as refusal:
        named(["1222"], [a_task("abc111222", "Buy\x1b[2J milk"), a_task("def111222", "Ring Bob"), a_task("333444")])
    assert refusal.value.detail.splitlines() == [
        "The ids of 2 tasks end in 1222; give more of the one you mean:",
        "  c111222  Buy\\x1b[2J milk",
        "  f111222  Ring Bob",
    ]


def test_an_end_that_no_task_has_is_refused_and_a_task_named_twice_is_one() -> None:
    with pytest.raises(Broken, match="no task whose id ends in aaaa"):
        named(["4ad9", "aaaa"], [a_task()])
    assert len(named(["4ad9", "84ad9"], [a_task()])) == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Käse 🧀 日本", "Käse 🧀 日本"),
        ("a\x1b[31mb\x9b\x07\tc\n", "a\\x1b[31mb\\x9b\\x07\\tc\\n"),
        ("pay \u202egnp.exe", "pay \\u202egnp.exe"),
        ("a\u2028b\ud800", "a\\u2028b\\ud800"),
        ("👩\u200d🌾\u00a0x", "👩\u200d🌾\u00a0x"),
    ],
)
def test_control_characters_do_not_reach_the_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_pipe_gets_a_line_for_each_task_with_tabs_between_the_columns() -> None:
    late = a_task(title="Late " + "x" * 240, due_date=DueDate.parse("2026-11-19"), tags=("a", "b\tc"))
    fields: dict[str, Any] = {"priority": Priority.HIGH, "list_id": HOME.id, "completed_at": NOON}
    assert printed(late, a_task("000001", "[red]\x1b[0m", **fields), output=StringIO()) == [
        "f84ad9\toverdue\t2026-11-19\t\t\ta, b\\tc\tLate " + "x" * 240,
        "000001\tdone\t\thigh\tHome\t\t[red]\\x1b[0m",
    ]


def test_what_is_overdue_depends_on_the_users_zone() -> None:
    task = a_task(due_date=DueDate.parse("2026-11-19T23:00"))
    west = timezone(timedelta(hours=-14))
    assert [rows([task], [], NOON, zone)[0].status for zone in (UTC, west)] == ["overdue", "open"]


def test_a_terminal_gets_a_table_of_its_width_in_which_words_say_what_colours_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    late = a_task(title="Late [red]\x1b[2J " + "x" * 40, due_date=DueDate.parse("2026-11-19"))
    colored = Terminal()
    printed(late, output=colored)
    assert "\x1b[1;31m" in colored.getvalue()
    assert "\x1b[2J" not in colored.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    plain = Terminal()
    printed(late, output=plain)
    lines = re.sub("\x1b\\[[012]*m", "", plain.getvalue()).splitlines()  # bold and dim are no colours
    assert [line.split()[:4] for line in lines[:2]] == [
        ["id", "due", "title"],
        ["f84ad9", "2026-11-19", "overdue", "Late"],
    ]
    assert max(map(len, lines)) <= 40
    assert "".join(lines[1:]).replace(" ", "").endswith("[red]\\x1b[2J" + "x" * 40)


def test_a_terminal_is_told_that_there_is_nothing_and_a_pipe_gets_nothing() -> None:
    assert [printed(output=output) for output in (Terminal(), StringIO())] == [["No tasks."], []]


def test_json_is_ascii_in_the_form_of_the_api() -> None:
    output = StringIO()
    print_json([a_task(title="Käse\x9b"), HOME], output)
    assert output.getvalue().isascii()
    assert '"title": "K\\u00e4se\\u009b"' in output.getvalue()
    assert '"created_at": "2026-11-20T12:00:00.000000Z"' in output.getvalue()
