"""The examples do what they say."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from todo_adapters.bootstrap import open_todo
from todo_core.model.task import TASKS
from todo_core.model.user import Registration
from todo_core.usecases.tasks import complete_task
from todo_core.usecases.things import add_thing

ROOT = Path(__file__).parents[2]


def run(name: str, *arguments: str, given: str = "") -> list[str]:
    """The lines that an example prints."""
    command = [sys.executable, "-W", "error", f"examples/{name}.py", *arguments]
    environment = {"PYTHONPATH": "src", "PATH": os.environ.get("PATH", "")}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, input=given, capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_week_is_planned() -> None:
    lines = run("plan_week")
    assert [line[19:] for line in lines] == [
        "Send the invoice",
        "Call grandmother",
        "Return the library books",
        "Run ten kilometres",
    ]
    assert [line[11:19].strip() for line in lines] == ["high", "medium", "", "medium"]


def test_a_week_is_planned_with_nothing_but_the_core_and_the_memory_store() -> None:
    text = (ROOT / "examples" / "plan_week.py").read_text("utf-8")
    imports = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    own = {name for name in imports if name.startswith("todo_")}
    assert all(name.startswith(("todo_core.", "todo_adapters.memory.", "todo_adapters.runtime")) for name in own)
    assert imports - own == {"asyncio", "datetime"}


async def test_what_is_overdue_is_printed(tmp_path: Path) -> None:
    url, email = f"sqlite:///{tmp_path}/todo.db", "ada@example.org"
    async with open_todo(url, create=True) as todo:
        user = await todo.accounts.add(Registration.of(email=email, password="correct horse battery", name="Ada"))
        today = todo.run.clock.now().date()
        for days in (-2, -9, 9):
            due = (today + timedelta(days)).isoformat()
            await todo.run.write(user.id, add_thing, TASKS.draft(title=f"{days} days", due_date=due))
        done = await todo.run.write(user.id, add_thing, TASKS.draft(title="done", due_date="2020-01-01"))
        await todo.run.write(user.id, complete_task, done.id)
    lines = run("overdue", url, f" {email.upper()}")
    assert [line[32:].strip() for line in lines] == ["-9 days", "-2 days"]


async def test_the_inbox_is_sorted_into_lists(tmp_path: Path) -> None:
    url, email = f"sqlite:///{tmp_path}/todo.db", "ada@example.org"
    async with open_todo(url, create=True) as todo:
        user = await todo.accounts.add(Registration.of(email=email, password="correct horse battery", name="Ada"))
        tasks = todo.of(user.id).tasks
        for title in ("Buy milk", "Ring Bob", "Write a novel"):
            await tasks.add(title=title, tags=["new"])
    assert run("sort_inbox", url, email)[-1] == "2 sorted, 1 left in the inbox"
    assert run("sort_inbox", url, email)[-1] == "0 sorted, 1 left in the inbox"
    async with open_todo(url) as todo:
        space = todo.of(user.id)
        lists = {each.id: each.name for each in await space.lists.all()}
        assert {task.title: task.list_id and lists[task.list_id] async for task in space.tasks.find()} == {
            "Buy milk": "Shopping",
            "Ring Bob": "Calls",
            "Write a novel": None,
        }
        assert [(tag.name, tag.total) for tag in await space.tags.all()] == [("new", 3), ("sorted", 2)]


def test_what_to_do_today_is_told_by_the_bare_core() -> None:
    now = datetime.now(UTC)
    days = {
        "late": -2, "today": 0, "soon": 3, "far": 30,
    }  # fmt: skip
    items = [
        {"id": str(UUID(int=number)), "user_id": str(UUID(int=99)), "title": title, "completed_at": None}
        | {
            "priority": "high" if title == "today" else None,
            "due_date": (now + timedelta(days=days)).date().isoformat(),
        }
        | {"deferred_until": None, "list_id": None, "tags": ["x"]}
        | {"created_at": now.isoformat(), "updated_at": now.isoformat()}
        for number, (title, days) in enumerate(days.items())
    ]
    assert run("what_next", "UTC", given=json.dumps(items)) == [
        "high    today",
        "        late",
        "1 in the next seven days",
    ]
    text = (ROOT / "examples" / "what_next.py").read_text("utf-8")
    own = {line.split()[1] for line in text.splitlines() if line.startswith("from todo_")}
    assert all(name.startswith(("todo_core.", "todo_adapters.runtime")) for name in own)


def test_a_mistyped_path_is_told_and_not_created(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=rf"^There is no database at {tmp_path}/nowhere.db; create it"):
        run("overdue", f"sqlite:///{tmp_path}/nowhere.db", "ada@example.org")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["sqlite:///nowhere.db"]])
def test_who_asks_wrongly_is_told_how_to_ask(arguments: list[str]) -> None:
    with pytest.raises(AssertionError, match=r"python examples/overdue.py"):
        run("overdue", *arguments)
