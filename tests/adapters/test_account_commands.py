"""The commands for accounts, on a SQLite database: what they print, what they ask, and how they end."""

import asyncio
import json
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from click import ClickException
from click.testing import Result

from tests.support.commands import run_todo
from tests.support.server import SECRET
from todo_adapters.bootstrap import open_todo
from todo_adapters.cli.accounts import output_to
from todo_adapters.sql import migrate
from todo_core.errors import InvalidCredentials, TooManyRequests
from todo_core.model.user import Registration
from todo_core.todo import Todo

pytestmark = pytest.mark.database

PASSWORD = "correct horse battery"
NEW = "another good password"
NETWORK = "198.51.100.7"

Command = Callable[..., Result]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database that the tests of this module share; each has accounts of its own."""
    url = f"sqlite:///{tmp_path_factory.mktemp('accounts')}/todo.db"
    asyncio.run(migrate.upgrade(url))
    return url


@pytest.fixture
def command(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    return partial(run_todo, url, "user", TODO_LOG_LEVEL="error")


async def in_service(url: str, work: Callable[[Todo], object]) -> object:
    """Does something with the use cases of a service that has the same secret."""
    async with open_todo(url, secrets=[SECRET]) as todo:
        return await work(todo)  # type: ignore[misc]


def add(url: str, email: str, name: str = "Ada") -> None:
    wish = Registration.of(email=email, password=PASSWORD, name=name)
    asyncio.run(in_service(url, lambda todo: todo.accounts.register(wish, "a test", NETWORK)))


async def guess(todo: Todo, email: str, password: str) -> str:
    try:
        await todo.sessions.log_in(email, password, "a test", NETWORK)
    except (InvalidCredentials, TooManyRequests) as refusal:
        return refusal.code
    return "in"


def test_the_list_is_aligned_and_can_be_had_as_json(command: Command, url: str) -> None:
    add(url, "al@example.org", "Al")
    add(url, "a.longer.address@example.org")
    assert command("disable", "al@example.org").output == "al@example.org is disabled.\n"
    shown = command("list")
    assert shown.exit_code == 0
    short, long = (next(line for line in shown.stdout.splitlines() if email in line) for email in ("al@", "a.longer"))
    assert long.endswith("  a.longer.address@example.org")
    assert short.endswith(f"  {'al@example.org':<28}  disabled")
    (found,) = (each for each in json.loads(command("list", "--json").stdout) if each["email"] == "al@example.org")
    assert found.keys() == {"id", "email", "name", "time_zone", "created_at", "disabled"}
    assert (found["name"], found["disabled"]) == ("Al", True)


def test_a_new_password_is_asked_for_twice_and_never_shown(command: Command, url: str) -> None:
    add(url, "ada@example.org")
    done = command("password", "ADA@example.org", typed=f"{NEW}\n{NEW} \n{NEW}\n{NEW}\n")
    assert done.exit_code == 0, done.output
    assert "do not match" in done.output
    assert "ada@example.org has a new password" in done.stderr
    assert NEW not in done.output
    assert asyncio.run(in_service(url, lambda todo: guess(todo, "ada@example.org", NEW))) == "in"
    assert "--password" not in command("password", "--help").output, "other users can read the arguments of processes"


def test_a_generated_password_is_all_that_is_printed(command: Command, url: str) -> None:
    add(url, "bo@example.org")
    first, second = (command("password", "bo@example.org", "--generate").stdout for _ in range(2))
    assert first != second
    assert len(second.strip()) == 23
    assert asyncio.run(in_service(url, lambda todo: guess(todo, "bo@example.org", second.strip()))) == "in"


def test_an_account_can_be_created_with_a_generated_password(command: Command, url: str) -> None:
    added = command("add", "eve@example.org", "--name", "Eve", "--generate")
    user, password = added.stdout.splitlines()
    assert user.endswith("  eve@example.org")
    assert asyncio.run(in_service(url, lambda todo: guess(todo, "eve@example.org", password))) == "in"
    both = command("add", "eva@example.org", "--name", "Eva", "--generate", "--password", PASSWORD)
    assert (both.exit_code, "exclude each other" in both.output) == (2, True)


def test_the_password_of_a_new_account_is_asked_for_twice_and_never_shown(command: Command, url: str) -> None:
    added = command("add", "eli@example.org", "--name", "Eli", typed=f"{NEW}\n{NEW}\n")
    assert added.exit_code == 0, added.output
    assert NEW not in added.output
    assert asyncio.run(in_service(url, lambda todo: guess(todo, "eli@example.org", NEW))) == "in"


def test_a_reset_lets_in_whoever_had_to_wait_at_the_running_service(command: Command, url: str) -> None:
    add(url, "cy@example.org")

    async def fail(todo: Todo) -> list[str]:
        return [await guess(todo, "cy@example.org", "wrong password") for _ in range(6)]

    assert asyncio.run(in_service(url, fail)) == ["invalid-credentials"] * 5 + ["too-many-requests"]
    password = command("password", "cy@example.org", "--generate").stdout.strip()
    assert asyncio.run(in_service(url, lambda todo: guess(todo, "cy@example.org", password))) == "in"


def test_a_password_against_the_rules_is_refused_in_one_sentence(command: Command, url: str) -> None:
    add(url, "di@example.org")
    refused = command("password", "di@example.org", typed="password1\npassword1\n")
    assert refused.exit_code == 1
    assert refused.stderr.splitlines()[-1].startswith("Error: password: This is one of the most common passwords")


def test_an_account_is_removed_after_a_question_or_without_one(command: Command, url: str) -> None:
    add(url, "ed@example.org", "Ed")
    for typed in ("n\n", ""):
        kept = command("remove", "ed@example.org", typed=typed)
        assert kept.exit_code == 1
        assert "Delete ed@example.org (Ed, since 20" in kept.stderr
    assert command("remove", "ed@example.org", typed="y\n").stdout == "ed@example.org is deleted.\n"
    add(url, "ed@example.org")
    assert command("remove", "ed@example.org", "--yes").output == "ed@example.org is deleted.\n"


def test_text_that_people_have_chosen_cannot_rearrange_the_line(command: Command, url: str) -> None:
    add(url, "ada\u202egro.elpmaxe@example.org", "Ada\u202e!")
    asked = command("remove", "ada\u202egro.elpmaxe@example.org", typed="n\n").output
    assert r"Delete ada\u202egro.elpmaxe@example.org (Ada\u202e!, since" in asked
    listed = command("list").output
    assert r"ada\u202egro.elpmaxe@example.org" in listed
    assert "\u202e" not in asked + listed


@pytest.mark.parametrize("arguments", [["disable"], ["password", "--generate"], ["remove", "--yes"], ["export"]])
def test_an_unknown_address_is_one_sentence(command: Command, arguments: list[str]) -> None:
    refused = command(*arguments, "nobody@example.org")
    assert refused.exit_code == 1
    assert refused.output == "Error: There is no account of nobody@example.org; `todo user list` shows all.\n"


def test_an_export_goes_to_standard_output_or_into_a_new_private_file(
    command: Command, url: str, tmp_path: Path
) -> None:
    add(url, "flo@example.org")
    printed = json.loads(command("export", "flo@example.org").stdout)
    file = tmp_path / "flo.json"
    assert command("export", "flo@example.org", "flo.json").output == ""
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_bytes()) | {"exported_at": ""} == printed | {"exported_at": ""}
    assert printed["account"]["email"] == "flo@example.org"


def test_an_export_is_private_whatever_the_umask_is(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        with output_to(tmp_path / "ina.json", force=False) as output:
            output.write(b"{}")
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "ina.json").stat().st_mode) == 0o600


def test_an_export_replaces_a_file_only_if_told_to(command: Command, url: str, tmp_path: Path) -> None:
    add(url, "gus@example.org")
    file, link = tmp_path / "gus.json", tmp_path / "link.json"
    file.write_text("precious")
    file.chmod(0o644)
    link.symlink_to(file)
    for arguments in (["gus.json"], ["link.json", "--force"]):
        refused = command("export", "gus@example.org", *arguments)
        assert refused.exit_code == 1
        assert refused.output.startswith(f"Error: {arguments[0]} exists; choose another name")
    assert file.read_text() == "precious"
    assert command("export", "gus@example.org", "gus.json", "--force").exit_code == 0
    assert json.loads(file.read_bytes())["account"]["email"] == "gus@example.org"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_export_that_cannot_be_written_leaves_nothing(command: Command, url: str, tmp_path: Path) -> None:
    add(url, "hal@example.org")
    refused = command("export", "hal@example.org", "missing/hal.json")
    assert (refused.exit_code, refused.output) == (
        1,
        "Error: Cannot write missing/hal.json: No such file or directory.\n",
    )
    with suppress(KeyboardInterrupt), output_to(tmp_path / "hal.json", force=False) as output:
        output.write(b"{")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_fails_at_its_very_end_leaves_no_file(tmp_path: Path) -> None:
    def lose() -> None:
        with output_to(tmp_path / "ida.json", force=False) as output:
            output.write(b"{}")
            os.close(output.fileno())

    with pytest.raises(ClickException, match="Cannot write"):
        lose()
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_is_interrupted_does_not_cost_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "jo.json"
    file.write_text("precious")
    with suppress(KeyboardInterrupt), output_to(file, force=True) as output:
        output.write(b"{")
        raise KeyboardInterrupt
    assert file.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [file]
