"""The documentation pages: from memory, from this origin alone, and under a strict policy."""

import json
import re
from dataclasses import replace
from hashlib import sha256
from importlib.resources import files

import pytest

from tests.http.service import OPTIONS, Api, problem, serving
from todo_http.api.docs import ASSETS

DOCS_UI = files("todo_http").joinpath("docs_ui")


@pytest.mark.check("J6")
async def test_the_page_loads_nothing_from_elsewhere_and_has_nothing_inline(api: Api) -> None:
    page = await api.client.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert set(addresses) == {"openapi.json", *(f"docs/{name}" for name in ASSETS)}
    assert "style=" not in page.text
    assert not re.search(r"<script(?! src=)|<style|\son\w+=", page.text)
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    for address in addresses:
        assert (await api.client.get("/" + address)).status_code == 200


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", *(f"/docs/{name}" for name in ASSETS)])
async def test_what_a_client_has_is_not_sent_again(api: Api, path: str) -> None:
    full = await api.client.get(path)
    for known in (full.headers["etag"], "W/" + full.headers["etag"], '"x", ' + full.headers["etag"], "*"):
        again = await api.client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", full.headers["etag"])
        assert "content-type" not in again.headers
    assert (await api.client.get(path, headers={"If-None-Match": '"x"'})).status_code == 200


@pytest.mark.check("H1", "H18")
@pytest.mark.parametrize(
    "name",
    ["", "nope.js", "VENDORED.json", "index.html", "..%2fdocs.py", "%2e%2e/docs.py", "init.js%00", "x" * 5_000,
     "..%5c..%5cdocs.py", "%2fetc%2fpasswd", "INIT.JS", "init.js/"],
)  # fmt: skip
async def test_no_other_file_can_be_reached(api: Api, name: str) -> None:
    url = api.client.base_url.copy_with(raw_path=b"/docs/" + name.encode())
    problem(await api.client.get(url), 404, "not-found")


def test_vendored_files_are_those_of_the_package() -> None:
    vendored = json.loads(DOCS_UI.joinpath("VENDORED.json").read_text("utf-8"))
    assert vendored["licence"] == "Apache-2.0"
    for name, facts in vendored["files"].items():
        assert sha256(DOCS_UI.joinpath(name).read_bytes()).hexdigest() == facts["sha256"], name


@pytest.mark.check("J6")
async def test_the_pages_can_be_switched_off() -> None:
    async with serving(replace(OPTIONS, docs=False)) as api:
        for path in ("/docs", "/docs/init.js", "/openapi.json"):
            problem(await api.client.get(path), 404, "not-found")
        assert (await api.client.get("/health")).status_code == 200
