"""Signing up, in and out: over reloads, expiring tokens and several tabs."""

import asyncio
import re

from playwright.async_api import Page, Request, Route, expect

from tests.e2e.web.dates import Day
from tests.e2e.web.visits import Visits
from tests.http.service import PASSWORD
from todo_http.web.site import CLOSED, OPEN


class Renewals:
    """How often a page, or all tabs of a browser, have asked for a new token, and what was refused."""

    def __init__(self) -> None:
        self.count = 0
        self.refused: list[str] = []

    def request(self, request: Request) -> None:
        self.count += request.url.endswith("/api/auth/refresh")

    def over(self, page: Page) -> None:
        page.on("request", self.request)
        page.on("response", lambda it: self.refused.append(it.url) if it.status == 401 else None)


async def test_somebody_new_signs_up_and_is_home_in_their_own_time_zone(visits: Visits) -> None:
    new = await visits.visit("/", zone="Asia/Tokyo")
    await expect(new.heading("Create an account")).to_be_visible()
    await new.field("Name").fill("Grace")
    await new.field("Email").fill("grace@example.org")
    await new.field("Password").fill(PASSWORD)
    await new.button("Create account").click()
    await new.is_home()
    await new.add("Find a bug")
    await new.shows("Find a bug")
    person = (await new.page.evaluate("JSON.parse(localStorage.getItem('todo.session'))"))["user"]
    assert (person["name"], person["time_zone"]) == ("Grace", "Asia/Tokyo")


async def test_an_example_in_the_empty_inbox_is_added_with_its_date(visits: Visits) -> None:
    day = Day.somewhere_safe()
    ada = await visits.person(zone=day.zone)
    screen = await visits.visit("/inbox", ada, zone=day.zone)
    await screen.button("Buy milk tomorrow").click()
    await expect(screen.dialog("Add task")).to_be_visible()
    await screen.page.keyboard.press("Enter")
    await screen.shows("Buy milk")
    await screen.all_is_saved()
    assert [task["due_date"] for task in (await ada.get(ada.tasks)).json()] == [day.plus(1)]


async def test_what_is_wrong_with_a_new_account_is_said_beside_the_field(visits: Visits) -> None:
    taken = await visits.person()
    visits.watch.expect("status of 400", "status of 409")
    new = await visits.visit("/sign-up")
    await new.field("Name").fill("Grace")
    await new.field("Email").fill("nobody@example.org")
    await new.field("Password").fill("password")
    await new.button("Create account").click()
    await expect(new.field("Password")).to_have_attribute("aria-invalid", "true")
    await expect(new.field("Password")).to_have_accessible_description(re.compile("one of the most common passwords"))
    await new.field("Email").fill(taken.email)
    await new.field("Password").fill(PASSWORD)
    await new.button("Create account").click()
    await expect(new.page.get_by_role("alert")).to_contain_text("An account with this email address already exists.")
    await expect(new.field("Name")).to_have_value("Grace")


async def test_what_is_typed_stays_when_one_signs_up_instead_and_back(visits: Visits) -> None:
    new = await visits.visit("/sign-in")
    await new.field("Email").fill("grace@example.org")
    await new.link("Create an account").click()
    await expect(new.heading("Create an account")).to_be_visible()
    await expect(new.field("Email")).to_have_value("grace@example.org")
    await new.page.go_back()
    await expect(new.heading("Sign in")).to_be_visible()
    await expect(new.field("Email")).to_have_value("grace@example.org")


async def test_an_empty_form_is_not_sent_and_says_what_is_missing(visits: Visits) -> None:
    new = await visits.visit("/sign-in")
    sent: list[str] = []
    new.page.on("request", lambda request: sent.append(request.url) if "/api/" in request.url else None)
    await new.field("Password").fill(PASSWORD)
    await new.button("Sign in").click()
    await expect(new.field("Email")).to_be_focused()
    await expect(new.field("Email")).to_have_accessible_description("Enter your email address.")
    await expect(new.field("Password")).not_to_have_attribute("aria-invalid", "true")
    assert sent == []


async def test_a_password_can_be_shown_while_it_is_typed(visits: Visits) -> None:
    new = await visits.visit("/sign-up")
    await new.field("Password").fill(PASSWORD)
    await expect(new.field("Password")).to_have_attribute("type", "password")
    await new.button("Show password").click()
    await expect(new.field("Password")).to_have_attribute("type", "text")
    await expect(new.field("Password")).to_have_value(PASSWORD)


async def test_where_sign_up_is_closed_there_is_no_form_and_newcomers_learn_whom_to_ask(visits: Visits) -> None:
    context = await visits.context()

    async def closed(route: Route) -> None:
        page = await route.fetch()
        await route.fulfill(response=page, body=(await page.text()).encode().replace(OPEN, CLOSED))

    await context.route(re.compile("/sign-(up|in)$"), closed)
    for address, title in (("/sign-up", "Create an account"), ("/sign-in", "Sign in")):
        new = await visits.tab(context, address)
        await expect(new.heading(title)).to_be_visible()
        await expect(new.page.get_by_text("Ask the operator of this service for an account.")).to_be_visible()
        await expect(new.button("Create account")).to_have_count(0)
        await expect(new.link("Create an account")).to_have_count(0)


async def test_signing_in_needs_the_right_password(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk")
    visits.watch.expect("status of 401")
    screen = await visits.visit("/")
    await screen.sign_in(ada.email, "wrong horse battery staple")
    await expect(screen.page.get_by_role("alert")).to_contain_text("Invalid email or password.")
    await screen.sign_in(ada.email, PASSWORD)
    await screen.shows("Buy milk")


async def test_after_signing_in_one_is_where_one_wanted_to_be(visits: Visits) -> None:
    ada = await visits.person()
    screen = await visits.visit("/settings")
    await screen.sign_in(ada.email, PASSWORD)
    await expect(screen.heading("Profile")).to_be_visible()


async def test_a_reload_and_a_restart_of_the_browser_keep_one_signed_in(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk")
    screen = await visits.visit("/")
    await screen.sign_in(ada.email, PASSWORD)
    await screen.shows("Buy milk")
    await screen.page.reload()
    await screen.shows("Buy milk")
    kept = await screen.page.context.storage_state()
    await screen.page.context.close()
    again = await visits.browser.new_context(storage_state=kept, base_url=visits.url)
    visits.closing.push_async_callback(again.close)
    await (await visits.tab(again)).shows("Buy milk")


async def test_the_token_is_renewed_before_it_expires_and_nobody_notices(visits: Visits) -> None:
    context = await visits.context(await visits.person())
    await context.clock.install()
    screen, renewals = await visits.tab(context), Renewals()
    await screen.is_home()
    renewals.over(screen.page)
    await context.clock.fast_forward("08:30")
    await screen.add("task 1")
    await screen.all_is_saved()
    assert renewals.count == 0
    await context.clock.fast_forward("00:45")
    await screen.add("task 2")
    await screen.all_is_saved()
    await screen.shows("task 1", "task 2")
    assert (renewals.count, renewals.refused) == (1, [])


async def test_calls_at_once_share_one_renewal_in_a_tab_and_over_tabs(visits: Visits) -> None:
    context = await visits.context(await visits.person())
    await context.clock.install()
    tabs = [await visits.tab(context) for _ in range(3)]
    for tab in tabs:
        await tab.is_home()
    renewals = Renewals()
    for tab in tabs:
        renewals.over(tab.page)
    await context.clock.fast_forward("09:30")
    await asyncio.gather(*[tab.add(f"task {number}") for number, tab in enumerate(tabs)])
    for tab in tabs:
        await tab.shows(*(f"task {number}" for number in range(3)), in_order=False)
    assert renewals.refused == []
    assert renewals.count == 1


async def test_a_session_that_was_ended_elsewhere_leads_to_the_sign_in_page_with_a_reason(visits: Visits) -> None:
    ada = await visits.person()
    visits.watch.expect("status of 401")
    screen = await visits.visit("/", ada)
    await screen.is_home()
    assert (await ada.ask("DELETE", "/api/auth/sessions")).status_code == 204
    await screen.page.reload()
    await expect(screen.page.get_by_text("Your session has ended.")).to_be_visible()
    await screen.sign_in(ada.email, PASSWORD)
    await screen.is_home()
