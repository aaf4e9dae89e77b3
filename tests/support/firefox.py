"""Finds the Firefox of the system, and runs it without a window."""

import asyncio
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.bidi import Session, connected

NAMES = ("firefox-esr", "firefox")
MOUSE = 'user_pref("ui.primaryPointerCapabilities", 6);\nuser_pref("ui.allPointerCapabilities", 6);\n'
"""Says that there is a mouse, fine and able to hover, also where there is none."""


def find_firefox() -> Path | None:
    return next((Path(found) for name in NAMES if (found := shutil.which(name))), None)


@asynccontextmanager
async def running_firefox(program: Path, folder: Path) -> AsyncIterator[Session]:
    """A Firefox whose profile and home are in this folder; killed at the end with all its processes."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "TZ": "UTC", "LANG": "C.UTF-8"}
    switches = ["--headless", "--no-remote", "--profile", str(folder), "--remote-debugging-port", "0"]
    (folder / "user.js").write_text(MOUSE)
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            program, *switches, cwd=folder, env=environ, stdout=log, stderr=log, start_new_session=True
        )
    try:
        async with connected(await _address(process, folder)) as session:
            yield session
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _address(process: asyncio.subprocess.Process, folder: Path, seconds: float = 90) -> str:
    """Where Firefox listens, which it writes into a file of its profile."""
    written = folder / "WebDriverBiDiServer.json"
    async with asyncio.timeout(seconds):
        while not (written.exists() and (text := written.read_text())):
            assert process.returncode is None, (folder / "log").read_text()
            await asyncio.sleep(0.05)
    told = json.loads(text)
    return f"ws://{told['ws_host']}:{told['ws_port']}/session"
