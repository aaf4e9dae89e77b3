"""Checks before serving whether the service can listen where the settings say."""

import errno
import socket
from typing import NamedTuple

import click

from todo_adapters.settings.declarations import Settings


class Listener(NamedTuple):
    """A place to listen, and the names of the settings that say where."""

    host: str
    port: int
    host_setting: str
    port_setting: str


class CannotListenError(Exception):
    """Why a listener cannot be opened, in one sentence. ``in_use`` means that another one has the port."""

    def __init__(self, sentence: str, *, in_use: bool) -> None:
        self.in_use = in_use
        super().__init__(sentence)


def listeners(settings: Settings) -> list[Listener]:
    """The listeners that the service opens."""
    found = [Listener(settings.host, settings.port, "TODO_HOST", "TODO_PORT")]
    if settings.metrics_port:
        found.append(Listener(settings.metrics_host, settings.metrics_port, "TODO_METRICS_HOST", "TODO_METRICS_PORT"))
    return found


def require_free(settings: Settings) -> None:
    """Raises ClickException unless the service can listen everywhere."""
    for listener in listeners(settings):
        try:
            try_to_bind(listener)
        except CannotListenError as error:
            raise click.ClickException(str(error)) from None


def try_to_bind(listener: Listener) -> None:
    """Raises CannotListenError unless a socket can be bound to this place."""
    with socket.socket(socket.AF_INET6 if ":" in listener.host else socket.AF_INET) as probe:
        try:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((listener.host, listener.port))
        except OSError as error:
            raise CannotListenError(_sentence(listener, error), in_use=error.errno == errno.EADDRINUSE) from None


def _sentence(listener: Listener, error: OSError) -> str:
    host, port, host_setting, port_setting = listener
    if isinstance(error, socket.gaierror):
        return (
            f"{host} does not resolve: set {host_setting} to an address of this machine, such as 127.0.0.1 or 0.0.0.0."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine: set {host_setting} to one that is, or to 0.0.0.0."
    if error.errno == errno.EACCES:
        return f"Only privileged users may listen on port {port}: set {port_setting} to 1024 or more."
    reason = error.strerror or str(error)
    return f"Cannot listen on {host}, port {port}: {reason}. Set {port_setting} to another one."
