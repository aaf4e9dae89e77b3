"""Takes the pictures of the web client in docs/screenshots/: a server of its own, a few tasks, and a browser.

make screenshots
"""

import asyncio
import sys
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from small_png import small_png  # noqa: E402

from tests.e2e.web.dates import Day  # noqa: E402
from tests.e2e.web.screen import Screen  # noqa: E402
from tests.e2e.web.visits import PHONE, TOUCH, Theme, Visits  # noqa: E402
from tests.http.service import Person  # noqa: E402
from tests.support.browser import NoBrowser, find_browser, running  # noqa: E402
from tests.support.server import serving  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
BYTES_MAX = 60_000
WIDE = (1280, 800)
DECODE = """async png => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
    canvas.drawImage(image, 0, 0);
    const bytes = canvas.getImageData(0, 0, image.width, image.height).data;
    return bytes.toBase64 ? bytes.toBase64() : btoa(Array.from(bytes, it => String.fromCharCode(it)).join(''));
}"""
Act = Callable[[Screen, Person], Awaitable[None]]


async def fill(person: Person, today: Day) -> None:
    """Sample lists and tasks for a week."""
    home = (await person.ask("POST", f"/api/{person.id}/lists", json={"name": "Home", "color": "#1d8a5f"})).json()["id"]
    work = (await person.ask("POST", f"/api/{person.id}/lists", json={"name": "Work", "color": "#c2410c"})).json()["id"]
    weekly = {"rule": "FREQ=WEEKLY;BYDAY=MO"}
    earlier = (today.date - timedelta(days=4)).isoformat()
    trip = await person.add("Book the train to Vienna", due_date=today.plus(0), priority="medium", tags=["travel"])
    await person.ask("PATCH", person.task(trip), json={"description": "Compare https://example.org/trains first."})
    for title in ("Ask Grace for her dates", "Reserve seats"):
        await person.add(title, parent_id=trip["id"])
    await person.add("Send the invoice to Nordwind", due_date=f"{today.plus(0)}T21:30", priority="high", list_id=work)
    await person.add("Pay the rent", due_date=today.plus(-1), priority="high", list_id=home)
    await person.add("Take back the library books", due_date=earlier, tags=["errand"])
    await person.add("Take out the bins", due_date=today.plus(1), recurrence=weekly, list_id=home)
    await person.add("Call Grace", due_date=f"{(today.at(18.5, days=1)).isoformat()}[{today.zone}]")
    await person.add("Renew the passport", due_date=today.plus(5), description="Photo and birth certificate")
    await person.add("Buy oat milk")


async def still(screen: Screen, person: Person) -> None:
    """Nothing is done."""


async def typing(screen: Screen, person: Person) -> None:
    await screen.entry.fill("Order flowers for Ada tomorrow 9:00 #Home p1")


async def opening(screen: Screen, person: Person) -> None:
    await screen.open("Book the train to Vienna")


async def scheduling(screen: Screen, person: Person) -> None:
    await screen.box("Buy oat milk").focus()
    await screen.page.keyboard.press("d")
    await screen.page.get_by_role("grid").wait_for()


async def choosing(screen: Screen, person: Person) -> None:
    await screen.page.keyboard.press("Control+k")
    await screen.dialog("Go to or do").get_by_role("combobox").fill("r")


PICTURES: dict[str, tuple[str, tuple[int, int], Theme, Act]] = {
    "today-desktop-light": ("/today", WIDE, "light", opening),
    "today-desktop-dark": ("/today", WIDE, "dark", opening),
    "inbox-desktop-light": ("/inbox", WIDE, "light", typing),
    "upcoming-desktop-dark": ("/upcoming", WIDE, "dark", still),
    "date-desktop-light": ("/inbox", WIDE, "light", scheduling),
    "palette-desktop-dark": ("/inbox", WIDE, "dark", choosing),
    "today-phone-light": ("/today", PHONE, "light", still),
    "upcoming-phone-dark": ("/upcoming", PHONE, "dark", still),
    "task-phone-light": ("/today", PHONE, "light", opening),
}


async def take(visits: Visits, name: str) -> int:
    """One picture; its size in bytes."""
    address, size, theme, act = PICTURES[name]
    today = Day.somewhere_safe()
    person = await visits.person(zone=today.zone)
    await fill(person, today)
    how = TOUCH if size == PHONE else {"size": size}
    screen = await visits.visit(address, person, theme=theme, zone=today.zone, reduced_motion="reduce", **how)
    await screen.page.get_by_role("heading", level=1).wait_for()
    await screen.rows.first.wait_for()
    await act(screen, person)
    await screen.page.mouse.move(0, 0)
    await screen.page.wait_for_timeout(300)
    picture = await screen.page.screenshot()
    blank = await screen.page.context.new_page()  # decodes it; the client's own policy would not let it
    pixels = b64decode(await blank.evaluate(DECODE, b64encode(picture).decode()))
    return (FOLDER / f"{name}.png").write_bytes(small_png(*size, pixels))


async def main() -> None:
    browser = await find_browser()
    if isinstance(browser, NoBrowser):
        sys.exit(f"No browser: {browser.reason}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with serving(Path(folder), "--migrate") as server, running(browser) as running_browser:
            for name in PICTURES:
                async with AsyncExitStack() as closing:
                    size = await take(Visits(running_browser, server.url, closing), name)
                print(f"{name}.png {size / 1000:.0f} kB{' (too large)' if size > BYTES_MAX else ''}")


if __name__ == "__main__":
    asyncio.run(main())
