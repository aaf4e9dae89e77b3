"""How collected writes are flushed: numbered by the owner's counter, each with its entry in the feed.

One write is one WriteStatement: it advances the counter under its lock, writes the row if its revision is the one that
was read, and appends the entry; on PostgreSQL in a single statement, on SQLite in steps that need no answers between
them. Several are a transaction that does the same with sets of rows. All take the counter's lock first, then those of
rows, so that they can never wait for one another in a circle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.dialects.postgresql import insert

from todo_adapters.sql.collected import Author, Collected, CollectedWrite
from todo_adapters.sql.counters import advance, revision, values_of
from todo_adapters.sql.database import Database, Transaction
from todo_adapters.sql.pieces import PIECE, Pace
from todo_adapters.sql.row_sets import Entry, change_of, numbered, row_sets
from todo_adapters.sql.statements import Statement, bind
from todo_adapters.sql.tables import receipts
from todo_adapters.sql.tags import TAGS_OUT
from todo_core.errors import MovedOn
from todo_core.model.change import Action, Change
from todo_core.model.quota import Quota, Usage
from todo_core.model.write_options import RECEIPTS_KEPT, Key

R = receipts.c
PIECE_BYTES: Final = 2**20
"""Bytes of values that are written at once."""

AWAY_BYTES: Final = 2**15
"""Bytes of values that are made before other tasks run."""

ABOUT: Final = 400
"""Bytes that stand for the work on one thing, however small it is."""


def _claim() -> Statement:
    """Keeps a receipt, in the place of one that has expired."""
    # PostgreSQL's syntax, which SQLite supports as well
    values = {each.name: bind(each, f"receipt_{each.name}") for each in R} | {"user_id": bind(R.user_id)}
    kept = insert(receipts).values(values)
    changed = {each.name: kept.excluded[each.name] for each in R if each.name not in ("user_id", "key")}
    expired = R.at < bind(R.at, "before")
    claimed = kept.on_conflict_do_update(index_elements=[R.user_id, R.key], set_=changed, where=expired)
    return Statement(claimed.returning(R.key))


CLAIM: Final = _claim()


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that is claimed together with the writes, and the answer that is kept under it."""

    key: Key
    answer: str


async def flush_alone(
    database: Database, author: Author, write: CollectedWrite, claim: Claim | None, quota: Quota
) -> Change:
    """One write in a transaction of its own.

    Raises NotFound when there is no account to add to, and MovedOn for every other reason.
    """
    entry = Entry.of(write)
    values: dict[str, Any] = entry.fields | {
        "user_id": author.owner,
        "read_revision": write.thing.revision,
        "entry_at": author.at,
        "entry_session_id": author.session,
        "entry_entity": write.table.kind.name,
        "entry_kind": write.action.value,
        "entry_value": entry.feed_value,
    }
    if write.action is Action.DELETED:
        kept = {"entity": write.table.kind.name, "deleted_at": author.at, "value": entry.value}
        kept |= {"root_id": write.root, "things": 1 if write.root == write.id else 0}
        values |= {f"trash_{name}": value for name, value in kept.items()}
    else:
        values |= write.table.computed(write.thing)
    values |= values_of(usage([entry], 0 if claim is None else 1), quota)
    if claim:
        values |= _kept(claim, author)
    row = await database.write(write.table.writes[write.action, claim is not None], values)
    if row is not None:
        return change_of(write, author, row[0], row[0], write.thing.revision)
    if claim is None and write.action is Action.CREATED:
        await revision(database, author.owner)
    raise MovedOn


async def claim_key(transaction: Transaction, author: Author, claim: Claim, first_seq: int) -> None:
    """Keeps the receipt inside a transaction. Raises MovedOn when there is one already that is still valid."""
    values = {"user_id": author.owner, "before": author.at - RECEIPTS_KEPT, "receipt_first_seq": first_seq}
    if await transaction.one(CLAIM, _kept(claim, author) | values) is None:
        raise MovedOn


async def flush(
    transaction: Transaction, author: Author, collected: Collected, receipts_added: int, quota: Quota
) -> list[Change]:
    """What was collected, in order and in pieces, inside a transaction in which other writes were flushed before.

    No piece ends between a change of a thing and its removal, because the changed thing may refer to what is gone.
    Raises NotFound, MovedOn, LimitReached, and Uncounted when the counts for the quotas have to be made anew.
    """
    pace = Pace(AWAY_BYTES)
    changes: list[Change] = []
    piece: list[Entry] = []
    size = 0
    for write in collected.writes:
        removed = write.action is Action.DELETED and piece and piece[-1].write.id == write.id
        if (len(piece) >= PIECE or size >= PIECE_BYTES) and not removed:
            changes += await _flush_piece(transaction, author, collected, piece, 0, quota, pace)
            piece, size = [], 0
        piece.append(entry := Entry.of(write))
        size += entry.size
        await pace.work(ABOUT + entry.size)
    if piece or receipts_added:
        changes += await _flush_piece(transaction, author, collected, piece, receipts_added, quota, pace)
    return changes


async def _flush_piece(
    transaction: Transaction,
    author: Author,
    collected: Collected,
    piece: Sequence[Entry],
    receipts_added: int,
    quota: Quota,
    pace: Pace,
) -> list[Change]:
    last = await advance(transaction, author.owner, author.at, len(piece), usage(piece, receipts_added), quota)
    changes = numbered(piece, author, last - len(piece) + 1, collected)
    for sets in await row_sets(piece, changes, author, collected, pace):
        parts = [(statement, rows) for statement, rows in sets.items() if rows]
        written = await transaction.write_sets(parts) if parts else ()
        for (statement, rows), found in zip(parts, written, strict=True):
            if len(found) != len(rows) and statement is not TAGS_OUT:
                raise MovedOn
    collected.revisions.update({(change.entity, change.id): change.seq for change in changes})
    return changes


def usage(entries: Sequence[Entry], receipts_added: int) -> Usage:
    """What the writes add to what an account stores."""
    added = {"tasks": 0, "lists": 0}
    for entry in entries:
        kind = entry.write.table.kind
        if kind.counted:
            added[kind.counted] += kind.counts(entry.write.action)
    return Usage(**added, receipts=receipts_added, feed_bytes=sum(entry.feed_bytes for entry in entries))


def _kept(claim: Claim, author: Author) -> dict[str, Any]:
    return {
        "receipt_key": claim.key.text,
        "receipt_fingerprint": claim.key.fingerprint,
        "receipt_answer": claim.answer,
        "receipt_at": author.at,
    }
