"""The web client: its page, at every path that the client routes itself, and its files."""

from typing import Any, Final

from todo_core.errors import NotFound
from todo_http.kernel.context import RequestContext
from todo_http.kernel.operation import Operation, Success, get
from todo_http.kernel.responses import Response
from todo_http.web.site import MEDIA_TYPES, PAGE

PAGES: Final = {
    PAGE: "webClient",
    "/inbox": "webInbox",
    "/today": "webToday",
    "/upcoming": "webUpcoming",
    "/list/{list_id:str}": "webList",
    "/tag/{name:str}": "webTag",
    "/completed": "webCompleted",
    "/trash": "webTrash",
    "/search": "webSearch",
    "/browse": "webBrowse",
    "/settings": "webSettings",
    "/sign-in": "webSignIn",
    "/sign-up": "webSignUp",
    "/overdue": "webOverdue",
    "/done": "webDone",
    "/all": "webAll",
    "/lists/{list_id:str}": "webListOfOld",
    "/tasks/{task_id:str}": "webTask",
}
"""The paths at which the client may be loaded, and their operation ids; the last five are of former versions. At every
other path there is nothing."""

DESCRIPTION: Final = "The same page at all of its addresses. It reads the query string itself."
SUFFIXES: Final = (".js", ".css", ".svg", ".png")
NAME: Final = {"type": "string", "pattern": "^[a-z0-9.-]+$"}
TEXT: Final = {"type": "string", "minLength": 1}


HTML: Final = Success(200, "A page.", str, ("ETag",), ("text/html",))


def _operation(path: str, name: str, summary: str, success: Success, **known: Any) -> Operation:
    @get(
        path,
        operation_id=name,
        tags=("web client",),
        summary=summary,
        success=success,
        include_in_schema=False,
        **known,
    )
    async def file(request: RequestContext) -> Response:
        found = request.service.files.get(PAGE if path in PAGES else request.scope["path"])
        if found is None:
            raise NotFound("page")
        return found.response(request.fields)

    return file


def _asset(path: str, name: str, summary: str, *suffixes: str) -> Operation:
    kinds = tuple(MEDIA_TYPES[suffix].partition(";")[0] for suffix in suffixes)
    success = Success(200, "A file.", dict if "+json" in kinds[0] else str, ("ETag",), kinds)
    return _operation(path, name, summary, success, path_schemas={"folder": NAME, "asset": NAME})


WEB: Final = (
    *(
        _operation(
            path,
            name,
            "Return the web client",
            HTML,
            description=DESCRIPTION,
            any_query=True,
            ends_with_text="{name:" in path,
            path_schemas={"name": TEXT},
        )
        for path, name in PAGES.items()
    ),
    _asset("/web/{asset:str}", "webAsset", "Return a file of the web client", *SUFFIXES),
    _asset("/web/{folder:str}/{asset:str}", "webNestedAsset", "Return a file of the web client", *SUFFIXES),
    _asset("/manifest.webmanifest", "webManifest", "Return the web app manifest", ".webmanifest"),
    _asset("/service-worker.js", "webServiceWorker", "Return the service worker", ".js"),
)
