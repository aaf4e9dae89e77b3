"""What a result was measured on: the machine, and the versions of everything that took part."""

import json
import platform
import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from benchmarks import load
from benchmarks.variants import NODE_FOLDER, ROOT

PACKAGES: Final = (
    "litestar",
    "msgspec",
    "granian",
    "uvloop",
    "asyncpg",
    "sqlalchemy",
    "pyjwt",
    "fastapi",
    "sqlmodel",
    "uvicorn",
)
NODE_PACKAGES: Final = ("fastify", "pg", "fast-jwt")


def describe(postgres: str) -> dict[str, str]:
    """Every fact under its name, for people and for machines alike."""
    system = f"{platform.system()} {platform.release()}"
    facts = {
        "machine": f"{_processor()}, {_cores()} processors, {_memory():.0f} GiB, {system}",
        "Python": f"{platform.python_version()} ({platform.python_compiler()})",
        "PostgreSQL": postgres,
        "load": load.name(),
        "revision": _said("git", "describe", "--always", "--dirty") or "unknown",
    }
    for name in PACKAGES:
        try:
            facts[name] = version(name)
        except PackageNotFoundError:
            continue
    if node := _said("node", "--version"):
        facts["Node"] = node.removeprefix("v")
        locked = json.loads((NODE_FOLDER / "package-lock.json").read_text())["packages"]
        facts |= {name: locked[f"node_modules/{name}"]["version"] for name in NODE_PACKAGES}
    return facts


def _said(*command: str) -> str:
    """What a program says in one line; nothing when it is not there."""
    if shutil.which(command[0]) is None:
        return ""
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    return done.stdout.strip()


def _processor() -> str:
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    return found[1] if found else platform.machine()


def _cores() -> int:
    return Path("/proc/cpuinfo").read_text().count("processor\t:")


def _memory() -> float:
    found = re.search(r"MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    return int(found[1]) / 2**20 if found else 0.0
