"""What remains in the browser when an account is deleted, a session ends elsewhere, or another user signs in."""

import asyncio
import json
import re
from collections.abc import Sequence
from functools import partial

import pytest
from playwright.async_api import BrowserContext, Request, Route, expect

from tests.e2e.web.patience import until
from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import Visits
from tests.http.service import PASSWORD, Person

WRITES = re.compile(r"/api/[0-9a-f-]{36}/(tasks|lists|batch)")
LOST = "net::ERR_"
KEPT = """async () => JSON.stringify({
    local: Object.entries(localStorage), session: Object.entries(sessionStorage), cookies: document.cookie,
    databases: await indexedDB.databases(),
    caches: await Promise.all((await caches.keys()).map(async name => [name, await Promise.all(
        (await (await caches.open(name)).matchAll()).map(async answer => [answer.url, await answer.text()]))])),
})"""


async def kept(screen: Screen) -> str:
    """Everything that the browser keeps for the client."""
    return str(await screen.page.evaluate(KEPT))


async def queues(screen: Screen) -> list[tuple[str, list[str]]]:
    """The queues of unsent changes of all tabs and users: the id of the user, and the titles."""
    found = await screen.page.evaluate("Object.entries(localStorage).filter(([key]) => key.startsWith('todo.outbox.'))")
    return [(key.split(".")[2], [it["changes"][0]["title"] for it in json.loads(text)]) for key, text in found]


async def lose_writes(context: BrowserContext) -> None:
    """No write reaches the server from now on."""

    async def lose(route: Route) -> None:
        await (route.continue_() if route.request.method == "GET" else route.abort())

    await context.route(WRITES, lose)


async def close_account(screen: Screen) -> None:
    await screen.view_link("Settings").click()
    await screen.field("Your password").fill(PASSWORD)
    await screen.button("Delete my account").click()
    await expect(screen.page.get_by_text("Your account has been deleted.")).to_be_visible()


async def sign_out(screen: Screen) -> None:
    await screen.view_link("Settings").click()
    await screen.button("Sign out").click()


async def test_nothing_of_a_closed_account_remains_in_any_tab(visits: Visits) -> None:
    visits.watch.expect(LOST, "status of 40[14]")  # a read under way finds no account
    ada = await visits.person()
    await ada.add("Canary one")
    context = await visits.context(ada, service_workers="allow", reduced_motion="reduce")
    await context.clock.install()
    one, other, idle = [await visits.tab(context) for _ in range(3)]
    for tab in (one, other, idle):
        await tab.shows("Canary one")
    await one.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    await lose_writes(context)
    await one.add("Canary two")
    await other.add("Canary three")
    await other.page.bring_to_front()
    await other.box("Canary one").click()
    await until(lambda: _count(one, 2))
    assert {owner for owner, _ in await queues(one)} == {ada.id}
    await close_account(one)
    for tab in (one, other, idle):
        await expect(tab.button("Sign in")).to_be_visible()
    traces = (ada.id, ada.email, "anary")
    for tab in (one, other, idle):
        await until(partial(_forgotten, tab, traces))
    for minutes in (0, 1, 30):  # what was put off comes in vain
        await context.clock.fast_forward(minutes * 60_000)
        for tab in (one, other, idle):
            assert await _forgotten(tab, traces), minutes


async def _forgotten(tab: Screen, traces: Sequence[str]) -> bool:
    found = await kept(tab)
    return not any(trace in found for trace in traces) and set(dict(json.loads(found)["local"])) <= {"todo.settings"}


async def _count(screen: Screen, count: int) -> bool:
    return len(await queues(screen)) == count


async def test_a_tab_that_hears_late_of_the_end_of_the_session_keeps_nothing_of_a_closed_account(
    visits: Visits,
) -> None:
    visits.watch.expect(LOST, "status of 401")
    context = await visits.context(await visits.person())
    one, late = await visits.tab(context), await context.new_page()
    await late.add_init_script(
        "addEventListener('storage', event => event.key === 'todo.session' && event.stopImmediatePropagation())"
    )
    await late.goto("/")
    other = visits.on(late)
    await other.add("Known")
    await other.all_is_saved()  # with a token of its own
    await late.route(re.compile("/(api|health)/"), lambda route: route.abort())  # nor does it hear from the server
    await other.add("Canary one")
    await until(lambda: _count(one, 1))
    await close_account(one)
    await other.add("Canary two")
    for _ in range(10):
        assert "anary" not in await kept(one) + await kept(other)
        await asyncio.sleep(0.05)


async def test_other_peoples_unsent_writes_survive_the_closing_of_an_account(visits: Visits) -> None:
    visits.watch.expect(LOST, "status of 40[14]")  # a read under way finds no account
    ada, bob = await visits.person(), await visits.person()
    context = await visits.context(ada)
    screen = await visits.tab(context)
    await screen.is_home()
    await lose_writes(context)
    await screen.add("Canary of Ada")
    await until(lambda: _count(screen, 1))
    assert (await ada.ask("DELETE", "/api/auth/sessions")).status_code == 204
    await screen.page.reload()
    await screen.sign_in(bob.email, PASSWORD)
    await screen.is_home()
    await screen.add("Canary of Bob")
    await until(lambda: _count(screen, 2))
    await close_account(screen)
    assert [owner for owner, _ in await queues(screen)] == [ada.id]
    await context.unroute_all()
    await screen.sign_in(ada.email, PASSWORD)
    await screen.shows("Canary of Ada")
    await screen.all_is_saved()
    assert await ada.titles() == ["Canary of Ada"]


@pytest.mark.parametrize("locks", [True, False])
async def test_a_session_that_ended_elsewhere_keeps_what_was_not_sent_for_its_owner_alone(
    visits: Visits, locks: bool
) -> None:
    visits.watch.expect(LOST, "status of 401")
    ada, bob = await visits.person(), await visits.person()
    context = await visits.context(ada)
    if not locks:  # as on pages that come over plain http from another machine
        await context.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined })")
    screen = await visits.tab(context)
    await screen.is_home()
    await lose_writes(context)
    await screen.add("Canary of Ada")
    await until(lambda: _count(screen, 1))
    assert (await ada.ask("DELETE", "/api/auth/sessions")).status_code == 204
    await screen.page.reload()
    await expect(screen.page.get_by_text("Your session has ended.")).to_be_visible()
    await context.unroute_all()
    asked = Asked(context)
    await screen.sign_in(bob.email, PASSWORD)
    await screen.is_home()
    await screen.add("Canary of Bob")
    await screen.shows("Canary of Bob")
    await until(lambda: _count(screen, 1))
    assert asked.of(ada) == []
    await sign_out(screen)
    await screen.sign_in(ada.email, PASSWORD)
    await screen.shows("Canary of Ada")
    await screen.all_is_saved()
    assert (await ada.titles(), await bob.titles()) == (["Canary of Ada"], ["Canary of Bob"])


class Asked:
    """The requests of a browser for somebody's tasks, each with the token that went with it."""

    def __init__(self, context: BrowserContext) -> None:
        self.requests: list[Request] = []
        context.on("request", self._request)

    def _request(self, request: Request) -> None:
        self.requests.append(request)

    def of(self, person: Person) -> list[str]:
        """The methods of those about this person's tasks."""
        return [request.method for request in self.requests if person.id in request.url]


async def test_a_write_under_way_is_never_repeated_in_the_name_of_somebody_else(visits: Visits) -> None:
    visits.watch.expect(LOST, "status of 401", "status of 403")
    ada, bob = await visits.person(), await visits.person()
    context = await visits.context(ada)
    one, other = await visits.tab(context), await visits.tab(context)
    await one.is_home()
    reached, released = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        if route.request.method == "GET":
            return await route.continue_()
        reached.set()
        await released.wait()
        return await route.fulfill(status=401, json={"type": "/problems/invalid-token", "title": "?", "status": 401})

    await one.page.route(WRITES, hold)
    await one.add("Canary of Ada")
    await reached.wait()
    assert (await ada.ask("DELETE", "/api/auth/sessions")).status_code == 204
    await other.page.reload()
    await other.sign_in(bob.email, PASSWORD)
    await other.is_home()
    await one.is_home()
    asked = Asked(context)
    released.set()
    await one.page.wait_for_timeout(1_000)
    assert asked.of(ada) == []
    assert await queues(one) == [(ada.id, ["Canary of Ada"])]
    await one.page.unroute_all()
    await sign_out(other)
    await one.sign_in(ada.email, PASSWORD)
    await one.all_is_saved()
    assert (await ada.titles(), await bob.titles()) == (["Canary of Ada"], [])


async def test_messages_about_ones_tasks_are_gone_when_somebody_else_signs_in(visits: Visits) -> None:
    visits.watch.expect("status of 40[14]")
    ada, bob = await visits.person(), await visits.person()
    await ada.add("Canary")
    context = await visits.context(ada)
    await context.clock.install()
    screen = await visits.tab(context)
    await screen.box("Canary").click()
    await expect(screen.status("Canary")).to_be_visible()
    await close_account(screen)
    await screen.sign_in(bob.email, PASSWORD)
    await screen.is_home()
    await expect(screen.page.get_by_text("Canary")).to_have_count(0)


async def test_signing_out_takes_place_in_every_tab_and_forgets_the_tasks(visits: Visits) -> None:
    visits.watch.expect("status of 401")  # of a request that is under way in the first tab
    ada = await visits.person()
    await ada.add("Canary")
    context = await visits.context(ada)
    one, other = await visits.tab(context), await visits.tab(context)
    for tab in (one, other):
        await tab.shows("Canary")
    await sign_out(other)
    for tab in (one, other):
        await expect(tab.button("Sign in")).to_be_visible()
        await expect(tab.page.get_by_text("Canary")).to_have_count(0)
        await until(partial(_forgotten, tab, (ada.id, ada.email, "anary")))
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
    await sign_out(screen)
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
    await until(lambda: _count(other, 1))
    await other.button("Sign out").click()
    await expect(other.dialog("Not everything is saved")).to_contain_text("One change has not reached the server yet.")
    await other.button("Stay signed in").click()
    await screen.shows("Canary")
    await other.button("Sign out").click()
    await other.button("Sign out anyway").click()
    for tab in (screen, other):
        await expect(tab.button("Sign in")).to_be_visible()
    await until(partial(_forgotten, screen, ("anary",)))
