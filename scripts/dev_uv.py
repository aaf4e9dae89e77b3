"""Finds the installer uv, or fetches the pinned one into a private place, checked against committed hashes."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
PIN = ROOT / "requirements" / "uv.txt"


def find_uv() -> str | None:
    """The path of a uv that runs, or None: then plain pip has to do."""
    if found := shutil.which("uv"):
        return found
    private = TOOLS / f"uv-{pinned_version()}"
    program = private / "bin" / "uv"
    if not _runs(program):
        shutil.rmtree(private, ignore_errors=True)  # left by an interrupted fetch
        _fetch(private)
    return str(program) if _runs(program) else None


def pinned_version() -> str:
    for line in PIN.read_text().splitlines():
        if line.startswith("uv=="):
            return line.removeprefix("uv==").split()[0]
    raise ValueError(f"{PIN} does not pin uv")


def _runs(program: Path) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _fetch(target: Path) -> None:
    pip = _any_pip()
    if pip is None:
        return
    print(f"Fetching uv {pinned_version()} into {target.relative_to(ROOT)} ...", file=sys.stderr, flush=True)
    # Through pip, because pip knows this machine's index, proxy and certificates. Binaries only: uv's source
    # needs a compiler for another language.
    command = [*pip, "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", "--target", str(target), "--requirement", str(PIN)]
    quietly = os.environ | {"PIP_ROOT_USER_ACTION": "ignore"}  # root is fine: the folder is ours alone
    if subprocess.run(command, env=quietly, check=False).returncode != 0:
        print("uv could not be fetched.", file=sys.stderr, flush=True)


def _any_pip() -> list[str] | None:
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    if importlib.util.find_spec("ensurepip"):
        home = TOOLS / "pip"
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        return [str(home / "bin" / "python"), "-m", "pip"]
    return None
