"""The settings: each declared once, with its name, default, meaning and reader; read once, from the environment."""

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
from todo_adapters.settings.sources import DATABASE, SIGNING, SettingsError, gathered, weaknesses
from todo_core.model.attempts import ThrottlePolicy, per_minute
from todo_core.model.quota import MEGABYTE, Quota
from todo_core.model.session import SessionPolicy

KEPT_FILE: Final = "secret"
DATABASE_FILE: Final = "todo.db"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the tables that people read. An empty default is explained by the meaning."""

    name: str
    default: str
    meaning: str
    read: Callable[[str], object]


def _setting(name: str, default: str, read: Callable[[str], object], meaning: str, *, shown: bool = True) -> Any:
    return dataclasses.field(repr=shown, metadata={"setting": Setting(name, default, meaning, read)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be decided from outside. Make it with ``from_env``."""

    database_url: str = _setting(
        DATABASE, "", values.database_url,
        "where the data are: `sqlite:///relative.db`, `sqlite:////absolute.db`, `postgresql://user:password@host/database`"
        " (`?sslmode=` is honoured) or `memory://` (lost at the end); a SQLite file in `TODO_DATA_DIR` when not set",
        shown=False,
    )  # fmt: skip
    secrets: tuple[str, ...] = _setting(
        SIGNING, "", values.listed(str),
        "signing secret, at least 32 random bytes; of several, separated by commas, all are accepted and the first"
        " one signs; made and kept in `TODO_DATA_DIR` when neither it nor `DATABASE_URL` is set",
        shown=False,
    )  # fmt: skip
    data_dir: Path = _setting(
        "TODO_DATA_DIR", "./var", values.folder, "folder of the embedded database and of the secret that is made for it"
    )
    host: str = _setting("TODO_HOST", "127.0.0.1", values.host, "address to listen on; `0.0.0.0` for every network")
    port: int = _setting("TODO_PORT", "8000", values.whole(1, 65535), "port to listen on")
    workers: int = _setting("TODO_WORKERS", "1", values.whole(1, 64), "processes that serve; one per processor core")
    log_level: str = _setting(
        "TODO_LOG_LEVEL", "info", values.one_of("debug", "info", "warning", "error"),
        "least severe events that are logged: `debug`, `info`, `warning` or `error`",
    )  # fmt: skip
    log_format: str = _setting(
        "TODO_LOG_FORMAT", "auto", values.one_of("auto", "console", "json"),
        "`json` lines, `console` for people, or `auto`: `console` at a terminal, else `json`",
    )  # fmt: skip
    cors_origins: tuple[str, ...] = _setting(
        "TODO_CORS_ORIGINS", "", values.listed(values.origin),
        "exact origins, separated by commas, whose pages may call the API from a browser; none when not set",
    )  # fmt: skip
    allowed_hosts: tuple[str, ...] = _setting(
        "TODO_ALLOWED_HOSTS", "", values.listed(values.host_pattern),
        "host names, separated by commas, under which requests may come, `*.example.org` for all below; any when not"
        " set, which is fine behind a proxy that checks them",
    )  # fmt: skip
    trusted_proxies: tuple[values.IpNetwork, ...] = _setting(
        "TODO_TRUSTED_PROXIES", "", values.listed(values.network),
        "addresses or networks, separated by commas, whose `X-Forwarded-*` fields are believed; none when not set",
    )  # fmt: skip
    access_token_seconds: int = _setting(
        "TODO_ACCESS_TOKEN_SECONDS", "600", values.whole(1, 900), "lifetime of an access token, at most 900"
    )
    refresh_idle_days: int = _setting(
        "TODO_REFRESH_IDLE_DAYS", "14", values.whole(1, 365), "days without use after which a login session ends"
    )
    refresh_absolute_days: int = _setting(
        "TODO_REFRESH_ABSOLUTE_DAYS", "30", values.whole(1, 365), "days after which a login session ends in any case"
    )
    pool_size: int = _setting(
        "TODO_POOL_SIZE",
        "10",
        values.whole(1, 64),
        "connections to PostgreSQL that each process uses at most for requests; it uses one more for itself",
    )
    pool_wait_seconds: float = _setting(
        "TODO_POOL_WAIT_SECONDS", "2", values.seconds(0.1, 60), "longest wait for one of them; then the answer is 503"
    )
    pool_queue: int = _setting(
        "TODO_POOL_QUEUE", "1024", values.whole(1, 100_000),
        "requests that may wait for a connection; the answer to more of them is 503 at once",
    )  # fmt: skip
    statement_seconds: float = _setting(
        "TODO_STATEMENT_SECONDS", "10", values.seconds(0.1, 600), "longest run of one statement in the database"
    )
    pgbouncer: bool = _setting(
        "TODO_PGBOUNCER", "0", values.switch, "`1` when PostgreSQL is reached through PgBouncer in transaction mode"
    )
    login_failures_per_minute: int = _setting(
        "TODO_LOGIN_FAILURES_PER_MINUTE", "30", values.whole(0, 100_000),
        "failed logins and registrations a minute from one network (an IPv4 address, an IPv6 /64), over all replicas,"
        " and ten times as many attempts of any kind; `0` for any number",
    )  # fmt: skip
    requests_per_minute: int = _setting(
        "TODO_REQUESTS_PER_MINUTE", "6000", values.whole(0, 1_000_000),
        "requests a minute of one user that a process accepts; each operation of a batch counts; `0` for no limit",
    )  # fmt: skip
    user_concurrency: int = _setting(
        "TODO_USER_CONCURRENCY", "8", values.whole(0, 10_000),
        "requests of one user that a process runs at once; `0` for no limit",
    )  # fmt: skip
    user_queue: int = _setting(
        "TODO_USER_QUEUE", "64", values.whole(0, 10_000),
        "further requests of one user that wait for their turn; the answer to more of them is 429",
    )  # fmt: skip
    network_concurrency: int = _setting(
        "TODO_NETWORK_CONCURRENCY", "64", values.whole(0, 10_000),
        "requests to register, log in and refresh that a process runs at once for one network; `0` for no limit",
    )  # fmt: skip
    max_tasks: int = _setting(
        "TODO_MAX_TASKS", "100000", values.whole(1, 1_000_000_000), "tasks that one account may have"
    )
    max_history_mb: int = _setting(
        "TODO_MAX_HISTORY_MB", "1024", values.whole(1, 1_000_000),
        "megabytes that the recorded changes of one account may have",
    )  # fmt: skip
    require_if_match: bool = _setting(
        "TODO_REQUIRE_IF_MATCH", "0", values.switch, "`1` to refuse writes to a task that do not say what they saw"
    )
    web: bool = _setting(
        "TODO_WEB", "1", values.switch, "`0` to serve no web client, and a signpost to the API in its place"
    )
    docs: bool = _setting(
        "TODO_DOCS", "1", values.switch, "`0` to serve no description of the API: neither `/docs` nor `/openapi.json`"
    )
    max_body_bytes: int = _setting(
        "TODO_MAX_BODY_BYTES", "262144", values.whole(1024, 16_777_216),
        "longest body of a request; where no token is needed, at most 16384",
    )  # fmt: skip
    drain_seconds: float = _setting(
        "TODO_DRAIN_SECONDS", "5", values.seconds(0, 300),
        "pause between SIGTERM, when `/health/ready` turns to 503, and the end of listening: time for balancers to look"
        " elsewhere; SIGINT (Ctrl-C) stops without it",
    )  # fmt: skip
    stop_seconds: int = _setting(
        "TODO_STOP_SECONDS", "20", values.whole(1, 600),
        "longest time from a signal to the end, that pause included; what is not finished by then is cut off",
    )  # fmt: skip
    metrics_port: int = _setting(
        "TODO_METRICS_PORT", "0", values.whole(0, 65535), "port of a second listener, for `/metrics`; `0` for none"
    )
    metrics_host: str = _setting(
        "TODO_METRICS_HOST", "127.0.0.1", values.host, "address on which metrics are listened for"
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str], directory: Path) -> Self:
        """The settings of the environment, completed by ``.env`` in the directory, where the data folder is.

        Raises SettingsError with everything that is wrong. May make the secret and the folder that keeps it.
        """
        problems: list[str] = []
        given = gathered(environ, directory, [setting.name for setting in describe()], problems)
        embedded = DATABASE not in given
        read = _read(given, problems)
        problems += _contradictions(read) + weaknesses(given)
        if problems:
            raise SettingsError(problems)
        read["data_dir"] = (directory / read["data_dir"]).resolve()
        if embedded:
            read["database_url"] = f"sqlite:///{quote(str(read['data_dir'] / DATABASE_FILE))}"
        settings = cls(**read)
        return dataclasses.replace(settings, secrets=settings.secrets or settings._own_secrets(embedded))

    def _own_secrets(self, embedded: bool) -> tuple[str, ...]:
        """What signs when no secret is given. Raises SettingsError where one has to be."""
        if self.database_url == "memory://":
            return (new_secret(),)  # nothing that it signs outlives the process
        if not embedded:
            raise SettingsError([f"{SIGNING} must be set when {DATABASE} is: at least 32 random bytes."])
        file = self.data_dir / KEPT_FILE
        try:
            secret = kept_secret(file)
        except (OSError, UnicodeDecodeError) as failure:
            problem = f"No secret can be kept in {file} ({type(failure).__name__}); set {SIGNING}."
            raise SettingsError([problem]) from failure
        if why := weakness(secret):
            raise SettingsError([f"The secret in {file} {why}; delete the file to have a new one made."])
        if readable_by_others(file):
            raise SettingsError([f"Other users can read the secret in {file}; run: {closing_command([file])}"])
        return (secret,)

    @property
    def access_lifetime(self) -> timedelta:
        """How long an access token is valid."""
        return timedelta(seconds=self.access_token_seconds)

    @property
    def session_policy(self) -> SessionPolicy:
        """How long login sessions last."""
        return SessionPolicy(
            idle=timedelta(days=self.refresh_idle_days), absolute=timedelta(days=self.refresh_absolute_days)
        )

    @property
    def quota(self) -> Quota:
        """How much one account may store."""
        return Quota(tasks=self.max_tasks, feed_bytes=self.max_history_mb * MEGABYTE)

    @property
    def throttle_policy(self) -> ThrottlePolicy:
        """How often passwords may be guessed."""
        limit = self.login_failures_per_minute
        return ThrottlePolicy(network=per_minute(limit) if limit else None)


def describe() -> tuple[Setting, ...]:
    """Every setting, in the order in which people should read about them."""
    return tuple(setting for _, setting in _declared())


def _declared() -> list[tuple[str, Setting]]:
    return [(field.name, field.metadata["setting"]) for field in dataclasses.fields(Settings)]


def _read(given: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    """The values by field; what cannot be read is a problem. Where the embedded database is, is settled later."""
    read: dict[str, Any] = {}
    for field, setting in _declared():
        if setting.name == DATABASE and DATABASE not in given:
            continue
        try:
            read[field] = setting.read(given.get(setting.name, "").strip() or setting.default)
        except ValueError as problem:
            problems.append(f"{setting.name} must be {problem}.")
    return read


def _contradictions(read: Mapping[str, Any]) -> list[str]:
    problems = []
    if read.get("refresh_idle_days", 0) > read.get("refresh_absolute_days", math.inf):
        problems.append("TODO_REFRESH_IDLE_DAYS must not be more than TODO_REFRESH_ABSOLUTE_DAYS.")
    if read.get("drain_seconds", 0) >= read.get("stop_seconds", math.inf):
        problems.append("TODO_DRAIN_SECONDS must be less than TODO_STOP_SECONDS.")
    if read.get("database_url") == "memory://" and read.get("workers", 1) > 1:
        problems.append("TODO_WORKERS must be 1 with memory://, which lives in one process.")
    return problems
