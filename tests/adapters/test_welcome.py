"""The address that `todo serve` names: one that works where the browser is."""

import json
import socket
from pathlib import Path

import pytest

from tests.support.logging_as_it_was import logging_as_it_was
from todo_adapters.cli import welcome as module
from todo_adapters.cli.welcome import Surroundings, address_of, announce, surroundings, welcome
from todo_adapters.settings.configuration import configured
from todo_adapters.settings.declarations import Settings

__all__ = ["logging_as_it_was"]

AT_HOME = Surroundings(network_address="192.0.2.7")
IN_CONTAINER = Surroundings(container=True, network_address="172.17.0.2")
IN_WSL = Surroundings(wsl=True, network_address="172.20.0.2")
OVER_SSH = Surroundings(login="ada@192.0.2.7", network_address="192.0.2.7")


def settings(folder: Path, **environ: str) -> Settings:
    return Settings.from_env({"DATABASE_URL": "memory://", **environ}, folder)


@pytest.mark.parametrize(
    ("host", "around", "address"),
    [
        ("127.0.0.1", AT_HOME, "http://127.0.0.1:8000"),
        ("localhost", AT_HOME, "http://localhost:8000"),
        ("::1", AT_HOME, "http://[::1]:8000"),
        ("0.0.0.0", AT_HOME, "http://127.0.0.1:8000"),
        ("::", AT_HOME, "http://localhost:8000"),
        ("192.0.2.9", AT_HOME, "http://192.0.2.9:8000"),
        ("0.0.0.0", OVER_SSH, "http://192.0.2.7:8000"),
        ("0.0.0.0", Surroundings(login="2001:db8::7"), "http://[2001:db8::7]:8000"),
        ("0.0.0.0", Surroundings(login="192.0.2.7", container=True), "http://127.0.0.1:8000"),
        ("127.0.0.1", OVER_SSH, "http://127.0.0.1:8000"),
        ("127.0.0.1", IN_WSL, "http://localhost:8000"),
        ("0.0.0.0", IN_WSL, "http://localhost:8000"),
        ("0.0.0.0", IN_CONTAINER, "http://127.0.0.1:8000"),
    ],
)
def test_the_address_can_be_opened_from_where_the_person_is(
    tmp_path: Path, host: str, around: Surroundings, address: str
) -> None:
    assert address_of(settings(tmp_path, TODO_HOST=host), around) == address


@pytest.mark.parametrize(
    ("host", "around", "line"),
    [
        ("0.0.0.0", AT_HOME, "Other machines can open http://192.0.2.7:8000."),
        ("0.0.0.0", IN_CONTAINER, "Outside this container, use the address that its port 8000 is published at."),
        ("127.0.0.1", IN_CONTAINER, "To open it outside this container, set TODO_HOST=0.0.0.0 and publish port 8000."),
        ("127.0.0.1", OVER_SSH, "ssh -L 8000:127.0.0.1:8000 ada@192.0.2.7"),
        ("::1", Surroundings(login="192.0.2.7", login_port="2222"), "ssh -L 8000:[::1]:8000 -p 2222 192.0.2.7"),
    ],
)
def test_a_browser_elsewhere_is_told_what_it_needs(tmp_path: Path, host: str, around: Surroundings, line: str) -> None:
    assert line in welcome(settings(tmp_path, TODO_HOST=host), around)


@pytest.mark.parametrize("around", [AT_HOME, IN_WSL])
def test_on_a_machine_of_ones_own_the_text_is_three_lines(tmp_path: Path, around: Surroundings) -> None:
    lines = welcome(settings(tmp_path), around).split("\n  ")[1:]
    address = address_of(settings(tmp_path), around)
    assert lines[:2] == [f"Open {address} in your browser.", f"The API is described at {address}/docs."]
    assert lines[2].strip() == "Stop with Ctrl-C."


def test_pages_that_are_not_served_are_not_mentioned(tmp_path: Path) -> None:
    assert "/docs" not in welcome(settings(tmp_path, TODO_DOCS="0"), AT_HOME)


def test_names_that_requests_must_use_are_mentioned(tmp_path: Path) -> None:
    text = welcome(settings(tmp_path, TODO_ALLOWED_HOSTS="todo.example.org"), AT_HOME)
    assert "Requests must be addressed to todo.example.org (TODO_ALLOWED_HOSTS)." in text


def test_a_login_over_ssh_is_recognised() -> None:
    around = surroundings({"SSH_CONNECTION": "198.51.100.4 50022 192.0.2.7 2222", "USER": "ada"})
    assert (around.login, around.login_port) == ("ada@192.0.2.7", "2222")
    assert surroundings({"USER": "ada"}).login == ""


def test_containers_and_wsl_are_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mark").touch()
    release = tmp_path / "osrelease"
    for marks, kernel, expected in (
        ([tmp_path / "mark"], "6.1.0-18-amd64", (True, False)),
        ([tmp_path / "none"], "5.15.90.1-microsoft-standard-WSL2", (False, True)),
    ):
        release.write_text(kernel)
        monkeypatch.setattr(module, "CONTAINER_FILES", marks)
        monkeypatch.setattr(module, "KERNEL_RELEASE", release)
        around = surroundings({})
        assert (around.container, around.wsl) == expected


def test_what_the_system_does_not_tell_is_taken_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KERNEL_RELEASE", tmp_path)  # exists, but cannot be read
    monkeypatch.setattr(module, "CONTAINER_FILES", [tmp_path / "none"])
    monkeypatch.setattr(socket, "AF_INET", -2)  # as on a machine without IPv4
    assert surroundings({}) == Surroundings()


def test_without_a_terminal_it_is_an_event_of_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    announce(configured({"DATABASE_URL": "memory://", "TODO_LOG_FORMAT": "json", "TODO_PORT": "8123"}))
    event = json.loads(capsys.readouterr().err)
    assert (event["event"], event["level"]) == ("serving", "info")
    assert event["address"].endswith(":8123")
    assert event["docs"] == event["address"] + "/docs"
