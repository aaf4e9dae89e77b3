"""The documentation page in a browser, under the web client's policy."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Error, Locator, Page, expect

from tests.e2e.web.visits import Visits
from tests.http.service import PASSWORD
from tests.support.server import serving


async def opened(visits: Visits) -> Page:
    context = await visits.context()
    page = await context.new_page()
    answer = await page.goto("/docs")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "require-trusted-types-for 'script'; trusted-types dompurify" in policy
    assert "unsafe" not in policy
    await expect(page.get_by_role("heading", name="To-do service")).to_be_visible()
    return page


async def expanded(page: Page, operation: str) -> Locator:
    """One operation, with all that is told about it."""
    found = page.locator(f"[id$='-{operation}'].opblock")
    await found.locator(".opblock-summary-control").click()
    await expect(found.get_by_role("button", name="Execute")).to_be_visible()
    return found


async def press(place: Page | Locator, name: str) -> None:
    """Presses a button without waiting for frames.

    Swagger UI resolves the whole document again whenever a user signs in or out, and the page paints nothing for
    seconds of processor time. A click waits for two frames in which the button does not move.
    """
    button = place.get_by_role("button", name=name)
    await expect(button).to_be_enabled()
    await button.evaluate("button => button.click()")


@pytest.mark.check("J6")
async def test_an_operation_can_be_looked_at_and_tried_out(visits: Visits) -> None:
    page = await opened(visits)
    health = await expanded(page, "checkHealth")
    await health.get_by_role("button", name="Execute").click()
    answer = health.locator(".live-responses-table")
    await expect(answer).to_contain_text('"status": "ok"')
    await expect(answer.locator(".response-col_status").last).to_contain_text("200")


async def test_descriptions_are_elements_with_code_in_them(visits: Visits) -> None:
    page = await opened(visits)
    about = page.locator(".info .description")
    await expect(about.locator("p")).to_have_count(3)
    await expect(about.locator("code")).to_have_text(["application/problem+json", "null", "X-Request-Id"])
    await expect(about).not_to_contain_text("`")
    register = await expanded(page, "register")
    await expect(register).to_contain_text("Registers an account and returns a login session")
    await register.get_by_role("tab", name="Schema").first.click()
    await expect(register.get_by_text("password", exact=True).first).to_be_visible()
    await page.get_by_role("button", name="Authorize").first.click()
    await expect(page.get_by_role("heading", name="Available authorizations")).to_be_visible()


@pytest.mark.check("J6")
async def test_a_text_cannot_become_html(visits: Visits) -> None:
    visits.watch.expect("TrustedHTML", "TrustedTypePolicy")
    page = await opened(visits)
    with pytest.raises(Error, match="TrustedHTML"):
        await page.evaluate("document.body.innerHTML = '<b>text</b>'")
    with pytest.raises(Error, match="disallowed"):
        await page.evaluate("trustedTypes.createPolicy('another', { createHTML: (text) => text })")


def sample(page: Page) -> Locator:
    """The operation that is open at first."""
    return page.locator("[id$='-addTask'].opblock")


async def execute(page: Page, status: int) -> None:
    """Sends the sample request."""
    await press(sample(page), "Execute")
    column = sample(page).locator(".live-responses-table .response-col_status").last
    await expect(column).to_contain_text(str(status))


async def stored(page: Page) -> dict[str, Any]:
    """What the page keeps of its login session, in the storage of the tab alone."""
    assert await page.evaluate("localStorage.length") == 0
    found: dict[str, Any] = await page.evaluate("JSON.parse(sessionStorage.getItem('todo.docs.session'))")
    return found


@pytest.mark.check("J6")
async def test_one_click_signs_in_until_the_demo_account_is_deleted(visits: Visits) -> None:
    page = await opened(visits)
    await press(page, "Try it with a demo account")
    await expect(page.locator("#signed-in")).to_contain_text("Signed in as demo-")
    session = await stored(page)
    await expect(sample(page).get_by_placeholder("user_id")).to_have_value(session["user"]["id"])
    await execute(page, 201)

    await page.evaluate(
        "(session) => sessionStorage.setItem('todo.docs.session', session)", json.dumps(session | {"ends": 0})
    )
    await page.reload()
    await expect(page.locator("#signed-in")).to_contain_text(session["user"]["email"])
    await execute(page, 201)
    renewed = await stored(page)
    assert renewed["user"] == session["user"]
    assert renewed["token"] != session["token"]

    await press(page, "Sign out and delete this demo account")
    await expect(page.get_by_role("button", name="Try it with a demo account")).to_be_visible()
    assert await stored(page) is None
    credentials = {"email": session["user"]["email"], "password": session["password"]}
    answer = await page.request.post("/api/auth/login", data=credentials)
    assert (answer.status, (await answer.json())["type"]) == (401, "/problems/invalid-credentials")


async def sign_in(page: Page, email: str, password: str) -> None:
    form = page.locator("#signed-out")
    await form.get_by_label("Email").fill(email)
    await form.get_by_label("Password").fill(password)
    await press(page, "Sign in")


async def test_an_account_of_ones_own_signs_in_where_registration_is_closed_until_its_session_ends(
    visits: Visits,
) -> None:
    visits.watch.expect("403", "401")
    person = await visits.person()
    page = await opened(visits)
    await page.route("**/api/auth/register", lambda route: route.fulfill(status=403, json={"detail": "Closed."}))
    await press(page, "Try it with a demo account")
    await expect(page.get_by_role("status")).to_have_text(
        "This service does not take new accounts. Sign in with yours."
    )
    await expect(page.get_by_role("button", name="Try it with a demo account")).to_be_hidden()
    await sign_in(page, person.email, "not this one")
    await expect(page.get_by_role("status")).to_have_text("Invalid email or password.")
    await sign_in(page, person.email, PASSWORD)
    await expect(page.locator("#signed-in")).to_contain_text(person.email)
    await execute(page, 201)
    assert [task["title"] for task in (await person.get(person.tasks)).json()] == ["Buy milk"]
    assert "password" not in await stored(page)
    await person.ask("DELETE", "/api/auth/sessions")
    await execute(page, 401)
    await press(sample(page), "Execute")
    await expect(page.get_by_role("status")).to_have_text("The login session has ended. Sign in again.")
    await expect(page.locator("#signed-out")).to_be_visible()


@pytest.mark.check("J6")
async def test_what_is_switched_off_is_not_linked_to(tmp_path: Path) -> None:
    for web in ("0", "1"):
        settings = {"TODO_DOCS": "0", "TODO_WEB": web}
        async with serving(tmp_path, "--migrate", **settings) as server, server.client() as client:
            for path in ("/docs", "/docs/init.js", "/openapi.json"):
                assert (await client.get(path)).status_code == 404
            front = await client.get("/")
            assert front.status_code == 200
            assert not re.search("docs|openapi", front.text + server.log.partition('"request"')[0])
            if web == "0":
                assert front.json() == {"service": "todo", "health": "/health"}
