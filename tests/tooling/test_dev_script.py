"""scripts/dev.py: set-up happens when it must, is repeated when it broke off, and costs nothing otherwise."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import dev_commands
import dev_environment
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


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    made = Workshop(tmp_path)
    for name in ("pyproject.toml", *sum(dev_environment.LOCK_FILES.values(), ())):
        made.write(name, f"content of {name}")
    monkeypatch.setattr(dev_environment, "ROOT", tmp_path)
    monkeypatch.setattr(dev_environment, "TOOLS", tmp_path / ".tools")
    monkeypatch.setattr(dev_environment, "LOG", tmp_path / ".tools" / "setup.log")
    monkeypatch.setattr(dev_environment, "VENV", tmp_path / ".venv")
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


TWO_RUNS = """
import pathlib, sys, time
sys.path.append(sys.argv[1])
import dev_commands

class Run(dev_commands.subprocess.Popen):
    def wait(self, timeout=None):
        while len(list(pathlib.Path.cwd().glob("*.up"))) < 2:
            time.sleep(0.01)
        print("waiting", flush=True)
        return super().wait(timeout)

dev_commands.ensure, dev_commands.BIN, dev_commands.subprocess.Popen = lambda wanted: None, pathlib.Path.cwd(), Run
dev_commands.test([])
"""


def two_runs(folder: Path, e2e: str, others: str) -> subprocess.Popen[str]:
    """`make test` with a script in place of pytest, which runs one command for tests/e2e and another for the rest."""
    (folder / "pytest").write_text(
        "#!/bin/sh\ntrap 'echo interrupted; exit 2' INT\ntouch $$.up\n"
        f'case "$1" in tests/e2e) {e2e};; --ignore=tests/e2e) {others};; esac\n'
    )
    (folder / "pytest").chmod(0o755)
    command = [sys.executable, "-c", TWO_RUNS, str(ROOT / "scripts")]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.mark.parametrize(
    ("e2e", "others", "failed"),
    [(0, 0, ""), (1, 0, "tests/e2e"), (0, 2, "the other tests"), (1, 1, "tests/e2e, the other tests")],
)
def test_both_runs_of_the_tests_count(tmp_path: Path, e2e: int, others: int, failed: str) -> None:
    run = two_runs(tmp_path, f"echo one; exit {e2e}", f"echo two; exit {others}")
    live, _, after = run.communicate()[0].partition("--- tests/e2e\n")
    assert "two\n" in live
    assert after.startswith("one\n")
    assert f"Error: test: FAILED: {failed} (of tests/e2e, the other tests)" in after if failed else "test: ok" in after
    assert run.returncode == (1 if failed else 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_both_runs_of_the_tests(tmp_path: Path, number: signal.Signals) -> None:
    run = two_runs(tmp_path, "while sleep 0.1; do :; done", "while sleep 0.1; do :; done")
    assert run.stdout
    assert run.stdout.readline() == "waiting\n"
    run.send_signal(number)
    assert run.communicate()[0].count("interrupted") == 2
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
