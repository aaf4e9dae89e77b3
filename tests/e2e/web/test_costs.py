"""The client's functions take time proportional to the length of their input, whatever it contains."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.costs.growth import HOPELESS, ROUNDS, STEPS, Figures
from todo_http.web.joining import join_modules

MODULES = (
    "api.js",
    "routes.js",
    "data/search.js",
    "entry/parser.js",
    "formatting/devices.js",
    "formatting/due-dates.js",
)

MARKS = r'(n) => "\u0316\u0301".repeat(n / 2)'
TEXTS = {
    "marks": MARKS,
    "a letter and marks": rf'(n) => "e" + ({MARKS})(n)',
    "letters with a mark": r'(n) => "e\u0301".repeat(n / 2)',
    "marks in disguise": r'(n) => "\u0f73".repeat(n)',
    "spaces": '(n) => "a" + " ".repeat(n) + "x"',
    "letters": '(n) => "a".repeat(n)',
    "words": '(n) => "a ".repeat(n / 2)',
    "capitals": r'(n) => "\u0130".repeat(n)',
    "syllables": r'(n) => "\ud55c".repeat(n)',
    "faces": r'(n) => "\u{1f600}".repeat(n / 2)',
    "lines": r'(n) => "\n".repeat(n)',
}
WORDS = {
    "a word that ends otherwise": '(n) => "a".repeat(n) + "b"',
    "a word that begins otherwise": '(n) => "b" + "a".repeat(n)',
}
LINKS = {
    **TEXTS,
    "beginnings": '(n) => "<".repeat(n)',
    "ends": '(n) => "<" + ">".repeat(n)',
    "addresses": '(n) => "<a>;".repeat(n / 4)',
    "spaces behind an address": '''(n) => "<a>;" + " ".repeat(n) + "rel"''',
    "addresses and spaces": """(n) => ("<a>;" + " ".repeat(96)).repeat(n / 100)""",
}
ENTRIES = {
    **TEXTS,
    "priorities": '(n) => "!high ".repeat(n / 6)',
    "dates": '(n) => "2026-11-20 ".repeat(n / 11)',
    "days": '(n) => "monday ".repeat(n / 7)',
    "lists of days": '(n) => "every monday, ".repeat(n / 14)',
    "leap days": '(n) => "29 feb ".repeat(n / 7)',
    "connectives": '(n) => "by from on the ".repeat(n / 15)',
    "ranges": '(n) => "9:00 to ".repeat(n / 8)',
    "a long priority": '(n) => "!" + "1".repeat(n)',
    "tags": '(n) => "@home ".repeat(n / 6)',
    "different tags": '(n) => Array.from({ length: n / 8 }, (_, i) => `@a${i} `).join("")',
    "a long tag": '(n) => "@a" + "a".repeat(n)',
    "other quotes that are not closed": r"""(n) => '\u201ea '.repeat(n / 3)""",
    "quotes that are not closed": """(n) => '"a '.repeat(n / 3)""",
    "a long time": '(n) => "1".repeat(n) + ":00"',
}
DATES = {
    **TEXTS,
    "fractions": '(n) => "2026-11-20T15:00:" + "0.".repeat(n / 2)',
    "a long zone": '(n) => "2026-11-20T15:00Z[" + "a/".repeat(n / 2) + "]"',
    "brackets": '(n) => "2026-11-20T15:00Z[" + "[".repeat(n)',
}
CLIENTS = {
    **TEXTS,
    "one browser": '(n) => "Chrome".repeat(n / 6)',
    "almost another": '(n) => "Chrome Ed".repeat(n / 9)',
    "a system": '(n) => "Mac O".repeat(n / 5)',
}
PATHS = {
    "parts": '(n) => "/list/" + "a/".repeat(n / 2)',
    "slashes": '(n) => "/".repeat(n)',
    "a long id": '(n) => "/list/" + "a".repeat(n)',
    "escapes": '(n) => "/list/" + "%C3%A4".repeat(n / 6)',
}
QUERIES = {
    "ampersands": '(n) => "&".repeat(n)',
    "one name": '(n) => "q=a&".repeat(n / 4)',
    "a search": '(n) => "q=" + "%CC%96%CC%81".repeat(n / 12)',
}

NOISE = 0.5e-3
"""Seconds below which times are noise: a page measures by the clock on the wall, beside whatever else runs."""

NOW = '{ zone: "UTC", instant: 0, date: "2026-11-20", time: "12:00" }'
CONTEXT = (
    f'{{ now: {NOW}, lists: [], tags: ["errand"], languages: ["de"], dayFirst: true, weekStart: 1, '
    'literal: ["in 3 days"] }'
)
NEW = " + (globalThis.turn = -~globalThis.turn)"
"""Makes a text that has not been seen yet, since normal forms are kept."""


@dataclass(frozen=True)
class Subject:
    """A function of one text, in JavaScript, with makers of hostile texts."""

    name: str
    call: str
    hostile: dict[str, str]
    longest: int


SUBJECTS = [
    Subject(
        "searchFor, in a description",
        f'(text) => $data_search.searchFor("milk")({{ title: "x", description: text{NEW} }})',
        TEXTS,
        10_000,
    ),
    Subject(
        "searchFor",
        f'(q) => $data_search.searchFor(q{NEW})({{ title: "x", description: "a".repeat(10000) }})',
        TEXTS | WORDS,
        8_000,
    ),
    Subject("parseEntry", f"(line) => $entry_parser.parseEntry(line{NEW}, {CONTEXT})", ENTRIES, 4_000),
    Subject("parseDue", "(text) => $formatting_due_dates.parseDue(text)", DATES, 10_000),
    Subject("nextPage", "(link) => $api.nextPage(link)", LINKS, 32_000),
    Subject("deviceName", "(client) => $formatting_devices.deviceName(client)", CLIENTS, 32_000),
    Subject("parseRoute", '(pathname) => $routes.parseRoute({ pathname, search: "" })', PATHS, 32_000),
    Subject(
        "a search", '(search) => $routes.parseRoute({ pathname: "/search", search: "?" + search })', QUERIES, 32_000
    ),
]
CASES = [(subject, hostile) for subject in SUBJECTS for hostile in subject.hostile]

MEASURE = """
([call, make, sizes]) => {
  const run = (0, eval)(call), texts = sizes.map((0, eval)(make));
  const shortest = (text) => {
    let times = 1, best = Infinity, samples = 0;
    for (const end = performance.now() + 12; performance.now() < end || samples < 5;) {
      const began = performance.now();
      for (let i = 0; i < times; i += 1) globalThis.kept = run(text);
      const took = performance.now() - began;
      if (took < 2) times *= 2; // the clock has steps of a tenth of a millisecond
      else best = Math.min(best, took / times), samples += took < 500 ? 1 : 5;
    }
    return best / 1000;
  };
  return texts.map(shortest);
}
"""

ORDINARY = {
    '$data_search.searchFor("apfel e A")({ title: "\u00c4pfel", description: "a\u0308 \u1ec7" })': True,
    '$data_search.searchFor("\U0001f600")({ title: "\U0001f600 x", description: null })': True,
    '$data_search.searchFor("wine")({ title: "milk", description: null })': False,
    '$api.nextPage(`</api/x/tasks?limit=2&cursor=y>; rel="next"`)': "/api/x/tasks?limit=2&cursor=y",
    '$api.nextPage(`</a>; rel="prev"`)': None,
    '$formatting_devices.deviceName("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537 Edg/120")': "Edge on Windows",
    '$formatting_devices.deviceName("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537 OPR/106")': "Opera on Windows",
    '$formatting_devices.deviceName("Mozilla/5.0 (X11; Linux x86_64) Chrome/120 Safari/537")': "Chrome on Linux",
    '$formatting_devices.deviceName("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/121")': "Firefox on Linux",
    '$formatting_devices.deviceName("Mozilla/5.0 (Macintosh; Intel Mac OS X) Version/17 Safari/605")': "Safari on Mac",
    '$formatting_devices.deviceName("curl/8")': "curl/8",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """An empty page that knows the client's pure modules."""
    root = Path(str(files("todo_http").joinpath("web", "static")))
    sources = {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in root.rglob("*.js")}
    sources["all.js"] = "".join(f'import {{}} from "./{name}";\n' for name in MODULES)
    context = await browser.new_context()
    page = await context.new_page()
    await page.add_script_tag(content=join_modules(sources, {"all.js": "all.js"}, ())["all.js"])
    yield page
    await context.close()


async def measured(page: Page, subject: Subject, hostile: str) -> Figures:
    sizes = [subject.longest * step // STEPS[-1] for step in STEPS]

    async def once() -> Figures:
        seconds = await page.evaluate(MEASURE, [subject.call, subject.hostile[hostile], sizes])
        return Figures(subject.name, hostile, subject.longest, tuple(seconds), NOISE)

    figures = await once()
    for _ in range(ROUNDS - 1):
        if not figures.fault or figures.seconds[-1] > HOPELESS:
            break
        figures = figures.faster(await once())
    return figures


@pytest.mark.check("P3")
@pytest.mark.parametrize(("subject", "hostile"), CASES, ids=[f"{subject.name}-{hostile}" for subject, hostile in CASES])
async def test_eight_times_the_text_takes_about_eight_times_as_long(page: Page, subject: Subject, hostile: str) -> None:
    figures = await measured(page, subject, hostile)
    print(figures)
    assert not figures.fault, figures.fault


@pytest.mark.parametrize(("expression", "value"), ORDINARY.items())
async def test_what_is_ordinary_stays_as_it_is(page: Page, expression: str, value: object) -> None:
    assert await page.evaluate(expression) == value


@pytest.mark.check("P3")
@pytest.mark.parametrize(
    ("call", "make"),
    [
        (r'(text) => text.normalize("NFD").replace(/\p{M}/gu, "")', MARKS),
        (r'(link) => link.match(/<([^>]+)>;\s*rel="next"/)', LINKS["beginnings"]),
        ('(client) => client.replace(/Chrome(?=.*(Edg|OPR))/, "")', CLIENTS["almost another"]),
    ],
    ids=["decomposed whole", "any sign in an address", "far ahead"],
)
async def test_a_function_whose_time_grows_with_the_square_of_its_text_is_noticed(
    page: Page, call: str, make: str
) -> None:
    assert (await measured(page, Subject("seeded", call, {"hostile": make}, 32_000), "hostile")).fault
