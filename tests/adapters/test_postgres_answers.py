"""What the server and its driver say, and what that means: nothing happened, perhaps it did, or a fault of ours."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from asyncpg import exceptions
from sqlalchemy import text

from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.memory.security import ListEventLog
from todo_adapters.runtime import UuidSevens
from todo_adapters.sql import migrate
from todo_adapters.sql.attempts import SqlAttempts
from todo_adapters.sql.failures import DISK_FULL, NO_SCHEMA, NOT_PERMITTED, OUT_OF_REACH, ROLLED_BACK, TOO_SLOW
from todo_adapters.sql.postgres.address import read
from todo_adapters.sql.postgres.connecting import to_connect_error
from todo_adapters.sql.postgres.connection import to_core_error
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.statements import Statement
from todo_adapters.sql.store import SqlStore
from todo_core.errors import Contention, MovedOn, OutcomeUnknown, OwnerBusy, Unavailable
from todo_core.ids import UserId
from todo_core.model.task import TASKS
from todo_core.model.user import User
from todo_core.runner import Runner

IDS = UuidSevens()
NOW = datetime(2026, 11, 20, tzinfo=UTC)
MILK = TASKS.draft(title="Buy milk")

WRONG = Statement(text("SELECT 1 / 0"))

MEANINGS = {
    OUT_OF_REACH: {
        "AdminShutdownError",
        "CannotConnectNowError",
        "ClientCannotConnectError",
        "ClientConfigurationError",
        "ConfigurationLimitExceededError",
        "ConnectionDoesNotExistError",
        "ConnectionFailureError",
        "ConnectionRejectionError",
        "CrashShutdownError",
        "DatabaseDroppedError",
        "DuplicateFileError",
        "FileNameTooLongError",
        "IdleInTransactionSessionTimeoutError",
        "IdleSessionTimeoutError",
        "InsufficientResourcesError",
        "InterfaceError",
        "InternalClientError",
        "InvalidAuthorizationSpecificationError",
        "InvalidCatalogNameError",
        "InvalidPasswordError",
        "OperatorInterventionError",
        "OutOfMemoryError",
        "OutdatedSchemaCacheError",
        "PostgresConnectionError",
        "PostgresIOError",
        "PostgresSystemError",
        "ProtocolError",
        "ProtocolViolationError",
        "ReadOnlySQLTransactionError",
        "TargetServerAttributeNotMatched",
        "TooManyConnectionsError",
        "TransactionResolutionUnknownError",
        "TransactionTimeoutError",
        "UndefinedFileError",
        "UnsupportedClientFeatureError",
        "UnsupportedServerFeatureError",
    },
    DISK_FULL: {"DiskFullError"},
    TOO_SLOW: {"QueryCanceledError"},
    ROLLED_BACK: {"InFailedSQLTransactionError"},
    NOT_PERMITTED: {"InsufficientPrivilegeError"},
    NO_SCHEMA: {"UndefinedColumnError", "UndefinedTableError"},
    Contention: {
        "DeadlockDetectedError",
        "InvalidCachedStatementError",
        "SerializationError",
        "StatementCompletionUnknownError",
        "TransactionIntegrityConstraintViolationError",
        "TransactionRollbackError",
    },
    MovedOn: {"ForeignKeyViolationError", "NotNullViolationError", "UniqueViolationError"},
    OwnerBusy: {"LockNotAvailableError"},
}
"""What each class of the driver means where no commit was sent. Any other is a fault of ours, and stays what it is."""

DOUBTFUL = {
    "ClientCannotConnectError",
    "ConnectionDoesNotExistError",
    "ConnectionFailureError",
    "ConnectionRejectionError",
    "PostgresConnectionError",
    "ProtocolViolationError",
    "StatementCompletionUnknownError",
    "TransactionResolutionUnknownError",
}
"""The answers of a server after which a commit may have happened; so does whatever the driver raises of its own."""


def _classes(root: type[Exception]) -> Iterator[type[Exception]]:
    """The class and those below it that the driver makes public."""
    if getattr(asyncpg, root.__name__, None) is root:
        yield root
        for child in root.__subclasses__():
            yield from _classes(child)


def _said() -> Iterator[Exception]:
    """One exception of each class of the driver."""
    for kind in _classes(asyncpg.PostgresError):
        error: Any = kind("said")
        yield error
    for root in (asyncpg.InterfaceError, asyncpg.InternalClientError):
        for kind in _classes(root):
            yield kind("said")


def _meaning(refused: Exception) -> object:
    return refused.detail if type(refused) is Unavailable else type(refused)


def test_each_exception_of_the_driver_has_the_meaning_that_it_should() -> None:
    expected = {name: meaning for meaning, names in MEANINGS.items() for name in names}
    told = {type(error).__name__: (_meaning(to_core_error(error)), type(error)) for error in _said()}
    assert len(told) > 200
    assert expected.keys() <= told.keys()
    for name, (meaning, kind) in told.items():
        assert meaning == expected.get(name, kind), name


@pytest.mark.check("K4")
def test_after_a_commit_was_sent_only_a_refusal_of_the_server_means_that_nothing_happened() -> None:
    for error in _said():
        doubtful = type(error).__name__ in DOUBTFUL or not isinstance(error, asyncpg.PostgresError)
        expected = OutcomeUnknown if doubtful else _meaning(to_core_error(error))
        assert _meaning(to_core_error(error, committing=True)) == expected, error
    for other in (OSError("gone"), TimeoutError(), EOFError(), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "?")):
        assert isinstance(to_core_error(other, committing=True), OutcomeUnknown)


@pytest.mark.check("K9")
def test_who_cannot_connect_is_told_that_the_database_is_out_of_reach() -> None:
    for error in _said():
        meaning = _meaning(to_core_error(error))
        refused = to_connect_error(error, read("postgresql://todo:secret@db.example.org/todo"))
        assert refused.detail == (meaning if isinstance(meaning, str) else OUT_OF_REACH)
        assert refused.reason.startswith("The database ")


@pytest.mark.parametrize(
    ("state", "meaning"), [("57P99", OUT_OF_REACH), ("53999", OUT_OF_REACH), ("40999", Contention), ("ZZ000", None)]
)
def test_a_code_that_the_driver_does_not_know_is_understood_by_its_class(state: str, meaning: object) -> None:
    error = exceptions.PostgresError.new({"C": state, "M": "said"})
    assert type(error) is exceptions.UnknownPostgresError
    assert _meaning(to_core_error(error)) == (meaning or exceptions.UnknownPostgresError)


@dataclass
class Service:
    """A runner on a database of PostgreSQL, and somebody with an account."""

    database: PostgresDatabase
    run: Runner
    owner: UserId

    async def seqs(self) -> list[int]:
        return [change.seq for change in (await self.run.store.view(self.owner).changes.page(0, 1000)).items]


@pytest.fixture
async def service(postgres_url: str) -> AsyncIterator[Service]:
    await migrate.upgrade(postgres_url)
    database = PostgresDatabase(PostgresOptions(postgres_url, pool_size=1))
    run = Runner(SqlStore(database), FixedClock(), IDS, ListEventLog())
    user = User(id=UserId(IDS.new()), email=f"{IDS.new()}@example.org", name="Ada", created_at=NOW)
    await run.accounts(lambda tx: tx.users.add(user, "-"))
    yield Service(database, run, user.id)
    await database.close()


@pytest.mark.parametrize("written", [True, False])
async def test_a_commit_that_is_answered_with_a_rollback_did_not_happen(service: Service, written: bool) -> None:
    key = IDS.new().bytes
    async with service.database.transaction() as transaction:
        if written:
            await SqlAttempts(transaction).locked(key, NOW)
        with suppress(asyncpg.DivisionByZeroError):
            await transaction.one(WRONG, {})
        with pytest.raises(Unavailable, match=ROLLED_BACK):
            await transaction.commit()
    assert await service.run.store.accounts().attempts.get(key) is None


async def test_an_argument_that_cannot_be_encoded_is_a_fault_of_ours(service: Service) -> None:
    look = Statement(text("SELECT 1 WHERE 1 = CAST(:number AS integer)"))
    with pytest.raises(asyncpg.DataError):
        await service.database.one(look, {"number": "one"})
    assert await service.seqs() == []
