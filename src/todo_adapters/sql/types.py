"""Column types: native ones on PostgreSQL; on SQLite compact forms that keep order and time zone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from asyncpg.pgproto import pgproto
from sqlalchemy import BigInteger, DateTime, Dialect, LargeBinary, SmallInteger, Text, TypeDecorator, Uuid

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


def _instant(microseconds: int) -> datetime:
    return EPOCH + MICROSECOND * microseconds  # half the time of timedelta(microseconds=...)


class BlobUuid(TypeDecorator[UUID]):
    """A UUID as its 16 bytes, which sort as the UUID does."""

    impl = LargeBinary(16)
    cache_ok = True

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> bytes | None:
        return None if value is None else value.bytes

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], UUID]:
        """The class that PostgreSQL's driver gives: a UUID, made in C and without the calls in between."""
        return pgproto.UUID


class Micros(TypeDecorator[datetime]):
    """An instant as microseconds since 1970 in UTC. Refuses times without a zone: nothing may guess one."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return (value - EPOCH) // MICROSECOND

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime]:
        return _instant


ID: Final = Uuid().with_variant(BlobUuid(), "sqlite")
INSTANT: Final = DateTime(timezone=True).with_variant(Micros(), "sqlite")
COUNT: Final = BigInteger()
SMALL: Final = SmallInteger()
TEXT: Final = Text()
SORTED_TEXT: Final = Text(collation="C").with_variant(Text(), "sqlite")
"""Text that sorts by code points on both databases, whatever the locale."""
