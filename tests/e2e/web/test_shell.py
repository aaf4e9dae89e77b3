"""Loading the client: offline use, new versions, installation, framing."""

import json
import shutil
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, expect

import todo_http
from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import Visits
from tests.support.server import SECRET, free_port, serving

LOST = "net::ERR_"
RED = "rgb(255, 0, 0)"  # which the page does not use
COLOUR = "getComputedStyle(document.documentElement).borderTopColor"


async def kept_by_the_worker(context: BrowserContext, visits: Visits) -> Screen:
    """A page whose files are in the keeping of the service worker."""
    screen = await visits.tab(context)
    await screen.is_home()
    await screen.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    await screen.page.reload()
    await screen.is_home()
    assert await screen.page.evaluate("navigator.serviceWorker.controller !== null")
    return screen


async def test_without_a_network_the_page_opens_and_shows_that_it_is_offline(visits: Visits) -> None:
    visits.watch.expect(LOST)
    context = await visits.context(await visits.person(), service_workers="allow")
    screen = await kept_by_the_worker(context, visits)
    await context.set_offline(True)
    for address in ("/", "/today", "/settings?x=1"):
        await screen.page.goto(address)
        await expect(screen.status("Offline")).to_be_visible()
    await screen.page.goto("/")
    await screen.add("Buy milk")
    await expect(screen.box("Buy milk")).to_be_visible()
    await context.set_offline(False)
    await screen.all_is_saved()
    await screen.shows("Buy milk")


async def test_the_worker_keeps_the_files_of_one_version_and_never_an_answer_of_the_api(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk")
    context = await visits.context(ada, service_workers="allow")
    screen = await kept_by_the_worker(context, visits)
    await screen.shows("Buy milk")
    kept = await screen.page.evaluate(
        """async () => {
            const names = await caches.keys();
            const requests = (await Promise.all(names.map(async name => (await caches.open(name)).keys()))).flat();
            return {names, addresses: requests.map(it => new URL(it.url).pathname)};
        }"""
    )
    assert len(kept["names"]) == 1
    assert not [address for address in kept["addresses"] if address.startswith(("/api", "/health", "/docs"))]
    worker = (await ada.client.get("/service-worker.js")).text
    shell = json.loads(worker.split("\n", 1)[0].removeprefix("const SHELL = ").removesuffix(";"))
    assert set(kept["addresses"]) <= set(shell["files"])
    assert shell["version"] in kept["names"][0]
    await ada.add("Call Ada")
    await screen.page.reload()
    await screen.shows("Buy milk", "Call Ada")


async def test_a_new_version_is_announced_and_there_after_a_reload(browser: Browser, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/todo.db"
    settings = {"DATABASE_URL": database, "BETTER_AUTH_SECRET": SECRET, "TODO_PORT": str(free_port())}
    async with AsyncExitStack() as closing:
        async with serving(tmp_path, "--migrate", **settings) as server:
            visits = Visits(browser, server.url, closing)
            visits.watch.expect(LOST)
            context = await visits.context(await visits.person(), service_workers="allow")
            screen = await kept_by_the_worker(context, visits)
            await server.stop()
        async with serving(tmp_path, **settings, PYTHONPATH=str(another_release(tmp_path))):
            await screen.page.evaluate("navigator.serviceWorker.ready.then(it => it.update()).then(() => undefined)")
            await expect(screen.status("A new version is ready")).to_be_visible()
            assert await screen.page.evaluate(COLOUR) != RED, "not while somebody is at work"
            await screen.button("Reload").click()
            await screen.page.wait_for_function(f"() => {COLOUR} === '{RED}'")
            await screen.is_home()
            assert len(await screen.page.evaluate("caches.keys()")) == 1
            visits.watch.check()


async def test_a_part_that_cannot_be_loaded_says_so_and_can_be_tried_again(visits: Visits) -> None:
    visits.watch.expect(LOST, "does not provide an export")
    screen = await visits.visit("/", await visits.person())
    await screen.is_home()
    settings, part = screen.page.get_by_role("heading", name="Settings", level=1), "**/web/settings.js"
    await screen.page.route(part, lambda route: route.abort())
    await screen.link("Settings").click()
    await expect(screen.page.get_by_role("alert")).to_contain_text("could not be loaded")
    await screen.page.unroute(part)
    await screen.button("Try again").click()
    await expect(settings).to_be_visible()
    other = 'import { $of_another } from "./entrance.js";\n'
    await screen.page.route(part, lambda route: route.fulfill(body=other, content_type="text/javascript"))
    await screen.page.reload()
    await expect(screen.page.get_by_role("alert")).to_contain_text("A new version is ready")
    await screen.page.unroute(part)
    await screen.button("Load again").click()
    await expect(settings).to_be_visible()


def another_release(folder: Path) -> Path:
    """Where a package lies that differs in the colour of the page."""
    package = Path(todo_http.__file__).parent
    shutil.copytree(package, folder / "release" / "todo_http", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "release" / "todo_http" / "web" / "static" / "styles" / "base.css").open("a") as sheet:
        sheet.write(f"html {{ border-top-color: {RED} }}\n")
    return folder / "release"


async def test_it_can_be_installed(visits: Visits) -> None:
    ada = await visits.person()
    manifest = (await ada.client.get("/manifest.webmanifest")).json()
    assert manifest["display"] == "standalone"
    assert manifest["start_url"] == "/"
    sizes = {icon["sizes"] for icon in manifest["icons"]}
    assert {"192x192", "512x512"} <= sizes
    screen = await visits.visit("/")
    for icon in manifest["icons"]:
        if icon["type"] == "image/png":
            size = await screen.page.evaluate(
                """async address => {
                    const image = new Image();
                    image.src = address;
                    await image.decode();
                    return `${image.naturalWidth}x${image.naturalHeight}`;
                }""",
                icon["src"],
            )
            assert size == icon["sizes"]


async def test_no_page_of_another_origin_can_frame_it(visits: Visits, tmp_path: Path) -> None:
    visits.watch.expect("frame-ancestors", "Framing", "chrome-error")
    visits.watch.origins.add("file://")
    frame = tmp_path / "frame.html"
    frame.write_text(f'<iframe src="{visits.url}/sign-in"></iframe>')
    page = await (await visits.context()).new_page()
    await page.goto(frame.as_uri())
    assert await page.frames[1].get_by_label("Email").count() == 0
