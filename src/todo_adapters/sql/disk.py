"""A full disk: noticed when a write fails because of it, and tried again until writes fit."""

from datetime import UTC, datetime
from hashlib import shake_256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert

from todo_adapters.sql.database import DISK_FULL, Database
from todo_adapters.sql.statements import Statement
from todo_adapters.sql.tables import users
from todo_core.errors import OutcomeUnknown, Unavailable
from todo_core.ports.runtime import EventLog

SAMPLE_BYTES: Final = 65_536
"""How much is written to find out whether there is space: more than most requests write.

A row changed in place would prove nothing. It fits into pages, and into a log, that the file has already.
"""

SAMPLE: Final[dict[str, Any]] = {
    "id": UUID(int=0),
    "email": "disk-sample",  # no address of a person: it has no @
    "name": shake_256(b"sample").hexdigest(SAMPLE_BYTES // 2),  # PostgreSQL would compress anything simpler
    "time_zone": "UTC",
    "created_at": datetime(1970, 1, 1, tzinfo=UTC),
    "password_hash": "-",
}
WRITE_SAMPLE: Final = Statement(insert(users).values(SAMPLE).returning(users.c.id))
REMOVE_SAMPLE: Final = Statement(delete(users).where(users.c.id == SAMPLE["id"]).returning(users.c.id))


class Disk:
    """The disk of one database. Writes tell when it is full; ``require_space`` finds out when it no longer is."""

    __slots__ = ("_database", "_event_log", "full")

    def __init__(self, database: Database, event_log: EventLog | None) -> None:
        self._database = database
        self._event_log = event_log
        self.full = False

    def notice(self, failure: BaseException | None) -> None:
        """Takes note of why a write has failed."""
        if not self.full and isinstance(failure, Unavailable) and failure.detail == DISK_FULL:
            self.full = True
            self._record("disk_full")

    async def require_space(self) -> None:
        """Raises Unavailable while a disk that was full takes no sample, which is removed in the same transaction."""
        if not self.full:
            return
        try:
            async with self._database.transaction() as transaction:
                await transaction.all(WRITE_SAMPLE, {})
                await transaction.all(REMOVE_SAMPLE, {})
                await transaction.commit()
        except (Unavailable, OutcomeUnknown) as failure:
            raise Unavailable(DISK_FULL) from failure
        if self.full:
            self.full = False
            self._record("disk_no_longer_full")

    def _record(self, event: str) -> None:
        if self._event_log:
            self._event_log.record(event)
