"""What an owner did under idempotency keys, to look at."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import literal_column, select

from todo_adapters.sql.database import Database
from todo_adapters.sql.piecewise import Piecewise
from todo_adapters.sql.statements import Statement, bind
from todo_adapters.sql.tables import receipts
from todo_core.ids import UserId
from todo_core.model.write_options import Receipt

R = receipts.c

GET: Final = Statement(
    select(R.fingerprint, R.first_seq, R.answer).where(
        R.user_id == bind(R.user_id), R.key == bind(R.key), R.at >= bind(R.at, "since")
    ),
    keyed=True,
)
NEWEST: Final = Statement(select(R.at).order_by(R.at.desc()).limit(literal_column("1")))
FORGET: Final = Piecewise(receipts, R.at, (R.user_id, R.key))


@dataclass(frozen=True, slots=True)
class SqlReceipts:
    """The receipts of one owner."""

    database: Database
    owner: UserId

    async def get(self, key: str, since: datetime) -> Receipt | None:
        row = await self.database.confirmed(GET, {"user_id": self.owner, "key": key, "since": since})
        return None if row is None else Receipt(fingerprint=row[0], first_seq=row[1], answer=row[2])
