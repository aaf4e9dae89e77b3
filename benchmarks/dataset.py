"""The tasks that everything is measured on: made the same way each time, loaded by COPY."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import Connection, insert

from todo_adapters.runtime import UuidSevens
from todo_adapters.sql.tables import login_sessions, tasks, users
from todo_adapters.sql.tasks import TASK_TABLE
from todo_core.ids import TaskId, UserId
from todo_core.model.task import TASKS

HEAVY_TASKS: Final = 50_000
PEOPLE: Final = 2_000
"""Users who ask; the others are only there."""

SPAN: Final = timedelta(days=300)
TEMPLATES: Final = 2_000
WORDS: Final = (
    "buy call write mend plan read send book clean sort pay visit return check order water fetch paint move answer "
    "milk report bicycle garden invoice dentist letter kitchen window ticket passport laptop shelf lease car photos"
)

COLUMNS: Final = [column.name for column in tasks.c]
OWNER, ID, TITLE, COMPLETED, REVISION, CREATED, UPDATED = (
    COLUMNS.index(name) for name in ("user_id", "id", "title", "completed_at", "revision", "created_at", "updated_at")
)
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Size:
    """How many tasks of how many users; one of these has HEAVY_TASKS of them, where there is room."""

    tasks: int
    users: int


@dataclass
class Person:
    """Somebody who asks, with the tasks that they own."""

    user_id: UUID
    session_id: UUID
    tasks: list[UUID] = field(default_factory=list)


@dataclass
class Dataset:
    """What was made: the people who ask, their rows, and the user with the many tasks (who never asks)."""

    size: Size
    people: list[Person]
    heavy: UUID
    rows: list[Row] = field(default_factory=list)
    """The tasks of these people, for the smaller databases."""


def templates(rng: random.Random) -> list[dict[str, Any]]:
    """Rows as the service itself would write them, but for what makes each task its own."""
    nobody, when = UUID(int=0), datetime(2026, 1, 1, tzinfo=UTC)
    found, words = [], WORDS.split()
    for _ in range(TEMPLATES):
        some = rng.sample(words, rng.randint(2, 6))
        draft = {"title": " ".join(some).capitalize(), "priority": rng.choice([None, "low", "medium", "high"])}
        if rng.random() < 0.3:
            draft["description"] = " ".join(rng.choices(words, k=rng.randint(5, 30)))
        day = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=rng.randrange(700))
        kind = rng.random()
        if kind < 2 / 3:
            clock = "" if kind < 0.5 else "T09:30" if kind < 0.6 else "T09:30:00Z"
            draft["due_date"] = f"{day:%Y-%m-%d}{clock}"
        task = TASKS.new(TaskId(nobody), UserId(nobody), TASKS.draft(**draft), when)
        found.append(TASK_TABLE.values(task))
    return found


class Maker:
    """Makes the rows of one dataset, in the order in which the tasks were added."""

    def __init__(self, size: Size, now: datetime, seed: int = 20261120) -> None:
        self.size = size
        self.rng = random.Random(seed)
        self.began = now - SPAN
        self.step = SPAN / (size.tasks + 1)
        self.at = self.began
        self.ids = UuidSevens(lambda: int(self.at.timestamp() * 1_000_000) * 1000, self.rng.getrandbits)
        self.owners = [self.ids.new() for _ in range(size.users)]
        self.counters = [0] * size.users
        asking = self.owners[1 : 1 + min(PEOPLE, size.users - 1)]
        people = [Person(owner, self.ids.new()) for owner in asking]
        self.dataset = Dataset(size, people, self.owners[0])

    def tasks(self) -> Iterator[Row]:
        """Every task. Who reads this to the end has a complete ``dataset``."""
        shapes = [itemgetter(*COLUMNS)(values) for values in templates(self.rng)]
        heavy = min(HEAVY_TASKS, self.size.tasks // 2)
        turns = [0] * heavy + [1 + n % (self.size.users - 1) for n in range(self.size.tasks - heavy)]
        self.rng.shuffle(turns)
        people, kept = self.dataset.people, self.dataset.rows
        for turn in turns:
            self.at += self.step
            values = list(shapes[int(self.rng.random() * TEMPLATES)])
            self.counters[turn] = revision = self.counters[turn] + 1
            values[OWNER], values[ID], values[REVISION] = self.owners[turn], self.ids.new(), revision
            values[CREATED] = values[UPDATED] = self.at
            if self.rng.random() < 0.35:
                values[COMPLETED] = values[UPDATED] = self.at + timedelta(hours=3)
            row = tuple(values)
            if 1 <= turn <= len(people):
                people[turn - 1].tasks.append(row[ID])
                kept.append(row)
            yield row

    def users(self, password_hash: str) -> Iterator[Row]:
        """The users, once the tasks are made: a counter is never behind a revision."""
        for number, owner in enumerate(self.owners):
            yield user_row(owner, number, self.began, password_hash, self.counters[number])


def address(number: int) -> str:
    """The address under which the user of this number logs in; the people who ask are those from 1 on."""
    return f"p{number}@example.org"


PROFILE: Final = ("id", "email", "name", "time_zone", "created_at", "disabled", "password_hash")
USER_COLUMNS: Final = (*PROFILE, "revision", "task_count", "receipt_count", "feed_bytes")


def user_row(owner: UUID, number: int, made: datetime, password_hash: str, count: int) -> Row:
    """A user with so many tasks, each written once."""
    return owner, address(number), f"Person {number}", "UTC", made, False, password_hash, count, count, 0, 0


SESSION_COLUMNS: Final = ("user_id", "id", "generation", "created_at", "last_used_at", "replays", "client")


def sessions(people: Sequence[Person], now: datetime) -> Iterator[Row]:
    """The login sessions in which they ask."""
    for person in people:
        yield person.user_id, person.session_id, 1, now, now, 0, "benchmark"


async def load(url: str, size: Size, now: datetime, password_hash: str) -> Dataset:
    """Fills a migrated, empty PostgreSQL database."""
    maker = Maker(size, now)
    connection = await asyncpg.connect(url)
    try:
        # Foreign keys hold by construction; checking each row would take longer than loading it.
        await connection.execute("SET session_replication_role = replica")
        await connection.copy_records_to_table("tasks", records=maker.tasks(), columns=COLUMNS)
        await connection.copy_records_to_table("users", records=maker.users(password_hash), columns=USER_COLUMNS)
        records = list(sessions(maker.dataset.people, now))
        await connection.copy_records_to_table("login_sessions", records=records, columns=SESSION_COLUMNS)
    finally:
        await connection.close()
    return maker.dataset


def part_of(dataset: Dataset, tasks: int) -> Dataset:
    """The first of the people who ask, with about so many tasks together."""
    chosen, count = [], 0
    for person in dataset.people:
        if count >= tasks:
            break
        chosen.append(person)
        count += len(person.tasks)
    owners = {person.user_id for person in chosen}
    rows = [row for row in dataset.rows if row[OWNER] in owners]
    return Dataset(Size(len(rows), len(chosen)), chosen, dataset.heavy, rows)


def load_part(connection: Connection, dataset: Dataset, now: datetime, password_hash: str) -> None:
    """Fills a migrated, empty database of any kind with the people who ask and their tasks."""
    owners = [
        user_row(person.user_id, n, now, password_hash, len(person.tasks)) for n, person in enumerate(dataset.people, 1)
    ]
    for table, columns, rows in (
        (users, USER_COLUMNS, owners),
        (login_sessions, SESSION_COLUMNS, list(sessions(dataset.people, now))),
        (tasks, COLUMNS, dataset.rows),
    ):
        for start in range(0, len(rows), 20_000):
            part = rows[start : start + 20_000]
            connection.execute(insert(table), [dict(zip(columns, row, strict=True)) for row in part])
