"""Responses in a content coding: smaller on the way, the same in every other respect."""

import gzip
import threading

import pytest

from tests.http.service import Api, Person
from todo_http.kernel import compression
from todo_http.kernel.compression import LARGE, SHORTEST, preferred_coding

GZIP = {"Accept-Encoding": "gzip"}
PLAIN = {"Accept-Encoding": "identity"}


async def tasks(person: Person, count: int) -> None:
    """So many tasks with a title of 100 characters."""
    operations = [{"op": "add", "task": {"title": f"Task {number:05}".ljust(100, "-")}} for number in range(count)]
    answer = await person.ask("POST", f"/api/{person.id}/batch", json={"operations": operations})
    assert answer.status_code == 200, answer.text


async def test_a_page_of_a_thousand_tasks_takes_a_tenth_of_its_size(ada: Person) -> None:
    await tasks(ada, 1_000)
    plain, packed = await ada.get(ada.tasks, headers=PLAIN), await ada.get(ada.tasks, headers=GZIP)
    assert packed.json() == plain.json()
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 10
    assert int(packed.headers["content-length"]) < 50_000


async def test_the_other_header_fields_are_the_same_in_every_coding_and_for_head(ada: Person) -> None:
    await tasks(ada, 10)
    for path in (ada.tasks, f"/api/{ada.id}/snapshot", f"/api/{ada.id}/changes"):
        plain, packed = await ada.get(path, headers=PLAIN), await ada.get(path, headers=GZIP)
        head = await ada.ask("HEAD", path, headers=GZIP)
        differ = {"x-request-id", "content-encoding", "content-length"}
        for answer in (packed, head):
            assert {k: v for k, v in answer.headers.items() if k not in differ} == {
                k: v for k, v in plain.headers.items() if k not in differ
            }
        assert "Accept-Encoding" in plain.headers["vary"]
        assert head.headers["content-length"] == packed.headers["content-length"]
        assert (head.headers["content-encoding"], head.content) == ("gzip", b"")


async def test_an_entity_tag_of_one_coding_is_good_for_reads_and_writes_in_any(ada: Person) -> None:
    task = await ada.add(description="x" * 2 * SHORTEST)
    packed = await ada.get(ada.task(task), headers=GZIP)
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["etag"] == f'"{task["revision"]}"'
    for coding in (GZIP, PLAIN):
        again = await ada.get(ada.task(task), headers=coding | {"If-None-Match": packed.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert "content-encoding" not in again.headers
    match = {"If-Match": packed.headers["etag"]}
    changed = await ada.ask("PATCH", ada.task(task), json={"title": "y"}, headers=GZIP | match)
    assert (changed.status_code, changed.headers["content-encoding"]) == (200, "gzip")
    assert (await ada.ask("PATCH", ada.task(task), json={"title": "z"}, headers=GZIP | match)).status_code == 412


@pytest.mark.parametrize(("length", "coding"), [(999, None), (1_000, "gzip")], ids=["just below", "just long enough"])
async def test_short_answers_stay_as_they_are(ada: Person, length: int, coding: str | None) -> None:
    empty = len((await ada.get(ada.task(await ada.add(description="x")))).content) - 1
    task = await ada.add(description="x" * (length - empty))
    answer = await ada.get(ada.task(task), headers=GZIP)
    assert len(answer.content) == length
    assert answer.headers.get("content-encoding") == coding


async def test_answers_with_tokens_and_sessions_stay_as_they_are(api: Api) -> None:
    ada = await api.person(name="x" * 200)
    for _ in range(5):
        await api.log_in(ada)
    answer = await ada.get("/api/auth/sessions", headers=GZIP)
    assert len(answer.content) > SHORTEST
    assert "content-encoding" not in answer.headers


async def test_event_streams_stay_as_they_are(ada: Person) -> None:
    start = (await ada.get(f"/api/{ada.id}/changes")).json()["cursor"]
    await tasks(ada, 10)
    answer = await ada.get("/api/events", headers=GZIP | {"Last-Event-ID": start})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "content-encoding" not in answer.headers


async def test_the_document_is_compressed(api: Api) -> None:
    answer = await api.client.get("/openapi.json", headers=GZIP)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json() == (await api.client.get("/openapi.json", headers=PLAIN)).json()


async def test_large_answers_are_compressed_in_a_thread(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = {}

    def observed(body: bytes) -> bytes:
        threads[len(body) >= LARGE] = threading.get_ident()
        return gzip.compress(body)

    monkeypatch.setitem(compression.CODERS, b"gzip", observed)
    await tasks(ada, 200)
    for limit in (10, 200):
        await ada.get(ada.tasks, params={"limit": limit}, headers=GZIP)
    assert threads.keys() == {True, False}
    assert threads[False] == threading.get_ident() != threads[True]


async def test_the_coding_that_the_client_prefers_is_used(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(compression.CODERS, b"zstd", lambda body: b"better")
    await tasks(ada, 10)
    for accepted, coding in {"gzip, zstd": "zstd", "gzip, zstd;q=0.9": "gzip", "br": None}.items():
        async with ada.client.stream("GET", ada.tasks, headers=ada.bearer | {"Accept-Encoding": accepted}) as answer:
            assert answer.headers.get("content-encoding") == coding


@pytest.mark.parametrize(
    ("field", "coding"),
    [
        (b"", None),
        (b"gzip", b"gzip"),
        (b"br, zstd, gzip", b"zstd"),
        (b"*", b"zstd"),
        (b"*;q=0.5, gzip", b"gzip"),
        (b"gzip;q=0.5, zstd;q=0.4", b"gzip"),
        (b"zstd;q=0, *", b"gzip"),
        (b"zstd;q=0, gzip;q=0", None),
        (b"*;q=0", None),
        (b"br", None),
    ],
)
def test_what_accept_encoding_prefers(field: bytes, coding: bytes | None) -> None:
    assert preferred_coding(field, [b"zstd", b"gzip"]) == coding
