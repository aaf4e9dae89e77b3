"""What the codes of problems mean, at the addresses that problems give as their type."""

import msgspec

from todo_core.errors import NotFound
from todo_http.kernel.call import Call
from todo_http.kernel.operation import Gives, operation
from todo_http.kernel.responses import Answer
from todo_http.problems.table import KINDS


class ProblemKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of problem: the status it comes with, its title, and what it means."""

    type: str
    status: int
    title: str
    meaning: str


@operation(
    "GET",
    "/problems/{code:str}",
    id="explainProblem",
    tag="service",
    summary="What does a problem code mean?",
    public=True,
    gives={200: Gives(description="Its meaning.", body=ProblemKind)},
    refuses=("not-found",),
    path_schemas={"code": {"type": "string", "enum": list(KINDS)}},
)
async def explain(request: Call) -> Answer:
    code = request.text("code")
    kind = KINDS.get(code)
    if kind is None:
        raise NotFound("problem")
    return Answer.json(200, ProblemKind(f"/problems/{code}", kind.status, kind.title, kind.meaning))
