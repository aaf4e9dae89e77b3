"""What a person is told when the service is ready: the address to open, from where they are."""

import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import structlog

from todo_adapters.settings.declarations import Settings

CONTAINER_FILES: Final = ("/.dockerenv", "/run/.containerenv")
KERNEL_RELEASE: Final = Path("/proc/sys/kernel/osrelease")
NEVER_A_HOST: Final = ("192.0.2.1", 9)
"""An address for documentation (RFC 5737)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where the service runs, as far as that decides which address works in a browser."""

    container: bool = False
    wsl: bool = False
    login: str = ""
    """The user and address of this machine in an SSH session."""
    login_port: str = "22"
    network_address: str = ""
    """The address of this machine in its network."""


def announce(settings: Settings) -> None:
    """Says that the service is ready: to a person at a terminal, or as an event of the log."""
    around = surroundings(os.environ)
    if settings.log_format == "console":
        print(welcome(settings, around), file=sys.stderr, end="")  # where the events go, so that they stay in order
    else:
        address = address_of(settings, around)
        docs = {"docs": f"{address}/docs"} if settings.docs else {}
        structlog.get_logger().info("serving", address=address, **docs)


def welcome(settings: Settings, around: Surroundings) -> str:
    """The text for a person at a terminal."""
    address = address_of(settings, around)
    lines = [f"Open {address} in your browser.", *_from_elsewhere(settings, around)]
    if settings.allowed_hosts:
        lines.append(f"Requests must be addressed to {' or '.join(settings.allowed_hosts)} (TODO_ALLOWED_HOSTS).")
    if settings.docs:
        lines.append(f"The API is described at {address}/docs.")
    return "".join(f"\n  {line}" for line in [*lines, "Stop with Ctrl-C."]) + "\n\n"


def address_of(settings: Settings, around: Surroundings) -> str:
    """The address to open: by the name that works where the browser is, as far as that can be known."""
    host = settings.host
    if _listens_everywhere(host):
        host = "127.0.0.1" if "." in host else "localhost"
        if around.login and not around.container:
            host = around.login.rpartition("@")[2]
    if around.wsl and host == "127.0.0.1":
        host = "localhost"  # the name that Windows forwards
    return f"http://{_bracketed(host)}:{settings.port}"


def _from_elsewhere(settings: Settings, around: Surroundings) -> list[str]:
    """How to reach the service when the browser is on another machine."""
    port = settings.port
    if _listens_everywhere(settings.host):
        if around.container:
            return [f"Outside this container, use the address that its port {port} is published at."]
        if around.network_address and not (around.login or around.wsl):
            return [f"Other machines can open http://{_bracketed(around.network_address)}:{port}."]
    elif _is_loopback(settings.host):
        if around.container:
            return [f"To open it outside this container, set TODO_HOST=0.0.0.0 and publish port {port}."]
        if around.login:
            target = around.login if around.login_port == "22" else f"-p {around.login_port} {around.login}"
            forwarding = f"ssh -L {port}:{_bracketed(settings.host)}:{port} {target}"
            return [f"If your browser is not on this machine, first run there: {forwarding}"]
    return []


def surroundings(environ: Mapping[str, str]) -> Surroundings:
    """What the system tells about where this process runs."""
    client_and_server = environ.get("SSH_CONNECTION", "").split()
    login, login_port = "", "22"
    if len(client_and_server) == 4:  # of the client, then of the server: address and port
        login, login_port = client_and_server[2:]
        login = f"{environ['USER']}@{login}" if "USER" in environ else login
    return Surroundings(
        container="container" in environ or any(map(os.path.exists, CONTAINER_FILES)),
        wsl="microsoft" in _kernel_release().lower(),
        login=login,
        login_port=login_port,
        network_address=_network_address(),
    )


def _kernel_release() -> str:
    """The name of the kernel. Empty on systems that do not tell."""
    try:
        return KERNEL_RELEASE.read_text()
    except OSError:
        return ""


def _network_address() -> str:
    """The address that this machine would send from. Sends nothing. Empty without a network of IPv4."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(NEVER_A_HOST)
            return str(probe.getsockname()[0])
    except OSError:
        return ""


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _listens_everywhere(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
