"""The client address and network of a request, by which failed logins are counted."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from litestar.types import Scope

from todo_http.options import HttpOptions

HOPS_MAX: Final = 32
WRITTEN_MAX: Final = 128
"""Characters of an address with port and zone."""

IPV6_PREFIX: Final = 64
"""The prefix that one customer usually gets; its addresses count as one client."""


class ClientAddresses:
    """Reads client addresses, trusting X-Forwarded-For of the configured proxies."""

    def __init__(self, options: HttpOptions) -> None:
        self.options = options

    def network_of(self, scope: Scope, fields: Mapping[bytes, bytes]) -> str:
        """The network of the client in canonical form, or empty if it is unknown."""
        peer = scope.get("client")
        address = _address(peer[0]) if peer else None
        if address is None:
            return ""
        if self.options.trusts(str(address)):
            address = self._forwarded(fields.get(b"x-forwarded-for", b""), address)
        if isinstance(address, IPv4Address):
            return str(address)
        return str(IPv6Network((int(address), IPV6_PREFIX), strict=False))

    def _forwarded(self, field: bytes, address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
        """The right-most hop that is not a trusted proxy: each proxy appends its own peer.

        `Forwarded` and `X-Real-IP` are not read, because a proxy that sets one field passes the others on unchanged.
        """
        for hop in reversed(field.decode("latin-1").rsplit(",", HOPS_MAX)):
            found = _address(hop.strip())
            if found is None:
                return address
            address = found
            if not self.options.trusts(str(address)):
                return address
        return address


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address with or without a port, brackets or a zone; IPv4 inside IPv6 is IPv4."""
    if len(text) > WRITTEN_MAX:
        return None
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
