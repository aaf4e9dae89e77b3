"""The parameters of addresses of PostgreSQL: which are understood, ignored or refused, and what their values may be."""

from collections.abc import Callable, Mapping
from typing import Final

SSL_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
TLS_VERSIONS: Final = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")

SSL_SWITCH: Final = {"true": "require", "1": "require", "false": "disable", "0": "disable", "no-verify": "require"}
"""Values of ``ssl``, a parameter of other drivers, as values of ``sslmode``."""

SWITCH: Final = {"true": "true", "1": "true", "false": "false", "0": "false"}

POOL: Final = "TODO_POOL_SIZE and TODO_POOL_WAIT_SECONDS describe the pool"
KEEPALIVE: Final = "the service closes idle connections itself"
PREPARED: Final = "pgbouncer=true switches prepared statements off"
KERBEROS: Final = "Kerberos is not used"

IGNORED: Final[Mapping[str, str]] = {
    "channel_binding": "the driver does not support it; sslmode=verify-full verifies the server",
    "client_encoding": "it is always UTF-8",
    "connection_limit": POOL,
    "gssdelegation": KERBEROS,
    "gssencmode": KERBEROS,
    "gsslib": KERBEROS,
    "keepalives": KEEPALIVE,
    "keepalives_count": KEEPALIVE,
    "keepalives_idle": KEEPALIVE,
    "keepalives_interval": KEEPALIVE,
    "krbsrvname": KERBEROS,
    "load_balance_hosts": "hosts are tried in order",
    "max_connection_lifetime": POOL,
    "max_idle_connection_lifetime": POOL,
    "max_protocol_version": "the driver chooses the version",
    "min_protocol_version": "the driver chooses the version",
    "pool_max_conns": POOL,
    "pool_size": POOL,
    "pool_timeout": POOL,
    "prepareThreshold": PREPARED,
    "prepared_statement_cache_size": PREPARED,
    "schema": "tables are in the first schema of search_path",
    "socket_timeout": "TODO_STATEMENT_SECONDS is the limit",
    "sslaccept": "sslmode says whether the certificate is verified",
    "sslcertmode": "a certificate is sent when sslcert is given",
    "sslcompression": "TLS compression is never used",
    "sslsni": "the host name is always sent",
    "statement_cache_size": PREPARED,
    "supa": "it is for another driver",
    "tcp_user_timeout": KEEPALIVE,
    "uselibpqcompat": "it is for another driver",
    "workaround": "it is for another driver",
}
"""Parameters without effect, and why."""

REFUSED: Final[Mapping[str, str]] = {
    "hostaddr": "give it as the host",
    "replication": "the service does not replicate",
    "require_auth": "the driver cannot ensure it",
    "requirepeer": "the driver cannot ensure it",
    "requiressl": "use sslmode=require",
    "service": "give host, database and user instead",
    "servicefile": "give host, database and user instead",
    "sslcrldir": "use sslcrl",
    "sslidentity": "use sslcert and sslkey",
}
"""Parameters that would mean something else or less safety if they were ignored, and what to do."""


def _one_of(*words: str) -> Callable[[str, str], str]:
    def check(name: str, text: str) -> str:
        if text not in words:
            raise ValueError(f"an address whose {name} is one of {', '.join(words)}")
        return text

    return check


def _any(_: str, text: str) -> str:
    return text


def _seconds(name: str, text: str) -> str:
    """As in libpq: whole seconds, 0 for the default."""
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise ValueError(f"an address whose {name} is a whole number of seconds from 0 to 999")
    return text


def _mapped(values: Mapping[str, str], *more: str) -> Callable[[str, str], str]:
    def check(name: str, text: str) -> str:
        return values[text] if text in values else _one_of(*values, *more)(name, text)

    return check


def _target(name: str, text: str) -> str:
    if text in {"standby", "prefer-standby", "read-only"}:
        raise ValueError(f"an address whose {name} is read-write, primary or any, because the service writes")
    return _one_of("any", "primary", "read-write")(name, text)


CHECKS: Final[Mapping[str, Callable[[str, str], str]]] = {
    "application_name": _any,
    "connect_timeout": _seconds,
    "dbname": _any,
    "fallback_application_name": _any,
    "host": _any,
    "options": _any,
    "passfile": _any,
    "password": _any,
    "pgbouncer": _mapped(SWITCH),
    "port": _any,
    "ssl": _mapped(SSL_SWITCH, *SSL_MODES),
    "ssl_max_protocol_version": _one_of(*TLS_VERSIONS),
    "ssl_min_protocol_version": _one_of(*TLS_VERSIONS),
    "sslcert": _any,
    "sslcrl": _any,
    "sslkey": _any,
    "sslmode": _one_of(*SSL_MODES),
    "sslnegotiation": _one_of("postgres", "direct"),
    "sslpassword": _any,
    "sslrootcert": _any,
    "target_session_attrs": _target,
    "user": _any,
}
"""The parameters that are understood, and how their values are read."""

HARMLESS: Final[Mapping[str, Callable[[str, str], str]]] = {
    "gssencmode": _one_of("disable", "prefer"),
    "schema": _one_of("public"),
    "sslaccept": _one_of("accept_invalid_certs"),
}
"""The values with which an ignored parameter may be ignored."""


def checked(name: str, text: str) -> str:
    """The value of a parameter in the form of libpq. Raises ValueError with the rest of "The address must be ..."."""
    return (CHECKS.get(name) or HARMLESS.get(name, _any))(name, text)
