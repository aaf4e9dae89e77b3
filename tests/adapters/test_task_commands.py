"""``todo task`` on a SQLite file: each command does its one thing, and mistakes are told in a sentence."""

import json
import os
import shutil
import subprocess
import sys
from asyncio import to_thread
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pytest
import pytest_asyncio
from click.testing import CliRunner, Result

from tests.support.commands import run_todo
from tests.support.server import SECRET
from todo_adapters.bootstrap import open_todo
from todo_adapters.cli.main import main
from todo_adapters.cli.own_tasks import opened
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.sql.migrate import upgrade
from todo_core import ProfilePatch, Registration, Runner

pytestmark = pytest.mark.database

Run: TypeAlias = Callable[..., Result]
Todo: TypeAlias = Callable[..., str]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def files(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Path]:
    """Databases with the newest schema: with no account, with Ada's, with hers and Bob's."""
    folder = tmp_path_factory.mktemp("databases")
    found = [folder / f"{number}.db" for number in range(3)]
    await upgrade(f"sqlite:///{found[0]}")
    for before, file, name in zip(found, found[1:], ("Ada", "Bob"), strict=False):
        shutil.copy(before, file)
        async with open_todo(f"sqlite:///{file}") as todo:
            email = f"{name.lower()}@example.org"
            await todo.accounts.add(Registration.of(email=email, password="correct horse battery", name=name))
    return found


def runner(file: Path, tmp_path: Path) -> Run:
    """Runs ``todo task`` on a copy of a database."""
    copy = tmp_path / "todo.db"
    shutil.copy(file, copy)
    return partial(run_todo, copy, "task")


@pytest.fixture
def run(files: Sequence[Path], tmp_path: Path) -> Run:
    return runner(files[1], tmp_path)


@pytest.fixture
def todo(run: Run) -> Todo:
    """Runs ``todo task`` for Ada and returns what it prints."""

    def succeed(*arguments: str) -> str:
        done = run(*arguments)
        assert (done.exit_code, done.stderr) == (0, "")
        return done.stdout

    return succeed


def add(todo: Todo, *arguments: str) -> str:
    """The short id of the new task."""
    return str(json.loads(todo("add", *arguments, "--json"))["id"].replace("-", "")[-8:])


def titles(printed: str) -> list[str]:
    return [line.split("\t")[-1] for line in printed.splitlines()]


def test_what_the_terminal_cannot_show_is_escaped(todo: Todo, tmp_path: Path) -> None:
    short = add(todo, "Café 漢")[-6:]
    environ = {"DATABASE_URL": f"sqlite:///{tmp_path}/todo.db", "BETTER_AUTH_SECRET": SECRET}
    done = CliRunner(charset="latin-1").invoke(main, ["task", "list"], env=environ)
    assert done.output == f"{short}\topen\t\t\t\t\tCafé \\u6f22\n", done.exception


def test_what_is_added_is_listed_until_it_is_done(todo: Todo) -> None:
    added = todo("add", "Buy", "milk", "--due", "2020-01-01", "--priority", "high", "--tag", "shop", "--note", "oat")
    short = added.removeprefix("Added: ").split()[0]
    assert added == f"Added: {short}  Buy milk\n"
    assert todo("list") == f"{short}\toverdue\t2020-01-01\thigh\t\tshop\tBuy milk\n"
    assert todo("done", short) == f"Done: {short}  Buy milk\n"
    assert todo("list") == ""
    assert todo("list", "--done") == f"{short}\tdone\t2020-01-01\thigh\t\tshop\tBuy milk\n"
    assert todo("reopen", short) == f"Open: {short}  Buy milk\n"
    assert todo("list") == f"{short}\toverdue\t2020-01-01\thigh\t\tshop\tBuy milk\n"
    assert todo("remove", short) == f"In the trash: {short}  Buy milk\n"
    assert todo("list", "--all") == ""


def test_a_list_is_what_is_asked_for(todo: Todo) -> None:
    add(todo, "Buy milk", "--due", "2020-01-01")
    add(todo, "Ring Bob", "--tag", "call", "--priority", "high")
    add(todo, "Read", "--due", "2020-01-02")
    assert titles(todo("list")) == ["Buy milk", "Read", "Ring Bob"]
    assert titles(todo("list", "MILK")) == ["Buy milk"]
    assert titles(todo("list", "--due", "none")) == ["Ring Bob"]
    assert titles(todo("list", "--tag", "CALL", "--list", "inbox")) == ["Ring Bob"]
    assert titles(todo("list", "--sort", "-title")) == ["Ring Bob", "Read", "Buy milk"]


def test_json_has_the_fields_of_the_api(todo: Todo) -> None:
    todo("add", "Buy milk", "--due", "+3d")
    [listed] = json.loads(todo("list", "--json"))
    assert (listed["title"], listed["completed"], len(listed["due_date"])) == ("Buy milk", False, 10)
    [done] = json.loads(todo("done", listed["id"], "--json"))
    assert done == listed | {name: done[name] for name in ("completed", "completed_at", "revision", "updated_at")}
    assert (done["completed"], done["revision"]) == (True, 2)
    assert json.loads(todo("lists", "--json")) == []


async def test_lists_are_named_as_people_write_them_and_deferred_tasks_are_left_out(
    files: Sequence[Path], tmp_path: Path
) -> None:
    ada = runner(files[1], tmp_path)
    async with open_todo(f"sqlite:///{tmp_path / 'todo.db'}") as opened_todo:
        space = await opened_todo.of_email("ada@example.org")
        for name in ("Café", "Home", "home"):
            await space.lists.add(name=name)
        await space.tasks.add(title="Later", deferred_until="9999-01-01")
    assert (await to_thread(ada, "add", "Tea", "--list", "cafe")).exit_code == 0
    assert titles((await to_thread(ada, "list")).stdout) == ["Tea"]
    assert titles((await to_thread(ada, "list", "--all", "--sort", "title")).stdout) == ["Later", "Tea"]
    assert (await to_thread(ada, "lists")).stdout == "0\tinbox\n1\tCafé\n0\tHome\n0\thome\n"
    assert titles((await to_thread(ada, "list", "--list", "CAFÉ")).stdout) == ["Tea"]
    assert (await to_thread(ada, "add", "Sweep", "--list", "home")).exit_code == 0
    assert "several lists called HOME" in (await to_thread(ada, "list", "--list", "HOME")).stderr
    refused = await to_thread(ada, "add", "Tea", "--list", "hoem")
    assert (refused.exit_code, refused.stderr) == (
        1,
        "Error: There is no list called hoem; there are: inbox, Café, Home, home.\n",
    )


def test_several_tasks_are_done_together_or_none_of_them(todo: Todo, run: Run) -> None:
    first, second = add(todo, "One"), add(todo, "Two")
    refused = run("done", first, "00000000")
    assert (refused.exit_code, titles(todo("list"))) == (1, ["One", "Two"])
    assert refused.stderr == "Error: There is no task whose id ends in 00000000.\n"
    todo("done", first, second, first)
    assert todo("list") == ""


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["done", "3"], 1, "at least 4 characters"),
        (["add", " "], 1, "title: This must not be empty."),
        (["add", "x", "--due", "2026-13-01"], 1, "due_date: This date or time does not exist."),
        (["add", "x", "--due", "soon"], 1, "--due must be today, tomorrow, +3d, a day (2026-11-30)"),
        (["add", "x", "--due", "30.11."], 1, "due_date: This must be a day"),
        (["list", "--sort", "size"], 2, "is not one of"),
        (["--user", "eve@example.org", "list"], 1, "There is no such account."),
        (["--user", "a\0", "list"], 1, "NUL"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(run: Run, arguments: list[str], code: int, sentence: str) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (code, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_database_nothing_is_created_and_the_command_that_creates_one_is_named(tmp_path: Path) -> None:
    done = run_todo(tmp_path / "mistyped" / "todo.db", "task", "add", "x")
    assert (done.exit_code, list(tmp_path.iterdir())) == (1, [])
    assert (
        done.stderr == f"Error: There is no database at {tmp_path}/mistyped/todo.db; create it with `todo migrate`.\n"
    )


def test_whose_tasks_has_to_be_said_only_when_there_are_several_accounts(files: Sequence[Path], tmp_path: Path) -> None:
    assert (
        runner(files[0], tmp_path)("list").stderr
        == "Error: There is no account yet; create one with `todo user add ADDRESS`.\n"
    )
    both = runner(files[2], tmp_path)
    assert both("list").stderr == (
        "Error: There are several accounts; say whose tasks: `todo task --user ADDRESS ...`.\n"
    )
    assert both("--user", " BOB@example.org", "add", "Hers or his").exit_code == 0
    assert titles(both("--user", "bob@example.org", "list").stdout) == ["Hers or his"]
    assert both("--user", "ada@example.org", "list").stdout == ""


async def test_today_is_that_of_the_users_zone(files: Sequence[Path]) -> None:
    async with open_todo(f"sqlite:///{files[1]}") as todo:
        ada = replace(todo, run=Runner(todo.run.store, FixedClock(), todo.run.ids, todo.run.event_log))
        before = (await opened(ada, None)).today
        user = (await todo.accounts.list()).items[0]
        patch = ProfilePatch.of(time_zone="Pacific/Kiritimati")
        await todo.run.accounts(lambda tx: tx.users.update(user.change(patch)))
        assert ((await opened(ada, None)).today - before).days == 1


def completed(file: Path, *words: str) -> list[str]:
    """What the shell is offered for the last of these words."""
    spoken = {"_TODO_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    done = run_todo(file, **spoken)
    assert (done.exit_code, done.stderr) == (0, "")
    return [line.removeprefix("plain,") for line in done.stdout.split()]


def test_a_shell_completes_commands_lists_and_short_ids(todo: Todo, tmp_path: Path) -> None:
    file, short = tmp_path / "todo.db", add(todo, "Buy milk")[-6:]
    assert completed(file, "todo", "task", "re") == ["remove", "reopen"]
    assert completed(file, "todo", "task", "list", "--list", "I") == ["inbox"]
    assert completed(file, "todo", "task", "done", short[:2]) == [short]
    assert completed(file, "todo", "task", "reopen", "") == []


def test_where_there_is_nobody_a_shell_completes_nothing(files: Sequence[Path]) -> None:
    assert completed(files[0], "todo", "task", "done", "") == []


def test_help_is_printed_without_importing_the_database_or_the_web_framework() -> None:
    script = (
        "import sys; from todo_adapters.cli.main import main\n"
        "try: main(['task', '--help'])\n"
        "except SystemExit: pass\n"
        "slow = {'sqlalchemy', 'alembic', 'litestar', 'argon2', 'granian'}\n"
        "sys.exit(str(slow & sys.modules.keys()) if slow & sys.modules.keys() else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env={**os.environ}
    )
    assert (done.returncode, done.stderr) == (0, "")
