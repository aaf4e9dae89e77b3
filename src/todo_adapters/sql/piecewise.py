"""Deletes old rows in pieces of bounded size."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, delete, select, tuple_

from todo_adapters.sql.database import Reader
from todo_adapters.sql.statements import Statement, bind, number


class Piecewise:
    """Deletes rows of a table that meet the conditions, in the order of ``at``, which has an index.

    ``key`` identifies a row. A piece is a range of ``at``, so no statement reads the rows of earlier pieces.
    Locked rows are skipped, so the cleanup never waits.
    """

    def __init__(
        self, table: Table, at: Column[datetime], key: Sequence[Column[Any]], *conditions: ColumnElement[bool]
    ) -> None:
        after, before = bind(at, "after"), bind(at, "before")
        ends = select(at).where(at > after, at < before).order_by(at)
        self._end = Statement(ends.limit(1).offset(number("skipped")))
        in_piece = [at > after, at <= bind(at, "end"), at < before, *conditions]
        rows = select(*key).where(*in_piece).with_for_update(skip_locked=True)
        self._delete = Statement(delete(table).where(tuple_(*key).in_(rows)).returning(*key))

    async def delete(self, reader: Reader, after: datetime, before: datetime, limit: int) -> datetime | None:
        """Deletes the piece after a time. Returns its end, or None if it was the last one."""
        values = {"after": after, "before": before, "skipped": limit - 1}
        row = await reader.one(self._end, values)
        await reader.all(self._delete, values | {"end": before if row is None else row[0]})
        return None if row is None else row[0]
