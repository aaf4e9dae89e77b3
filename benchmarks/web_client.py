"""What the web client costs: bytes and requests of the first load, time until it can be used, scrolling and searching.

    python benchmarks/web_client.py [--rounds 10] [--tasks 5000]

`todo serve` on SQLite and a headless Chromium, on one machine. The yardstick is the smallest thing that the same server
shows in a browser (/problems/invalid), loaded in the same way. Every load has a browser profile of its own, so nothing
is in any cache; times are told by the pages' own clocks.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.e2e.web.traffic import Traffic  # noqa: E402
from tests.e2e.web.visits import Visits  # noqa: E402
from tests.http.service import Person  # noqa: E402
from tests.support.browser import NoBrowser, find_browser, running  # noqa: E402
from tests.support.server import serving  # noqa: E402

BATCH = 100
PLAIN = "/problems/invalid"
TICK = "main input[type=checkbox]"

MARK_WHEN_THERE = """
new MutationObserver((_, observer) => {
    if (!document.querySelector('READY')) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => performance.mark('usable')));
}).observe(document, {childList: true, subtree: true});
"""
WATCH_FRAMES = """() => {
    window.seen = {frames: [], longest: 0};
    new PerformanceObserver(list => {
        for (const task of list.getEntries()) seen.longest = Math.max(seen.longest, task.duration);
    }).observe({entryTypes: ['longtask']});
    const frame = now => { seen.frames.push(now); requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
}"""
SEARCH = """wanted => new Promise(done => {
    const field = document.querySelector('input[type=search]'), began = performance.now();
    const found = () => [...document.querySelectorAll('main input[type=checkbox]')];
    new MutationObserver((_, observer) => {
        if (found().length !== 1) return;
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
    }).observe(document, {childList: true, subtree: true, attributes: true});
    field.value = wanted;
    field.dispatchEvent(new Event('input', {bubbles: true}));
})"""
TICK_AND_BACK = """() => new Promise(done => {
    const box = document.querySelector('main input[type=checkbox]'), began = performance.now();
    box.click();
    requestAnimationFrame(() => setTimeout(() => { done(performance.now() - began); box.click(); }));
})"""


@dataclass
class Figures:
    """Milliseconds by what was done."""

    times: dict[str, list[float]] = field(default_factory=dict)

    def note(self, what: str, milliseconds: float) -> None:
        self.times.setdefault(what, []).append(milliseconds)

    def tell(self) -> None:
        for what, times in self.times.items():
            print(f"{what:<52} median {statistics.median(times):6.0f} ms, worst {max(times):6.0f} ms")


@dataclass
class Load:
    """One kind of first load: it has happened when ``ready`` is on the page."""

    name: str
    address: str
    person: Person | None
    ready: str

    async def once(self, visits: Visits, figures: Figures) -> Traffic:
        context = await visits.context(self.person)
        page = await context.new_page()
        await page.add_init_script(MARK_WHEN_THERE.replace("READY", self.ready))
        traffic = await Traffic.of(page)
        await page.goto(self.address)
        await page.wait_for_function("() => performance.getEntriesByName('usable').length")
        usable = await page.evaluate("performance.getEntriesByName('usable')[0].startTime")
        figures.note(f"{self.name}: usable", usable)
        await page.wait_for_load_state("networkidle")
        await context.close()
        return traffic

    def tell(self, traffic: Traffic) -> None:
        files = sum("/api/" not in address for address in traffic.addresses)
        calls = len(traffic.addresses) - files
        print(f"{self.name:<52} {files} files and {calls} calls, {traffic.bytes / 1000:.1f} kB")


async def with_tasks(visits: Visits, count: int) -> Person:
    person = await visits.person()
    for start in range(0, count, BATCH):
        adds = [{"op": "add", "task": {"title": f"task {start + n:05}"}} for n in range(BATCH)]
        (await person.ask("POST", f"/api/{person.id}/batch", json={"operations": adds})).raise_for_status()
    return person


async def scroll(visits: Visits, person: Person, count: int) -> None:
    """As fast as a wheel turns, until the last task is there."""
    screen = await visits.visit("/?sort=created_at", person)
    await screen.rows.first.wait_for()
    await screen.page.evaluate(WATCH_FRAMES)
    began, most = time.perf_counter(), 0
    while not await screen.box(f"task {count - 1:05}").count():
        await screen.page.mouse.move(600, 400)
        await screen.page.mouse.wheel(0, 4_000)
        most = max(most, await screen.rows.count())
    seconds = time.perf_counter() - began
    seen: Any = await screen.page.evaluate("seen")
    gaps = sorted(later - earlier for earlier, later in zip(seen["frames"], seen["frames"][1:], strict=False))
    print(
        f"scroll through {count} tasks: {seconds:.1f} s, {len(gaps)} frames, median {statistics.median(gaps):.0f} ms, "
        f"p99 {gaps[int(len(gaps) * 0.99)]:.0f} ms, longest task {seen['longest']:.0f} ms, {most} rows at once at most"
    )


async def search(visits: Visits, figures: Figures, person: Person, rounds: int, count: int) -> None:
    screen = await visits.visit("/", person)
    for number in range(rounds):
        await screen.page.get_by_role("searchbox", name="Search").fill("")
        await screen.rows.nth(10).wait_for()
        wanted = f"task {(number * 997) % count:05}"
        figures.note("search: last letter to result", await screen.page.evaluate(SEARCH, wanted))
        figures.note("tick: click to next frame", await screen.page.evaluate(TICK_AND_BACK))


async def measure(visits: Visits, rounds: int, count: int) -> None:
    figures = Figures()
    few, many = await with_tasks(visits, BATCH), await with_tasks(visits, count)
    loads = [
        Load("a plain answer of the same server", PLAIN, None, "body"),
        Load("first load, nobody signed in", "/", None, "input[type=password]"),
        Load(f"first load, signed in, {BATCH} tasks", "/", few, TICK),
        Load(f"first load, signed in, {count} tasks", "/", many, TICK),
    ]
    for load in loads:
        load.tell(await load.once(visits, Figures()))
    for _ in range(rounds):
        for load in loads:
            await load.once(visits, figures)
    await search(visits, figures, many, rounds, count)
    figures.tell()
    await scroll(visits, many, count)


async def main(rounds: int, count: int) -> None:
    program = await find_browser()
    if isinstance(program, NoBrowser):
        sys.exit(f"No browser: {program.reason}")
    with tempfile.TemporaryDirectory() as folder:
        async with serving(Path(folder), "--migrate") as server, running(program) as browser:
            print(f"{program} {browser.version}, {rounds} rounds")
            async with AsyncExitStack() as closing:
                await measure(Visits(browser, server.url, closing), rounds, count)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="What the web client costs.")
    arguments.add_argument("--rounds", type=int, default=10)
    arguments.add_argument("--tasks", type=int, default=5_000)
    given = arguments.parse_args()
    asyncio.run(main(given.rounds, given.tasks))
