"""Users and their browsers: accounts registered over the API, and pages opened for them."""

import itertools
import json
from contextlib import AsyncExitStack
from typing import Any, Literal

import httpx
from playwright.async_api import Browser, BrowserContext, Page

from tests.e2e.web.screen import Screen
from tests.e2e.web.watch import Watch
from tests.http.service import PASSWORD, Person

PATIENCE = 30_000
"""Milliseconds to wait for an element; long, since machines may be busy."""

DESKTOP = (1280, 800)
PHONE = (390, 844)
TOUCH = {"size": PHONE, "is_mobile": True, "has_touch": True}
"""A phone: no hover."""

Theme = Literal["light", "dark"]
numbers = itertools.count(1)


class Visits:
    """The users and browsers of one test, closed at its end."""

    def __init__(self, browser: Browser, url: str, closing: AsyncExitStack) -> None:
        self.browser = browser
        self.url = url
        self.closing = closing
        self.watch = Watch({url})

    async def person(self, zone: str = "UTC", **fields: str) -> Person:
        """A registered user with a time zone."""
        client = await self.closing.enter_async_context(httpx.AsyncClient(base_url=self.url, timeout=20))
        wish = {"email": f"web{next(numbers)}@example.org", "password": PASSWORD, "name": "Ada"} | fields
        answer = await client.post("/api/auth/register", json=wish)
        assert answer.status_code == 201, answer.text
        person = Person(client, answer.json())
        if zone != "UTC":
            answer = await person.ask("PATCH", "/api/auth/me", json={"time_zone": zone})
            person.session["user"] = answer.json()
        return person

    async def context(
        self,
        person: Person | None = None,
        size: tuple[int, int] = DESKTOP,
        theme: Theme = "light",
        zone: str = "UTC",
        service_workers: Literal["allow", "block"] = "block",
        locale: str = "en-GB",
        **more: Any,
    ) -> BrowserContext:
        """A browser context, signed in if a person is given.

        Service workers are blocked by default: the requests they handle cannot be intercepted.
        """
        context = await self.browser.new_context(
            base_url=self.url,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            timezone_id=zone,
            locale=locale,
            service_workers=service_workers,
            storage_state=remembered(self.url, await self._another_session(person)) if person else None,
            **more,
        )
        self.closing.push_async_callback(context.close)
        context.set_default_timeout(PATIENCE)
        self.watch.over(context)
        return context

    async def visit(self, address: str = "/", person: Person | None = None, **how: Any) -> Screen:
        """A page at an address of the client, in a new browser context."""
        return await self.tab(await self.context(person, **how), address)

    async def tab(self, context: BrowserContext, address: str = "/") -> Screen:
        """A new tab of the same browser context."""
        page = await context.new_page()
        await page.goto(address)
        return Screen(page)

    @staticmethod
    def on(page: Page) -> Screen:
        """Wraps a page that the test has opened itself."""
        return Screen(page)

    async def _another_session(self, person: Person) -> dict[str, Any]:
        """A new login session, so that each browser has its own."""
        answer = await person.client.post("/api/auth/login", json={"email": person.email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        session: dict[str, Any] = answer.json()
        return session


def remembered(url: str, session: dict[str, Any]) -> Any:
    """The storage state of a browser with this session."""
    kept = json.dumps({"user": session["user"], "refresh_token": session["refresh_token"]})
    return {"cookies": [], "origins": [{"origin": url, "localStorage": [{"name": "todo.session", "value": kept}]}]}
