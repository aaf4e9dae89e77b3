"""Fills the previous change of the changes in the feed.

On PostgreSQL every statement is a transaction of its own and waits for nobody who reads or writes. What a failure left
is completed when the migration is run again.
"""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PIECE: Final = 5_000
"""Changes that are read and filled at once."""

FILL_ON_SQLITE: Final = """
    UPDATE changes SET previous = found.previous
    FROM (SELECT user_id, seq, lag(seq) OVER (PARTITION BY user_id, entity_id ORDER BY seq) AS previous
          FROM changes) AS found
    WHERE changes.user_id = found.user_id AND changes.seq = found.seq AND changes.kind <> 'created'
"""
READ_PIECE: Final = sa.text("""
    SELECT user_id, seq, entity_id, kind, previous FROM changes
    WHERE (user_id, seq) > (:user_id, :seq) ORDER BY user_id, seq LIMIT :piece
""")
FILL_PIECE: Final = sa.text("""
    UPDATE changes SET previous = free.previous
    FROM (SELECT user_id, seq, given.previous
          FROM unnest(:owners, :seqs, :previous) AS given (user_id, seq, previous) JOIN changes USING (user_id, seq)
          FOR UPDATE OF changes SKIP LOCKED) AS free
    WHERE changes.user_id = free.user_id AND changes.seq = free.seq
""").bindparams(
    sa.bindparam("owners", type_=ARRAY(sa.Uuid())),
    sa.bindparam("seqs", type_=ARRAY(sa.BigInteger())),
    sa.bindparam("previous", type_=ARRAY(sa.BigInteger())),
)
"""Leaves out a change that is locked, because it is being deleted with its account."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(FILL_ON_SQLITE)
        return
    with op.get_context().autocommit_block():
        _fill()


def downgrade() -> None:
    """Does nothing: 0008 drops the column."""


def _fill() -> None:
    """Walks through all feeds, with the latest change of each thing of the present owner in mind."""
    owner, seq = UUID(int=0), 0
    latest: dict[UUID, int] = {}
    while rows := op.get_bind().execute(READ_PIECE, {"user_id": owner, "seq": seq, "piece": PIECE}).all():
        found: list[tuple[UUID, int, int]] = []
        for user_id, seq, thing_id, kind, previous in rows:
            if user_id != owner:
                owner, latest = user_id, {}
            if previous is None and kind != "created" and thing_id in latest:
                found.append((owner, seq, latest[thing_id]))
            latest[thing_id] = seq
        if found:
            owners, seqs, before = zip(*found, strict=True)
            op.get_bind().execute(FILL_PIECE, {"owners": owners, "seqs": seqs, "previous": before})
