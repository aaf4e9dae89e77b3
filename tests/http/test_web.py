"""The web client as it is served: from memory, packed, asked about instead of sent again, under a strict policy."""

import gzip
import json
import re
from dataclasses import replace
from hashlib import sha256
from importlib.resources import files

import pytest

from tests.http.service import NOBODY, OPTIONS, Api, problem, serving
from todo_http.kernel.compression import takes_gzip
from todo_http.web.pages import PAGES
from todo_http.web.site import read_site
from todo_http.web.stripping import strip_script

STATIC = files("todo_http").joinpath("web", "static")
ADDRESSES = sorted(read_site())
PLAIN = {"Accept-Encoding": "identity"}


def example(place: str) -> str:
    """An address of the client by its template."""
    return re.sub(r"\{\w+_id:str\}", NOBODY, place).replace("{name:str}", "a%2Fb%20%C3%A4")


@pytest.mark.parametrize("place", PAGES)
async def test_the_page_is_at_every_place_that_the_client_knows(api: Api, place: str) -> None:
    address = example(place)
    for query in ("", "?q=milk&sort=-priority"):  # which is the page's own business
        answer = await api.client.get(address + query)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert answer.text == STATIC.joinpath("index.html").read_text("utf-8")


@pytest.mark.parametrize(
    "address",
    ["/nope", "/Today", "/today/", "/tasks", "/tasks/1", f"/tasks/{NOBODY}/x", "/list", "/list/inbox", "/tag/a/b"],
)
async def test_no_other_place_has_it(api: Api, address: str) -> None:
    problem(await api.client.get(address), 404, "not-found")


def test_the_worker_has_the_page_for_the_same_places() -> None:
    worker = STATIC.joinpath("service-worker.js").read_text("utf-8")
    (pattern,) = re.findall(r'"(\^/\(.*)"', worker)
    assert [place for place in PAGES if not re.search(pattern, example(place))] == []
    assert [place for place in ("/nope", "/docs", "/lists", "/today/", "/tag/a/b") if re.search(pattern, place)] == []


@pytest.mark.parametrize("address", ADDRESSES)
async def test_what_a_client_has_is_not_sent_again(api: Api, address: str) -> None:
    for coding in ("gzip", "identity"):
        accepts = {"Accept-Encoding": coding}
        full = await api.client.get(address, headers=accepts)
        assert (full.status_code, full.headers["cache-control"]) == (200, "no-cache")
        again = await api.client.get(address, headers=accepts | {"If-None-Match": full.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == full.headers["etag"]
        other = await api.client.get(address, headers=accepts | {"If-None-Match": '"other"'})
        assert (other.status_code, other.content) == (200, full.content)
        head = await api.client.head(address, headers=accepts)
        differ = {"x-request-id"}
        assert {k: v for k, v in head.headers.items() if k not in differ} == {
            k: v for k, v in full.headers.items() if k not in differ
        }


@pytest.mark.parametrize("address", ADDRESSES)
async def test_it_is_sent_packed_to_whoever_unpacks_it(api: Api, address: str) -> None:
    plain = await api.client.get(address, headers=PLAIN)
    packed = await api.client.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert packed.content == plain.content
    assert "content-encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["vary"]
    if len(plain.content) > 1_000 and not address.endswith(".png"):
        assert packed.headers["content-encoding"] == "gzip"
        assert int(packed.headers["content-length"]) < 0.7 * int(plain.headers["content-length"])
        assert packed.headers["etag"] != plain.headers["etag"]
        assert gzip.decompress(read_site()[address].packed.body) == plain.content  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("field", "takes"),
    [
        (b"", False),
        (b"gzip", True),
        (b"GZIP;q=0.5", True),
        (b"br, deflate , gzip ; q=1.000", True),
        (b"gzip;q=0", False),
        (b"gzip;q=0.000, *", False),
        (b"*", True),
        (b"*;q=0", False),
        (b"br", False),
        (b"gzipped", False),
        (b"gzip;q=x", False),
        (b"br, " * 60 + b"gzip", True),
        (b"br, " * 70 + b"gzip", False),
    ],
)
def test_what_accept_encoding_says_about_gzip(field: bytes, takes: bool) -> None:
    assert takes_gzip(field) == takes


@pytest.mark.parametrize("address", ["/", "/service-worker.js"])
async def test_the_policy_lets_in_nothing_inline_and_nothing_foreign(api: Api, address: str) -> None:
    policy = (await api.client.get(address)).headers["content-security-policy"]
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert allowed.pop("require-trusted-types-for") == "'script'"
    assert allowed.pop("trusted-types") == "todo"
    assert allowed["default-src"] == allowed["frame-ancestors"] == allowed["base-uri"] == "'none'"
    assert set(allowed.values()) == {"'none'", "'self'"}


@pytest.mark.parametrize("address", [it for it in ADDRESSES if it not in {"/", "/service-worker.js"}])
async def test_files_that_run_nothing_by_themselves_are_allowed_nothing(api: Api, address: str) -> None:
    policy = (await api.client.get(address)).headers["content-security-policy"]
    assert policy == "default-src 'none'; frame-ancestors 'none'"


async def test_the_page_has_nothing_inline_and_refers_to_files_that_there_are(api: Api) -> None:
    page = (await api.client.get("/")).text
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", page)
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert addresses
    assert set(addresses) <= set(ADDRESSES)


async def test_the_manifest_names_pictures_that_there_are(api: Api) -> None:
    answer = await api.client.get("/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    assert {icon["src"] for icon in answer.json()["icons"]} <= set(ADDRESSES)


async def test_the_worker_knows_every_file_and_the_version_of_them_all(api: Api) -> None:
    answer = await api.client.get("/service-worker.js")
    first, rest = answer.text.split("\n", 1)
    shell = json.loads(first.removeprefix("const SHELL = ").removesuffix(";"))
    assert sorted([*shell["files"], "/service-worker.js"]) == ADDRESSES
    assert re.fullmatch("[0-9a-f]{16}", shell["version"])
    assert rest == strip_script(STATIC.joinpath("service-worker.js").read_text("utf-8"))


@pytest.mark.check("H1", "H18")
@pytest.mark.parametrize(
    "name",
    ["", "nope.js", "index.html", "service-worker.js", "vendor", "vendor/", "vendor/VENDORED.json", "vendor/LICENSE",
     "..%2fsite.py", "%2e%2e/site.py", "../site.py", "main.js%00", "MAIN.JS", "main.js/", "a/b/c.js",
     "..%5csite.py", "%2fetc%2fpasswd", "x" * 5_000],
)  # fmt: skip
async def test_no_other_file_can_be_reached(api: Api, name: str) -> None:
    url = api.client.base_url.copy_with(raw_path=b"/web/" + name.encode())
    problem(await api.client.get(url), 404, "not-found")


async def test_the_client_can_be_switched_off() -> None:
    async with serving(replace(OPTIONS, web=False)) as api:
        assert (await api.client.get("/")).json()["documentation"] == "/docs"
        for path in (*ADDRESSES[1:], "/today"):
            problem(await api.client.get(path), 404, "not-found")
        assert "/today" not in (await api.client.get("/openapi.json")).json()["paths"]


def test_vendored_files_are_those_of_their_packages() -> None:
    vendor = STATIC.joinpath("vendor")
    vendored = json.loads(vendor.joinpath("VENDORED.json").read_text("utf-8"))
    scripts = {entry.name for entry in vendor.iterdir() if entry.name.endswith(".js")}
    assert scripts <= vendored["files"].keys()
    for name, facts in vendored["files"].items():
        assert sha256(vendor.joinpath(name).read_bytes()).hexdigest() == facts["sha256"], name
