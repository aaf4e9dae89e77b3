"""Where a request comes from, as far as it can be known: the network that failed logins are counted for."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from litestar.types import Scope

from todo_http.options import HttpOptions

HOPS_MAX: Final = 32
WRITTEN_MAX: Final = 128
"""Characters of an address as it is written, with a port and a zone."""

IPV6_PREFIX: Final = 64
"""What one household is given; every address in it is as good as any other to whoever has it."""


class ClientAddresses:
    """Knows which peers are proxies of ours and may say for whom they call."""

    def __init__(self, options: HttpOptions) -> None:
        self.options = options

    def network_of(self, scope: Scope, fields: Mapping[bytes, bytes]) -> str:
        """The network of the client, in one spelling; empty when nothing is known about it."""
        peer = scope.get("client")
        address = _address(peer[0]) if peer else None
        if address is None:
            return ""
        if self.options.trusts(str(address)):
            address = self._forwarded(fields.get(b"x-forwarded-for", b""), address)
        return _network(address)

    def _forwarded(self, field: bytes, address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
        """The right-most hop that is no proxy of ours: each proxy appends its own peer, whatever came before.

        `Forwarded` and `X-Real-IP` are not read: a proxy that sets one field passes the others on as they came.
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


def _network(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address), IPV6_PREFIX), strict=False))
