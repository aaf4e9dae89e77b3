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
    """Sample tasks for a week."""
    await person.add("Renew the passport", due_date=today.plus(40), description="Photo and birth certificate")
    await person.add("Book the train to Vienna", due_date=today.plus(3), priority="medium")
    await person.add("Call Grace", due_date=f"{(today.at(18.5, days=1)).isoformat()}[{today.zone}]")
    await person.add("Water the plants", due_date=today.plus(0))
    await person.add("Send the invoice to Nordwind", due_date=f"{today.plus(0)}T21:30", priority="high")
    await person.add("Pay the rent", due_date=today.plus(-1), priority="high")
    await person.add("Take back the library books", due_date=(today.date - timedelta(days=4)).isoformat())
    await person.add("Buy oat milk", completed=True)


async def still(screen: Screen, person: Person) -> None:
    """Nothing is done."""


async def typing(screen: Screen, person: Person) -> None:
    await screen.entry.fill("Order flowers for Ada !high tomorrow 9:00")


async def opened(screen: Screen, person: Person) -> None:
    panel = await screen.open("Book the train to Vienna")
    await panel.field("Title").wait_for()


async def completing(screen: Screen, person: Person) -> None:
    await screen.box("Water the plants").click()


async def conflict(screen: Screen, person: Person) -> None:
    panel = await screen.open("Call Grace")
    task = next(task for task in (await person.get(person.tasks)).json() if task["title"] == "Call Grace")
    await screen.page.context.set_offline(True)
    await panel.write("Title", "Call Grace and Alan")
    await person.ask("PATCH", person.task(task), json={"title": "Call Grace about the talk"})
    await screen.page.context.set_offline(False)
    await screen.dialog("Changed elsewhere").wait_for()


PICTURES: dict[str, tuple[str, tuple[int, int], Theme, Act]] = {
    "inbox-desktop-light": ("/inbox", WIDE, "light", typing),
    "today-desktop-dark": ("/today", WIDE, "dark", completing),
    "upcoming-desktop-light": ("/upcoming", WIDE, "light", still),
    "inbox-phone-light": ("/inbox", PHONE, "light", still),
    "today-phone-dark": ("/today", PHONE, "dark", still),
    "task-desktop-light": ("/inbox", WIDE, "light", opened),
    "task-phone-dark": ("/inbox", PHONE, "dark", opened),
    "conflict-desktop-dark": ("/inbox", WIDE, "dark", conflict),
    "settings-phone-light": ("/settings", PHONE, "light", still),
}


async def take(visits: Visits, name: str) -> int:
    """One picture; its size in bytes."""
    address, size, theme, act = PICTURES[name]
    today = Day.somewhere_safe()
    person = await visits.person(zone=today.zone)
    await fill(person, today)
    how = TOUCH if size == PHONE else {"size": size}
    screen = await visits.visit(address, person, theme=theme, zone=today.zone, reduced_motion="reduce", **how)
    await screen.is_home()
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
