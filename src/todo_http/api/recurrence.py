"""Previews of recurrence, for clients in which somebody is about to choose a rule."""

import msgspec
from msgspec import UNSET, UnsetType

from todo_core.model.recurrence_preview import Preview
from todo_core.usecases.tasks import preview_occurrences
from todo_http.api.recurrence_types import AnchorName, CatchUpName, InWords, OccurrenceLimit, RuleText
from todo_http.kernel.body import read_body
from todo_http.kernel.context import RequestContext
from todo_http.kernel.guards import authenticated
from todo_http.kernel.operation import OperationController, Success, post
from todo_http.kernel.responses import Response
from todo_http.kernel.schemas import DueText


class RecurrencePreview(msgspec.Struct, forbid_unknown_fields=True):
    """A recurrence with its first due date."""

    rule: RuleText
    due_date: DueText
    anchor: AnchorName | UnsetType | None = UNSET
    catch_up: CatchUpName | UnsetType | None = UNSET
    limit: OccurrenceLimit | UnsetType = UNSET


class PreviewOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule in canonical form and in English, and its occurrences, which begin with the first one."""

    rule: RuleText
    text: InWords
    occurrences: list[DueText]


class Recurrence(OperationController):
    """What rules mean."""

    path = "/api/{user_id:str}/recurrence"
    tags = ("tasks",)
    guards = (authenticated,)

    @post(
        "/preview",
        operation_id="previewRecurrence",
        summary="Preview a recurrence",
        description="Returns what a rule means in English, and its occurrences if each one is completed when it is "
        "due. Nothing is changed.",
        body=RecurrencePreview,
        changes_nothing=True,
        success=Success(200, "What the rule means.", PreviewOut),
    )
    async def preview(self, request: RequestContext) -> Response:
        preview = await read_body(request, RecurrencePreview, Preview.of)
        run = request.todo.run
        found = await run.read(request.actor.user_id, preview_occurrences, run.clock, preview)
        texts = [occurrence.text for occurrence in found]
        return Response.json(200, PreviewOut(preview.repetition.rule.text, preview.in_words, texts))
