"""Column types: native ones on PostgreSQL; on SQLite compact forms that keep order and time zone.

They give their processors themselves, since what SQLAlchemy wraps around ``process_bind_param`` and its like costs
more than they do.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from asyncpg.pgproto import pgproto
from sqlalchemy import BigInteger, DateTime, Dialect, LargeBinary, SmallInteger, Text, TypeDecorator, Uuid

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


class BlobUuid(TypeDecorator[UUID]):
    """A UUID as its 16 bytes, which sort as the UUID does."""

    impl = LargeBinary(16)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[UUID | None], bytes | None]:
        return lambda value: None if value is None else value.bytes

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[bytes | None], UUID | None]:
        """Gives the class that PostgreSQL's driver gives: a UUID in every respect, made in C."""
        return lambda value: None if value is None else pgproto.UUID(value)


class Micros(TypeDecorator[datetime]):
    """An instant as microseconds since 1970 in UTC. Refuses times without a zone: nothing may guess one."""

    impl = BigInteger
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], int | None]:
        return _to_micros

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[int | None], datetime | None]:
        return lambda value: None if value is None else EPOCH + MICROSECOND * value


def _to_micros(value: datetime | None) -> int | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return (value - EPOCH) // MICROSECOND


ID: Final = Uuid().with_variant(BlobUuid(), "sqlite")
INSTANT: Final = DateTime(timezone=True).with_variant(Micros(), "sqlite")
COUNT: Final = BigInteger()
SMALL: Final = SmallInteger()
TEXT: Final = Text()
SORTED_TEXT: Final = Text(collation="C").with_variant(Text(), "sqlite")
"""Text that sorts by code points on both databases, whatever the locale."""
