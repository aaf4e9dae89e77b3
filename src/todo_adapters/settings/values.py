"""How the text of one setting becomes a value. Every reader raises ValueError with the rest of "NAME must be ..."."""

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import parse_qs, urlsplit

T = TypeVar("T")

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
HOST_NAME: Final = re.compile(rf"{LABEL}(?:\.{LABEL})*")
HOST_PATTERN: Final = re.compile(rf"(?:\*\.)?{LABEL}(?:\.{LABEL})*|\[[0-9a-f:.]+\]")
ORIGIN: Final = re.compile(rf"(https?)://({LABEL}(?:\.{LABEL})*|\[[0-9a-f:.]+\])(?::([0-9]{{1,5}}))?")
DEFAULT_PORTS: Final = {"http": "80", "https": "443"}

SWITCH: Final = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}
SSL_MODES: Final = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number within bounds."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return read


def seconds(least: float, most: float) -> Callable[[str], float]:
    """A duration in seconds, decimals allowed."""

    def read(text: str) -> float:
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", text) or not least <= float(text) <= most:
            raise ValueError(f"a number of seconds from {least:g} to {most:g}")
        return float(text)

    return read


def one_of(*words: str) -> Callable[[str], str]:
    """One of a few words, in whatever case."""

    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return text.lower()

    return read


def switch(text: str) -> bool:
    """On or off."""
    if text.lower() not in SWITCH:
        raise ValueError("1 or 0")
    return SWITCH[text.lower()]


def listed(read_one: Callable[[str], T]) -> Callable[[str], tuple[T, ...]]:
    """Any number of values, separated by commas."""

    def read(text: str) -> tuple[T, ...]:
        return tuple(read_one(part.strip()) for part in text.split(",") if part.strip())

    return read


def folder(text: str) -> Path:
    """A folder, which need not exist yet."""
    try:
        return Path(text).expanduser()
    except RuntimeError:  # nobody knows that home
        raise ValueError("the path of a folder") from None


def host(text: str) -> str:
    """A name or an IP address to listen on."""
    name = text.lower()
    if not HOST_NAME.fullmatch(name) and not _is_address(name):
        raise ValueError("a host name or an IP address")
    return name


def host_pattern(text: str) -> str:
    """What a Host field may name: a name, an address (IPv6 in brackets), or every name below ``*.``."""
    name = text.lower()
    if not HOST_PATTERN.fullmatch(name) or (name.startswith("[") and not _is_address(name[1:-1])):
        raise ValueError("a list of host names such as todo.example.org or *.example.org, without ports")
    return name


def origin(text: str) -> str:
    """An origin exactly as browsers send it (RFC 6454, section 6.2): lower case, without the scheme's own port."""
    found = ORIGIN.fullmatch(text.lower())
    if not found or (found[3] and not 1 <= int(found[3]) <= 65535):
        raise ValueError("a list of exact origins such as https://app.example.org, without paths and wildcards")
    port = f":{int(found[3])}" if found[3] and found[3] != DEFAULT_PORTS[found[1]] else ""
    return f"{found[1]}://{found[2]}{port}"


def network(text: str) -> IpNetwork:
    """An IP address, or a network in CIDR notation."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError("a list of IP addresses or networks such as 10.0.0.0/8") from None


def database_url(text: str) -> str:
    """Where the data are; PostgreSQL always as ``postgresql://``, everything behind that as it was given."""
    scheme, separator, rest = text.partition("://")
    scheme = scheme.lower()
    if scheme in {"postgres", "postgresql", "postgresql+asyncpg"} and separator:
        return _postgresql_url(f"postgresql://{rest}")
    if scheme in {"sqlite", "sqlite+aiosqlite"} and rest.startswith("/") and rest.strip("/") not in {"", ":memory:"}:
        return f"sqlite://{rest}"
    if scheme == "memory" and separator and not rest.strip("/"):
        return "memory://"
    raise ValueError("sqlite:///path/to/file.db, postgresql://user:password@host/database or memory://")


def _postgresql_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        has_host = bool(parts.hostname or query.get("host"))
        if not has_host or parts.port == 0 or len(parts.path) < 2:
            raise ValueError
    except ValueError:
        raise ValueError("postgresql://user:password@host:port/database, with special characters escaped") from None
    if not set(query.get("sslmode", [])) <= SSL_MODES:
        raise ValueError(f"an address whose sslmode is one of {', '.join(sorted(SSL_MODES))}")
    return url


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
