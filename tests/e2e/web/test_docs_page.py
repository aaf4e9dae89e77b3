"""The documentation page in a browser, under the web client's policy."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Error, Locator, Page, expect

from tests.e2e.web.visits import Visits
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


@pytest.mark.check("J6")
async def test_an_operation_can_be_looked_at_and_tried_out(visits: Visits) -> None:
    page = await opened(visits)
    health = await expanded(page, "health")
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
