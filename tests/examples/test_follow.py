"""The example that follows an account prints changes as they happen, and ends well."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.link import link_to
from tests.support.server import Server, free_port, serving
from todo_adapters.bootstrap import open_todo
from todo_core import Registration, Todo, Workspace

PROGRAM = Path(__file__).parents[2] / "examples" / "follow.py"
HURRIED = """
import runpy, sys, time
sleep = time.sleep
time.sleep = lambda seconds: sleep(seconds / 100)
runpy.run_path(sys.argv.pop(1), run_name="__main__")
"""
"""Runs a program with short pauses."""

EMAIL = "ada@example.org"
PASSWORD = "correct horse battery"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with serving(tmp_path_factory.mktemp("service"), "--migrate") as running:
        async with open_todo(database(running)) as todo:
            await todo.accounts.add(Registration.of(email=EMAIL, password=PASSWORD, name="Ada"))
        yield running


def database(server: Server) -> str:
    return f"sqlite:///{server.log_file.parent}/var/todo.db"


@pytest_asyncio.fixture(loop_scope="session")
async def todo(server: Server) -> AsyncIterator[Todo]:
    """The same database, opened by this process."""
    async with open_todo(database(server)) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def ada(todo: Todo) -> Workspace:
    return await todo.of_email(EMAIL)


class Following:
    """The program as it runs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def line(self) -> str:
        """The next line, without the time at its beginning."""
        assert self.process.stdout
        async with asyncio.timeout(60):
            printed = (await self.process.stdout.readline()).decode().rstrip("\n")
        return re.sub(r"^\d\d:\d\d:\d\d +", "", printed)

    async def end(self) -> tuple[int, str]:
        """The exit code, and what was printed on standard error."""
        async with asyncio.timeout(60):
            _, errors = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, errors.decode()


@asynccontextmanager
async def following(address: str, password: str = PASSWORD) -> AsyncIterator[Following]:
    """Ada's changes being printed."""
    pipe = asyncio.subprocess.PIPE
    environ = {"PATH": os.environ["PATH"], "PYTHONWARNINGS": "error", "PASSWORD": password}
    command = (sys.executable, "-c", HURRIED, PROGRAM, address, EMAIL)
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, env=environ)
    try:
        yield Following(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("way", ["database", "http"])
async def test_changes_are_printed_until_ctrl_c(server: Server, ada: Workspace, way: str) -> None:
    async with following(database(server) if way == "database" else server.url) as program:
        assert "Ctrl-C" in await program.line()
        task = await ada.tasks.add(title="Buy milk")
        place = await ada.lists.add(name="Errands")
        await ada.tasks.remove(task.id)
        assert await program.line() == "task  created   Buy milk"
        assert await program.line() == "list  created   Errands"
        assert await program.line() == f"task  deleted   {task.id}"
        await ada.lists.change(place.id, name="Shopping")
        assert await program.line() == "list  updated   Shopping"
        program.process.send_signal(signal.SIGINT)
        assert await program.end() == (0, "")


async def test_a_cut_connection_hides_nothing(server: Server, ada: Workspace) -> None:
    async with link_to(server.url) as link, following(link.url) as program:
        await program.line()
        await ada.tasks.add(title="before")
        assert await program.line() == "task  created   before"
        link.cut()
        await ada.tasks.add(title="meanwhile")
        await link.up()
        assert await program.line() == "task  created   meanwhile"


async def test_the_end_of_the_login_session_ends_the_program(server: Server, todo: Todo) -> None:
    async with following(server.url) as program:
        await program.line()
        await todo.accounts.reset_password(EMAIL, PASSWORD)
        code, errors = await program.end()
        assert (code, errors) == (1, "The token is invalid, expired or revoked.\n")


async def test_a_server_that_is_not_there_is_told_in_a_sentence() -> None:
    address = f"http://127.0.0.1:{free_port()}"
    async with following(address) as program:
        code, errors = await program.end()
        assert (code, errors.startswith(f"{address} cannot be reached: ")) == (1, True)


async def test_a_wrong_password_is_told_in_a_sentence(server: Server) -> None:
    async with following(server.url, password="a wrong password") as program:
        assert await program.end() == (1, "Invalid email or password.\n")
