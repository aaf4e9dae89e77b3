"""The tasks of ``dataset`` in lists, below one another and with tags, loaded by COPY."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from benchmarks.dataset import COLUMNS, COMPLETED, CREATED, ID, OWNER, USER_COLUMNS, Maker
from todo_adapters.sql.tables import lists, task_tags, trash
from todo_core.model import order
from todo_core.model.kinds import json_of

HEAVY_LISTS: Final = 500
HEAVY_TAGS: Final = 200
LISTS: Final = 8
TAGS: Final = 10

LIST_COLUMNS: Final = [column.name for column in lists.c]
TAG_COLUMNS: Final = [column.name for column in task_tags.c]
TRASH_COLUMNS: Final = [column.name for column in trash.c]
LIST, PARENT, POSITION, TAG, UNTIL, UNTIL_KIND, UNTIL_AT = (
    COLUMNS.index(name)
    for name in ("list_id", "parent_id", "position", "tags", "deferred_until", "deferred_kind", "deferred_at")
)
Row = tuple[Any, ...]


@dataclass
class Home:
    """The lists of one owner, and the latest task at the top level of each."""

    lists: list[UUID | None]
    tags: list[str]
    latest: dict[UUID | None, UUID] = field(default_factory=dict)


class Organizer:
    """Puts tasks into lists. Who reads ``tasks`` to the end has complete ``lists`` and ``tags``."""

    def __init__(self, maker: Maker) -> None:
        self.maker = maker
        self.rng = random.Random(11)
        self.lists: list[Row] = []
        self.tags: list[Row] = []
        self.homes = {owner: self._home(owner) for owner in maker.owners}

    def tasks(self) -> Iterator[Row]:
        for row in self.maker.tasks():
            yield self._organized(list(row))

    def users(self, password_hash: str) -> Iterator[Row]:
        for row in self.maker.users(password_hash):
            yield *row, len(self.homes[row[0]].lists) - 1

    def _home(self, owner: UUID) -> Home:
        heavy = owner == self.maker.dataset.heavy
        made = [self.maker.ids.new() for _ in range(HEAVY_LISTS if heavy else LISTS)]
        for number, list_id in enumerate(made):
            at = self.maker.began
            values = (owner, list_id, f"List {number}", None, False, order.newest(list_id), 1, at, at)
            self.lists.append(values)
        return Home([None, *made], [f"Tag {number}" for number in range(HEAVY_TAGS if heavy else TAGS)])

    def _organized(self, row: list[Any]) -> Row:
        home = self.homes[row[OWNER]]
        row[LIST] = list_id = self.rng.choice(home.lists) if self.rng.random() < 0.9 else None
        row[POSITION] = order.newest(row[ID])
        if list_id in home.latest and self.rng.random() < 0.2:
            row[PARENT] = home.latest[list_id]
        else:
            home.latest[list_id] = row[ID]
        if self.rng.random() < 0.02:
            row[UNTIL_AT] = row[CREATED] + timedelta(days=400)
            row[UNTIL], row[UNTIL_KIND] = f"{row[UNTIL_AT]:%Y-%m-%d}", "day"
        if self.rng.random() < 0.4:
            names = tuple(self.rng.sample(home.tags, self.rng.choice([1, 1, 2, 3])))
            row[TAG] = json_of(names)
            open_ = row[COMPLETED] is None
            self.tags += [(row[OWNER], name.lower(), row[ID], name, open_) for name in names]
        return tuple(row)


async def load_organized(url: str, maker: Maker, password_hash: str) -> Organizer:
    """Fills a migrated, empty PostgreSQL database."""
    organizer = Organizer(maker)
    connection = await asyncpg.connect(url)
    try:
        # Foreign keys hold by construction; checking each row would take longer than loading it.
        await connection.execute("SET session_replication_role = replica")
        await connection.copy_records_to_table("tasks", records=organizer.tasks(), columns=COLUMNS)
        await connection.copy_records_to_table("lists", records=organizer.lists, columns=LIST_COLUMNS)
        await connection.copy_records_to_table("task_tags", records=organizer.tags, columns=TAG_COLUMNS)
        columns = [*USER_COLUMNS, "list_count"]
        await connection.copy_records_to_table("users", records=organizer.users(password_hash), columns=columns)
        await connection.execute("RESET session_replication_role")
        await connection.execute("VACUUM ANALYZE users, tasks, lists, task_tags")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
    return organizer
