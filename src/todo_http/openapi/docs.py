"""The OpenAPI document and the page that shows it, served from memory and from this origin alone."""

from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from todo_core.errors import NotFound
from todo_http.kernel.call import Call
from todo_http.kernel.files import File
from todo_http.kernel.operation import Gives, operation
from todo_http.kernel.responses import Answer

PAGE: Final = "index.html"
MEDIA_TYPES: Final = {
    PAGE: "text/html; charset=utf-8",
    "init.js": "text/javascript; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "favicon-32x32.png": "image/png",
}
"""Every file that is served; no other name is ever looked up."""

ASSETS: Final = tuple(name for name in MEDIA_TYPES if name != PAGE)
# The web client's policy. Swagger UI's images are in its style sheet. The policy for Trusted Types that it creates
# belongs to the DOMPurify inside it; what would put HTML into the page without that is replaced in docs_ui/init.js.
POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    b"require-trusted-types-for 'script'; trusted-types dompurify"
)


@cache
def _file(name: str) -> File:
    return File.of(files("todo_http").joinpath("docs_ui", name).read_bytes(), MEDIA_TYPES[name], POLICY)


NOT_MODIFIED: Final = Gives(description="The client has it already.", headers=("ETag",))


class Front(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where to look further; the description of the API only where it is served."""

    service: str = "todo"
    documentation: str | msgspec.UnsetType = "/docs"
    openapi: str | msgspec.UnsetType = "/openapi.json"
    health: str = "/health"


@operation(
    "GET",
    "/",
    id="front",
    tag="service",
    summary="Where to look further",
    public=True,
    gives={200: Gives(description="Addresses.", body=Front)},
)
async def front(request: Call) -> Answer:
    described = request.service.options.docs
    return Answer.json(200, Front() if described else Front(documentation=msgspec.UNSET, openapi=msgspec.UNSET))


@operation(
    "GET",
    "/openapi.json",
    id="openapi",
    tag="service",
    summary="This document",
    public=True,
    gives={
        200: Gives(description="OpenAPI 3.1.", body=dict, headers=("ETag",)),
        304: NOT_MODIFIED,
    },
)
async def document(request: Call) -> Answer:
    return request.service.openapi.answer(request)


@operation(
    "GET",
    "/docs",
    id="docs",
    tag="service",
    summary="This document, to look at and to try out",
    public=True,
    gives={
        200: Gives(description="A page.", body=str, media_types=("text/html",), headers=("ETag",)),
        304: NOT_MODIFIED,
    },
)
async def page(request: Call) -> Answer:
    return _file(PAGE).answer(request)


@operation(
    "GET",
    "/docs/{asset:str}",
    id="docsAsset",
    tag="service",
    summary="What the page is made of",
    public=True,
    gives={
        200: Gives(
            description="A file.",
            body=str,
            media_types=("text/javascript", "text/css", "image/png"),
            headers=("ETag",),
        ),
        304: NOT_MODIFIED,
    },
    refuses=("not-found",),
    path_schemas={"asset": {"type": "string", "enum": list(ASSETS)}},
)
async def asset(request: Call) -> Answer:
    name = request.text("asset")
    if name not in ASSETS:
        raise NotFound("page")
    return _file(name).answer(request)
