"""The commands of this repository: set up, run, test, check. Needs nothing but Python 3.11."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from typing import NoReturn

from dev_environment import BIN, VENV, ensure, home
from dev_installers import ROOT, TOOLS, SetupError, find_uv, for_uv, pip_settings
from dev_node import node_modules
from dev_tests import run_all

CHECKS = {
    "format": ["ruff", "format", "--check"],
    "lint": ["ruff", "check"],
    "types": ["mypy"],
    "imports": ["lint-imports"],
}
CUTS = ("cuts", "kills", "group_kills", "terminations", "failovers")
FAST = [f"tests/{folder}" for folder in ("model", "usecases", "contracts", "http", "architecture")]
FAST += ["src/todo_adapters/contracts"]
NOT_FAST = ["http/test_fuzz", "http/test_corpus", "contracts/test_programs", "contracts/test_password_hasher"]
NOT_FAST += ["usecases/test_crashes", "usecases/test_account_crashes"]
FAST += [f"--ignore=tests/{name}.py" for name in NOT_FAST]  # generated inputs, enumerations and measured times
CLIENT_TYPES = "src/todo_http/web/static/jsconfig.json"

CACHES = (".mypy_cache", ".pytest_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis", "build", "dist")


def setup(_: list[str]) -> None:
    """Install everything that tests and checks need into .venv"""
    ensure("dev")


def run(args: list[str]) -> NoReturn:
    """Migrate the database and serve (SQLite below ./var unless DATABASE_URL says otherwise)"""
    ensure("run")
    become("todo", "serve", "--migrate", *args)


def migrate(args: list[str]) -> NoReturn:
    """Bring the database to the newest schema"""
    ensure("run")
    become("todo", "migrate", *args)


def test(args: list[str]) -> None:
    """Run the tests, several parts at once; with arguments, which go to pytest, in one process"""
    ensure("dev")
    if args:
        become("pytest", *args)
    run_all()


def test_fast(args: list[str]) -> NoReturn:
    """Run the tests that need no database and no browser: less than half a minute"""
    pytest("-m", "not database", *FAST, *args)


def test_e2e(args: list[str]) -> NoReturn:
    """Run the tests of the web client in a browser, which has to be installed"""
    pytest("tests/e2e/web", *args, TODO_TEST_REQUIRE_BROWSER="1")


def fuzz(args: list[str]) -> NoReturn:
    """Send 10,000 generated requests to each storage; TODO_FUZZ_SEED repeats a run"""
    seed = str(random.randrange(2**32))
    pytest("-s", "tests/http/test_fuzz.py", *args, TODO_FUZZ_EXAMPLES="350", TODO_FUZZ_SEED=seed)


def cuts(args: list[str]) -> NoReturn:
    """Cut the connection to the database 1,000 times during writes, kill 100 servers, fail over 10 times"""
    tests = [f"tests/e2e/test_{name}.py" for name in CUTS]
    pytest("-s", *tests, *args, TODO_CUTS="1000", TODO_KILLS="100", TODO_TERMINATIONS="100", TODO_FAILOVERS="10")


def bench(args: list[str]) -> NoReturn:
    """Compare the performance of the service with others (--write updates docs/performance.md)"""
    ensure("run")
    ensure("bench")
    python = str(home("bench") / "bin" / "python")
    os.execv(python, [python, "-m", "benchmarks.run", *args])


def bench_quick(args: list[str]) -> NoReturn:
    """The same in less than two minutes: fewer tasks, rounds and variants"""
    bench(["--quick", *args])


def screenshots(_: list[str]) -> NoReturn:
    """Update the pictures in docs/screenshots/"""
    ensure("dev")
    become("python", "scripts/screenshots.py")


def check(_: list[str]) -> None:
    """Check format, lint, types and imports; all of them, even if one fails"""
    ensure("dev")
    checks, failed, skipped = dict(CHECKS), list[str](), ""
    try:
        checks["client types"] = [str(node_modules() / ".bin" / "tsc"), "--project", CLIENT_TYPES]
    except SetupError as error:
        skipped = f"; NOT checked: client types: {error}"
        if os.environ.get("TODO_TEST_REQUIRE_NODE", "") not in ("", "0"):
            failed.append("client types")
    for name, command in checks.items():
        print(f"--- {name}: {' '.join(command)}", flush=True)
        began = time.monotonic()
        code = subprocess.run([str(BIN / command[0]), *command[1:]], check=False).returncode
        print(f"    {'ok' if code == 0 else 'FAILED'} in {time.monotonic() - began:.1f} s", flush=True)
        if code != 0:
            failed.append(name)
    if failed:
        raise SetupError(f"check: FAILED: {', '.join(failed)} (of {', '.join(checks)}{skipped})")
    print(f"check: ok: {', '.join(checks)}{skipped}")


def format_(_: list[str]) -> None:
    """Format the code and apply the linter's automatic fixes"""
    ensure("dev")
    subprocess.run([str(BIN / "ruff"), "format"], check=True)
    subprocess.run([str(BIN / "ruff"), "check", "--fix"], check=True)


def lock(args: list[str]) -> None:
    """Update requirements/*.txt from pyproject.toml (--upgrade takes newer versions)"""
    uv = find_uv()
    if uv is None:
        raise SetupError("Locking needs uv, which is neither on PATH nor could be fetched.")
    base = [uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--python-version", "3.11"]
    # A lock file names packages and hashes, never the index of one machine.
    base += ["--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock", *args]
    # The others are subsets of the first, so that what is tested is what runs.
    subset = ("--constraints", "requirements/dev.txt")
    for name, *sources in (
        ("dev", "pyproject.toml", "--group", "dev", "--group", "build"),
        ("run", "pyproject.toml", *subset),
        ("build", "--group", "build", *subset),
        ("bench", "pyproject.toml", "--group", "bench", "--group", "build", *subset),
        ("clients", "--group", "clients", *subset),
        ("uv", "-"),
    ):
        command = [*base, *sources, "-o", f"requirements/{name}.txt"]
        subprocess.run(command, input=b"uv\n", env=for_uv(os.environ, pip_settings()), check=True)


def report(_: list[str]) -> NoReturn:
    """List the checks of tests/checks.toml with the tests that prove them"""
    ensure("dev")
    become("python", "scripts/report.py")


def clean(_: list[str]) -> None:
    """Remove the environment, tools and caches (never ./var)"""
    for path in (VENV, home("bench"), TOOLS, *(ROOT / name for name in CACHES)):
        shutil.rmtree(path, ignore_errors=True)


def help_(_: list[str]) -> None:
    """Show this list"""
    print("Usage: python3 scripts/dev.py COMMAND [ARGUMENTS...]\n")
    for name, command in COMMANDS.items():
        print(f"  {name:<12} {command.__doc__}")


COMMANDS: dict[str, Callable[[list[str]], None]] = {
    "run": run,
    "test": test,
    "test-fast": test_fast,
    "test-e2e": test_e2e,
    "screenshots": screenshots,
    "fuzz": fuzz,
    "cuts": cuts,
    "bench": bench,
    "bench-quick": bench_quick,
    "check": check,
    "format": format_,
    "migrate": migrate,
    "setup": setup,
    "lock": lock,
    "report": report,
    "clean": clean,
    "help": help_,
}


def pytest(*args: str, **defaults: str) -> NoReturn:
    """Run tests, with these environment variables unless they are set."""
    ensure("dev")
    os.environ.update(defaults | os.environ)
    become("pytest", *args)


def become(program: str, *args: str) -> NoReturn:
    """Replace this process, which passes on signals and the exit code."""
    path = str(BIN / program)
    try:
        os.execv(path, [path, *args])
    except OSError as error:
        raise SetupError(f"Cannot start {path} ({error.strerror}): remove .venv, and it will be made anew.") from None


def main() -> None:
    name, *args = sys.argv[1:] or ["help"]
    command = COMMANDS.get(name.lstrip("-"))
    if command is None:
        sys.exit(f"Unknown command {name!r}; known are: {', '.join(COMMANDS)}")
    os.chdir(ROOT)
    try:
        command(args)
    except SetupError as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
    except KeyboardInterrupt:
        sys.exit(130)
