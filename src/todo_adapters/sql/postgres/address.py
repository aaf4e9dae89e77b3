"""Reads the address of a PostgreSQL database, with the parameters of libpq and of hosting providers.

Everything that connects uses this reading. A parameter is understood, ignored with a note, or refused by its name.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote, urlencode

from todo_adapters.sql.postgres.parameters import CHECKS, IGNORED, REFUSED, checked

SCHEMES: Final = ("postgresql", "postgres", "postgresql+asyncpg")
FORM: Final = "postgresql://user:password@host:port/database, with special characters escaped (@ is %40, / is %2F)"
PORT: Final = 5432
CONNECT_SECONDS: Final = 5.0
ROOTS_OF_SYSTEM: Final = "system"
"""The value of ``sslrootcert`` for the certificate authorities that this machine trusts."""

SET_BY_SERVICE: Final = (
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "jit",
    "timezone",
)
"""Settings of a session that the service sets itself, so that they have no effect in ``options``."""

TLS: Final = (
    "sslmode",
    "sslcert",
    "sslkey",
    "sslrootcert",
    "sslcrl",
    "sslpassword",
    "sslnegotiation",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
)
FILES: Final = ("sslcert", "sslkey", "sslrootcert", "sslcrl", "passfile")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresAddress:
    """Where a database is and how to connect. ``hosts`` are tried in order; a path is the folder of a socket."""

    hosts: tuple[tuple[str, int], ...]
    user: str | None
    password: str | None = field(repr=False)
    database: str
    tls: Mapping[str, str] = field(repr=False)
    passfile: str | None
    target: str | None
    """Which of several hosts to use, as ``target_session_attrs``."""
    session: Mapping[str, str]
    """Settings of the session: ``application_name`` and ``options``."""
    connect_seconds: float
    pgbouncer: bool
    notes: tuple[str, ...]
    """Sentences about parameters that have no effect."""

    @property
    def public(self) -> str:
        """The address without what is secret, for the operator."""
        places = ",".join(host if host.startswith("/") else f"{host}:{port}" for host, port in self.hosts)
        return f"PostgreSQL at {places}, database {self.database}" + (f", user {self.user}" if self.user else "")

    @property
    def for_commands(self) -> str:
        """The address for PostgreSQL's own commands, without passwords and what only the service understands."""
        places = ",".join(f"{_in_address(host)}:{port}" for host, port in self.hosts)
        given = {**self.tls, "passfile": self.passfile, "options": self.session.get("options")}
        kept = {name: text for name, text in given.items() if text and name != "sslpassword"}
        query = f"?{urlencode(kept, quote_via=quote, safe='/')}" if kept else ""
        user = f"{quote(self.user, safe='')}@" if self.user else ""
        return f"postgresql://{user}{places}/{quote(self.database, safe='')}{query}"

    @property
    def files(self) -> Mapping[str, str]:
        """The files that the address names, by parameter."""
        named = {**self.tls, "passfile": self.passfile or ""}
        return {name: named[name] for name in FILES if named.get(name) and named[name] != ROOTS_OF_SYSTEM}


def read(url: str, *, pgbouncer: bool = False) -> PostgresAddress:
    """Reads an address. Raises ValueError with the rest of "The address must be ...", without any part of a password.

    ``pgbouncer`` means that the address leads to a pooler even if it does not say so.
    """
    scheme, separator, rest = url.partition("://")
    if scheme.lower() not in SCHEMES or not separator:
        raise ValueError(FORM)
    plain, _, query = rest.partition("?")
    authority, _, path = plain.partition("/")
    if not _is_unambiguous(authority, path, query):
        raise ValueError(FORM)
    account, _, places = authority.rpartition("@")
    user, colon, password = account.partition(":")
    given = _parameters(query)
    notes = _ignored(given)
    database = _decoded(path) or given.get("dbname", "")
    hosts = _hosts(places, given)
    if not hosts or not database:
        raise ValueError(FORM)
    pgbouncer = pgbouncer or given.get("pgbouncer") == "true"
    return PostgresAddress(
        hosts=hosts,
        user=_decoded(user) or given.get("user"),
        password=_decoded(password) if colon else given.get("password"),
        database=database,
        tls=_tls(given, notes),
        passfile=given.get("passfile"),
        target=given.get("target_session_attrs", "read-write" if len(hosts) > 1 else None),
        session=_session(given, pgbouncer, notes),
        connect_seconds=float(given.get("connect_timeout", 0)) or CONNECT_SECONDS,
        pgbouncer=pgbouncer,
        notes=tuple(notes),
    )


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("/") else quote(host, safe="")


def _is_unambiguous(authority: str, path: str, query: str) -> bool:
    """False when a special character of a password seems not to be escaped, and for characters of no address."""
    if "@" in path or "@" in query or authority.count("@") > 1:
        return False
    return not any(char == "#" or char <= " " for char in authority + path + query)


def _parameters(query: str) -> dict[str, str]:
    """The parameters by name, the last of each counting. Refuses unknown ones, all at once, and bad values."""
    given: dict[str, str] = {}
    for part in query.split("&") if query else ():
        name, equals, text = part.partition("=")
        if not equals or not name.replace("_", "").isalnum() or not name.isascii():
            raise ValueError("an address whose parameters have the form name=value, with special characters escaped")
        given[name] = _decoded(text.replace("+", " ") if name == "options" else text)
    unknown = sorted(given.keys() - CHECKS.keys() - IGNORED.keys() - REFUSED.keys())
    if unknown and any("pass" in name.lower() for name in given):
        # A name may be the end of a password with "&" in it; the password's own name may be a misspelt one.
        raise ValueError("an address without unknown parameters, with special characters escaped (& is %26)")
    if unknown:
        raise ValueError(f"an address without unknown parameters: {', '.join(map(_with_suggestion, unknown))}")
    for name in sorted(given.keys() & REFUSED.keys()):
        raise ValueError(f"an address without {name}: {REFUSED[name]}")
    return {name: checked(name, text) for name, text in given.items() if text}


def _with_suggestion(name: str) -> str:
    near = difflib.get_close_matches(name, CHECKS, n=1, cutoff=0.7)
    return name[:40] + (f" (did you mean {near[0]}?)" if near else "")


def _ignored(given: Mapping[str, str]) -> list[str]:
    return [f"{name} has no effect: {IGNORED[name]}." for name in sorted(given.keys() & IGNORED.keys())]


def _decoded(text: str) -> str:
    """The text without percent-encoding. Refuses bytes that are not UTF-8, NUL, and incomplete sequences."""
    if any(len(part) < 2 or not all(char in "0123456789abcdefABCDEF" for char in part[:2])
           for part in text.split("%")[1:]):  # fmt: skip
        raise ValueError(f"{FORM} (% is %25)")
    try:
        decoded = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise ValueError("an address in UTF-8") from None
    if "\0" in decoded:
        raise ValueError("an address without NUL characters")
    return decoded


def _hosts(places: str, given: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    """The hosts of the address, or those of its parameters ``host`` and ``port``."""
    if places:
        return tuple(_host(place) for place in places.split(","))
    names = [name for name in given.get("host", "").split(",") if name]
    ports = [_port(text) for text in given.get("port", str(PORT)).split(",")]
    if len(ports) not in (1, len(names)):
        raise ValueError("an address with one port, or one for each host")
    return tuple(zip(names, ports * len(names) if len(ports) == 1 else ports, strict=False))


def _host(place: str) -> tuple[str, int]:
    if place.startswith("["):
        name, _, after = place[1:].partition("]")
        colon, text = after[:1], after[1:]
    else:
        name, colon, text = place.partition(":")
    if not name or colon not in ("", ":"):
        raise ValueError(FORM)
    return _decoded(name), _port(text) if text else PORT


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise ValueError("an address whose port is a number from 1 to 65535; special characters have to be escaped")
    return int(text)


def _tls(given: Mapping[str, str], notes: list[str]) -> dict[str, str]:
    tls = {name: given[name] for name in TLS if name in given}
    if "ssl" in given:
        tls.setdefault("sslmode", given["ssl"])
    mode = tls.get("sslmode", "verify-full" if tls.get("sslrootcert") == ROOTS_OF_SYSTEM else "prefer")
    if tls.get("sslrootcert") == ROOTS_OF_SYSTEM and (mode != "verify-full" or {"sslcert", "sslcrl"} & tls.keys()):
        raise ValueError(
            "an address that, with sslrootcert=system, has sslmode=verify-full and neither sslcert nor sslcrl"
        )
    if "sslrootcert" in tls and mode in {"disable", "allow", "prefer"}:
        notes.append(f"sslrootcert has no effect: sslmode={mode} does not verify the server; use verify-full.")
    if tls.get("sslnegotiation") == "direct" and mode in {"disable", "allow", "prefer"}:
        raise ValueError("an address that, with sslnegotiation=direct, has sslmode=require or higher")
    return tls


def _session(given: Mapping[str, str], pgbouncer: bool, notes: list[str]) -> dict[str, str]:
    """``options`` that begin with a dash are for the server, others for the proxy of a provider."""
    session = {}
    if name := given.get("application_name", given.get("fallback_application_name")):
        session["application_name"] = name
    if options := given.get("options"):
        if pgbouncer and options.lstrip().startswith("-"):
            raise ValueError("an address without options when PgBouncer is used: set them with ALTER ROLE ... SET")
        session["options"] = options
        overruled = [name for name in SET_BY_SERVICE if f"{name}=" in options.replace(" ", "").lower()]
        notes += [f"{name} in options has no effect: the service sets it." for name in overruled]
    return session
