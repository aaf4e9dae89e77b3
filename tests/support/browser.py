"""Finds a browser for the tests: one that is named, one of the system, or one that Playwright has installed."""

import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
UNUSED = (
    # Pages of the address bar's own, which Chromium loads in the background for each new context.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # What Playwright disables: Chromium heeds only the last list that it is given.
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
"""Features of Chromium that no test needs."""

SWITCHES = (
    "--disable-features=" + ",".join(UNUSED),
    "--disable-gpu",  # which is emulated where there is none
    "--no-sandbox",  # which root has not; the only pages that are opened are ours
    "--disable-dev-shm-usage",  # small in containers
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
)


@dataclass(frozen=True)
class NoBrowser:
    """There is none, and why."""

    reason: str


async def find_browser() -> Path | NoBrowser:
    """The program to run. ``TODO_TEST_BROWSER`` names one; then no other is looked for."""
    if named := os.environ.get("TODO_TEST_BROWSER"):
        found = shutil.which(named)
        return Path(found) if found else NoBrowser(f"TODO_TEST_BROWSER={named} is no program")
    for name in (*NAMES, *(MAC if sys.platform == "darwin" else ())):
        if found := shutil.which(name):
            return Path(found)
    async with async_playwright() as playwright:
        installed = Path(playwright.chromium.executable_path)
    return installed if installed.exists() else NoBrowser(f"none of {', '.join(NAMES)} is on PATH")


@asynccontextmanager
async def running(program: Path) -> AsyncIterator[Browser]:
    """A browser without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=SWITCHES)
        try:
            yield browser
        finally:
            await browser.close()
