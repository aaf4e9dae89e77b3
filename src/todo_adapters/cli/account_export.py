"""Accounts as JSON: everything of one, item by item, and the list of all."""

from collections.abc import AsyncIterable, AsyncIterator
from datetime import datetime
from typing import Any, Final

import msgspec

from todo_core.model.user import User
from todo_core.usecases.export import AccountExport
from todo_http.api.routes import WIRES
from todo_http.api.sessions import UserOut
from todo_http.kernel.body import instant

FORMAT: Final = "todo-account"
VERSION: Final = 1
"""Changes with the form of the export: see docs/operations.md."""


def account(user: User) -> dict[str, Any]:
    """What the API tells about a user, and whether the account is disabled."""
    return {**msgspec.to_builtins(UserOut.of(user)), "disabled": user.disabled}


async def exported(export: AccountExport, at: datetime) -> AsyncIterator[bytes]:
    """The document of everything in an account, one item per line."""
    head = {"format": FORMAT, "version": VERSION, "exported_at": instant(at), "account": account(export.user)}
    yield msgspec.json.encode(head)[:-1]
    yield b',\n"login_sessions": '
    async for piece in array_of(_sessions(export)):
        yield piece
    for wire in WIRES:
        yield b',\n"%s": ' % wire.plural.encode()
        async for piece in array_of(wire.of(thing) async for thing in export.things(wire.kind)):
            yield piece
    yield b',\n"trash": '
    async for piece in array_of(_trash(export)):
        yield piece
    yield b"}\n"


async def array_of(items: AsyncIterable[Any]) -> AsyncIterator[bytes]:
    """The JSON array of these items, one on each line."""
    before = b"["
    async for item in items:
        yield before + b"\n" + msgspec.json.encode(item)
        before = b","
    yield b"\n]" if before == b"," else b"[]"


async def _sessions(export: AccountExport) -> AsyncIterator[dict[str, Any]]:
    for each in export.sessions:
        created, used = instant(each.created_at), instant(each.last_used_at)
        yield {"id": each.id, "created_at": created, "last_used_at": used, "client": each.client}


async def _trash(export: AccountExport) -> AsyncIterator[dict[str, Any]]:
    wire = {each.kind.name: each for each in WIRES}
    async for deletion, kind, thing in export.trash():
        deleted = {"deletion": deletion.id, "deleted_at": instant(deletion.deleted_at)}
        yield {**deleted, "entity": kind.name, "value": wire[kind.name].of(thing)}
