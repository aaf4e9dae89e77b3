"""Records errors of pages, and requests to other origins, while a test does something else."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, WebError

HARMLESS = ("verbose", "log", "info", "debug")
OURS = "Service Worker registration blocked by Playwright"


@dataclass
class Watch:
    """Watches all pages of one test. ``expected`` are patterns of errors that the test provokes on purpose."""

    origins: set[str]
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("page", lambda page: page.on("crash", self._crash))

    def expect(self, *patterns: str) -> None:
        """Allows errors that match; browsers report each response with a status of 400 or more."""
        self.expected += patterns

    def check(self) -> None:
        """Fails if there was an unexpected error or a request to another origin."""
        assert self.foreign == [], "nothing is asked of another origin"
        surprises = [it for it in self.complaints if not any(re.search(pattern, it) for pattern in self.expected)]
        assert surprises == [], f"the console is quiet: {surprises}"

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in HARMLESS and message.text != OURS:
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _error(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error.stack or error.error.message}")

    def _crash(self, page: Page) -> None:
        self.complaints.append(f"crashed: {page.url}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob", "about"} and f"{parts.scheme}://{parts.netloc}" not in self.origins:
            self.foreign.append(request.url)
