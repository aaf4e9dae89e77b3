"""What is measured in the pages of the web client: loads, views, keys, clicks, scrolling and memory.

Rows are found by the names of their checkboxes, so that clients of several revisions can be measured. Times are told by
the pages' own clocks, and end when what was asked for has been painted.
"""

import asyncio
import itertools
import statistics
import time
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Page

from tests.e2e.web.traffic import Traffic
from tests.e2e.web.visits import Visits
from tests.http.service import Person

QUIET_SECONDS = 1.0
SETTLED_MS = 3_000
PATIENCE_MS = 60_000
LATER, TODAY = "task", "today"
"""The first words of the titles: those of tasks without a date, and those that are due today."""

ROWS = 'main [aria-label^="Complete "]'
SIGN_IN = "input[type=password]"
SEARCH = "input[type=search]"
TOOLS = """
window.rows = () => [...document.querySelectorAll('ROWS')];
window.titles = () => rows().map(row => row.ariaLabel.slice('Complete '.length));
window.painted = then => requestAnimationFrame(() => setTimeout(then));
window.timed = (act, holds) => new Promise((done, failed) => {
    const began = performance.now(), took = () => performance.now() - began;
    const look = () => {
        if (holds()) setTimeout(() => done(took()));
        else if (took() > PATIENCE) failed(new Error(`not after ${took()} ms: ${holds}`));
        else requestAnimationFrame(look);
    };
    act();
    requestAnimationFrame(look);
});
new MutationObserver((_, observer) => {
    if (!document.querySelector('READY')) return;
    observer.disconnect();
    painted(() => performance.mark('usable'));
}).observe(document, {childList: true, subtree: true});
""".replace("ROWS", ROWS).replace("PATIENCE", str(PATIENCE_MS))
VIEW = """([link, word]) => timed(
    () => [...document.querySelectorAll('nav a')].find(each => each.textContent.trim().startsWith(link)).click(),
    () => rows().length && titles().every(title => title.startsWith(word)))"""
TYPE = """text => {
    const field = document.querySelector('SEARCH');
    const type = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
    return timed(
        () => { type.call(field, text); field.dispatchEvent(new Event('input', {bubbles: true})); },
        () => rows().length && titles().every(title => title.includes(text)));
}""".replace("SEARCH", SEARCH)
TICK = """() => {
    const box = rows()[1], row = box.closest('li'), name = box.ariaLabel;
    const struck = () => [...row.querySelectorAll('*')].some(
        each => getComputedStyle(each).textDecorationLine.includes('line-through'));
    return timed(() => box.click(), () => !rows().some(each => each.ariaLabel === name) || struck());
}"""
WATCH_FRAMES = """() => {
    window.frames_seen = [];
    const frame = now => { frames_seen.push(now); requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
}"""


@dataclass
class Client:
    """A revision of the client: where it is served, who uses it, and what has been measured of it.

    Its user has ``count`` tasks without a date, and some due today of which ``last`` is the title of the last one.
    """

    visits: Visits
    many: Person
    count: int
    last: str
    figures: dict[str, list[float]] = field(default_factory=dict)

    def note(self, what: str, value: float) -> None:
        self.figures.setdefault(what, []).append(value)

    def median(self, what: str) -> float | None:
        return statistics.median(self.figures[what]) if what in self.figures else None

    async def first_loads(self) -> None:
        """Loads of browsers that know nothing: without an account, and with all the tasks."""
        for name, person, ready in (("entrance", None, SIGN_IN), ("workspace", self.many, ROWS)):
            context = await self.visits.context(person)
            page = await opened(context, ready)
            traffic = await Traffic.of(page)
            await page.goto("/")
            self.note(f"{name}: usable", await usable(page))
            await quiet(traffic)
            self.note(f"{name}: files", len(traffic.addresses) - len(traffic.calls))
            self.note(f"{name}: calls", len(traffic.calls))
            self.note(f"{name}: bytes", (traffic.bytes - traffic.api_bytes) / 1000)
            self.note(f"{name}: API", traffic.api_bytes / 1000)
            await context.close()

    async def wire(self) -> None:
        """The bytes of 1,000 tasks, as a browser asks for them."""
        asked = self.many.client.build_request(
            "GET", f"{self.many.tasks}?limit=1000", headers=self.many.bearer | {"Accept-Encoding": "gzip"}
        )
        answer = await self.many.client.send(asked, stream=True)
        self.note("1,000 tasks", sum([len(part) async for part in answer.aiter_raw()]) / 1000)
        await answer.aclose()

    async def used(self, rounds: int) -> None:
        """A browser that has been here before: reloads, other views, searching, ticking, scrolling."""
        context = await self.visits.context(self.many, service_workers="allow")
        page = await opened(context, ROWS)
        wire = await context.new_cdp_session(page)
        await wire.send("Performance.enable", {"timeDomain": "threadTicks"})
        visit = Visit(self, page, wire)
        await page.goto("/inbox")
        await visit.settled()
        for number in range(rounds):
            await page.reload()
            self.note("reload", await visit.settled())
            await visit.views()
            await visit.search(f"{(number * 997 + 4_000) % self.count:05}")
            await visit.timed("tick", TICK)
        await visit.scroll()
        await wire.send("HeapProfiler.collectGarbage")
        self.note("memory", (await wire.send("Runtime.getHeapUsage"))["usedSize"] / 1e6)
        await context.close()


@dataclass(frozen=True)
class Visit:
    """A page that is used for a while."""

    client: Client
    page: Page
    wire: CDPSession

    async def settled(self) -> float:
        """Waits until the page can be used, and the service worker and the local copy are up to date."""
        milliseconds = await usable(self.page)
        await self.page.wait_for_timeout(SETTLED_MS)
        return milliseconds

    async def timed(self, what: str, script: str, given: Any = None) -> None:
        """Notes what a script has measured, and how long the thread of the page has worked meanwhile."""
        before = await self._worked()
        self.client.note(what, await self.page.evaluate(script, given))
        self.client.note(f"{what}: work", (await self._worked() - before) * 1000)

    async def _worked(self) -> float:
        metrics = (await self.wire.send("Performance.getMetrics"))["metrics"]
        return next(float(metric["value"]) for metric in metrics if metric["name"] == "TaskDuration")

    async def views(self) -> None:
        for link, word in (("Today", TODAY), ("Inbox", LATER)):
            await self.timed(f"view: {link}", VIEW, [link, word])

    async def search(self, wanted: str) -> None:
        """Types it key by key, and goes back."""
        if not await self.page.locator(SEARCH).count():
            await self.page.get_by_role("link", name="Search").click()
            await self.page.locator(SEARCH).wait_for()
        for length in range(2, len(wanted) + 1):
            await self.timed("search", TYPE, wanted[:length])
        await self.page.goto("/inbox")
        await self.settled()

    async def scroll(self) -> None:
        """As fast as a wheel turns, until the last task is there."""
        await self.page.mouse.move(600, 500)
        await self.page.evaluate(WATCH_FRAMES)
        began = time.perf_counter()
        while self.client.last not in await self.page.evaluate("titles()"):
            assert time.perf_counter() - began < PATIENCE_MS / 1000
            await self.page.mouse.wheel(0, 4_000)
        self.client.note("scroll: to the end", (time.perf_counter() - began) * 1000)
        seen: list[float] = await self.page.evaluate("frames_seen")
        gaps = sorted(later - earlier for earlier, later in itertools.pairwise(seen))
        self.client.note("scroll: p99 frame", gaps[int(len(gaps) * 0.99)])


async def opened(context: BrowserContext, ready: str) -> Page:
    """A page that notes when an element that matches the selector ``ready`` has been painted."""
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    await page.add_init_script(TOOLS.replace("READY", ready))
    return page


async def usable(page: Page) -> float:
    """The milliseconds from the start of the load until the page could be used."""
    await page.wait_for_function("() => performance.getEntriesByName('usable').length")
    milliseconds: Any = await page.evaluate("performance.getEntriesByName('usable')[0].startTime")
    return float(milliseconds)


async def quiet(traffic: Traffic) -> None:
    """Waits until nothing has been transferred for a while. An open stream of events does not count."""
    before, now = None, (0, 0)
    while before != now:
        await asyncio.sleep(QUIET_SECONDS)
        before, now = now, (traffic.bytes, len(traffic.addresses))
