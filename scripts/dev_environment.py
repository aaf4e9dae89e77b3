"""Installs the packages of the lock files into .venv (.venv-bench for benchmarks), unless they are there already."""

import fcntl
import hashlib
import os
import pwd
import sys
import time
from pathlib import Path
from typing import IO

from dev_installers import (
    LOG,
    ROOT,
    TOOLS,
    InstallError,
    SetupError,
    find_uv,
    install_with_pip,
    install_with_uv,
    reason,
    say,
)

VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
PATIENCE_SECONDS = 1.0

# What each set installs. The set `dev` contains all of `run`, in the same versions.
LOCK_FILES = {
    "run": ("requirements/run.txt", "requirements/build.txt"),
    "dev": ("requirements/dev.txt",),
    "bench": ("requirements/bench.txt",),
}


def home(wanted: str) -> Path:
    """The environment of a set. Benchmarks compare with frameworks that must not be installed beside the service."""
    return VENV.with_name(".venv-bench") if wanted == "bench" else VENV


def ensure(wanted: str) -> None:
    """Installs the packages of one set and the project itself, unless the environment has them. Raises SetupError."""
    if is_installed(wanted):
        return
    try:
        _require_writable(ROOT if not home(wanted).exists() else home(wanted))
        TOOLS.mkdir(exist_ok=True)
        with open(TOOLS / "setup.lock", "w") as lock:
            take(lock)  # released by the system however this process ends
            if not is_installed(wanted):  # by a process that held the lock
                _install(wanted)
    except OSError as error:
        path = Path(error.filename or ROOT)
        raise SetupError(refusal(path, error.strerror or str(error), owner_of(path), owner_of(ROOT))) from None


def _install(wanted: str) -> None:
    venv, fits = home(wanted), _fits(home(wanted))
    began = time.monotonic()
    say(f"Setting up {venv.name} from {' and '.join(LOCK_FILES[wanted])} ...")
    LOG.unlink(missing_ok=True)
    if fits:
        _stamp(wanted).write_text(_place())  # so that an interrupted set-up is repeated
    try:
        _install_with_any(wanted, venv, fits)
    except InstallError as error:
        why = reason(str(error))
        raise SetupError(f"Cannot set up {venv.name}: {why} ({LOG.relative_to(ROOT)} has all output).") from None
    digests = [digest(name) for name in {wanted, "run" if wanted == "dev" else wanted}]
    _stamp(wanted).write_text("\n".join([_place(), *digests]))
    say(f"Set up in {time.monotonic() - began:.1f} s.")


def _install_with_any(wanted: str, venv: Path, fits: bool) -> None:
    if uv := find_uv():
        try:
            install_with_uv(uv, venv, fits, LOCK_FILES[wanted])
        except InstallError:
            say("uv failed; continuing with pip.")
        else:
            return
    install_with_pip(venv, fits, LOCK_FILES[wanted])


def is_installed(wanted: str) -> bool:
    """True when the stamp says so and the environment has an interpreter (a dangling link does not count)."""
    return _fits(home(wanted)) and digest(wanted) in _stamp(wanted).read_text().splitlines()


def digest(wanted: str) -> str:
    """Identifies a set-up: lock files and the project's metadata."""
    content = hashlib.sha256()
    for name in ("pyproject.toml", *LOCK_FILES[wanted]):
        content.update((ROOT / name).read_bytes())
    return f"{wanted}:{content.hexdigest()}"


def _fits(venv: Path) -> bool:
    """True when the environment was made here, for this version of Python, whose interpreter is still there."""
    try:
        place, *_ = (venv / ".installed").read_text().splitlines()
        return place == _place() and (venv / "bin" / PYTHON).exists()
    except (OSError, ValueError):
        return False


def _place() -> str:
    """What the scripts of an environment depend on: they name their interpreter by its path."""
    return f"{PYTHON} in {ROOT}"


def _stamp(wanted: str) -> Path:
    return home(wanted) / ".installed"


def take(lock: IO[str]) -> None:
    """Locks the file. Says so when another process keeps it for longer than a moment."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not _locked(lock):
        if time.monotonic() >= until:
            say("Waiting for another process that is setting up this checkout ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
            return
        time.sleep(0.05)


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _require_writable(path: Path) -> None:
    if not os.access(path, os.W_OK):
        raise PermissionError(13, "Permission denied", str(path))


def refusal(path: Path, why: str, owner: str, checkout_owner: str) -> str:
    """What to do about a path that cannot be written, in one sentence."""
    me = _name(os.geteuid())
    if checkout_owner != me:
        return (
            f"This checkout belongs to {checkout_owner} and you are {me}: work in a clone of your own ({path}: {why})."
        )
    if owner != me:
        return f"{path} belongs to {owner} and you are {me}: remove it, for example with: sudo rm -r {path}"
    return f"Cannot use {path} ({why}): make it writable, or work in a clone elsewhere."


def owner_of(path: Path) -> str:
    """The owner of a file, or of the folder that it would be created in."""
    while not path.exists():
        path = path.parent
    return _name(path.stat().st_uid)


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:  # usual in containers
        return f"user {user}"
