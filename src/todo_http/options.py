"""The options of the HTTP layer: one frozen value, made by the composition root."""

from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class HttpOptions:
    """``cursor_keys``: the first signs page positions, all of them verify. Nothing and 0 switch a thing off."""

    cursor_keys: tuple[bytes, ...]
    version: str
    cors_origins: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    max_body_bytes: int = 262_144
    body_deadline: float = 10.0
    send_deadline: float = 30.0
    part_deadline: float = 10.0
    stream_seconds: float = 3_600.0
    streams_per_user: int = 20
    startup_seconds: float = 5.0
    drain_seconds: float = 0.0
    stop_seconds: float = 20.0
    log_format: Literal["json", "console"] = "json"
    requests_per_minute: int = 0
    user_concurrency: int = 8
    user_queue: int = 64
    network_concurrency: int = 64
    require_if_match: bool = False
    trash_days: int = 30
    docs: bool = True
    web: bool = True
    registration: bool = True

    def __post_init__(self) -> None:
        if not self.cursor_keys or any(len(key) < 16 for key in self.cursor_keys):
            raise ValueError("cursor keys have at least 16 bytes, and there is at least one")
        if any(origin.rstrip("/") != origin or "://" not in origin for origin in self.cors_origins):
            raise ValueError("a CORS origin is a scheme, a host and perhaps a port, such as https://todo.example.org")
        _ = self._networks

    @cached_property
    def _networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(text, strict=False) for text in self.trusted_proxies)

    def trusts(self, peer: str) -> bool:
        """True if the peer is a trusted proxy."""
        if not self._networks:
            return False
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._networks)
