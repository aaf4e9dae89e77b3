"""Installs the packages of requirements/node below .tools, where Node is: the type checker of the web client is one."""

import os
import shutil
from pathlib import Path

from dev_installers import LOG, ROOT, TOOLS, InstallError, SetupError, made_once, run, say

LOCKED = ROOT / "requirements" / "node"
# Without a network, npm's defaults wait for minutes.
QUICKLY = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=30000")


def node_modules() -> Path:
    """The folder with the packages, installed now or earlier from the same lock file. Raises SetupError."""
    if shutil.which("node") is None:
        raise SetupError("Node is not on PATH.")
    try:
        return made_once("node", [(LOCKED / "package-lock.json").read_bytes()], _install) / "node_modules"
    except InstallError:
        raise SetupError(
            f"npm could not install {LOCKED.relative_to(ROOT)} ({LOG.relative_to(ROOT)} has its output)."
        ) from None
    except OSError as error:
        raise SetupError(f"Cannot use {TOOLS.relative_to(ROOT)} ({error.strerror}).") from None


def _install(folder: Path) -> None:
    say(f"Installing {LOCKED.relative_to(ROOT)} into {TOOLS.relative_to(ROOT)} ...")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(LOCKED / name, folder)
    command = ("npm", "ci", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", *QUICKLY)
    run(*command, environ=os.environ)
