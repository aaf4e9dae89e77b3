"""Requests and bytes of a page, as the browser counts them."""

from dataclasses import dataclass, field

from playwright.async_api import CDPSession, Page


@dataclass
class Traffic:
    """The requests of a page, and the bytes transferred, header fields included."""

    addresses: list[str] = field(default_factory=list)
    bytes: int = 0

    @staticmethod
    async def of(page: Page) -> "Traffic":
        traffic = Traffic()
        wire: CDPSession = await page.context.new_cdp_session(page)
        await wire.send("Network.enable")
        wire.on("Network.requestWillBeSent", lambda told: traffic.addresses.append(told["request"]["url"]))
        wire.on("Network.loadingFinished", lambda told: traffic.add(told["encodedDataLength"]))
        return traffic

    def add(self, count: float) -> None:
        self.bytes += int(count)
