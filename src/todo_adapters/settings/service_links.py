"""Recognises the environment variables by which Kubernetes describes services."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

ADDRESS: Final = r"[0-9a-f:.]+"
URL: Final = rf"(?:tcp|udp|sctp)://(?:[0-9.]+|\[{ADDRESS}\]):[0-9]{{1,5}}"
VARIABLE: Final = re.compile(
    rf"""
    TODO_(?:[A-Z0-9_]+_)?
    (?:SERVICE_HOST={ADDRESS}
      |SERVICE_PORT(?:_[A-Z0-9_]+)?=[0-9]{{1,5}}
      |PORT={URL}
      |PORT_([0-9]{{1,5}})_(?:TCP|UDP|SCTP)(?:={URL}|_PROTO=(?:tcp|udp|sctp)|_PORT=\1|_ADDR={ADDRESS}))
    """,
    re.VERBOSE,
)
"""Name and value of a variable for a service that is named ``todo``, or something that begins with ``todo-``."""


def service_links(environ: Mapping[str, str]) -> Sequence[str]:
    """The names of these variables. The value tells them from settings: ``TODO_PORT=tcp://10.0.0.1:8000``."""
    return sorted(name for name, text in environ.items() if VARIABLE.fullmatch(f"{name}={text}"))


def note_on(links: Sequence[str]) -> str:
    """What an operator should know about at least one ignored variable."""
    names = f"{links[0]} is" if len(links) == 1 else f"{', '.join(links[:-1])} and {links[-1]} are"
    return f"{names} ignored: Kubernetes sets such variables for services, unless `enableServiceLinks` is false."
