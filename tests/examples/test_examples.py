"""The examples, and the code in the documentation of scripts, do what they say, run as they are documented."""

import ast
import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import CodeType
from typing import Any
from uuid import UUID

import pytest

from tests.support.commands import run_todo
from todo_adapters.bootstrap import open_todo
from todo_adapters.sql.migrate import upgrade
from todo_core import Registration

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "scripts.md").read_text("utf-8")
EMAIL = "ada@example.org"


def blocks(language: str, text: str = PAGE) -> list[str]:
    """The code blocks in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """The commands by which the documentation runs the examples, in its order."""
    return [line for block in blocks("sh") for line in block.splitlines() if "examples/" in line]


def command(name: str) -> str:
    return next(line for line in commands() if f"examples/{name}.py" in line)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that looks like the root of the repository, with a ``var`` of its own."""
    for name, target in {"examples": ROOT / "examples", "src": ROOT / "src", ".venv": Path(sys.prefix)}.items():
        (tmp_path / name).symlink_to(target)
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "python3").symlink_to(Path(sys.base_prefix) / "bin" / Path(sys.executable).resolve().name)
    (tmp_path / "var").mkdir()
    return tmp_path


@pytest.fixture
async def database(folder: Path) -> str:
    """The address of Ada's database in that folder."""
    url = f"sqlite:///{folder}/var/todo.db"
    await upgrade(url)
    async with open_todo(url) as todo:
        await todo.accounts.add(Registration.of(email=EMAIL, password="correct horse battery", name="Ada"))
    return url


def run(folder: Path, line: str, given: str = "", code: int = 0) -> list[str]:
    """The lines that a shell command prints there, on standard error if it fails."""
    environment = {"PATH": f"{folder}/bare:{os.environ['PATH']}", "PYTHONWARNINGS": "error", "LANG": "C.UTF-8"}
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=folder,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return (done.stderr if code else done.stdout).splitlines()


def test_every_example_is_documented() -> None:
    documented = re.findall(r"examples/(\w+)\.py", "\n".join(commands()))
    assert sorted(set(documented)) == sorted(path.stem for path in (ROOT / "examples").glob("*.py"))


def test_a_week_is_planned_with_python_alone(folder: Path) -> None:
    lines = run(folder, command("plan_week"))
    assert [line[19:] for line in lines] == [
        "Send the invoice",
        "Call grandmother",
        "Return the library books",
        "Run ten kilometres",
    ]
    assert [line[11:19].strip() for line in lines] == ["high", "medium", "", "medium"]


async def test_overdue_tasks_are_printed_and_piped_to_the_bare_core(folder: Path, database: str) -> None:
    async with open_todo(database) as todo:
        tasks = (await todo.of_email(EMAIL)).tasks
        for days in (-2, -9, 9):
            due = (todo.run.clock.now().date() + timedelta(days)).isoformat()
            await tasks.add(title=f"{days} days", due_date=due, priority="high" if days == -2 else None)
        await tasks.complete((await tasks.add(title="done", due_date="2020-01-01")).id)
    lines = await asyncio.to_thread(run, folder, command("overdue"))
    assert [line[32:].strip() for line in lines] == ["-9 days", "-2 days"]
    assert await asyncio.to_thread(run, folder, command("what_next")) == [
        "high    -2 days",
        "        -9 days",
        "0 in the next seven days",
    ]


async def test_the_inbox_is_sorted_into_lists(folder: Path, database: str) -> None:
    async with open_todo(database) as todo:
        tasks = (await todo.of_email(EMAIL)).tasks
        for title in ("Buy milk", "Ring Bob", "Write a novel"):
            await tasks.add(title=title, tags=["new"])
    for moved in (2, 0):
        lines = await asyncio.to_thread(run, folder, command("sort_inbox"))
        assert lines[-1] == f"{moved} sorted, 1 left in the inbox"
    async with open_todo(database) as todo:
        space = await todo.of_email(EMAIL)
        lists = {each.id: each.name for each in await space.lists.all()}
        assert {task.title: task.list_id and lists[task.list_id] async for task in space.tasks.find()} == {
            "Buy milk": "Shopping",
            "Ring Bob": "Calls",
            "Write a novel": None,
        }
        assert [(tag.name, tag.total) for tag in await space.tags.all()] == [("new", 3), ("sorted", 2)]


def items(days_until_due: dict[str, int]) -> Sequence[dict[str, Any]]:
    """Tasks as the API returns them."""
    now = datetime.now(UTC)
    absent = dict.fromkeys(("completed_at", "priority", "deferred_until", "list_id"))
    times = dict.fromkeys(("created_at", "updated_at"), now.isoformat())
    return [
        {**absent, **times, "id": str(UUID(int=number)), "user_id": str(UUID(int=99)), "title": title, "tags": ["x"]}
        | {"due_date": (now + timedelta(days=days)).date().isoformat()}
        for number, (title, days) in enumerate(days_until_due.items())
    ]


def test_an_example_runs_from_another_folder(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    line = f"{folder}/bare/python3 -I -S {folder}/examples/what_next.py UTC"
    given = json.dumps(items({"late": -2, "soon": 3, "far": 30}))
    assert run(elsewhere, line, given) == ["        late", "1 in the next seven days"]
    assert list(elsewhere.iterdir()) == []


async def test_who_has_no_account_is_told_so_in_a_sentence(folder: Path, database: str) -> None:
    line = command("overdue").replace(EMAIL, "eve@example.org")
    assert await asyncio.to_thread(run, folder, line, code=1) == ["There is no such account."]


def test_a_mistyped_path_is_told_and_not_created(folder: Path) -> None:
    [told] = run(folder, command("overdue").replace("todo.db", "nowhere.db"), code=1)
    assert "nowhere.db; create it with" in told
    assert not list(folder.rglob("nowhere*"))


async def test_the_code_in_the_documentation_runs_as_in_a_notebook(
    database: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {"__name__": "notebook"}
    cells = blocks("python")
    assert len(cells) >= 8
    for cell in cells:
        if "asyncio.run(" in cell:
            await asyncio.to_thread(exec, cell, {"__name__": "__main__"})
        else:
            await asyncio.create_task(in_cell(compile(cell, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names))
    assert "due_date: This must be a day" in capsys.readouterr().out
    async with open_todo(database) as todo:
        tasks = {task.title: task async for task in (await todo.of_email(EMAIL)).tasks.find()}
    assert {title for title, task in tasks.items() if task.completed} == {"Buy milk", "Plan the trip", "Buy tickets"}
    assert tasks.keys() - {"Buy milk", "Plan the trip", "Buy tickets"} == {"Water the plants", "Pay the rent to Bob"}


async def in_cell(code: CodeType, names: dict[str, Any]) -> None:
    """Runs a cell of a notebook, which may wait."""
    if (waiting := eval(code, names)) is not None:
        await waiting


def test_the_commands_in_the_documentation_are_those_of_the_terminal(database: str) -> None:
    def typed(line: str) -> str:
        done = run_todo(database, *shlex.split(line)[1:])
        assert (done.exit_code, done.stderr) == (0, "")
        return done.stdout

    [add, show, done] = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("todo task")]
    short = typed(add).split()[1]
    assert typed(show).startswith(f"{short}\topen\t")
    assert typed(f"{done.rpartition(' ')[0]} {short}") == f"Done: {short}  Buy milk\n"
