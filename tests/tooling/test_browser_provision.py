"""How the tests come by a browser: in which order, and with which reasons when there is none."""

from pathlib import Path

import pytest

from tests.support.browser import NoBrowser, find_browser


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH, and it is empty; nothing has been installed by Playwright."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "none"))
    monkeypatch.delenv("TODO_TEST_BROWSER", raising=False)
    return tmp_path


def program(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


async def test_the_browser_of_the_system_is_taken(programs: Path) -> None:
    chrome = program(programs, "google-chrome")
    assert await find_browser() == chrome
    chromium = program(programs, "chromium")
    assert await find_browser() == chromium, "which is the one that is known to work"


async def test_a_named_browser_is_taken_or_none(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(programs, "chromium")
    mine = program(programs, "mine")
    monkeypatch.setenv("TODO_TEST_BROWSER", str(mine))
    assert await find_browser() == mine
    monkeypatch.setenv("TODO_TEST_BROWSER", "not-there")
    assert await find_browser() == NoBrowser("TODO_TEST_BROWSER=not-there is no program")


async def test_where_there_is_none_it_is_said_what_was_looked_for(programs: Path) -> None:
    found = await find_browser()
    assert isinstance(found, NoBrowser)
    assert "chromium, chromium-browser, google-chrome" in found.reason
