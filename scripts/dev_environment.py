"""Installs the packages of the lock files into .venv (.venv-bench for benchmarks), unless they are there already.

The installer is uv, from PATH or fetched in the pinned version; where neither works, pip (73 s where uv takes 5).
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"

# What each set installs. The set `dev` contains all of `run`, in the same versions.
LOCK_FILES = {
    "run": ("requirements/run.txt", "requirements/build.txt"),
    "dev": ("requirements/dev.txt",),
    "bench": ("requirements/bench.txt",),
}
PROJECT = ("--no-deps", "--no-build-isolation", "--editable", ".")

NO_VENV_HELP = """\
This Python cannot create virtual environments, and uv is neither on PATH nor could be fetched. Either of these helps:
  apt-get install python3-venv      (Debian, Ubuntu)
  install uv and put it on PATH"""


class SetupError(Exception):
    """Set-up cannot go on; the message says what to do."""


def home(wanted: str) -> Path:
    """The environment of a set. Benchmarks compare with frameworks that must not be installed beside the service."""
    return VENV.with_name(".venv-bench") if wanted == "bench" else VENV


def ensure(wanted: str) -> None:
    """Installs the packages of one set and the project itself, unless the environment has them. Raises SetupError."""
    if is_installed(wanted):
        return
    TOOLS.mkdir(exist_ok=True)
    with open(TOOLS / "setup.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # released by the system however this process ends
        if is_installed(wanted):  # by a process that held the lock
            return
        # Removed first and written last, so that an interrupted set-up is repeated.
        _stamp(wanted).unlink(missing_ok=True)
        began = time.monotonic()
        _say(f"Setting up {home(wanted).name} from {' and '.join(LOCK_FILES[wanted])} ...")
        uv = find_uv()
        if uv is None or not _install_with_uv(uv, wanted):
            _install_with_pip(wanted)
        _stamp(wanted).write_text("\n".join(digest(name) for name in {wanted, "run" if wanted == "dev" else wanted}))
        _say(f"Set up in {time.monotonic() - began:.1f} s.")


def is_installed(wanted: str) -> bool:
    """True when the stamp says so and the environment has an interpreter (a dangling link does not count)."""
    try:
        return digest(wanted) in _stamp(wanted).read_text().split() and (home(wanted) / "bin" / "python").exists()
    except OSError:
        return False


def digest(wanted: str) -> str:
    """Identifies a set-up: lock files, the project's metadata and the version of Python."""
    content = hashlib.sha256(PYTHON.encode())
    for name in ("pyproject.toml", *LOCK_FILES[wanted]):
        content.update((ROOT / name).read_bytes())
    return f"{wanted}:{content.hexdigest()}"


def find_uv() -> str | None:
    """The path of uv, fetched in the pinned version unless it is on PATH. None where it cannot be fetched."""
    if found := shutil.which("uv"):
        return found
    pins = ROOT / "requirements" / "uv.txt"
    version = re.findall(r"^uv==(\S+)", pins.read_text(), re.MULTILINE)[0]
    target, fresh = TOOLS / f"uv-{version}", TOOLS / "uv.new"
    if not target.exists() and (pip := _any_pip()):
        _say(f"Fetching uv {version} into {target.relative_to(ROOT)} ...")
        shutil.rmtree(fresh, ignore_errors=True)  # left by an interrupted fetch
        # By pip, which knows this machine's index, proxy and certificates. Compiling uv would need Rust.
        fetch = [*pip, "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
        fetch += ["--only-binary", ":all:", "--target", str(fresh), "--requirement", str(pins)]
        if subprocess.run(fetch, env=os.environ | {"PIP_ROOT_USER_ACTION": "ignore"}, check=False).returncode == 0:
            fresh.rename(target)
    return str(target / "bin" / "uv") if target.exists() else None


def _any_pip() -> list[str] | None:
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    if importlib.util.find_spec("ensurepip") is None:
        return None
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(TOOLS / "pip")], check=True)
    return [str(TOOLS / "pip" / "bin" / "python"), "-m", "pip"]


def _install_with_uv(uv: str, wanted: str) -> bool:
    """False when uv fails, for example because only pip is configured for this machine's package index."""
    venv = home(wanted)
    pip = (uv, "--quiet", "pip")
    python = ("--python", str(venv / "bin" / "python"))
    try:
        if not _fits(venv):
            _run(uv, "--quiet", "venv", "--clear", "--python", sys.executable, str(venv))
        _run(*pip, "sync", *python, "--require-hashes", *LOCK_FILES[wanted])
        _run(*pip, "install", *python, *PROJECT)
    except (OSError, subprocess.CalledProcessError):
        _say("uv failed; continuing with pip.")
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
        if not (venv / "bin" / "pip").exists():  # uv creates environments without it
            _run(python, "-m", "ensurepip")
        pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        _run(*pip, "--require-hashes", *(f"--requirement={name}" for name in LOCK_FILES[wanted]))
        _run(*pip, *PROJECT)
    except subprocess.CalledProcessError as error:
        raise SetupError(f"Set-up failed (exit code {error.returncode}); the lines above say why.") from error


def _fits(venv: Path) -> bool:
    """True when the environment exists and belongs to the version of Python that runs this script."""
    return (venv / "bin" / PYTHON).exists()


def _stamp(wanted: str) -> Path:
    return home(wanted) / ".installed"


def _run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
