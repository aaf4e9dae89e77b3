"""One owner's feed and receipts, to look at."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import literal_column, select

from todo_adapters.sql.database import Database, Reader
from todo_adapters.sql.piecewise import Piecewise
from todo_adapters.sql.registry import KIND_TABLES
from todo_adapters.sql.statements import LIMIT, Row, Statement, bind
from todo_adapters.sql.tables import changes, receipts
from todo_core.errors import Unavailable
from todo_core.ids import UserId
from todo_core.model.change import Action, Change
from todo_core.model.write_options import Receipt

C = changes.c
R = receipts.c

CHANGES: Final = select(C.seq, C.at, C.entity, C.entity_id, C.kind, C.value).where(C.user_id == bind(C.user_id))
AFTER: Final = Statement(CHANGES.where(C.seq > bind(C.seq, "after")).order_by(C.seq).limit(LIMIT), keyed=True)
AT: Final = Statement(CHANGES.where(C.seq == bind(C.seq)), keyed=True)
RECEIPT: Final = Statement(
    select(R.fingerprint, R.first_seq, R.answer).where(
        R.user_id == bind(R.user_id), R.key == bind(R.key), R.at >= bind(R.at, "since")
    ),
    keyed=True,
)
NEWEST_RECEIPT: Final = Statement(select(R.at).order_by(R.at.desc()).limit(literal_column("1")))
FORGET_RECEIPTS: Final = Piecewise(receipts, R.at, (R.user_id, R.key))


@dataclass(frozen=True, slots=True)
class SqlChanges:
    """The feed of one owner."""

    reader: Reader
    owner: UserId

    async def after(self, seq: int, limit: int) -> Sequence[Change]:
        rows = await self.reader.all(AFTER, {"user_id": self.owner, "after": seq, "limit": limit})
        return [self._change(row) for row in rows]

    async def at(self, seqs: Collection[int]) -> Mapping[int, Change]:
        rows = [await self.reader.one(AT, {"user_id": self.owner, "seq": seq}) for seq in seqs]
        return {row[0]: self._change(row) for row in rows if row is not None}

    def _change(self, row: Row) -> Change:
        seq, at, entity, thing_id, action, value = row
        if entity not in KIND_TABLES:
            raise Unavailable("The history has entries of a newer version of the service.")
        thing = None if value is None else KIND_TABLES[entity].from_json(value, self.owner, thing_id, seq)
        return Change(seq=seq, at=at, entity=entity, id=thing_id, action=Action(action), value=thing)


@dataclass(frozen=True, slots=True)
class SqlReceipts:
    """The receipts of one owner."""

    database: Database
    owner: UserId

    async def get(self, key: str, since: datetime) -> Receipt | None:
        row = await self.database.confirmed(RECEIPT, {"user_id": self.owner, "key": key, "since": since})
        return None if row is None else Receipt(fingerprint=row[0], first_seq=row[1], answer=row[2])
