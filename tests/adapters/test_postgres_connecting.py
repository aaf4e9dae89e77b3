"""What each parameter of an address does at a real server, and why a connection cannot be opened."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlsplit

import asyncpg
import pytest

from tests.support.server import free_port
from tests.support.tls import certificate, encrypting
from todo_adapters.sql import migrate, schema
from todo_adapters.sql.postgres.address import read
from todo_adapters.sql.postgres.connecting import Connector, to_connect_error
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.store import SqlStore
from todo_core.errors import Unavailable


async def asked(url: str, question: str, **settings: str) -> object:
    """The server's answer to a question on a connection to this address."""
    connection = await Connector(read(url)).connect(settings)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def refusal(url: str) -> str:
    """Why there is no connection to this address."""
    with pytest.raises(Unavailable) as refused:
        await Connector(read(url)).connect({})
    assert refused.value.detail in {
        "The database cannot be reached.",
        "The database does not permit this to the service.",
    }
    return refused.value.reason


def at(url: str, **parts: str) -> str:
    """The address with another user, password, port, host, database or parameters."""
    given = urlsplit(url)
    user, password = parts.get("user", given.username or ""), parts.get("password", given.password or "")
    place = f"{parts.get('host', given.hostname)}:{parts.get('port', given.port)}"
    query = f"?{parts['query']}" if "query" in parts else ""
    return f"postgresql://{user}:{quote(password, safe='')}@{place}/{parts.get('database', given.path[1:])}{query}"


@pytest.mark.parametrize(
    ("query", "question", "answer"),
    [
        ("application_name=hello%20you", "SHOW application_name", "hello you"),
        ("fallback_application_name=other", "SHOW application_name", "other"),
        ("options=-c%20geqo%3Doff%20-c%20work_mem%3D5MB", "SHOW work_mem", "5MB"),
        ("options=--geqo%3Doff", "SHOW geqo", "off"),
        ("options=-c%20statement_timeout%3D5s", "SHOW statement_timeout", "7s"),
        ("target_session_attrs=read-write", "SELECT 1", 1),
        ("target_session_attrs=primary&connect_timeout=9", "SELECT 1", 1),
        (
            "channel_binding=require&keepalives=1&keepalives_idle=30&tcp_user_timeout=9&gssencmode=disable",
            "SELECT 1",
            1,
        ),
        ("connection_limit=1&pool_timeout=3&schema=public&statement_cache_size=0", "SELECT 1", 1),
        ("sslmode=prefer&sslrootcert=", "SELECT 1", 1),
        ("pgbouncer=true&application_name=pooled", "SHOW application_name", "pooled"),
        ("pgbouncer=true", "SHOW statement_timeout", "0"),
    ],
)
async def test_a_parameter_does_at_the_server_what_it_says(
    postgres_url: str, query: str, question: str, answer: object
) -> None:
    assert await asked(at(postgres_url, query=query), question, statement_timeout="7s") == answer


async def test_the_pool_the_migrations_and_the_check_of_the_schema_read_an_address_alike(postgres_url: str) -> None:
    url = at(postgres_url, query="application_name=alike&channel_binding=require&options=-c%20geqo%3Doff")
    await migrate.upgrade(url)
    assert await schema.is_current(url)
    for pgbouncer in (False, True):
        address = f"{postgres_url}?application_name=alike" if pgbouncer else url
        database = PostgresDatabase(PostgresOptions(address, pgbouncer=pgbouncer))
        await SqlStore(database).ping()
        await database.close()
    with pytest.raises(Unavailable, match="not the one of PgBouncer"):
        await migrate.upgrade(f"{postgres_url}?pgbouncer=true")


async def test_a_password_can_be_in_a_file(postgres_url: str, tmp_path: Path) -> None:
    given = urlsplit(postgres_url)
    file = tmp_path / "passwords"
    file.write_text(f"127.0.0.1:{given.port}:*:{given.username}:{given.password}\n")
    file.chmod(0o600)
    url = f"postgresql://{given.username}@127.0.0.1:{given.port}{given.path}?passfile={file}"
    assert await asked(url, "SELECT 1") == 1
    file.unlink()
    assert await refusal(url) == "The file that passfile names in the address cannot be read."


async def test_the_next_host_is_tried_when_one_is_away_or_does_not_accept_writes(postgres_url: str) -> None:
    given = urlsplit(postgres_url)
    start = f"postgresql://{given.username}:{given.password}@"
    away = free_port()
    assert await asked(f"{start}127.0.0.1:{away},127.0.0.1:{given.port}{given.path}", "SELECT 1") == 1
    assert await asked(f"{start}nowhere.invalid,127.0.0.1:{given.port}{given.path}", "SELECT 1") == 1
    read_only = "options=-c%20default_transaction_read_only%3Don"
    both = f"{start}127.0.0.1:{given.port},127.0.0.1:{given.port}{given.path}"
    assert await refusal(f"{both}?{read_only}") == "The database cannot be reached: no host accepts writes."
    assert await asked(f"{both}?{read_only}&target_session_attrs=any", "SELECT 1") == 1


async def test_a_host_that_is_silent_is_waited_for_once(postgres_url: str) -> None:
    given = urlsplit(postgres_url)
    asked_for: list[object] = []

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked_for.append(writer)
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as silent:
        account = f"{given.username}:{given.password}"
        first = f"127.0.0.1:{silent.sockets[0].getsockname()[1]}"
        connector = Connector(
            read(f"postgresql://{account}@{first},127.0.0.1:{given.port}{given.path}?sslmode=disable")
        )
        for _ in range(3):
            connection = await connector.connect({})
            await connection.close()
    assert len(asked_for) == 1


@pytest.mark.check("K9", "J9")
async def test_the_servers_own_sentence_says_why_there_is_no_connection(postgres_url: str) -> None:
    start = "The database refuses the connection: "
    wrong = at(postgres_url, password="canary")
    assert await refusal(wrong) == f'{start}password authentication failed for user "postgres".'
    unknown = at(postgres_url, user="nobody")
    assert await refusal(unknown) == f'{start}password authentication failed for user "nobody".'
    missing = at(postgres_url, database="nowhere")
    assert await refusal(missing) == f'{start}database "nowhere" does not exist.'
    option = at(postgres_url, query="options=-c%20foo%3D1")
    assert await refusal(option) == f'{start}unrecognized configuration parameter "foo".'


async def test_a_server_out_of_reach_is_told_from_a_name_that_does_not_resolve(postgres_url: str) -> None:
    start = "The database cannot be reached: "
    assert await refusal(at(postgres_url, port=str(free_port()))) == f"{start}connection refused."
    for name in ("nowhere.invalid", "a..b", "x" * 70):
        assert await refusal(at(postgres_url, host=name)) == f"{start}its host name does not resolve."
    assert await refusal("postgresql:///d?host=/nowhere") == f"{start}its socket does not exist."
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = read(at(postgres_url, port=str(silent.getsockname()[1])))
        with pytest.raises(Unavailable, match=f"{start}it does not answer within 0.1 s"):
            await Connector(replace(address, connect_seconds=0.1)).connect({})


async def test_a_role_without_rights_is_told_in_the_servers_words(postgres_url: str) -> None:
    await migrate.upgrade(postgres_url)
    admin = await asyncpg.connect(postgres_url)
    try:
        await admin.execute("DROP ROLE IF EXISTS without_rights")
        await admin.execute("CREATE ROLE without_rights LOGIN PASSWORD 'secret'")
        url = at(postgres_url, user="without_rights", password="secret")
        database = PostgresDatabase(PostgresOptions(url))
        with pytest.raises(Unavailable, match="permission denied for table alembic_version"):
            await SqlStore(database).ping()
        await database.close()
        with pytest.raises(Unavailable, match="The migration stopped: permission denied"):
            await migrate.upgrade(url)
    finally:
        await admin.execute("DROP ROLE without_rights")
        await admin.close()


@pytest.mark.check("J9")
def test_neither_passwords_nor_host_names_are_repeated_from_what_others_say() -> None:
    address = read("postgresql://todo:canary%40x@db.example.org/todo")
    said = 'no pg_hba.conf entry for host "10.0.0.7", user "todo", or canary@x was wrong'
    error = asyncpg.InvalidAuthorizationSpecificationError.new({"C": "28000", "M": said})
    assert to_connect_error(error, address).reason == (
        'The database refuses the connection: no pg_hba.conf entry for host "...", user "todo", or *** was wrong.'
    )
    for failure in (
        asyncpg.ClientConfigurationError("canary@x is not valid"),
        asyncpg.InterfaceError("canary@x"),
        OSError("Multiple exceptions: [Errno 111] Connect call failed ('10.0.0.7', 5432), canary@x"),
        ConnectionError('PostgreSQL server at "db.example.org:5432" rejected SSL upgrade'),
    ):
        reason = to_connect_error(failure, address).reason
        assert not any(secret in reason for secret in ("canary", "10.0.0.7", "example.org")), reason


def test_a_pooler_that_refuses_settings_is_recognised() -> None:
    error = asyncpg.ProtocolViolationError.new({"C": "08P01", "M": "unsupported startup parameter: jit"})
    reason = to_connect_error(error, read("postgresql://pooler/todo")).reason
    assert "unsupported startup parameter: jit" in reason
    assert "TODO_PGBOUNCER=1" in reason
    known = to_connect_error(error, read("postgresql://pooler/todo?pgbouncer=true")).reason
    assert known == "The database refuses the connection: unsupported startup parameter: jit."


@pytest.fixture
async def encrypted(postgres_url: str, tmp_path: Path) -> AsyncIterator[tuple[str, Path]]:
    """The address of the server by way of TLS, without parameters, and the certificate, which is for localhost."""
    file = certificate(tmp_path, "localhost")
    async with encrypting(postgres_url, file) as port:
        yield at(postgres_url, host="localhost", port=str(port)), file


async def test_tls_is_used_and_verified_as_sslmode_says(encrypted: tuple[str, Path], postgres_url: str) -> None:
    url, file = encrypted
    elsewhere = url.replace("@localhost:", "@127.0.0.1:")
    good = ("sslmode=require", "ssl=true", f"sslmode=verify-full&sslrootcert={file}", f"ssl=require&sslrootcert={file}")
    for query in good:
        assert await asked(f"{url}?{query}", "SELECT 1") == 1
    assert await asked(f"{elsewhere}?sslmode=verify-ca&sslrootcert={file}", "SELECT 1") == 1
    start = "The database cannot be reached: "
    system = f"{url}?sslmode=verify-full&sslrootcert=system"
    assert await refusal(system) == f"{start}its certificate is not accepted (self-signed certificate)."
    assert "is not accepted (ip address mismatch" in (
        await refusal(f"{elsewhere}?sslmode=verify-full&sslrootcert={file}")
    )
    assert await refusal(f"{postgres_url}?sslmode=require") == (
        f"{start}the server does not offer TLS, which sslmode asks for."
    )
    missing = f"{url}?sslmode=verify-full&sslrootcert={file}.missing"
    assert await refusal(missing) == "The file that sslrootcert names in the address cannot be read."
    assert await refusal(f"{url}?sslmode=require&sslcert={__file__}") == (
        f"{start}TLS fails (a certificate or key is not valid)."
    )
