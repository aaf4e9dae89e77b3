"""The tour of docs/api.md, pasted into the shells that are there, against a running service."""

import json
import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.support.server import Server, serving
from tests.support.terminal import at_terminal

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
SHELLS = [name for name in ("bash", "zsh", "sh") if shutil.which(name)]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with serving(tmp_path_factory.mktemp("service"), "--migrate") as running:
        yield running


def tour(url: str) -> str:
    """All blocks of the tour, for a service at another address."""
    section = PAGE.read_text().partition("## A tour\n")[2].partition("\n## ")[0]
    blocks = "".join(re.findall(r"^```sh\n(.*?)^```", section, re.DOTALL | re.MULTILINE))
    assert "http://127.0.0.1:8000/" in blocks
    return blocks.replace("http://127.0.0.1:8000", url)


def pasted(shell: str, text: str, folder: Path) -> str:
    """What the terminal shows when a person pastes this."""
    home = folder / "home"
    home.mkdir()
    (home / ".zshrc").touch()  # otherwise zsh asks how it should be configured
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm"}
    work = folder / "work"
    work.mkdir()
    with at_terminal([shell, "-i"], work, environ) as terminal:
        terminal.type("PS1='he''re> '\n")
        terminal.wait_for("here> ")
        terminal.paste(text)
        terminal.type("echo fin'ished'\n")
        terminal.wait_for("finished")
        assert list(work.iterdir()) == []
        return terminal.text()


def answers(shown: str) -> list[Any]:
    """The responses: JSON or a status, at the start of a line or after a prompt, and up to the end of the line."""
    return [json.loads(found) for found in re.findall(r"(?:[\r\n]|> )(\{.*\}|\[.*\]|\d{3})(?=\r*\n)", shown)]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_tour_can_be_pasted_and_leaves_nothing_behind(server: Server, shell: str, tmp_path: Path) -> None:
    shown = pasted(shell, tour(server.url), tmp_path)
    session, user, task, found, changed, completed, deleted, problem, refreshed, closed = answers(shown)
    assert user["id"] == session["user"]["id"]
    assert found == [task]
    assert (changed["due_date"], completed["completed"], deleted) == (None, True, 204)
    assert len(problem["errors"]) == 3
    assert (refreshed["email"], closed) == (user["email"], 204)
    assert not re.search(r"not found|no matches|error:|Traceback", shown)
