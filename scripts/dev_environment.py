"""Makes .venv (.venv-bench for benchmarks) agree with the lock files, and does nothing when it already does."""

import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dev_uv import ROOT, TOOLS, find_uv

VENV = ROOT / ".venv"
BIN = VENV / "bin"

# What each set installs. The set `dev` holds all of `run`, in the same versions.
LOCK_FILES = {
    "run": ("requirements/run.txt", "requirements/build.txt"),
    "dev": ("requirements/dev.txt",),
    "bench": ("requirements/bench.txt",),
}

# Benchmarks compare with other frameworks, which must not be there where the service runs.
SEPARATE = {"bench": ".venv-bench"}

NO_VENV_HELP = """\
This Python cannot make virtual environments, and uv is neither on PATH nor could be fetched. Either of these helps:
  apt-get install python3-venv      (Debian, Ubuntu)
  install uv and put it on PATH"""


class SetupError(Exception):
    """Set-up cannot go on; the message tells a person what to do."""


def home(wanted: str) -> Path:
    """The environment that a set is installed into."""
    return VENV.with_name(SEPARATE.get(wanted, VENV.name))


def ensure(wanted: str) -> None:
    """Have the packages of one set and the project itself in its environment."""
    if is_installed(wanted):
        return
    with _one_at_a_time():
        if is_installed(wanted):  # by the process that we waited for
            return
        # The stamp goes first and comes back last: whatever interrupts the work, the next start does it again.
        _stamp(wanted).unlink(missing_ok=True)
        began = time.monotonic()
        _say(f"Setting up {home(wanted).name} from {' and '.join(LOCK_FILES[wanted])} ...")
        uv = find_uv()
        if uv is None or not _install_with_uv(uv, wanted):
            _install_with_pip(wanted)
        _write_stamp(wanted)
        _say(f"Set up in {time.monotonic() - began:.1f} s.")


def is_installed(wanted: str) -> bool:
    """Whether the stamp says so and the environment has an interpreter (its link may dangle)."""
    try:
        stamped = _stamp(wanted).read_text().split()
    except OSError:
        return False
    return digest(wanted) in stamped and (home(wanted) / "bin" / "python").exists()


def digest(wanted: str) -> str:
    """Changes when another set-up would be needed: lock files, the project's own metadata, the Python."""
    content = hashlib.sha256(_python_version().encode())
    for name in ("pyproject.toml", *LOCK_FILES[wanted]):
        content.update((ROOT / name).read_bytes())
    return f"{wanted}:{content.hexdigest()}"


def _stamp(wanted: str) -> Path:
    return home(wanted) / ".installed"


def _write_stamp(wanted: str) -> None:
    sets = ("run", "dev") if wanted == "dev" else (wanted,)
    stamp = _stamp(wanted)
    fresh = stamp.with_suffix(".new")
    fresh.write_text("\n".join(digest(name) for name in sets) + "\n")
    fresh.replace(stamp)


def _install_with_uv(uv: str, wanted: str) -> bool:
    """False when uv fails, for example because only pip is told of this machine's package index."""
    venv = home(wanted)
    python = str(venv / "bin" / "python")
    project = ["--no-deps", "--no-build-isolation", "--editable", "."]
    try:
        if not _fits(venv):
            _run(uv, "--quiet", "venv", "--clear", "--python", sys.executable, str(venv))
        _run(uv, "--quiet", "pip", "sync", "--python", python, "--require-hashes", *LOCK_FILES[wanted])
        _run(uv, "--quiet", "pip", "install", "--python", python, *project)
    except subprocess.CalledProcessError:
        _say("uv failed; going on with pip.")
        return False
    return True


def _install_with_pip(wanted: str) -> None:
    venv = home(wanted)
    python = str(venv / "bin" / "python")
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupError(NO_VENV_HELP)
    try:
        if not _fits(venv):
            _run(sys.executable, "-m", "venv", "--clear", str(venv))
        if not (venv / "bin" / "pip").exists():  # uv made the environment
            _run(python, "-m", "ensurepip")
        pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        requirements = [word for name in LOCK_FILES[wanted] for word in ("--requirement", name)]
        _run(*pip, "--require-hashes", *requirements)
        _run(*pip, "--no-deps", "--no-build-isolation", "--editable", ".")
    except subprocess.CalledProcessError as error:
        raise SetupError(f"Set-up failed (exit code {error.returncode}); the lines above say why.") from error


def _fits(venv: Path) -> bool:
    """Whether an environment is there and of the Python that runs this script."""
    try:
        settings = (venv / "pyvenv.cfg").read_text().splitlines()
    except OSError:
        return False
    versions = [line.partition("=")[2].strip() for line in settings if line.startswith("version")]
    same = any(f"{version}.".startswith(f"{_python_version()}.") for version in versions)
    return same and (venv / "bin" / "python").exists()


def _python_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold a lock that the system lets go of however this process ends."""
    TOOLS.mkdir(exist_ok=True)
    with open(TOOLS / "setup.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Waiting for another set-up of this folder to end ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(*command: str) -> None:
    # An activated environment of another project must not draw the installation to itself.
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
