"""How much the browser loads: before somebody signs in, for the workspace, and for each part that is loaded later."""

import pytest
from playwright.async_api import expect

from tests.e2e.web.screen import Screen
from tests.e2e.web.traffic import Traffic
from tests.e2e.web.visits import Visits
from tests.http.service import Api, serving
from todo_http.web.site import read_site

ENTRANCE = ("/", "/web/icons/icon.svg", "/web/styles/base.css", "/web/entrance.js")
WORKSPACE = ("/web/styles/workspace.css", "/web/workspace.js")
LATER = {
    "entry": ("/web/entry.js",),
    "panel": ("/web/panel.js", "/web/styles/panel.css"),
    "settings": ("/web/settings.js",),
    "trash": ("/web/trash.js",),
    "palette": ("/web/palette.js",),
    "calendar": ("/web/calendar.js",),
    "conflict": ("/web/conflict.js",),
}
BUDGETS = {"entrance": (20_000, ENTRANCE), "workspace": (60_000, WORKSPACE)} | {
    name: (10_000, paths) for name, paths in LATER.items()
}
"""Bytes, compressed and with header fields, of the files of each part."""

IN_ALL = 75_000
"""Bytes of everything that is loaded before the tasks are there, answers of the API not included."""

REQUESTS_MAX = 10
SCRIPTS = (".js", ".css")


def test_every_script_and_style_sheet_has_a_budget() -> None:
    served = {path for path in read_site() if path.endswith(SCRIPTS)} - {"/service-worker.js"}
    assert served == {path for _, paths in BUDGETS.values() for path in paths if path.endswith(SCRIPTS)}


@pytest.mark.parametrize("name", BUDGETS)
async def test_files_stay_within_their_budget(name: str) -> None:
    budget, paths = BUDGETS[name]
    async with serving() as api:
        sizes = {path: await size(api, path) for path in paths}
    assert sum(sizes.values()) <= budget, sizes


async def size(api: Api, path: str) -> int:
    """Bytes of a response with its header fields, of which servers add one with the date."""
    answer = await api.client.get(path, headers={"Accept-Encoding": "gzip"})
    fields = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
    return (
        len("HTTP/1.1 200 OK\r\n\r\n")
        + len("date: Sun, 22 Nov 2026 09:50:36 GMT\r\n")
        + fields
        + int(answer.headers["content-length"])
    )


async def test_nothing_of_the_workspace_is_loaded_before_somebody_signs_in(visits: Visits) -> None:
    page = await (await visits.context(service_workers="allow")).new_page()
    traffic = await Traffic.of(page)
    await page.goto("/sign-in")
    await expect(Screen(page).button("Sign in")).to_be_visible()
    await page.wait_for_load_state("networkidle")
    assert set(traffic.sizes) <= {"/sign-in", *ENTRANCE, "/manifest.webmanifest"}
    assert traffic.bytes <= BUDGETS["entrance"][0], traffic.sizes


async def test_the_tasks_are_there_after_few_requests(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk")
    page = await (await visits.context(ada)).new_page()
    traffic = await Traffic.of(page)
    await page.goto("/inbox")
    await Screen(page).shows("Buy milk")
    assert len(traffic.addresses) - len(traffic.calls) <= REQUESTS_MAX, traffic.addresses
    first = {path: traffic.sizes.get(path, 0) for path in ("/inbox", *ENTRANCE, *WORKSPACE)}
    assert sum(first.values()) <= IN_ALL, first
