"""Requests and bytes of a page, as the browser counts them."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import CDPSession, Page


@dataclass
class Traffic:
    """The addresses that a page has requested, and the bytes transferred for each path, header fields included."""

    addresses: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    """Paths by the browser's number of the request."""

    @staticmethod
    async def of(page: Page) -> "Traffic":
        traffic = Traffic()
        wire: CDPSession = await page.context.new_cdp_session(page)
        await wire.send("Network.enable")
        wire.on("Network.requestWillBeSent", lambda told: traffic.asked(told["requestId"], told["request"]["url"]))
        wire.on("Network.loadingFinished", lambda told: traffic.loaded(told["requestId"], told["encodedDataLength"]))
        return traffic

    @property
    def calls(self) -> list[str]:
        """The addresses of the API."""
        return [address for address in self.addresses if "/api/" in address]

    @property
    def bytes(self) -> int:
        return sum(self.sizes.values())

    @property
    def api_bytes(self) -> int:
        return sum(size for path, size in self.sizes.items() if path.startswith("/api/"))

    def asked(self, request: str, address: str) -> None:
        self.addresses.append(address)
        self.paths[request] = urlsplit(address).path

    def loaded(self, request: str, count: float) -> None:
        path = self.paths[request]
        self.sizes[path] = self.sizes.get(path, 0) + int(count)
