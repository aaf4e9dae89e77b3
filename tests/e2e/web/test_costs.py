"""The client's functions take time proportional to the length of their input, whatever it contains."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.resources import files

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.costs.growth import HOPELESS, ROUNDS, STEPS, Figures
from todo_http.web.joining import join_modules

MODULES = (
    "api.js",
    "routes.js",
    "tasks/query.js",
    "formatting/devices.js",
    "formatting/due-dates.js",
    "formatting/quick-entry.js",
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
    "times": '(n) => "at17:00 ".repeat(n / 8)',
    "a long priority": '(n) => "!" + "1".repeat(n)',
    "tags": '(n) => "#home ".repeat(n / 6)',
    "different tags": '(n) => Array.from({ length: n / 8 }, (_, i) => `#a${i} `).join("")',
    "a long tag": '(n) => "#a" + "a".repeat(n)',
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
    "parts": '(n) => "/tasks/" + "a/".repeat(n / 2)',
    "slashes": '(n) => "/".repeat(n)',
    "a long id": '(n) => "/tasks/" + "a".repeat(n)',
    "escapes": '(n) => "/tasks/" + "%C3%A4".repeat(n / 6)',
}
QUERIES = {
    "ampersands": '(n) => "&".repeat(n)',
    "one name": '(n) => "q=a&".repeat(n / 4)',
    "a search": '(n) => "q=" + "%CC%96%CC%81".repeat(n / 12)',
}

NOISE = 0.5e-3
"""Seconds below which times are noise: a page measures by the clock on the wall, beside whatever else runs."""

NOW = '{ zone: "UTC", instant: 0, date: "2026-11-20", time: "12:00" }'
TASK = '{ title: "x", description: text, completed: false, priority: null, due_date: null }'


@dataclass(frozen=True)
class Subject:
    """A function of one text, in JavaScript, with makers of hostile texts."""

    name: str
    call: str
    hostile: dict[str, str]
    longest: int


SUBJECTS = [
    Subject("matches a description", f'(text) => $tasks_query.matches({TASK}, {{ q: "milk" }}, {NOW})', TEXTS, 10_000),
    Subject(
        "matches a search",
        f'(q) => {{ const text = "a".repeat(10000); return $tasks_query.matches({TASK}, {{ q }}, {NOW}); }}',
        TEXTS
        | {
            "a word that ends otherwise": '(n) => "a".repeat(n) + "b"',
            "another beginning": '(n) => "b" + "a".repeat(n)',
        },
        8_000,
    ),
    Subject("listAddress", '(q) => $tasks_query.listAddress("me", { q }, 50)', TEXTS, 8_000),
    Subject("parseEntry", f"(line) => $formatting_quick_entry.parseEntry(line, {NOW})", ENTRIES, 20_000),
    Subject("parseDue", "(text) => $formatting_due_dates.parseDue(text)", DATES, 10_000),
    Subject("nextPage", "(link) => $api.nextPage(link)", LINKS, 32_000),
    Subject("deviceName", "(client) => $formatting_devices.deviceName(client)", CLIENTS, 32_000),
    Subject("parseRoute", '(pathname) => $routes.parseRoute({ pathname, search: "" })', PATHS, 32_000),
    Subject(
        "queryOf",
        '(search) => $routes.queryOf($routes.parseRoute({ pathname: "/", search: "?" + search }))',
        QUERIES,
        32_000,
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
    '$tasks_query.matches({ title: "\u00c4pfel", description: "a\u0308 \u1ec7" }, { q: "apfel e A" }, null)': True,
    '$tasks_query.matches({ title: "\U0001f600 x", description: null }, { q: "\U0001f600" }, null)': True,
    '$tasks_query.matches({ title: "milk", description: null }, { q: "wine" }, null)': False,
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
    root = files("todo_http").joinpath("web", "static")
    sources = {name: root.joinpath(name).read_text("utf-8") for name in MODULES}
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
