"""Detects a full disk when a write fails, and its end by writing a sample."""

from datetime import UTC, datetime
from hashlib import shake_256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert

from todo_adapters.sql.database import Database
from todo_adapters.sql.failures import DISK_FULL
from todo_adapters.sql.statements import Statement
from todo_adapters.sql.tables import users
from todo_core.errors import OutcomeUnknown, Unavailable
from todo_core.ports.runtime import EventLog

SAMPLE_BYTES: Final = 65_536
"""The size of the sample: more than most requests write.

Updating a row in place would prove nothing, because it fits into existing pages.
"""

SAMPLE: Final[dict[str, Any]] = {
    "id": UUID(int=0),
    "email": "disk-sample",  # no valid email address: it has no @
    "name": shake_256(b"sample").hexdigest(SAMPLE_BYTES // 2),  # PostgreSQL would compress anything simpler
    "time_zone": "UTC",
    "created_at": datetime(1970, 1, 1, tzinfo=UTC),
    "password_hash": "-",
}
WRITE_SAMPLE: Final = Statement(insert(users).values(SAMPLE).returning(users.c.id))
REMOVE_SAMPLE: Final = Statement(delete(users).where(users.c.id == SAMPLE["id"]).returning(users.c.id))


class Disk:
    """The disk of one database. Failed writes report that it is full; ``require_space`` tests whether it still is."""

    __slots__ = ("_database", "_event_log", "full")

    def __init__(self, database: Database, event_log: EventLog | None) -> None:
        self._database = database
        self._event_log = event_log
        self.full = False

    def notice(self, failure: BaseException | None) -> None:
        """Records that the disk is full, if that is why a write failed."""
        if not self.full and isinstance(failure, Unavailable) and failure.detail == DISK_FULL:
            self.full = True
            self._record("disk_full")

    async def require_space(self) -> None:
        """Raises Unavailable while the disk is full. Writes and removes a sample in one transaction to find out."""
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
