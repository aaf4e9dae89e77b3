"""The wire types of the feed: changes, pages of them and of a snapshot."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from todo_core.model.change import Change
from todo_http.kernel.body import instant
from todo_http.kernel.resource import Resource
from todo_http.kernel.schemas import Instant, note
from todo_http.kernel.streams import DRAINING, SESSION_ENDED, TIME_LIMIT

Resources: TypeAlias = Sequence[Resource[Any]]

SCHEMAS: Final = "#/components/schemas/"
RESET: Final = "reset"
END: Final = "end"
NOTHING: Final = {"type": "object", "properties": {}, "additionalProperties": False}
ENDED: Final = {
    "type": "object",
    "properties": {"reason": {"type": "string", "enum": [SESSION_ENDED, TIME_LIMIT, DRAINING]}},
    "required": ["reason"],
    "additionalProperties": False,
}

Seq = Annotated[
    int, note("The number of the change among those of the owner: 1, 2, 3 ... without gaps.", 42, minimum=1)
]
SetSeq = Annotated[int, note("The number of the first change of the same request.", 42, minimum=1)]
Previous = Annotated[int, note("The number of the change of the same thing before this one.", 17, minimum=1)]
FeedCursor = Annotated[str, note("The position in the feed to go on from, opaque text.")]


class ChangeOut(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A change: what happened to a thing, and the thing afterwards, null if it was deleted.

    ``previous`` is null for the first change of a thing, ``session`` the login session that made the change, null if
    none did.
    """

    seq: Seq
    set: SetSeq
    at: Instant
    entity: str
    id: UUID
    kind: Literal["created", "updated", "deleted", "restored", "purged"]
    value: Any
    previous: Previous | None
    session: UUID | None


class ChangePage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Changes in order, the cursor after them, and whether more follow."""

    changes: list[Any]
    cursor: FeedCursor
    more: bool


class ChangeSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The changes of one request."""

    changes: list[Any]


class SnapshotPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some things of one kind, and the cursor from which to apply changes, the same on all pages of a snapshot."""

    entity: str
    items: list[Any]
    cursor: FeedCursor


class ServerSentEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A server-sent event. Its data is a change; `{}` for a `reset`; an object with the `reason` for an `end`."""

    # Only the document needs this type: events are written field by field.

    event: str
    data: str
    id: FeedCursor | msgspec.UnsetType = msgspec.UNSET


class WireChanges:
    """The wire types of changes of these resources, also as the OpenAPI document describes them."""

    def __init__(self, resources: Resources) -> None:
        self.resources = {each.kind.name: each for each in resources}
        values = [{"$ref": f"{SCHEMAS}{each.out.__name__}"} for each in resources]
        entity: Any = Annotated[str, note("The kind of the thing.", enum=[*self.resources])]
        value: Any = Annotated[Any, note("The thing after the change.", anyOf=[*values, {"type": "null"}])]
        items: Any = list[Annotated[Any, note("A thing.", anyOf=values)]]
        self.change = _described(ChangeOut, {"entity": entity, "value": value})
        changes: Any = list[self.change]  # type: ignore[name-defined]
        self.page = _described(ChangePage, {"changes": changes})
        self.set = _described(ChangeSet, {"changes": changes})
        names = [*(f"{name}_refresh" for name in self.resources), RESET, END]
        payload = {"anyOf": [{"$ref": f"{SCHEMAS}{ChangeOut.__name__}"}, NOTHING, ENDED]}
        content = {"contentMediaType": "application/json", "contentSchema": payload}
        event: Any = Annotated[str, note("What has happened.", enum=names)]
        data: Any = Annotated[str, note("JSON on one line.", '{"seq": 42}', **content)]
        self.event = _described(ServerSentEvent, {"event": event, "data": data})
        self.snapshot_page = _described(SnapshotPage, {"entity": entity, "items": items})

    def of(self, change: Change) -> ChangeOut:
        """The wire type of a change."""
        value = change.value
        return ChangeOut(
            change.seq,
            change.set,
            instant(change.at),
            change.entity,
            change.id,
            change.action.value,
            None if value is None else self.resources[change.entity].of(value),
            change.previous,
            change.session,
        )

    def every(self, changes: Iterable[Change]) -> list[ChangeOut]:
        """The wire types of changes."""
        return [self.of(change) for change in changes]


def _described(wire: type[msgspec.Struct], described: Mapping[str, Any]) -> type[msgspec.Struct]:
    """A wire type with other types of these fields."""
    fields = [(each.name, described.get(each.name, each.type), each.default) for each in msgspec.structs.fields(wire)]
    return msgspec.defstruct(wire.__name__, fields, namespace={"__doc__": wire.__doc__}, forbid_unknown_fields=True)
