"""What a page costs on the wire, as the browser counts it."""

from dataclasses import dataclass, field

from playwright.async_api import CDPSession, Page


@dataclass
class Traffic:
    """What a page has cost on the wire: requests, and bytes as they were transferred, header fields included."""

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
