"""What no client library sends: broken framing, odd hosts, stalls and aborts, against the real server.

``problem`` is the code of our own answer. Where it is empty the HTTP server (hyper, in Granian) refuses before we see
anything. What cannot be changed there, and is safe: a bare LF may end a line of the head (RFC 9112, section 2.2, allows
it), and the absolute form of a target is taken for its path, whatever host it names (the Host field decides).
"""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import pytest
import pytest_asyncio

from tests.support.raw import Heard, line_to, posted, request
from tests.support.server import Server, serving

pytestmark = pytest.mark.check("I14", "I8", "I6", "I10", "H18", "H19")

LOGIN = "/api/auth/login"
JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"
HIDDEN = request("GET", "/health/live")
"""A second request, which must never be taken for something that the first one hides."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with serving(tmp_path_factory.mktemp("raw"), "--migrate") as running:
        yield running
        assert await running.stop() == 0
        levels = {json.loads(line).get("level") for line in running.log.splitlines()}
        assert levels <= {"info", None}, running.log  # nothing of all this is an error of ours


async def answers(server: Server, data: bytes, seconds: float = 0.2) -> list[Heard]:
    async with line_to(server.url) as line:
        await line.say(data)
        return await line.hear_all(seconds)


def chunks(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


BAD_FRAMING = {
    "length and chunks": (request("POST", LOGIN, JSON, "Content-Length: 5", CHUNKED, body=b"0\r\n\r\n"), "malformed"),
    "chunks and length": (request("POST", LOGIN, JSON, CHUNKED, "Content-Length: 5", body=b"0\r\n\r\n"), "malformed"),
    "two lengths": (request("POST", LOGIN, JSON, "Content-Length: 2", "Content-Length: 3", body=b"{}\n"), ""),
    "a list of lengths": (request("POST", LOGIN, JSON, "Content-Length: 2, 2", body=b"{}"), ""),
    "a negative length": (request("POST", LOGIN, JSON, "Content-Length: -1", body=b"{}"), ""),
    "a length with a sign": (request("POST", LOGIN, JSON, "Content-Length: +2", body=b"{}"), ""),
    "a length beyond all": (request("POST", LOGIN, JSON, f"Content-Length: {'9' * 30}", body=b"{}"), ""),
    "an unknown coding": (request("POST", LOGIN, JSON, "Transfer-Encoding: xchunked", body=b"0\r\n\r\n"), ""),
    "chunks that are not last": (
        request("POST", LOGIN, JSON, "Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"),
        "",
    ),
    "a coding below": (
        request("POST", LOGIN, JSON, "Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"),
        "malformed",
    ),
    "chunks of chunks": (request("POST", LOGIN, JSON, CHUNKED, CHUNKED, body=b"0\r\n\r\n"), "malformed"),
    "a size that is none": (request("POST", LOGIN, JSON, CHUNKED, body=b"zz\r\n{}\r\n0\r\n\r\n"), "malformed"),
    "a negative size": (request("POST", LOGIN, JSON, CHUNKED, body=b"-1\r\n{}\r\n0\r\n\r\n"), "malformed"),
    "a size with a prefix": (request("POST", LOGIN, JSON, CHUNKED, body=b"0x2\r\n{}\r\n0\r\n\r\n"), "malformed"),
    "a size of 68 bits": (request("POST", LOGIN, JSON, CHUNKED, body=b"f" * 17 + b"\r\n{}\r\n0\r\n\r\n"), "malformed"),
    "chunks that end in LF": (request("POST", LOGIN, JSON, CHUNKED, body=b"2\n{}\n0\n\n"), "malformed"),
    "a chunk longer than its size": (request("POST", LOGIN, JSON, CHUNKED, body=b"1\r\n{}\r\n0\r\n\r\n"), "malformed"),
    "LF in a chunk extension": (request("POST", LOGIN, JSON, CHUNKED, body=b"2;a=\nb\r\n{}\r\n0\r\n\r\n"), "malformed"),
    "a folded field": (request("GET", "/health", "X-A: b\r\n c"), ""),
    "a space before the colon": (request("GET", "/health", "X-A : b"), ""),
    "NUL in a field": (request("GET", "/health", "X-A: \0"), ""),
    "CR in a field": (request("GET", "/health", "X-A: a\rb"), ""),
    "NUL in the path": (request("GET", "/hea\0lth"), ""),
    "no version": (b"GET /health\r\n\r\n", ""),
    "HTTP/2 in words": (b"GET /health HTTP/2.0\r\nHost: localhost\r\n\r\n", ""),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", ""),
}


@pytest.mark.check("I7")
@pytest.mark.parametrize("case", BAD_FRAMING)
async def test_broken_framing_is_refused_and_ends_the_connection(server: Server, case: str) -> None:
    data, problem = BAD_FRAMING[case]
    async with line_to(server.url) as line:
        await line.say(data + HIDDEN)
        heard = await line.hear_all(2)
        assert [(answer.status, answer.problem) for answer in heard] == [(400, problem)]
        assert await line.closed(1)


REFUSED = {
    "no host": (request("GET", "/health", host=None), 400, "malformed"),
    "two hosts": (request("GET", "/health", "Host: evil.example"), 400, "malformed"),
    "an empty host": (request("GET", "/health", host=""), 400, "malformed"),
    "a host with a space": (request("GET", "/health", host="a b"), 400, "malformed"),
    "a host with a name in front": (request("GET", "/health", host="ada@localhost"), 400, "malformed"),
    "a field of 40 KB": (request("GET", "/health", f"X-A: {'a' * 40_000}"), 431, "headers-too-large"),
    "a field of 200 KB": (request("GET", "/health", f"X-A: {'a' * 200_000}"), 431, ""),
    "300 fields": (request("GET", "/health", *["X-A: b"] * 300), 431, ""),
    "an address of 9 KB": (request("GET", f"/health?{'a' * 9_000}"), 414, "uri-too-long"),
    "an address of 70 KB": (request("GET", f"/health?{'a' * 70_000}"), 414, ""),
    "an unknown method": (request("FOO", "/health"), 405, "method-not-allowed"),
    "a method in lower case": (request("get", "/health"), 405, "method-not-allowed"),
    "TRACE": (request("TRACE", "/health"), 405, "method-not-allowed"),
    "CONNECT": (request("CONNECT", "example.org:443"), 405, "method-not-allowed"),
    "a very long method": (request("A" * 5_000, "/health"), 405, "method-not-allowed"),
    "two slashes": (request("GET", "//health"), 404, "not-found"),
    "a slash at the end": (request("GET", "/health/"), 404, "not-found"),
    "a slash in disguise": (request("GET", "/%2Fhealth"), 404, "not-found"),
    "the way up": (request("GET", "/api/../health"), 404, "not-found"),
    "the way up in disguise": (request("GET", "/api/%2e%2e/health"), 404, "not-found"),
    "a point": (request("GET", "/./health"), 404, "not-found"),
    "a parameter of the path": (request("GET", "/health;a=b"), 404, "not-found"),
    "another case": (request("GET", "/Health"), 404, "not-found"),
    "a backslash": (request("GET", "\\health"), 400, ""),
    "no content type": (request("POST", LOGIN, "Content-Length: 2", body=b"{}"), 415, "unsupported-media-type"),
    "two content types": (
        request("POST", LOGIN, JSON, JSON, "Content-Length: 2", body=b"{}"),
        415,
        "unsupported-media-type",
    ),
    "another charset": (
        request("POST", LOGIN, f"{JSON}; charset=utf-16", "Content-Length: 2", body=b"{}"),
        415,
        "unsupported-media-type",
    ),
    "a content coding": (
        request("POST", LOGIN, JSON, "Content-Encoding: gzip", "Content-Length: 2", body=b"{}"),
        415,
        "unsupported-media-type",
    ),
}


@pytest.mark.check("I9")
@pytest.mark.parametrize("case", REFUSED)
async def test_what_is_refused_says_so_and_confuses_nothing_behind_it(server: Server, case: str) -> None:
    data, status, problem = REFUSED[case]
    first, *behind = await answers(server, data + HIDDEN)
    assert (first.status, first.problem) == (status, problem)
    # Where the connection is kept, the second request was one of its own, and has its own answer.
    assert [answer.status for answer in behind] in ([200], [])
    assert bool(behind) != (first.fields.get("connection") == "close")


@pytest.mark.parametrize(
    "data",
    [
        b"GET /health HTTP/1.1\nHost: localhost\n\n",
        request("GET", "http://localhost/health"),
        b"\r\n" + request("GET", "/health"),
        request("GET", "/health", "X-A: \xff\xfe"),
        request("GET", "/health", "Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABk"),
    ],
    ids=["bare LF", "absolute form", "an empty line first", "bytes above ASCII", "an upgrade to HTTP/2"],
)
async def test_what_is_odd_but_clear_is_one_request(server: Server, data: bytes) -> None:
    assert [answer.status for answer in await answers(server, data)] == [200]


@pytest.mark.check("I9")
async def test_head_has_no_body_and_the_next_answer_is_in_its_place(server: Server) -> None:
    async with line_to(server.url) as line:
        await line.say(request("HEAD", "/health") + request("GET", "/nowhere") + request("GET", "/health"))
        head = await line.hear(head=True)
        rest = [await line.hear(), await line.hear()]
        assert head is not None
        assert head.status == 200
        assert [answer.status for answer in rest if answer] == [404, 200]


@pytest.mark.check("I8")
async def test_a_foreign_host_is_refused_where_names_are_configured(tmp_path: Path) -> None:
    async with serving(
        tmp_path, "--migrate", ready="/health/live", TODO_ALLOWED_HOSTS="127.0.0.1,todo.example.org"
    ) as one:
        for host, status in (
            ("todo.example.org", 200),
            ("TODO.example.org:443", 200),
            ("evil.example", 400),
            ("todo.example.org.evil.example", 400),
            ("xtodo.example.org", 400),
        ):
            heard = await answers(one, request("GET", "/health", "X-Forwarded-Host: todo.example.org", host=host), 0.2)
            assert [answer.status for answer in heard] == [status], host


@pytest.mark.check("I5")
async def test_a_body_that_is_too_long_is_refused_before_it_is_read(server: Server) -> None:
    async with line_to(server.url) as line:
        await line.say(request("POST", LOGIN, JSON, f"Content-Length: {2**31}"))
        answer = await line.hear()
        assert answer is not None
        assert (answer.status, answer.problem) == (413, "too-large")
        assert await line.closed(20)
    heard = await answers(server, request("POST", LOGIN, JSON, CHUNKED) + chunks(b" " * 200_000, b" " * 200_000))
    assert [(answer.status, answer.problem) for answer in heard] == [(413, "too-large")]


@pytest.mark.check("I1", "I2", "I3")
async def test_whoever_sends_nothing_or_too_slowly_is_shown_the_door(server: Server) -> None:
    async def until_closed(first: bytes, drop: bytes = b"") -> tuple[float, bytes]:
        """How long a connection lasts on which this is sent, and then a byte five times a second; what was said."""
        started = monotonic()
        async with line_to(server.url) as line:
            listening = asyncio.ensure_future(line.reader.read())
            await line.say(first)
            for place in range(125):
                if (await asyncio.wait([listening], timeout=0.2))[0]:
                    break
                line.writer.write(drop[place : place + 1])
            return monotonic() - started, await listening

    whole = posted(LOGIN, {"email": "ada@example.org", "password": "x" * 200})
    head, separator, body = whole.partition(b"\r\n\r\n")
    lasted = await asyncio.gather(
        until_closed(b""),
        until_closed(b"GET /health HTTP/1.1\r\nHost: local"),
        until_closed(b"G", head[1:]),
        until_closed(request("GET", "/health")),
        until_closed(whole[:-1]),
        until_closed(head + separator, body),
    )
    for seconds, said in lasted[:4]:
        assert 4 < seconds < 15
        assert said[:12] in (b"", b"HTTP/1.1 200", b"HTTP/1.1 408"), said
    for seconds, said in lasted[4:]:
        assert 9 < seconds < 25
        assert said.startswith(b"HTTP/1.1 408")


@pytest.mark.check("I14")
async def test_clients_that_go_away_at_any_moment_leave_nothing_half_done(server: Server) -> None:
    async with server.client() as client:
        who = {"email": "abort@example.org", "password": "correct horse battery", "name": "Ada"}
        session = (await client.post("/api/auth/register", json=who)).json()
        bearer = f"Authorization: Bearer {session['token']}"
        tasks = f"/api/{session['user']['id']}/tasks"
        whole = posted(tasks, {"title": "abort", "description": "d" * 200}, bearer)

        async def go_away(after: int) -> None:
            async with line_to(server.url) as line:
                await line.say(whole[:after])
                await asyncio.sleep(0.001 * (after % 7))

        complete = 0
        for start in range(0, 800, 20):
            await asyncio.gather(*[go_away(start + more) for more in range(20)])
            complete += sum(start + more >= len(whole) for more in range(20))
        assert complete > 20
        found = (await client.get(tasks, headers={"Authorization": bearer[15:]}, params={"limit": 100})).json()
        assert len(found) <= complete
        assert {(task["title"], task["description"]) for task in found} <= {("abort", "d" * 200)}
        assert (await client.get("/health/ready")).status_code == 200


@pytest.mark.check("I11")
async def test_an_upgrade_to_a_websocket_is_ignored_and_kills_nobody(server: Server) -> None:
    fields = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    ask = request("GET", "/health", *fields, "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: \xe4\xf6")
    pid = server.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    before = children.read_text() if children.exists() else ""
    for _ in range(20):
        assert [answer.status for answer in await answers(server, ask, 0.05)] == [200]
    assert (children.read_text() if children.exists() else "") == before
