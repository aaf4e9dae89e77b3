"""The addresses of the web client: its page, at every place that the client knows by itself, and what it is made of."""

from typing import Final

from litestar.handlers import HTTPRouteHandler

from todo_core.errors import NotFound
from todo_http.kernel.call import Call
from todo_http.kernel.operation import Gives, operation
from todo_http.kernel.responses import Answer
from todo_http.web.site import MEDIA_TYPES, PAGE

PLACES: Final = {
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
"""Where the client may be when it is reloaded, and the names of these operations. Every other address is 404."""

PARTS: Final = (".js", ".css", ".svg", ".png")
NAME: Final = {"type": "string", "pattern": "^[a-z0-9.-]+$"}


def _file(request: Call, address: str) -> Answer:
    file = request.service.web.get(address)
    if file is None:
        raise NotFound("page")
    return file.answer(request)


def _place(path: str, name: str) -> HTTPRouteHandler:
    @operation(
        "GET",
        path,
        id=name,
        tag="web client",
        summary="The web client",
        description="The same page at all of its addresses; what the query means is the page's own business.",
        public=True,
        any_query=True,
        gives={200: Gives(description="A page.", body=str, media_types=("text/html",), headers=("ETag",))},
        refuses=("not-found",) if "{" in path else (),
    )
    async def page(request: Call) -> Answer:
        return _file(request, PAGE)

    return page


def _part(path: str, name: str, summary: str, *suffixes: str) -> HTTPRouteHandler:
    kinds = tuple(MEDIA_TYPES[suffix].partition(";")[0] for suffix in suffixes)

    @operation(
        "GET",
        path,
        id=name,
        tag="web client",
        summary=summary,
        public=True,
        gives={
            200: Gives(
                description="A file.", body=dict if "+json" in kinds[0] else str, media_types=kinds, headers=("ETag",)
            )
        },
        refuses=("not-found",) if "{" in path else (),
        path_schemas={"folder": NAME, "asset": NAME},
    )
    async def part(request: Call) -> Answer:
        return _file(request, request.scope["path"])

    return part


WEB: Final = (
    *(_place(path, name) for path, name in PLACES.items()),
    _part("/web/{asset:str}", "webAsset", "What the page is made of", *PARTS),
    _part("/web/{folder:str}/{asset:str}", "webNestedAsset", "More of what the page is made of", *PARTS),
    _part("/manifest.webmanifest", "webManifest", "How the page is installed", ".webmanifest"),
    _part("/service-worker.js", "webServiceWorker", "What keeps the page for when there is no network", ".js"),
)
