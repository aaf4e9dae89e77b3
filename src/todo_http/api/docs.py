"""The OpenAPI document and Swagger UI, served from memory and without any other origin."""

from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from todo_core.errors import NotFound
from todo_http.kernel.context import RequestContext
from todo_http.kernel.files import File
from todo_http.kernel.operation import OperationController, Success, get
from todo_http.kernel.responses import Response
from todo_http.web.pages import HTML
from todo_http.web.site import media_type

ASSETS: Final = ("init.js", "session.js", "page.css", "swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png")
"""Every file that is served besides the page."""

# The web client's policy. Swagger UI's images are in its style sheet. The policy for Trusted Types that it creates
# belongs to the DOMPurify inside it; what would put HTML into the page without that is replaced in docs_ui/init.js.
POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    b"require-trusted-types-for 'script'; trusted-types dompurify"
)


@cache
def _file(name: str) -> File:
    return File.of(files("todo_http").joinpath("docs_ui", name).read_bytes(), media_type(name), POLICY)


class Front(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Addresses; those of the documentation only if it is served."""

    service: str = "todo"
    documentation: str | msgspec.UnsetType = "/docs"
    openapi: str | msgspec.UnsetType = "/openapi.json"
    health: str = "/health"


class Signpost(OperationController):
    """What is at the root when the web client is switched off."""

    tags = ("service",)
    include_in_schema = False

    @get(
        "/",
        operation_id="front",
        summary="Return the addresses of documentation and health",
        success=Success(200, "The addresses.", Front),
    )
    async def front(self, request: RequestContext) -> Response:
        described = request.service.options.docs
        return Response.json(200, Front() if described else Front(documentation=msgspec.UNSET, openapi=msgspec.UNSET))


class Docs(OperationController):
    """The OpenAPI document and Swagger UI."""

    tags = ("service",)
    include_in_schema = False

    @get(
        "/openapi.json",
        operation_id="openapi",
        summary="Return this document",
        success=Success(200, "OpenAPI 3.1.", dict, headers=("ETag",)),
    )
    async def document(self, request: RequestContext) -> Response:
        return request.service.openapi.response(request.fields)

    @get("/docs", operation_id="docs", summary="Return this document as a page", success=HTML)
    async def page(self, request: RequestContext) -> Response:
        return _file("index.html").response(request.fields)

    @get(
        "/docs/{asset:str}",
        operation_id="docsAsset",
        summary="Return a file of the documentation page",
        success=Success(200, "A file.", str, ("ETag",), ("text/javascript", "text/css", "image/png")),
        path_schemas={"asset": {"type": "string", "enum": list(ASSETS)}},
    )
    async def asset(self, request: RequestContext) -> Response:
        name = request.path_params["asset"]
        if name not in ASSETS:
            raise NotFound("page")
        return _file(name).response(request.fields)
