"""What problem codes mean, at the URLs that problems have as their ``type``."""

from typing import Annotated

import msgspec

from todo_core.errors import NotFound
from todo_http.kernel.context import RequestContext
from todo_http.kernel.operation import OperationController, Success, get
from todo_http.kernel.responses import Response
from todo_http.kernel.schemas import note
from todo_http.problems.table import PROBLEM_KINDS


class ProblemKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of problem: its status, its title and its meaning."""

    type: Annotated[str, note("Its URL.", "/problems/stale")]
    status: Annotated[int, note("The status of responses with it.", 412)]
    title: Annotated[str, note("A short name.", "Precondition failed")]
    meaning: Annotated[str, note("What it means, or what to do.", "The resource has changed.")]


class ProblemPages(OperationController):
    """One page for each kind of problem."""

    path = "/problems"
    tags = ("service",)

    @get(
        "/{code:str}",
        operation_id="explainProblem",
        summary="Explain a problem code",
        success=Success(200, "The meaning of the code.", ProblemKind),
        path_schemas={"code": {"type": "string", "enum": list(PROBLEM_KINDS)}},
    )
    async def explain(self, request: RequestContext) -> Response:
        code = request.path_params["code"]
        kind = PROBLEM_KINDS.get(code)
        if kind is None:
            raise NotFound("problem")
        return Response.json(200, ProblemKind(f"/problems/{code}", kind.status, kind.title, kind.meaning))
