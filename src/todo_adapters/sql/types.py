"""Column types: native on PostgreSQL; compact forms that preserve order and time zone on SQLite.

The types define bind and result processors directly, because SQLAlchemy's wrapper around ``process_bind_param`` costs
more than the conversion.
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from asyncpg.pgproto import pgproto
from sqlalchemy import BigInteger, DateTime, Dialect, LargeBinary, SmallInteger, Text, TypeDecorator, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


class BlobUuid(TypeDecorator[UUID]):
    """A UUID as 16 bytes, in the same order."""

    impl = LargeBinary(16)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[UUID | None], bytes | None]:
        return lambda value: None if value is None else value.bytes

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[bytes | None], UUID | None]:
        """Returns asyncpg's subclass of UUID, implemented in C, as on PostgreSQL."""
        return lambda value: None if value is None else pgproto.UUID(value)


class Micros(TypeDecorator[datetime]):
    """An instant as microseconds since 1970 in UTC. Rejects naive times."""

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
        raise ValueError("a naive time cannot be stored")
    return (value - EPOCH) // MICROSECOND


class Array(ARRAY[Any]):
    """An array whose values the driver takes as they are. Only for PostgreSQL."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        return None


class Several(TypeDecorator[Collection[Any]]):
    """Several ids, texts or numbers as one parameter of ``one_of``: an array, or JSON on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Array(self.item) if dialect.name == "postgresql" else Text()

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        return list if dialect.name == "postgresql" else _to_json


def _to_json(values: Collection[Any]) -> str:
    """A JSON array, with ids in hexadecimal digits."""
    return msgspec.json.encode([value.hex if isinstance(value, UUID) else value for value in values]).decode()


ID: Final = Uuid().with_variant(BlobUuid(), "sqlite")
INSTANT: Final = DateTime(timezone=True).with_variant(Micros(), "sqlite")
COUNT: Final = BigInteger()
SMALL: Final = SmallInteger()
TEXT: Final = Text()
SORTED_TEXT: Final = Text(collation="C").with_variant(Text(), "sqlite")
"""Text that sorts by code points on both databases."""

IDS: Final = Several(Uuid())
TEXTS: Final = Several(Text())
COUNTS: Final = Several(BigInteger())
