"""Accessibility: axe, narrow and magnified pages, forced colours, reduced motion, live regions."""

import re
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.async_api import expect

from tests.e2e.web.scenes import DIALOGS, ON_PHONES, SCENES, enter
from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import DESKTOP, PHONE, Theme, Visits

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
ENTRANCE = ("/sign-in", "/sign-up")
NARROW = (320, 640)
LOOKS: list[tuple[tuple[int, int], Theme]] = [(PHONE, "light"), (PHONE, "dark"), (DESKTOP, "dark"), (DESKTOP, "light")]
DIALOG_LOOKS: list[tuple[tuple[int, int], Theme]] = [(PHONE, "light"), (DESKTOP, "dark")]

OUTSIDE = """() => [...document.querySelectorAll('body *')].filter(it => {
    const box = it.getBoundingClientRect();
    return it.checkVisibility() && box.width > 1 && (box.right > innerWidth + 1 || box.left < -1);
}).map(it => it.outerHTML.slice(0, 100))"""

MOVING = """() => document.getAnimations().filter(it => it.effect.getComputedTiming().duration > 1)
    .map(it => it.animationName ?? it.transitionProperty)"""

RUN = """async () => {
    const options = {resultTypes: ['violations'], selectors: false, preload: false};
    const {passes, violations} = await axe.run(document, options);
    return {passes: passes.length, violations};
}"""
"""Only what is needed comes back: the elements that pass are many times as much."""

AT_REST = """async () => {
    const frame = () => new Promise(done => requestAnimationFrame(done));
    do {
        await frame();
        await frame();
    } while (document.getAnimations().length);
}"""


async def look(screen: Screen, size: tuple[int, int], theme: Theme = "light") -> None:
    await screen.page.emulate_media(color_scheme=theme)
    await screen.page.set_viewport_size({"width": size[0], "height": size[1]})
    await screen.page.evaluate(AT_REST)  # until then some colours are those of the other theme


async def findings(screen: Screen) -> list[str]:
    """What axe finds on the page, by all of its rules."""
    found = await screen.page.evaluate(RUN)
    assert found["passes"] > 10, "it has looked at something"
    return [
        f"{rule['id']}: {rule['help']}: {node['html']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


async def entered(visits: Visits, scene: str) -> Screen:
    """The scene, in a browser that asks for little motion."""
    if scene not in ENTRANCE:
        return await enter(visits, scene, size=PHONE if scene in ON_PHONES else DESKTOP)
    screen = await visits.visit(scene, reduced_motion="reduce")
    await screen.field("Password").press("Enter")
    await expect(screen.page.locator("[aria-invalid=true]").first).to_be_visible()
    return screen


@pytest.mark.parametrize("scene", [*SCENES, *ENTRANCE])
async def test_axe_finds_nothing_and_nothing_is_cut_off(visits: Visits, scene: str) -> None:
    """1280 pixels magnified four times are 320 wide ones. Nothing may need to be scrolled sideways."""
    screen = await entered(visits, scene)
    await screen.page.evaluate(AXE)
    found = {}
    for size, theme in DIALOG_LOOKS if scene in DIALOGS else LOOKS:
        await look(screen, size, theme)
        found[size, theme] = await findings(screen)
    await look(screen, NARROW)
    found[NARROW, "outside"] = await screen.page.evaluate(OUTSIDE)
    assert {key: faults for key, faults in found.items() if faults} == {}
    assert await screen.page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]


async def test_nothing_moves_for_those_who_do_not_want_it(visits: Visits) -> None:
    screen = await enter(visits, "undoing")
    await screen.button("Undo").click()
    await screen.page.keyboard.press("?")
    assert await screen.page.evaluate(MOVING) == []


async def test_results_are_told_to_those_who_listen(visits: Visits) -> None:
    screen = await enter(visits, "search")
    live = screen.page.locator("[aria-live=polite], [role=status]")
    await screen.page.get_by_role("searchbox", name="Search").fill("rent")
    await expect(live.filter(has_text=re.compile(r"\b1 task"))).to_have_count(1)
    await screen.box("Pay the rent").click()
    await expect(live.filter(has_text="Completed")).to_have_count(1)


async def test_without_colours_of_our_own_everything_can_still_be_told_apart(visits: Visits) -> None:
    screen = await enter(visits, "inbox")
    await screen.page.emulate_media(forced_colors="active")
    await screen.page.evaluate(AXE)
    assert await findings(screen) == []
    for told in ("overdue", "high priority"):
        await expect(screen.box("Pay the rent")).to_have_accessible_description(re.compile(told, re.I))
