"""Fills the previous change of the changes in the feed.

On PostgreSQL every statement is a transaction of its own and waits for nobody who reads or writes. What a failure left
is completed when the migration is run again.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PIECE: Final = 5_000
"""Changes, at most, of the owners whose changes are filled in one statement; one with more has a statement alone."""

OWNERS_AT_ONCE: Final = 1_000

FILL_ON_SQLITE: Final = """
    UPDATE changes SET previous = found.previous
    FROM (SELECT user_id, seq, lag(seq) OVER (PARTITION BY user_id, entity_id ORDER BY seq) AS previous
          FROM changes) AS found
    WHERE changes.user_id = found.user_id AND changes.seq = found.seq AND changes.kind <> 'created'
"""
FILL_PIECE: Final = """
    UPDATE changes SET previous = found.previous
    FROM (SELECT user_id, seq, lag(seq) OVER (PARTITION BY user_id, entity_id ORDER BY seq) AS previous
          FROM changes WHERE user_id BETWEEN :first AND :last) AS found
    JOIN (SELECT user_id, seq FROM changes
          WHERE user_id BETWEEN :first AND :last AND previous IS NULL AND kind <> 'created'
          FOR UPDATE SKIP LOCKED) AS free USING (user_id, seq)
    WHERE changes.user_id = free.user_id AND changes.seq = free.seq
    AND changes.user_id BETWEEN :first AND :last AND found.previous IS NOT NULL
"""
"""A change that is locked is being deleted with its account."""

OWNERS: Final = """
    SELECT id, revision FROM users WHERE id > COALESCE(:after, '00000000-0000-0000-0000-000000000000')
    ORDER BY id LIMIT :owners
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(FILL_ON_SQLITE)
        return
    with op.get_context().autocommit_block():
        for piece in _pieces():
            op.get_bind().execute(sa.text(FILL_PIECE), piece)


def downgrade() -> None:
    """Does nothing: 0008 drops the column."""


def _pieces() -> Iterator[Mapping[str, object]]:
    """The first and the last of owners who have so many changes together."""
    after, first, size = None, None, 0
    query = sa.text(OWNERS).bindparams(sa.bindparam("after", type_=sa.Uuid()))
    while rows := op.get_bind().execute(query, {"after": after, "owners": OWNERS_AT_ONCE}).all():
        for owner, changes in rows:
            if first is not None and size + changes > PIECE:
                yield {"first": first, "last": after}
                first, size = None, 0
            first, after, size = first or owner, owner, size + changes
    if first is not None:
        yield {"first": first, "last": after}
