"""Clients generated from the OpenAPI document, in folders below .tools that are made once for each document.

Installing a generator takes seconds and needs a package registry; where it cannot be installed, tests are skipped.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

import dev_node
import pytest
from dev_installers import TOOLS, SetupError, find_uv, made_once

from tests.clients.programs import SECONDS
from tests.support.node import node
from todo_http.openapi.document import document

ROOT: Final = Path(__file__).parents[2]
LOCK: Final = ROOT / "requirements" / "clients.txt"
HERE: Final = Path(__file__).parent


def run(*command: object, cwd: Path | None = None) -> str:
    """What a command prints. Raises AssertionError with all of that if it fails."""
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
    return done.stdout


def installed(name: str, parts: list[bytes], install: Callable[[Path], None]) -> Path:
    """The folder of an installed generator. Skips the test where it cannot be installed."""
    try:
        return made_once(name, parts, install)
    except (AssertionError, OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"The generator cannot be installed here: {str(error)[:500]}")


@cache
def described() -> bytes:
    """The OpenAPI document."""
    return json.dumps(document(release="1.2.3")).encode()


@cache
def python_with_generator() -> Path:
    """A Python that has the packages of requirements/clients.txt."""

    def install(folder: Path) -> None:
        uv = find_uv()
        assert uv, "uv is neither on PATH nor could be fetched"
        run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder)
        run(uv, "pip", "sync", "--quiet", "--require-hashes", "--python", folder / "bin" / "python", LOCK)

    return installed("clients-python", [LOCK.read_bytes(), sys.version.encode()], install) / "bin" / "python"


def python_client() -> Path:
    """The folder with the package ``todo_client``, checked by mypy together with the script that uses it."""
    python = python_with_generator()
    script = HERE / "python" / "round.py"

    def generate(folder: Path) -> None:
        (folder / "openapi.json").write_bytes(described())
        (folder / "options.json").write_text('{"post_hooks": []}')
        generator = [
            python,
            "-m",
            "openapi_python_client",
            "generate",
            "--meta",
            "none",
            "--fail-on-warning",
        ]
        given = ["--path", folder / "openapi.json", "--config", folder / "options.json"]
        run(*generator, *given, "--output-path", folder / "todo_client")
        shutil.copy(script, folder)
        mypy = [
            sys.executable,
            "-m",
            "mypy",
            "--config-file=",
            "--strict",
            "--cache-dir",
            TOOLS / "clients-mypy",
        ]
        run(*mypy, "--python-executable", python, "round.py", cwd=folder)

    return made_once("client-python", [described(), script.read_bytes(), LOCK.read_bytes()], generate)


@cache
def node_modules() -> Path:
    """The packages of requirements/node. Skips the test where they cannot be installed."""
    node()
    try:
        return dev_node.node_modules()
    except SetupError as error:
        pytest.skip(str(error))


def typescript_client() -> Path:
    """The folder with the types of the document and ``round.js``, compiled with strict checks."""
    modules = node_modules()
    script = HERE / "typescript" / "round.ts"

    def generate(folder: Path) -> None:
        (folder / "node_modules").symlink_to(modules)
        (folder / "package.json").write_text('{"type": "module"}')
        (folder / "openapi.json").write_bytes(described())
        shutil.copy(script, folder)
        run("node", modules / "openapi-typescript" / "bin" / "cli.js", "openapi.json", "-o", "schema.d.ts", cwd=folder)
        compiler = [
            "node",
            modules / "typescript" / "bin" / "tsc",
            "--strict",
            "--noUncheckedIndexedAccess",
        ]
        target = ["--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom,dom.iterable"]
        run(*compiler, *target, "round.ts", cwd=folder)

    lock = (dev_node.LOCKED / "package-lock.json").read_bytes()
    return made_once("client-typescript", [described(), script.read_bytes(), lock], generate)
