"""Pages of lists: the parameters ``limit`` and ``cursor``, and the link to the next page (RFC 8288)."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from todo_core.limits import PAGE_MAX
from todo_core.model.change import FeedPosition
from todo_core.model.rules import Broken
from todo_http.kernel.context import RequestContext
from todo_http.kernel.cursors import read_feed_cursor
from todo_http.kernel.entity_tags import not_modified, not_modified_since, tag_of
from todo_http.kernel.query import Parameter, number
from todo_http.kernel.responses import Field, Response
from todo_http.problems.errors import Fault, InvalidRequest


def limit_parameter(plural: str, most: int = PAGE_MAX, default: int = PAGE_MAX) -> Parameter:
    """How much is returned at most."""
    return number("limit", most, f"The maximum number of {plural}.", default=default)


CURSOR: Final = Parameter("cursor", str, {"type": "string"}, "X-Next-Cursor of the previous page.")


def read_cursor(request: RequestContext, listed: str, order: str, form: Any) -> Any:
    """What the cursor of the query holds, None without one. Raises InvalidRequest with all faults of the query."""
    faults, found = list(request.query.faults), None
    if (cursor := request.query.values.get("cursor")) is not None:
        try:
            found = request.service.cursors.read(cursor, request.actor.user_id, listed, order, form)
        except Broken as broken:
            faults.append(Fault(code=broken.code, detail=broken.detail, parameter="cursor"))
    if faults:
        raise InvalidRequest(faults)
    return found


def read_positions(request: RequestContext, cursors: Mapping[str, str | None]) -> list[FeedPosition]:
    """The positions of cursors of the feed, by parameter or header field, without those that are None.

    Raises InvalidRequest with all faults of the query.
    """
    faults, found = list(request.query.faults), []
    for name, cursor in cursors.items():
        if cursor is not None:
            try:
                found.append(read_feed_cursor(cursor, request.actor.user_id))
            except Broken as broken:
                faults.append(Fault(code=broken.code, detail=broken.detail, parameter=name))
    if faults:
        raise InvalidRequest(faults)
    return found


def checked_query(request: RequestContext) -> Mapping[str, Any]:
    """The values of the query. Raises InvalidRequest with all of its faults."""
    if request.query.faults:
        raise InvalidRequest(request.query.faults)
    return request.query.values


async def unchanged_since(request: RequestContext) -> Response | None:
    """304 if the owner has changed nothing since the list that If-None-Match names, found without reading the list."""
    if b"if-none-match" not in request.fields:
        return None
    latest = tag_of(await request.todo.run.store.view(request.actor.user_id).revision())
    return not_modified(latest) if not_modified_since(request.fields, latest, any_tag=False) else None


def next_page(request: RequestContext, listed: str, order: str, position: Any) -> tuple[Field, Field]:
    """The link to the page behind this position, and its cursor."""
    parts = request.scope["query_string"].decode("ascii", "replace").split("&")
    kept = [quote(part, safe="=%+:,.-_~") for part in parts if part and part.partition("=")[0] != "cursor"]
    cursor = request.service.cursors.write(position, request.actor.user_id, listed, order)
    target = f"/api/{request.actor.user_id}/{listed}?{'&'.join([*kept, f'cursor={cursor}'])}"
    return (b"link", f'<{target}>; rel="next"'.encode("ascii")), (b"x-next-cursor", cursor.encode("ascii"))
