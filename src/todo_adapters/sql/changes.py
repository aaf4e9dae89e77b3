"""An owner's feed, to look at."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from todo_adapters.sql.database import Reader
from todo_adapters.sql.registry import KIND_TABLES
from todo_adapters.sql.statements import LIMIT, Row, Statement, bind
from todo_adapters.sql.tables import changes
from todo_core.ids import UserId
from todo_core.model.change import Action, Change

C = changes.c

OF_OWNER: Final = select(C.seq, C.at, C.entity, C.entity_id, C.kind, C.value).where(C.user_id == bind(C.user_id))
AFTER: Final = Statement(OF_OWNER.where(C.seq > bind(C.seq, "after")).order_by(C.seq).limit(LIMIT), keyed=True)
AT: Final = Statement(OF_OWNER.where(C.seq == bind(C.seq)), keyed=True)


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
        seq, at, entity, entity_id, action, value = row
        return Change(
            seq=seq,
            at=at,
            entity=entity,
            id=entity_id,
            action=Action(action),
            value=None if value is None else KIND_TABLES[entity].from_json(value, self.owner, entity_id, seq),
        )
