"""scripts/dev.py: set-up happens when it must, is repeated when it broke off, and costs nothing otherwise."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import dev_commands
import dev_environment
import dev_tests
import pytest
from dev_installers import InstallError, SetupError, install_with_pip

ROOT = Path(__file__).resolve().parents[2]


class Workshop:
    """A folder with lock files, an environment that exists in name only, and installers that only count."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.installed: list[str] = []
        self.made = 0
        self.uv_works = True

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def with_uv(self, _uv: str, venv: Path, fits: bool, lock_files: tuple[str, ...]) -> None:
        if not self.uv_works:
            raise InstallError("no access")
        self._install("uv", venv, fits, lock_files)

    def with_pip(self, venv: Path, fits: bool, lock_files: tuple[str, ...]) -> None:
        self._install("pip", venv, fits, lock_files)

    def _install(self, installer: str, venv: Path, fits: bool, lock_files: tuple[str, ...]) -> None:
        wanted = next(name for name, files in dev_environment.LOCK_FILES.items() if files == lock_files)
        self.installed.append(f"{installer} {wanted}")
        if not fits:
            self.made += 1
        self.write(f"{venv.name}/bin/{dev_environment.PYTHON}", "")


def work_in(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev_environment, "ROOT", root)
    monkeypatch.setattr(dev_environment, "TOOLS", root / ".tools")
    monkeypatch.setattr(dev_environment, "LOG", root / ".tools" / "setup.log")
    monkeypatch.setattr(dev_environment, "VENV", root / ".venv")


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    made = Workshop(tmp_path / "checkout")
    for name in ("pyproject.toml", *sum(dev_environment.LOCK_FILES.values(), ())):
        made.write(name, f"content of {name}")
    work_in(made.root, monkeypatch)
    monkeypatch.setattr(dev_environment, "find_uv", lambda: "uv")
    monkeypatch.setattr(dev_environment, "install_with_uv", made.with_uv)
    monkeypatch.setattr(dev_environment, "install_with_pip", made.with_pip)
    return made


def test_a_second_start_installs_nothing(workshop: Workshop) -> None:
    dev_environment.ensure("run")
    dev_environment.ensure("run")
    assert workshop.installed == ["uv run"]


def test_the_development_set_serves_for_running_too(workshop: Workshop) -> None:
    dev_environment.ensure("dev")
    dev_environment.ensure("run")
    assert workshop.installed == ["uv dev"]


def test_the_running_set_does_not_serve_for_development(workshop: Workshop) -> None:
    dev_environment.ensure("run")
    dev_environment.ensure("dev")
    assert workshop.installed == ["uv run", "uv dev"]


def test_benchmarks_have_an_environment_of_their_own(workshop: Workshop) -> None:
    for wanted in ("run", "bench", "run", "bench"):
        dev_environment.ensure(wanted)
    assert workshop.installed == ["uv run", "uv bench"]


@pytest.mark.parametrize("changed", ["requirements/run.txt", "requirements/build.txt", "pyproject.toml"])
def test_a_changed_lock_file_is_installed(workshop: Workshop, changed: str) -> None:
    dev_environment.ensure("run")
    workshop.write(changed, "something else")
    dev_environment.ensure("run")
    assert workshop.installed == ["uv run", "uv run"]


def test_an_environment_whose_interpreter_is_gone_is_set_up_again(workshop: Workshop) -> None:
    dev_environment.ensure("run")
    (workshop.root / ".venv/bin" / dev_environment.PYTHON).unlink()
    dev_environment.ensure("run")
    assert workshop.installed == ["uv run", "uv run"]


def test_an_environment_in_a_checkout_that_was_moved_is_made_anew(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev_environment.ensure("run")
    workshop.root = workshop.root.rename(tmp_path / "moved")
    work_in(workshop.root, monkeypatch)
    dev_environment.ensure("run")
    assert workshop.made == 2


def test_an_environment_of_another_python_is_made_anew(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    dev_environment.ensure("run")
    monkeypatch.setattr(dev_environment, "PYTHON", "python3.99")
    dev_environment.ensure("run")
    assert workshop.made == 2


def test_an_environment_made_here_is_kept_when_packages_change(workshop: Workshop) -> None:
    dev_environment.ensure("run")
    dev_environment.ensure("dev")
    assert workshop.made == 1


def test_an_interrupted_set_up_is_done_again(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    dev_environment.ensure("run")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(dev_environment, "install_with_uv", interrupted)
        with pytest.raises(KeyboardInterrupt):
            dev_environment.ensure("dev")
    assert not dev_environment.is_installed("run")
    dev_environment.ensure("dev")
    assert dev_environment.is_installed("dev")


def test_pip_takes_over_when_uv_fails(workshop: Workshop) -> None:
    workshop.uv_works = False
    dev_environment.ensure("run")
    assert workshop.installed == ["pip run"]


def test_pip_takes_over_when_there_is_no_uv(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev_environment, "find_uv", lambda: None)
    dev_environment.ensure("run")
    assert workshop.installed == ["pip run"]


def test_a_python_without_venv_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SetupError, match="apt-get install python3-venv"):
        install_with_pip(Path(".venv"), False, ())


def test_help_names_every_command() -> None:
    shown = subprocess.run([sys.executable, "scripts/dev.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert all(re.search(rf"^  {name} +\w", shown.stdout, re.MULTILINE) for name in dev_commands.COMMANDS)


def test_an_unknown_command_is_refused_with_the_known_ones() -> None:
    shown = subprocess.run(
        [sys.executable, "scripts/dev.py", "rum"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert shown.returncode == 1
    assert "'rum'" in shown.stderr
    assert ", ".join(dev_commands.COMMANDS) in shown.stderr


def test_the_makefile_forwards_every_command() -> None:
    targets = re.findall(r"^([\w-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert sorted(targets) == sorted(dev_commands.COMMANDS)


RUN = """
import pathlib, sys
sys.path.append(sys.argv[1])
import dev_commands, dev_tests
dev_commands.ensure, dev_tests.BIN = lambda wanted: None, pathlib.Path.cwd()
dev_commands.test([])
"""


def parts_run(folder: Path, script: str) -> subprocess.Popen[str]:
    """`make test` with a script in place of pytest, whose arguments are files."""
    (folder / "pytest").write_text(f"#!/bin/sh\ntrap 'echo interrupted; exit 2' INT\n{script}\n")
    (folder / "pytest").chmod(0o755)
    command = [sys.executable, "-c", RUN, str(ROOT / "scripts")]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_every_test_is_in_one_part() -> None:
    files = [str(path.relative_to(ROOT)) for name in ("src", "tests") for path in (ROOT / name).rglob("test_*.py")]
    found = dev_tests.parts(files)
    assert sorted(file for part in found.values() for file in part) == sorted(files)
    assert found.keys() == dev_tests.PARTS.keys(), "no pattern is outdated"
    assert all(not file.startswith("tests/e2e") for file in found[dev_tests.OTHERS])


def test_all_parts_run_and_those_that_pass_show_their_summary_only(tmp_path: Path) -> None:
    run = parts_run(tmp_path, 'echo "... [100%]"; echo "$# files passed"; echo "$@" >> files')
    told = run.communicate()[0]
    assert run.returncode == 0, told
    assert (tmp_path / "files").read_text().split().count("tests/tooling/test_dev_script.py") == 1
    assert "[100%]" not in told
    assert told.count(" files passed\n") == told.count("--- ") == len(dev_tests.PARTS)
    assert "test: ok: " in told.splitlines()[-1]


def test_a_part_that_fails_is_shown_in_full_and_named(tmp_path: Path) -> None:
    run = parts_run(tmp_path, 'case "$1" in tests/http/*) echo "... [100%]"; exit 1;; esac')
    told = run.communicate()[0]
    assert run.returncode == 1
    assert told.count("[100%]") == 1
    assert "test: FAILED: http (of " in told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_running_parts_and_starts_no_others(tmp_path: Path, number: signal.Signals) -> None:
    run = parts_run(tmp_path, "touch $$.up; while sleep 0.1; do :; done")
    slots = (os.cpu_count() or 1) + 1
    while len(list(tmp_path.glob("*.up"))) < slots:
        time.sleep(0.01)
    run.send_signal(number)
    told = run.communicate()[0]
    assert told.count("interrupted\n") == len(list(tmp_path.glob("*.up"))) == slots
    assert run.returncode == 1


@pytest.mark.parametrize("name", ["run", "dev", "build", "uv"])
def test_a_lock_file_names_no_place_to_fetch_from(name: str) -> None:
    lock = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert "--hash=sha256:" in lock
    assert not re.search(r"://|file:|--(extra-)?index|--find-links|--trusted-host", lock)


@pytest.mark.parametrize("name", ["run", "build"])
def test_what_is_tested_is_what_runs(name: str) -> None:
    assert pins(name) <= pins("dev")


def pins(name: str) -> set[str]:
    lock = (ROOT / "requirements" / f"{name}.txt").read_text()
    return set(re.findall(r"^[a-z0-9-]+==\S+", lock, re.MULTILINE))
