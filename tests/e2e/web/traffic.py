"""Requests and bytes of a page, as the browser counts them."""

from dataclasses import dataclass, field

from playwright.async_api import CDPSession, Page


@dataclass
class Traffic:
    """The requests of a page, and the bytes transferred, header fields included; ``api_bytes`` are those of the API."""

    addresses: list[str] = field(default_factory=list)
    bytes: int = 0
    api_bytes: int = 0
    calls: set[str] = field(default_factory=set)

    @staticmethod
    async def of(page: Page) -> "Traffic":
        traffic = Traffic()
        wire: CDPSession = await page.context.new_cdp_session(page)
        await wire.send("Network.enable")
        wire.on("Network.requestWillBeSent", lambda told: traffic.asked(told["requestId"], told["request"]["url"]))
        wire.on("Network.loadingFinished", lambda told: traffic.loaded(told["requestId"], told["encodedDataLength"]))
        return traffic

    def asked(self, request: str, address: str) -> None:
        self.addresses.append(address)
        if "/api/" in address:
            self.calls.add(request)

    def loaded(self, request: str, count: float) -> None:
        self.bytes += int(count)
        if request in self.calls:
            self.api_bytes += int(count)
