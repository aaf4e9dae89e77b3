"""Signing out: in every tab, with nothing left behind, and not before everything is saved."""

import asyncio
import re
from functools import partial

from playwright.async_api import Route, expect

from tests.e2e.web.patience import until
from tests.e2e.web.screen import Screen
from tests.e2e.web.storage import forgotten, has_queues, kept
from tests.e2e.web.visits import Visits

LOST = "net::ERR_"


async def test_signing_out_takes_place_in_every_tab_and_forgets_the_tasks(visits: Visits) -> None:
    visits.watch.expect("status of 401")  # of a request that is under way in the first tab
    ada = await visits.person()
    await ada.add("Canary")
    context = await visits.context(ada)
    one, other = await visits.tab(context), await visits.tab(context)
    for tab in (one, other):
        await tab.shows("Canary")
    await other.sign_out()
    for tab in (one, other):
        await expect(tab.button("Sign in")).to_be_visible()
        await expect(tab.page.get_by_text("Canary")).to_have_count(0)
        await until(partial(forgotten, tab, (ada.id, ada.email, "anary")))
    await one.page.go_back()
    await expect(one.page.get_by_text("Canary")).to_have_count(0)


async def test_the_copy_of_a_session_that_ended_while_the_browser_was_closed_is_deleted_at_the_next_one(
    visits: Visits,
) -> None:
    ada, bob = await visits.person(), await visits.person()
    context = await visits.context(bob)
    screen = await visits.tab(context)
    await screen.is_home()
    await screen.page.evaluate(f"indexedDB.open('todo.copy.{ada.id}')")
    await until(partial(_has, screen, ada.id))
    await screen.page.reload()
    await screen.is_home()
    await until(partial(_has, screen, ada.id, wanted=False))
    assert bob.id in await kept(screen)


async def _has(screen: Screen, trace: str, *, wanted: bool = True) -> bool:
    return (trace in await kept(screen)) is wanted


async def test_signing_out_waits_for_what_is_being_sent(visits: Visits) -> None:
    ada = await visits.person()
    screen = await visits.visit("/", ada)
    await screen.is_home()
    released = asyncio.Event()

    async def hold(route: Route) -> None:
        await released.wait()
        await route.continue_()

    await screen.page.route(re.compile(r"/tasks$"), hold)
    await screen.add("Buy milk")
    await screen.sign_out()
    await expect(screen.dialog("Not everything is saved")).to_be_visible()
    released.set()
    await expect(screen.button("Sign in")).to_be_visible()
    assert await ada.titles() == ["Buy milk"]


async def test_signing_out_while_changes_are_unsent_has_to_be_confirmed(visits: Visits) -> None:
    visits.watch.expect(LOST)
    context = await visits.context(await visits.person())
    screen, other = await visits.tab(context), await visits.tab(context, "/settings")
    await screen.is_home()
    await other.is_home()
    await context.set_offline(True)
    await screen.add("Canary")
    await until(lambda: has_queues(other, 1))
    await other.button("Sign out").click()
    await expect(other.dialog("Not everything is saved")).to_contain_text("One change has not reached the server yet.")
    await other.button("Stay signed in").click()
    await screen.shows("Canary")
    await other.button("Sign out").click()
    await other.button("Sign out anyway").click()
    for tab in (screen, other):
        await expect(tab.button("Sign in")).to_be_visible()
    await until(partial(forgotten, screen, ("anary",)))
