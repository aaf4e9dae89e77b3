"""Hostile requests, each beside the kind of ordinary request that it is compared with."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from tests.costs.asked import Asked
from tests.costs.hostile import FIELDS, TEXTS
from tests.costs.subjects_http import ACCEPTED, CODINGS, HOPS, KEYS, QUERIES, TAGS
from tests.costs.subjects_json import BATCHES, BODIES, THOUSANDS
from tests.costs.subjects_recurrence import ANCHORS, HARD
from tests.http.service import NOBODY, PASSWORD
from todo_http.kernel.operation import PUBLIC_BODY_MAX

BODY, HEADERS, QUERY, PATH = 262_000, 31_000, 7_900, 8_000
DRY_RUN = b"dry_run=true"
TASKS, TASK, BATCH = "/api/{user_id}/tasks", f"/api/{{user_id}}/tasks/{NOBODY}", "/api/{user_id}/batch"
PREVIEW = "/api/{user_id}/recurrence/preview"
LISTS, TAG = "/api/{user_id}/lists", "/api/{user_id}/tags"
REGISTER, LOGIN, REFRESH = "/api/auth/register", "/api/auth/login", "/api/auth/refresh"


@dataclass(frozen=True)
class Case:
    """A hostile request, and the ordinary one that is made as long."""

    name: str
    hostile: Asked
    ordinary: Asked
    public: bool = False


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def ordinary_batch(length: int) -> Asked:
    """A hundred tasks with as much of a description as there is room for."""
    task = {"title": "Buy milk", "description": "Two litres. " * ((length // 100 - 90) // 12)}
    return Asked("POST", BATCH, body=_json({"operations": [{"op": "add", "task": task}] * 100}), query=DRY_RUN)


def whole_batch(name: str) -> Asked:
    """A batch of as many operations as are permitted."""
    return Asked("POST", BATCH, body=THOUSANDS[name](BODY), query=DRY_RUN)


GRACE = "grace@example.org"
"""The address of somebody who does nothing but log in, which ends their oldest login sessions."""

ACCOUNT = {"email": "ada@example.org", "password": PASSWORD, "name": "Ada"}
LIST = Asked("GET", TASKS)
PAGE = Asked("GET", "/")
ADD = Asked("POST", TASKS, body=_json({"title": "Buy milk"}), query=DRY_RUN)
ENTER = Asked("POST", LOGIN, body=_json({"email": GRACE, "password": PASSWORD}))
FULL = ordinary_batch(BODY)


def account(**fields: str) -> Asked:
    """A registration with some odd fields."""
    return Asked("POST", REGISTER, body=_json(ACCOUNT | fields)[:PUBLIC_BODY_MAX])


def _bodies() -> Iterator[Case]:
    for name, make in BODIES.items():
        yield Case(f"task: {name}", Asked("POST", TASKS, body=make(BODY), query=DRY_RUN), FULL)
        yield Case(f"account: {name}", Asked("POST", REGISTER, body=make(PUBLIC_BODY_MAX)), ENTER, public=True)
    for name, make in BATCHES.items():
        yield Case(f"batch: {name}", Asked("POST", BATCH, body=make(BODY), query=DRY_RUN), FULL)
    for name in THOUSANDS:
        yield Case(f"batch: a thousand {name}", whole_batch(name), whole_batch("tasks"))
    for name in ("tags", "a long tag", "marks", "escapes", "unknown names"):
        body = BODIES[name](BODY).replace(b'"title"', b'"name"')
        yield Case(f"tag: {name}", Asked("PATCH", f"{TAG}/x", body=body, query=DRY_RUN), FULL)
        yield Case(f"list: {name}", Asked("POST", LISTS, body=body, query=DRY_RUN), FULL)


def _texts() -> Iterator[Case]:
    for name, text in TEXTS.items():
        wide = ceil(len(_json(text(1_000))) / 1_000)
        long = text(PUBLIC_BODY_MAX // wide - 100)
        for field in ACCOUNT:
            yield Case(f"account: {field} of {name}", account(**{field: long}), ENTER, public=True)
        claim = _json({"email": long[: len(long) // 2], "password": long[: len(long) // 2]})
        yield Case(f"login: {name}", Asked("POST", LOGIN, body=claim), ENTER, public=True)
        tasks = [{"op": "add", "task": {"title": "x", "description": text(10_000)}}] * (BODY // (10_000 * wide) - 1)
        batch = Asked("POST", BATCH, body=_json({"operations": tasks})[:BODY], query=DRY_RUN)
        yield Case(f"batch: descriptions of {name}", batch, FULL)


def _fields() -> Iterator[Case]:
    for field, makes in {
        b"if-none-match": TAGS, b"accept-encoding": CODINGS, b"authorization": FIELDS, b"content-length": FIELDS,
        b"transfer-encoding": FIELDS, b"host": FIELDS, b"origin": FIELDS, b"x-request-id": FIELDS,
    }.items():  # fmt: skip
        for name, make in makes.items():
            given = ((field, make(HEADERS)),)
            yield Case(f"list: {field.decode()} of {name}", Asked("GET", TASKS, given), LIST)
            if field == b"accept-encoding":
                yield Case(f"page: {field.decode()} of {name}", Asked("GET", "/", given), PAGE, public=True)
    for name, make in ACCEPTED.items():
        yield Case(f"page: accept of {name}", Asked("GET", "/nope", ((b"accept", make(HEADERS)),)), PAGE, public=True)
    for field, makes in {
        b"idempotency-key": KEYS, b"if-match": TAGS, b"content-type": FIELDS, b"content-encoding": FIELDS,
    }.items():  # fmt: skip
        for name, make in makes.items():
            given = ((field, make(HEADERS)),)
            yield Case(f"add: {field.decode()} of {name}", Asked("POST", TASKS, given, ADD.body, DRY_RUN), ADD)
    for field, makes in {b"user-agent": FIELDS, b"x-forwarded-for": HOPS}.items():
        for name, make in makes.items():
            given = ((field, make(HEADERS)),)
            yield Case(
                f"login: {field.decode()} of {name}", Asked("POST", LOGIN, given, ENTER.body), ENTER, public=True
            )
    for name, make in FIELDS.items():
        given = ((b"last-event-id", make(HEADERS)),)
        yield Case(f"events: last-event-id of {name}", Asked("GET", "/api/events", given), LIST)
    crowd = tuple((b"x", b"y" * 300) for _ in range(95))
    yield Case("list: one field again and again", Asked("GET", TASKS, crowd), LIST)


def _addresses() -> Iterator[Case]:
    for name, make in QUERIES.items():
        yield Case(f"list: query of {name}", Asked("GET", TASKS, query=make(QUERY)), LIST)
    for name, path in {
        "slashes": "/" * PATH, "parts": "/a" * (PATH // 2), "parts below /api": "/api" + "/a" * (PATH // 2 - 4),
        "a long id": "/api/{user_id}/tasks/" + "a" * (PATH - 100),
        "a long owner": "/api/" + "a" * (PATH - 100) + "/tasks",
        "a long tag": TAG + "/" + "a" * (PATH - 100),
        "an escaped tag": TAG + "/" + "%CC%96%CC%81" * (PATH // 12 - 10),
        "a tag of bad escapes": TAG + "/" + "%" * (PATH - 100),
        "a problem": "/problems/" + "a" * (PATH - 100), "a file": "/web/" + "a/" * (PATH // 2 - 100),
    }.items():  # fmt: skip
        yield Case(f"path of {name}", Asked("DELETE" if path.startswith(TAG) else "GET", path), LIST)


def _previews() -> Iterator[Case]:
    asked = {"rule": "FREQ=DAILY", "due_date": "1970-01-01T02:30:00+01:00[Europe/Berlin]", "limit": 100}
    for anchor in ANCHORS:
        ordinary = Asked("POST", PREVIEW, body=_json(asked | {"anchor": anchor}))
        for name, rule in HARD.items():
            body = _json(asked | {"rule": rule, "anchor": anchor})
            yield Case(f"preview: {name}, {anchor}", Asked("POST", PREVIEW, body=body), ordinary)
    for name in ("a long rule", "escapes", "unknown names"):
        body = BODIES[name](BODY).replace(b'"title"', b'"rule"')
        yield Case(f"preview: {name}", Asked("POST", PREVIEW, body=body), FULL)


CASES: list[Case] = [*_bodies(), *_texts(), *_fields(), *_addresses(), *_previews()]
