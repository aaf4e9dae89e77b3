"""The web client: its page, at every path that the client routes itself, and its files."""

from typing import Final

from todo_core.errors import NotFound
from todo_http.kernel.context import RequestContext
from todo_http.kernel.operation import Operation, Success, get
from todo_http.kernel.responses import Response
from todo_http.web.site import MEDIA_TYPES, PAGE

PAGES: Final = {
    PAGE: "webClient",
    "/today": "webToday",
    "/overdue": "webOverdue",
    "/done": "webDone",
    "/all": "webAll",
    "/tasks/{task_id:str}": "webTask",
    "/settings": "webSettings",
    "/sign-in": "webSignIn",
    "/sign-up": "webSignUp",
}
"""The paths at which the client may be loaded, and their operation ids. Every other path is 404."""

SUFFIXES: Final = (".js", ".css", ".svg", ".png")
NAME: Final = {"type": "string", "pattern": "^[a-z0-9.-]+$"}


def _file(request: RequestContext, path: str) -> Response:
    file = request.service.files.get(path)
    if file is None:
        raise NotFound("page")
    return file.response(request.fields)


def _page(path: str, name: str) -> Operation:
    @get(
        path,
        operation_id=name,
        tags=("web client",),
        summary="Return the web client",
        description="The same page at all of its addresses. It reads the query string itself.",
        any_query=True,
        success={200: Success(description="A page.", body=str, media_types=("text/html",), headers=("ETag",))},
        errors=("not-found",) if "{" in path else (),
    )
    async def page(request: RequestContext) -> Response:
        return _file(request, PAGE)

    return page


def _asset(path: str, name: str, summary: str, *suffixes: str) -> Operation:
    kinds = tuple(MEDIA_TYPES[suffix].partition(";")[0] for suffix in suffixes)
    body = dict if "+json" in kinds[0] else str

    @get(
        path,
        operation_id=name,
        tags=("web client",),
        summary=summary,
        success={200: Success(description="A file.", body=body, media_types=kinds, headers=("ETag",))},
        errors=("not-found",) if "{" in path else (),
        path_schemas={"folder": NAME, "asset": NAME},
    )
    async def asset(request: RequestContext) -> Response:
        return _file(request, request.scope["path"])

    return asset


WEB: Final = (
    *(_page(path, name) for path, name in PAGES.items()),
    _asset("/web/{asset:str}", "webAsset", "Return a file of the web client", *SUFFIXES),
    _asset("/web/{folder:str}/{asset:str}", "webNestedAsset", "Return a file of the web client", *SUFFIXES),
    _asset("/manifest.webmanifest", "webManifest", "Return the web app manifest", ".webmanifest"),
    _asset("/service-worker.js", "webServiceWorker", "Return the service worker", ".js"),
)
