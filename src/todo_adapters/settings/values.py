"""Reads the text of one setting. Every reader raises ValueError with the rest of "NAME must be ...".

msgspec.convert would save no lines here: it reads 1e3 and 8000.0 as whole numbers, and its messages name types.
"""

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Final, TypeVar

from todo_adapters.sql.postgres import address

T = TypeVar("T")

IpNetwork = IPv4Network | IPv6Network

LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
NAME: Final = rf"{LABEL}(?:\.{LABEL})*"
HOST_NAME: Final = re.compile(NAME)
HOST_PATTERN: Final = re.compile(rf"(?:\*\.)?{NAME}|\[([0-9a-f:.]+)\]")
ORIGIN: Final = re.compile(rf"(https?)://({NAME}|\[[0-9a-f:.]+\])(?::([0-9]{{1,5}}))?")
DEFAULT_PORTS: Final = {"http": "80", "https": "443"}
SWITCH: Final = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(("0", "false", "no", "off"), False)


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
    """One of a few words, in any case."""

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


def listed(read: Callable[[str], T]) -> Callable[[str], tuple[T, ...]]:
    """Any number of values, separated by commas."""
    return lambda text: tuple(read(part.strip()) for part in text.split(",") if part.strip())


def folder(text: str) -> Path:
    """A folder, which need not exist yet."""
    try:
        return Path(text).expanduser()
    except RuntimeError:  # the home folder is unknown
        raise ValueError("the path of a folder") from None


def host(text: str) -> str:
    """A name or an IP address to listen on."""
    name = text.lower()
    if not HOST_NAME.fullmatch(name) and not _is_address(name):
        raise ValueError("a host name or an IP address")
    return name


def host_pattern(text: str) -> str:
    """A pattern for the Host field: a name, an address (IPv6 in brackets), or ``*.`` and a name for all subdomains."""
    found = HOST_PATTERN.fullmatch(text.lower())
    if not found or (found[1] and not _is_address(found[1])):
        raise ValueError("a list of host names such as todo.example.org or *.example.org, without ports")
    return found[0]


def origin(text: str) -> str:
    """An origin as browsers send it (RFC 6454, section 6.2): in lower case, without the default port of its scheme."""
    found = ORIGIN.fullmatch(text.lower())
    if not found or (found[3] and not 1 <= int(found[3]) <= 65535):
        raise ValueError("a list of origins such as https://app.example.org, without paths and wildcards")
    port = f":{int(found[3])}" if found[3] and found[3] != DEFAULT_PORTS[found[1]] else ""
    return f"{found[1]}://{found[2]}{port}"


def network(text: str) -> IpNetwork:
    """An IP address, or a network in CIDR notation."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise ValueError("a list of IP addresses or networks such as 10.0.0.0/8") from None


def database_url(text: str) -> str:
    """The address of a database: the scheme normalised, everything else as it was given."""
    scheme, separator, rest = text.partition("://")
    scheme = scheme.lower()
    if scheme in address.SCHEMES and separator:
        address.read(text)
        return f"postgresql://{rest}"
    if scheme in {"sqlite", "sqlite+aiosqlite"} and rest.startswith("/") and rest.strip("/") not in {"", ":memory:"}:
        if "?" in rest:
            raise ValueError("the address of a SQLite file without parameters (? in a file name is %3F)")
        return f"sqlite://{rest}"
    if scheme == "memory" and separator and not rest.strip("/"):
        return "memory://"
    raise ValueError("sqlite:///path/to/file.db, postgresql://user:password@host/database or memory://")


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False
