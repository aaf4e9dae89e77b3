"""Opens connections to PostgreSQL and says why one cannot be opened, without secrets and host names."""

import os
import socket
import ssl
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import asyncpg

from todo_adapters.sql.failures import OUT_OF_REACH
from todo_adapters.sql.postgres.address import ROOTS_OF_SYSTEM, PostgresAddress
from todo_adapters.sql.postgres.connection import to_core_error
from todo_core.errors import Unavailable

FAILURES: Final = (
    OSError,
    UnicodeError,  # a host name that no name server would accept
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
NEXT_HOST: Final = (
    OSError,
    UnicodeError,
    asyncpg.CannotConnectNowError,
    asyncpg.ConnectionDoesNotExistError,  # the server hung up
    asyncpg.TargetServerAttributeNotMatched,
)
"""After these the next host is tried. Others, such as a wrong password, would be the same there."""

POOLER_REFUSES: Final = "unsupported startup parameter"
ROOTS_MISSING: Final = "root certificate file"
ROOTS_HINT: Final = "; name it with sslrootcert, or use sslrootcert=system for what this machine trusts"
POOLER_HINT: Final = " (for PgBouncer set TODO_PGBOUNCER=1; migrations need the address of the server itself)"


class Connector:
    """Opens connections to one database, beginning with the host that served last: one that is silent takes long."""

    def __init__(self, address: PostgresAddress) -> None:
        self.address = address
        self._hosts = list(address.hosts)

    async def connect(
        self, settings: Mapping[str, str], *, cached: bool = False, command_timeout: float | None = None
    ) -> asyncpg.Connection:
        """Opens a connection to the first host that serves. Raises Unavailable.

        ``settings`` apply to the session, but not with PgBouncer. ``cached`` keeps prepared statements.
        """
        address = self.address
        _require_files(address)
        options = _options(address) | {
            "server_settings": {**({} if address.pgbouncer else settings), **address.session},
            "statement_cache_size": 100 if cached and not address.pgbouncer else 0,
            "command_timeout": command_timeout,
        }
        failure: Exception = OSError()
        for place in list(self._hosts):
            try:
                connection: asyncpg.Connection = await asyncpg.connect(host=place[0], port=place[1], **options)
            except FAILURES as error:
                failure = error
                if not isinstance(error, NEXT_HOST):
                    break
            else:
                self._hosts.sort(key=lambda each: each != place)
                return connection
        raise to_connect_error(failure, address) from failure


def _require_files(address: PostgresAddress) -> None:
    for name, file in address.files.items():
        if not os.access(file, os.R_OK):
            raise Unavailable(OUT_OF_REACH, reason=f"The file that {name} names in the address cannot be read.")


def _options(address: PostgresAddress) -> dict[str, Any]:
    tls = dict(address.tls)
    options: dict[str, Any] = {
        "user": address.user,
        "password": address.password,
        "database": address.database,
        "passfile": address.passfile,
        "target_session_attrs": address.target,
        "timeout": address.connect_seconds,
    }
    if tls.get("sslrootcert") == ROOTS_OF_SYSTEM:
        return options | {"ssl": True}
    return options | {"dsn": f"postgresql://?{urlencode(tls)}" if tls else None}  # the driver takes them nowhere else


def to_connect_error(error: Exception, address: PostgresAddress) -> Unavailable:
    """The error of a failed connect: whatever the server reports, it is unavailable."""
    meaning = to_core_error(error)
    detail = meaning.detail if type(meaning) is Unavailable else OUT_OF_REACH
    return Unavailable(detail, reason=_reason(error, address))


def _reason(error: Exception, address: PostgresAddress) -> str:
    """Why a connection cannot be opened, in one sentence: the server's own if it has said one."""
    if isinstance(error, asyncpg.PostgresError) and not isinstance(error, asyncpg.ConnectionDoesNotExistError):
        said = _without_secrets(str(error.args[0]) if error.args else type(error).__name__, address)
        hint = POOLER_HINT if POOLER_REFUSES in said and not address.pgbouncer else ""
        return f"The database refuses the connection: {said}{hint}."
    if isinstance(error, asyncpg.ClientConfigurationError):
        said = _without_secrets(str(error.args[0]), address)
        return f"{OUT_OF_REACH[:-1]}: {said}{ROOTS_HINT if ROOTS_MISSING in said else ''}."
    return f"{OUT_OF_REACH[:-1]}: {_cause(error, address.connect_seconds)}."


def _cause(error: Exception, seconds: float) -> str:
    match error:
        case TimeoutError():
            return f"it does not answer within {seconds:g} s"
        case socket.gaierror() | UnicodeError():
            return "its host name does not resolve"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not accepted ({error.verify_message.partition(',')[0].rstrip('.').lower()})"
        case ssl.SSLError():
            return f"TLS fails ({(error.reason or 'a certificate or key is not valid').replace('_', ' ').lower()})"
        case FileNotFoundError():
            return "its socket does not exist"
        case asyncpg.TargetServerAttributeNotMatched():
            return "no host accepts writes"
        case ConnectionError() if "rejected SSL upgrade" in str(error):
            return "the server does not offer TLS, which sslmode asks for"
        case OSError() if number := error.errno or _first_number(str(error)):
            return os.strerror(number).lower()
        case OSError() | asyncpg.ConnectionDoesNotExistError():
            return "the connection was closed"
    return "the driver fails"


def _first_number(text: str) -> int:
    """The error number in the text of an error that stands for several, one for each address of a host."""
    digits = text.partition("[Errno ")[2].partition("]")[0]
    return int(digits) if digits.isdigit() else 0


def _without_secrets(said: str, address: PostgresAddress) -> str:
    """What the server or the driver said, without the password and the names in ``host "..."``.

    A password that is also the name of the user or the database stays.
    """
    parts = said.rstrip(".").split('"')
    for index in range(1, len(parts), 2):
        if parts[index - 1].endswith("host "):
            parts[index] = "..."
    said = '"'.join(parts)
    if not address.password or address.password in (address.user, address.database):
        return said
    return said.replace(address.password, "***")
