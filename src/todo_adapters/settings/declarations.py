"""The settings, each declared once: name, allowed values, default and, as the text below it, its description."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote

from todo_adapters.private_files import closing_command, readable_by_others
from todo_adapters.runtime import new_secret
from todo_adapters.security.signing_secrets import kept_secret, weakness
from todo_adapters.settings import values
from todo_adapters.settings.sources import DATABASE, PREFIX, SIGNING, SettingsError, gathered, weaknesses
from todo_adapters.settings.values import listed, one_of, seconds, switch, whole
from todo_adapters.sql.postgres import address
from todo_adapters.sql.urls import is_postgres
from todo_core.model.attempts import ThrottlePolicy, per_hour, per_minute
from todo_core.model.quota import MEGABYTE, Quota
from todo_core.model.session import SessionPolicy

KEPT_FILE: Final = "secret"
DATABASE_FILE: Final = "todo.db"
NAMES: Final = {"database_url": DATABASE, "secrets": SIGNING}
"""The variables of fields; all others are named after their field."""


def _setting(default: str, read: Callable[[str], object], *, secret: bool = False) -> Any:
    return dataclasses.field(repr=not secret, metadata={"default": default, "read": read})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a process. Create them with ``from_env``."""

    database_url: str = _setting("", values.database_url, secret=True)
    """Address of the database: `sqlite:///relative.db`, `sqlite:////absolute.db`,
    `postgresql://user:password@host/database` (with parameters as providers give them) or `memory://` (nothing is
    kept). `DATABASE_URL_FILE` may name a file with it instead. When neither is set, an SQLite file in
    `TODO_DATA_DIR`."""
    secrets: tuple[str, ...] = _setting("", listed(str), secret=True)
    """Signing secret of at least 32 random bytes. Several may be given, separated by commas: the first one signs, all
    are accepted. `BETTER_AUTH_SECRET_FILE` may name a file with it instead. When neither a secret nor a database is
    given, one is created in `TODO_DATA_DIR`."""
    data_dir: Path = _setting("./var", values.folder)
    """Folder of the embedded database and of the signing secret that is created for it."""
    host: str = _setting("127.0.0.1", values.host)
    """Address to listen on; `0.0.0.0` for all networks."""
    port: int = _setting("8000", whole(1, 65535))
    """Port to listen on."""
    workers: int = _setting("1", whole(1, 64))
    """Number of worker processes; one per processor core is a good value."""
    log_level: str = _setting("info", one_of("debug", "info", "warning", "error"))
    """Lowest level of events that are logged: `debug`, `info`, `warning` or `error`."""
    log_format: str = _setting("auto", one_of("auto", "console", "json"))
    """`json` for JSON lines, `console` for readable text, `auto` for `console` at a terminal and `json` elsewhere."""
    cors_origins: tuple[str, ...] = _setting("", listed(values.origin))
    """Origins, separated by commas, whose pages may call the API from a browser. None when not set.
    `http://localhost:5173` and `http://127.0.0.1:5173` are different ones."""
    allowed_hosts: tuple[str, ...] = _setting("", listed(values.host_pattern))
    """Host names, separated by commas, that requests may be addressed to; `*.example.org` for all subdomains. Any when
    not set, which is safe behind a proxy that checks them."""
    trusted_proxies: tuple[values.IpNetwork, ...] = _setting("", listed(values.network))
    """Addresses or networks of proxies, separated by commas, whose `X-Forwarded-*` fields are used. None when not
    set."""
    access_token_seconds: int = _setting("600", whole(1, 900))
    """Lifetime of an access token, at most 900."""
    refresh_idle_days: int = _setting("14", whole(1, 365))
    """Days without use after which a login session expires."""
    refresh_absolute_days: int = _setting("30", whole(1, 365))
    """Days after which a login session expires in any case."""
    pool_size: int = _setting("10", whole(1, 64))
    """Maximum number of PostgreSQL connections for the requests of one process, which has one more for itself."""
    pool_wait_seconds: float = _setting("2", seconds(0.1, 60))
    """Maximum time a request waits for a database connection before it is answered with 503."""
    pool_queue: int = _setting("1024", whole(1, 100_000))
    """Number of requests that may wait for a database connection; further ones are answered with 503 at once."""
    statement_seconds: float = _setting("10", seconds(0.1, 600))
    """Maximum run time of one database statement."""
    pgbouncer: bool = _setting("0", switch)
    """`1` when PostgreSQL is reached through PgBouncer in transaction mode."""
    login_failures_per_minute: int = _setting("30", whole(0, 100_000))
    """Failed logins and registrations per minute and client network (an IPv4 address or IPv6 /64), over all replicas;
    attempts of any kind are limited to ten times as many. `0` for no limit."""
    registration: bool = _setting("1", switch)
    """`0` to close sign-up: only `todo user add` creates accounts."""
    registrations_per_hour: int = _setting("50", whole(0, 100_000))
    """Registrations per hour and client network, over all replicas; a school or an office may share one. `0` for no
    limit."""
    requests_per_minute: int = _setting("6000", whole(0, 1_000_000))
    """Requests per minute and user that one process accepts; each operation of a batch counts. `0` for no limit."""
    user_concurrency: int = _setting("8", whole(0, 10_000))
    """Requests of one user that one process handles at the same time. `0` for no limit."""
    user_queue: int = _setting("64", whole(0, 10_000))
    """Further requests of one user that may wait; others are answered with 429."""
    network_concurrency: int = _setting("64", whole(0, 10_000))
    """Registrations, logins and refreshes of one client network that one process handles at the same time. `0` for no
    limit."""
    max_tasks: int = _setting("100000", whole(1, 1_000_000_000))
    """Maximum number of tasks of one account, those in the trash included."""
    trash_days: int = _setting("30", whole(1, 3650))
    """Days after which what was deleted is deleted for good."""
    feed_days: int = _setting("90", whole(3, 3650))
    """Days for which changes are kept, for clients that synchronize, the history of tasks and lists, and undo."""
    max_history_mb: int = _setting("1024", whole(1, 1_000_000))
    """Maximum size of the recorded changes of one account, in megabytes."""
    require_if_match: bool = _setting("0", switch)
    """`1` to require `If-Match` for writes to existing tasks and lists."""
    web: bool = _setting("1", switch)
    """`0` to serve a link to the API instead of the web client."""
    docs: bool = _setting("1", switch)
    """`0` to serve neither `/docs` nor `/openapi.json`."""
    max_body_bytes: int = _setting("262144", whole(1024, 16_777_216))
    """Maximum size of a request body; at most 16384 for requests without a token."""
    drain_seconds: float = _setting("5", seconds(0, 300))
    """Time between SIGTERM, after which `/health/ready` answers 503, and the end of listening, so that load balancers
    can react. SIGINT (Ctrl-C) skips it."""
    stop_seconds: int = _setting("20", whole(1, 600))
    """Maximum time from the signal to the end of the process, including `TODO_DRAIN_SECONDS`; unfinished requests are
    aborted."""
    stream_seconds: float = _setting("3600", seconds(1, 86_400))
    """Maximum time of an event stream, after which clients connect again; each ends up to a tenth earlier."""
    metrics_port: int = _setting("0", whole(0, 65535))
    """Port of a separate listener for `/metrics`; `0` for none."""
    metrics_host: str = _setting("127.0.0.1", values.host)
    """Address of the listener for metrics."""
    notes: tuple[str, ...] = ()
    """What was ignored when the settings were read, one sentence each. Not a setting."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str], directory: Path, *, create: bool = True) -> Self:
        """Reads the settings from the environment and from ``.env`` in the directory, which relative paths start from.

        Raises SettingsError with all faults. With ``create`` a missing secret is kept, in a new data folder if need be;
        otherwise it lasts as long as the process.
        """
        found = gathered(environ, directory, [variable(field) for field in declared()])
        given, faults = found.texts, list(found.problems)
        embedded = DATABASE not in given
        read = _read(given, faults) | {"notes": found.notes}
        faults += _contradictions(read) + weaknesses(given)
        if faults:
            raise SettingsError(faults)
        read["data_dir"] = (directory / read["data_dir"]).resolve()
        if embedded:
            read["database_url"] = f"sqlite:///{quote(str(read['data_dir'] / DATABASE_FILE))}"
        settings = cls(**read)
        return dataclasses.replace(settings, secrets=settings.secrets or settings._own_secrets(embedded, create))

    def _own_secrets(self, embedded: bool, create: bool) -> tuple[str, ...]:
        """The secret that is used when none is given. Raises SettingsError where one has to be."""
        if self.database_url == "memory://":
            return (new_secret(),)  # nothing that it signs outlives the process
        if not embedded:
            raise SettingsError([f"{SIGNING} must be set when {DATABASE} is: at least 32 random bytes."])
        file = self.data_dir / KEPT_FILE
        try:
            secret = kept_secret(file) if create or file.exists() else new_secret()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            advice = "set TODO_DATA_DIR to a folder that you can write to"
            raise SettingsError([f"Cannot keep a secret in {file} ({why}); {advice}."]) from error
        if why := weakness(secret):
            raise SettingsError([f"The secret in {file} {why}; delete the file to have a new one created."])
        if readable_by_others(file):
            raise SettingsError([f"Other users can read the secret in {file}; run: {closing_command([file])}"])
        return (secret,)

    @property
    def access_lifetime(self) -> timedelta:
        return timedelta(seconds=self.access_token_seconds)

    @property
    def session_policy(self) -> SessionPolicy:
        idle, absolute = timedelta(days=self.refresh_idle_days), timedelta(days=self.refresh_absolute_days)
        return SessionPolicy(idle=idle, absolute=absolute)

    @property
    def quota(self) -> Quota:
        return Quota(tasks=self.max_tasks, feed_bytes=self.max_history_mb * MEGABYTE)

    @property
    def throttle_policy(self) -> ThrottlePolicy:
        failures, registrations = self.login_failures_per_minute, self.registrations_per_hour
        return ThrottlePolicy(
            network=per_minute(failures) if failures else None,
            registrations=per_hour(registrations) if registrations else None,
        )


def declared() -> "list[dataclasses.Field[Any]]":
    """The fields that are settings, in the order of their declaration."""
    return [field for field in dataclasses.fields(Settings) if field.metadata]


def variable(field: "dataclasses.Field[Any]") -> str:
    return NAMES.get(field.name, f"{PREFIX}{field.name.upper()}")


def _read(given: Mapping[str, str], faults: list[str]) -> dict[str, Any]:
    """The values by field, except those with faults and the address of the embedded database."""
    read: dict[str, Any] = {}
    for field in declared():
        name = variable(field)
        if name == DATABASE and name not in given:
            continue
        try:
            read[field.name] = field.metadata["read"](given.get(name, "").strip() or field.metadata["default"])
        except ValueError as error:
            faults.append(f"{name} must be {error}.")
    return read


def _contradictions(read: Mapping[str, Any]) -> list[str]:
    faults = []
    if read.get("refresh_idle_days", 0) > read.get("refresh_absolute_days", math.inf):
        faults.append("TODO_REFRESH_IDLE_DAYS must not be more than TODO_REFRESH_ABSOLUTE_DAYS.")
    if read.get("drain_seconds", 0) >= read.get("stop_seconds", math.inf):
        faults.append("TODO_DRAIN_SECONDS must be less than TODO_STOP_SECONDS.")
    if read.get("metrics_port", 0) == read.get("port"):
        faults.append("TODO_METRICS_PORT must not be TODO_PORT: one port cannot have two listeners.")
    if read.get("pgbouncer") and is_postgres(read.get("database_url", "")):
        try:
            address.read(read["database_url"], pgbouncer=True)
        except ValueError as error:
            faults.append(f"{DATABASE} must be {error}.")
    if read.get("database_url") == "memory://" and read.get("workers", 1) > 1:
        faults.append("TODO_WORKERS must be 1 with memory://, which lives in one process.")
    return faults
