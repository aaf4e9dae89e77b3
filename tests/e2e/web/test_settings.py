"""The settings: profile, time zone, password, login sessions, theme, density, and deleting the account."""

import re

from playwright.async_api import expect

from tests.e2e.web.screen import Screen
from tests.e2e.web.visits import TOUCH, Visits
from tests.http.service import PASSWORD, Person

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Safari/604.1"
NEW_PASSWORD = "an even better horse"


async def settings(visits: Visits, person: Person) -> Screen:
    screen = await visits.visit("/settings", person)
    await expect(screen.heading("Profile")).to_be_visible()
    return screen


async def test_name_and_time_zone_can_be_changed(visits: Visits) -> None:
    ada = await visits.person()
    screen = await settings(visits, ada)
    await expect(screen.field("Name")).to_have_value("Ada")
    await screen.field("Name").fill("Ada Lovelace")
    await screen.field("Time zone").select_option("Europe/London")
    await screen.button("Save profile").click()
    await expect(screen.status("Profile saved")).to_be_visible()
    me = (await ada.get("/api/auth/me")).json()
    assert (me["name"], me["time_zone"]) == ("Ada Lovelace", "Europe/London")


async def test_what_is_wrong_with_a_name_is_said_beside_it(visits: Visits) -> None:
    visits.watch.expect("status of 400")
    screen = await settings(visits, await visits.person())
    for name, reason in ((" ", "Enter your name."), ("x" * 256, re.compile("255"))):
        await screen.field("Name").fill(name)
        await screen.button("Save profile").click()
        await expect(screen.field("Name")).to_have_attribute("aria-invalid", "true")
        await expect(screen.field("Name")).to_have_accessible_description(reason)


async def test_the_password_can_be_changed_by_who_knows_it(visits: Visits) -> None:
    ada = await visits.person()
    visits.watch.expect("status of 400", "status of 401")
    elsewhere = await visits.visit("/", ada)
    await elsewhere.is_home()
    screen = await settings(visits, ada)
    await screen.field("Current password").fill("not this one")
    await screen.field("New password").fill(NEW_PASSWORD)
    await screen.button("Change password").click()
    await expect(screen.field("Current password")).to_have_attribute("aria-invalid", "true")
    await screen.field("Current password").fill(PASSWORD)
    await screen.button("Change password").click()
    await expect(screen.field("Current password")).to_have_value("")
    await screen.page.reload()
    await expect(screen.heading("Profile")).to_be_visible()
    await elsewhere.page.reload()
    await elsewhere.sign_in(ada.email, PASSWORD)
    await expect(elsewhere.page.get_by_role("alert")).to_contain_text("Invalid email or password.")
    await elsewhere.sign_in(ada.email, NEW_PASSWORD)
    await elsewhere.is_home()


async def test_the_places_one_is_signed_in_are_seen_and_ended(visits: Visits) -> None:
    ada = await visits.person()
    visits.watch.expect("status of 401")
    phone = await visits.visit("/", user_agent=IPHONE)
    await phone.sign_in(ada.email, PASSWORD)
    await phone.is_home()
    screen = await settings(visits, ada)
    sessions = screen.page.get_by_role("list", name="Login sessions").get_by_role("listitem")
    await expect(sessions).to_have_count(3)  # the one of the account's making, the phone's and this one
    here = sessions.filter(has_text="This browser")
    await expect(here.get_by_role("button")).to_have_count(0)
    await screen.page.get_by_role("button", name="End session of Safari on iPhone").click()
    await expect(sessions).to_have_count(2)
    await expect(screen.heading("Where you are signed in")).to_be_focused()
    await phone.page.reload()
    await expect(phone.button("Sign in")).to_be_visible()
    await screen.button("End all others").click()
    await expect(sessions).to_have_count(1)
    await expect(here).to_be_visible()


async def test_the_account_is_deleted_with_everything_in_it_by_who_knows_the_password(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk")
    visits.watch.expect("status of 400", "status of 401")
    screen = await settings(visits, ada)
    region = screen.page.get_by_role("region", name="Delete account")
    password = region.get_by_label("Your password", exact=True)
    await password.fill("not this one")
    await screen.button("Delete my account").click()
    await expect(password).to_have_attribute("aria-invalid", "true")
    await password.fill(PASSWORD)
    await screen.button("Delete my account").click()
    await expect(screen.button("Sign in")).to_be_visible()
    assert (await ada.get("/api/auth/me")).status_code == 401
    await screen.sign_in(ada.email, PASSWORD)
    await expect(screen.page.get_by_role("alert")).to_contain_text("Invalid email or password.")


async def test_the_theme_is_ones_own_choice(visits: Visits) -> None:
    screen = await settings(visits, await visits.person())
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = await screen.page.evaluate(ground)
    await screen.choice("Theme").select_option(label="Dark")
    await expect(screen.page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = await screen.page.evaluate(ground)
    await screen.page.reload()
    await expect(screen.heading("Profile")).to_be_visible()
    assert await screen.page.evaluate(ground) == dark != light


async def test_rows_are_as_high_as_one_likes(visits: Visits) -> None:
    ada = await visits.person()
    await ada.add("Buy milk")
    screen = await visits.visit("/inbox", ada)
    heights = []
    for density in ("Compact", "Comfortable"):
        await screen.view_link("Settings").click()
        await screen.choice("Rows").select_option(label=density)
        await screen.view_link("Inbox").click()
        await expect(screen.row("Buy milk")).to_be_visible()
        box = await screen.row("Buy milk").bounding_box()
        assert box is not None
        heights.append(round(box["height"]))
    compact, comfortable = heights
    assert 36 <= compact < 40
    assert 44 <= comfortable < 48


async def test_somebody_in_another_time_zone_uses_it_or_keeps_that_of_the_account(visits: Visits) -> None:
    ada = await visits.person(zone="Europe/Berlin")
    abroad = await visits.visit("/inbox", ada, zone="Asia/Tokyo")
    note = abroad.page.get_by_role("group", name="Time zone")
    await expect(note).to_contain_text("This browser is in Tokyo, your account in Berlin.")
    await abroad.button("Keep Berlin").click()
    await expect(note).to_have_count(0)
    await abroad.page.reload()
    await abroad.is_home()
    await expect(note).to_have_count(0)
    phone = await visits.visit("/inbox", ada, zone="Asia/Tokyo", **TOUCH)
    await phone.button("Use Tokyo").tap()
    await expect(phone.button("Use Tokyo")).to_have_count(0)
    assert (await ada.get("/api/auth/me")).json()["time_zone"] == "Asia/Tokyo"
    neighbour = await visits.visit("/inbox", ada, zone="Asia/Seoul")  # where clocks show the same
    await neighbour.is_home()
    await expect(neighbour.page.get_by_role("group", name="Time zone")).to_have_count(0)
