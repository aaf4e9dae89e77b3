"""Lists of tasks over HTTP: filters, orders, and pages by position."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar
from urllib.parse import quote

import msgspec

from todo_core.limits import DESCRIPTION_MAX, PAGE_BYTES, PAGE_MAX, QUERY_MAX, TITLE_MAX
from todo_core.model.due import DueDate, DueKind
from todo_core.model.rules import Broken
from todo_core.model.task import Priority
from todo_core.model.task_filter import DueOption, SortField, TaskPosition, TaskQuery, TaskSort, search_words
from todo_core.paging import Page
from todo_core.usecases.tasks import find_tasks_as
from todo_http.api.tasks import PATH, TaskOut
from todo_http.kernel.call import Call
from todo_http.kernel.entity_tags import answer_to, has_seen, tag_of, unchanged
from todo_http.kernel.operation import Gives, operation
from todo_http.kernel.query import Parameter
from todo_http.kernel.responses import Answer, Field, encode
from todo_http.kernel.schemas import CLOCK, DAY
from todo_http.problems.errors import Fault, InvalidRequest

E = TypeVar("E")

BODY_MAX: Final = 2 * PAGE_BYTES
ALWAYS_SHORT: Final = BODY_MAX // (6 * (TITLE_MAX + DESCRIPTION_MAX) + 1_000)
"""So many tasks never have more than BODY_MAX bytes in JSON, whatever is in them."""

STATUSES: Final = {"pending": False, "completed": True}
PRIORITIES: Final[dict[str, Priority | None]] = {"high": Priority.HIGH, "medium": Priority.MEDIUM, "low": Priority.LOW}
SORTS: Final = {f"{sign}{field.value}": TaskSort(field, bool(sign)) for sign in ("", "-") for field in SortField}
POINT: Final = {
    "type": "string",
    "pattern": rf"^{DAY}([Tt]{CLOCK}([Zz]|[+-]\d{{2}}:\d{{2}}))?$",
    "examples": ["2026-11-20", "2026-11-20T05:38:00Z"],
}


def _one_of(values: dict[str, E]) -> Callable[[str], E]:
    def read(text: str) -> E:
        if text not in values:
            raise Broken("unknown-value", f"This must be one of {', '.join(values)}.")
        return values[text]

    return read


def _choice(kind: type[StrEnum]) -> dict[str, Any]:
    return {item.value: item for item in kind}


def _point(text: str) -> date | datetime:
    """A day, or an instant of RFC 3339: where a list begins or ends must not depend on whose clock is meant."""
    due = DueDate.parse(text)
    if due.kind is DueKind.DAY:
        return due.at.date()
    if due.kind is DueKind.FLOATING or "[" in text:
        raise Broken("invalid-date", "This must be a day, or a time with an offset (and a plus sign spelled %2B).")
    return due.at


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= PAGE_MAX):
        raise Broken("out-of-range", f"This must be a number from 1 to {PAGE_MAX}.")
    return int(text)


def _enum(*names: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(names)}


PARAMETERS: Final = (
    Parameter(name="status", read=_one_of(STATUSES), schema=_enum(*STATUSES), description="Open or done ones."),
    Parameter(
        name="priority",
        read=_one_of({**PRIORITIES, "none": None}),
        schema=_enum(*PRIORITIES, "none"),
        description="With any of these priorities; may be given several times.",
        repeatable=True,
    ),
    Parameter(
        name="due_before",
        read=_point,
        schema=POINT,
        description="Due before this, which is not included; a day begins in the user's time zone.",
    ),
    Parameter(
        name="due_after",
        read=_point,
        schema=POINT,
        description="Due from this on, which is included; a day begins in the user's time zone.",
    ),
    Parameter(
        name="due",
        read=_one_of(_choice(DueOption)),
        schema=_enum(*DueOption),
        description="Without a due date, overdue and open, or due today in the user's time zone.",
    ),
    Parameter(
        name="q",
        read=search_words,
        schema={"type": "string", "maxLength": QUERY_MAX},
        description="Words, each of which is found somewhere in the title or the description; case and accents aside.",
    ),
    Parameter(
        name="sort",
        read=_one_of(SORTS),
        schema=_enum(*SORTS),
        description="The order; a leading - turns it round. Tasks without a value come last, ties go by id.",
    ),
    Parameter(
        name="limit",
        read=_limit,
        schema={"type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_MAX},
        description="At most so many tasks.",
    ),
    Parameter(
        name="cursor",
        read=str,
        schema={"type": "string"},
        description="Where the previous page of the same list ended, from its Link header.",
    ),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a query string asks for."""

    query: TaskQuery
    sort: TaskSort
    after: TaskPosition | None
    limit: int


def read_wish(request: Call) -> Wish:
    """Raises InvalidRequest with every rule that the query breaks."""
    values, faults = request.query.values, list(request.query.faults)
    sort = values.get("sort") or TaskSort()
    after = None
    if (cursor := values.get("cursor")) is not None:
        try:
            after = request.service.cursors.read(cursor, request.actor.user_id, sort)
        except Broken as broken:
            faults.append(Fault(code=broken.code, detail=broken.detail, parameter="cursor"))
    if faults:
        raise InvalidRequest(faults)
    query = TaskQuery(
        completed=values.get("status"),
        priorities=frozenset(values.get("priority", ())),
        due_before=values.get("due_before"),
        due_after=values.get("due_after"),
        due=values.get("due"),
        words=values.get("q", ()),
    )
    return Wish(query, sort, after, values.get("limit", PAGE_MAX))


def _next_page(request: Call, position: TaskPosition, sort: TaskSort) -> tuple[Field, Field]:
    """Where the same list goes on behind this position: a link (RFC 8288), and the cursor in it."""
    parts = request.scope["query_string"].decode("ascii", "replace").split("&")
    kept = [quote(part, safe="=%+:,.-_~") for part in parts if part and part.partition("=")[0] != "cursor"]
    cursor = request.service.cursors.write(position, request.actor.user_id, sort)
    target = f"/api/{request.actor.user_id}/tasks?{'&'.join([*kept, f'cursor={cursor}'])}"
    return (b"link", f'<{target}>; rel="next"'.encode("ascii")), (b"x-next-cursor", cursor.encode("ascii"))


async def _read_page(request: Call, wish: Wish) -> tuple[Page[TaskOut, TaskPosition], Any]:
    """The page, and what to encode as the body.

    The storage bounds a page by its texts. In JSON a control character has six bytes, so a page that could be long is
    encoded here, and read again with fewer tasks when it is too long.
    """
    run, owner, limit = request.todo.run, request.actor.user_id, wish.limit
    while True:
        page = await run.read(owner, find_tasks_as, run.clock, wish.query, wish.sort, wish.after, limit, TaskOut.shaped)
        if len(page.items) <= ALWAYS_SHORT:
            return page, page.items
        body = encode(page.items)
        if len(body) <= BODY_MAX:
            return page, msgspec.Raw(body)
        limit = len(page.items) * PAGE_BYTES // len(body)


@operation(
    "GET",
    PATH,
    id="listTasks",
    tag="tasks",
    summary="List tasks",
    description="Oldest first unless told otherwise. A page with more behind it carries a Link to the next. It ends at "
    "about 2 MB, so it may have fewer tasks than the limit.",
    query=PARAMETERS,
    gives={200: Gives(description="The tasks.", body=list[TaskOut], headers=("ETag", "Link", "X-Next-Cursor"))},
)
async def find(request: Call) -> Answer:
    wish = read_wish(request)
    run = request.todo.run
    owner = request.actor.user_id
    # What depends on the hour or on the zone changes without a write: only the others are named by the counter.
    steady = not wish.query.needs_zone
    if steady and b"if-none-match" in request.visit.fields:
        latest = tag_of(await run.store.view(owner).revision())
        if has_seen(request.visit, latest, whatever=False):
            return unchanged(latest)
    page, body = await _read_page(request, wish)
    links = _next_page(request, page.next, wish.sort) if page.next else ()
    tag = tag_of(page.as_of) if steady and page.as_of is not None else None
    return answer_to(request.visit, body, tag, *links)
