"""Lists of tasks: filters, sort orders and pages."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from todo_core.ids import TaskId
from todo_core.limits import DESCRIPTION_MAX, PAGE_BYTES, PAGE_MAX, QUERY_MAX, TAG_MAX, TAGS_MAX, TITLE_MAX
from todo_core.model.due import DueDate, DueKind
from todo_core.model.rules import CANONICAL_ID, Broken, fold, id_of, one_line
from todo_core.model.task import Priority
from todo_core.model.task_filter import DueOption, TaskQuery, search_words
from todo_core.model.task_sort import SortField, TaskPosition, TaskSort
from todo_core.paging import Page
from todo_core.usecases.tasks import find_tasks_as
from todo_http.api.task_types import TaskOut
from todo_http.kernel.context import RequestContext
from todo_http.kernel.entity_tags import conditional_response, tag_of
from todo_http.kernel.pages import CURSOR, limit_parameter, next_page, read_cursor, unchanged_since
from todo_http.kernel.query import Parameter, choice
from todo_http.kernel.responses import Response, encode
from todo_http.kernel.schemas import CLOCK, DAY, ONE_LINE
from todo_http.problems.errors import Fault, InvalidRequest

BODY_MAX: Final = 2 * PAGE_BYTES
ALWAYS_SHORT: Final = BODY_MAX // (6 * (TITLE_MAX + DESCRIPTION_MAX + TAGS_MAX * TAG_MAX) + 2_000)
"""A page of so many tasks never exceeds BODY_MAX bytes in JSON."""

POSITIONS: Final[dict[SortField, Any]] = {
    SortField.CREATED_AT: tuple[str, bytes],
    SortField.UPDATED_AT: tuple[datetime, bytes],
    SortField.DUE_DATE: tuple[datetime | None, bytes],
    SortField.PRIORITY: tuple[int | None, bytes],
    SortField.TITLE: tuple[str, bytes],
    SortField.POSITION: tuple[str, bytes],
}
"""What cursors hold: what the list is sorted by, and an id."""

SORTS: Final = {f"{sign}{field.value}": TaskSort(field, bool(sign)) for sign in ("", "-") for field in SortField}
SORT_NAMES: Final = [f"{sort.field.name}{'_DESC' if sort.descending else ''}" for sort in SORTS.values()]
"""What generated clients call the sort orders, whose own names may begin with a sign."""

POINT: Final = {
    "type": "string",
    "pattern": rf"^{DAY}([Tt]{CLOCK}([Zz]|[+-]\d{{2}}:\d{{2}}))?$",
    "examples": ["2026-11-20", "2026-11-20T05:38:00Z"],
}


def read_point(text: str) -> date | datetime:
    """A day or an RFC 3339 instant. Floating times are refused, because their zone would be ambiguous."""
    if " " in text:
        raise Broken("invalid-date", "This must have no spaces: in a query, + means a space, so write + as %2B.")
    due = DueDate.parse(text)
    if due.kind is DueKind.DAY:
        return due.at.date()
    if due.kind is DueKind.FLOATING or "[" in text:
        raise Broken("invalid-date", "This must be a day, or a time with an offset.")
    return due.at


def _id_or(word: str) -> Callable[[str], UUID | None]:
    """Reads an id, or None from the word."""

    def read(text: str) -> UUID | None:
        return None if text == word else id_of(text)

    return read


def _tag(text: str) -> str | None:
    """The name of a tag; None for no tags."""
    if text == "none":
        return None
    one_line(text, TAG_MAX)
    return text


def _folded(tags: Sequence[str]) -> frozenset[str]:
    """The folded names of tags. Raises InvalidRequest, before folding what is longer than a search may be."""
    code, detail = "too-long", f"These must be at most {QUERY_MAX} characters together."
    if sum(map(len, tags)) <= QUERY_MAX:
        folded = frozenset(map(fold, tags))
        if "" not in folded:
            return folded
        code, detail = "blank", "This must not consist of accents alone."
    raise InvalidRequest([Fault(code=code, detail=detail, parameter="tag")])


PARAMETERS: Final = (
    choice("status", {"pending": False, "completed": True}, "Tasks with this status."),
    choice(
        "priority",
        {"high": Priority.HIGH, "medium": Priority.MEDIUM, "low": Priority.LOW, "none": None},
        "Tasks with this priority; repeat it to match any of several.",
        repeatable=True,
    ),
    Parameter(
        "due_before", read_point, POINT, "Tasks due before this, exclusive; days are those of the user's time zone."
    ),
    Parameter(
        "due_after", read_point, POINT, "Tasks due from this on, inclusive; days are those of the user's time zone."
    ),
    choice(
        "due",
        {option.value: option for option in DueOption},
        "Tasks without a due date, overdue, or due today in the user's time zone.",
    ),
    Parameter(
        "q",
        search_words,
        {"type": "string", "maxLength": QUERY_MAX},
        "Words that all occur in title or description, ignoring case and accents.",
    ),
    Parameter(
        "list",
        _id_or("inbox"),
        {"type": "string", "pattern": f"^(inbox|{CANONICAL_ID.pattern})$", "examples": ["inbox"]},
        "Tasks in this list, or in the inbox; repeat it to match any of several.",
        repeatable=True,
    ),
    Parameter(
        "parent",
        _id_or("none"),
        {"type": "string", "pattern": f"^(none|{CANONICAL_ID.pattern})$", "examples": ["none"]},
        "Subtasks of this task, or tasks at the top level.",
    ),
    Parameter(
        "tag",
        _tag,
        {"type": "string", "minLength": 1, "maxLength": TAG_MAX, "pattern": ONE_LINE, "examples": ["errand"]},
        "Tasks with this tag, ignoring case and accents, or without any; repeat it to match all of several.",
        repeatable=True,
    ),
    choice("deferred", {"hide": False, "only": True}, "Without deferred tasks, or nothing but those."),
    choice(
        "sort",
        SORTS,
        "The sort order; a leading `-` reverses it. Nulls come last, ties are ordered by id.",
        names=SORT_NAMES,
    ),
    limit_parameter("tasks"),
    CURSOR,
)


def _task_query(values: Mapping[str, Any]) -> TaskQuery:
    tags: Sequence[str | None] = values.get("tag", ())
    return TaskQuery(
        completed=values.get("status"),
        priorities=frozenset(values.get("priority", ())),
        due_before=values.get("due_before"),
        due_after=values.get("due_after"),
        due=values.get("due"),
        words=values.get("q", ()),
        lists=frozenset(values.get("list", ())),
        parents=frozenset([values["parent"]] if "parent" in values else ()),
        tags=_folded([tag for tag in tags if tag is not None]),
        has_tags=False if None in tags else None,
        deferred=values.get("deferred"),
    )


async def _read_page(
    request: RequestContext, query: TaskQuery, sort: TaskSort, after: TaskPosition | None
) -> tuple[Page[TaskOut, TaskPosition], Any]:
    """The page, and what to encode as the body.

    The storage bounds a page by its texts. In JSON a control character has six bytes, so a page that could be long is
    encoded here, and read again with fewer tasks when it is too long.
    """
    run, owner, limit = request.todo.run, request.actor.user_id, request.query.values.get("limit", PAGE_MAX)
    while True:
        page = await run.read(owner, find_tasks_as, run.clock, query, sort, after, limit, TaskOut.shaped)
        if len(page.items) <= ALWAYS_SHORT:
            return page, page.items
        body = encode(page.items)
        if len(body) <= BODY_MAX:
            return page, msgspec.Raw(body)
        limit = len(page.items) * PAGE_BYTES // len(body)


async def list_tasks(request: RequestContext) -> Response:
    """A page of the tasks that match the query string, or 304. Raises InvalidRequest with all its faults."""
    sort = request.query.values.get("sort") or TaskSort()
    order = f"{'-' if sort.descending else '+'}{sort.field.value}"
    position = read_cursor(request, "tasks", order, POSITIONS[sort.field])
    after = None if position is None else TaskPosition(position[0], TaskId(UUID(bytes=position[1])))
    query = _task_query(request.query.values)
    # What depends on the time of day or on the zone changes without a write: only the others have a revision.
    steady = not query.needs_zone
    if steady and (latest := await unchanged_since(request)) is not None:
        return latest
    page, body = await _read_page(request, query, sort, after)
    links = next_page(request, "tasks", order, (page.next.value, page.next.id.bytes)) if page.next else ()
    tag = tag_of(page.as_of) if steady and page.as_of is not None else None
    return conditional_response(request.fields, body, tag, *links)
