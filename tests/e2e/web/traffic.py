"""Requests and bytes of a page, as the browser counts them."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import CDPSession, Page


@dataclass
class Traffic:
    """The paths that a page has requested, and the bytes transferred for each, header fields included."""

    paths: list[str] = field(default_factory=list)
    bytes: dict[str, int] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)

    @staticmethod
    async def of(page: Page) -> "Traffic":
        traffic = Traffic()
        wire: CDPSession = await page.context.new_cdp_session(page)
        await wire.send("Network.enable")
        wire.on("Network.requestWillBeSent", lambda told: traffic.asked(told["requestId"], told["request"]["url"]))
        wire.on("Network.loadingFinished", lambda told: traffic.got(told["requestId"], told["encodedDataLength"]))
        return traffic

    def asked(self, request: str, url: str) -> None:
        self.requests[request] = path = urlsplit(url).path
        self.paths.append(path)

    def got(self, request: str, count: float) -> None:
        path = self.requests[request]
        self.bytes[path] = self.bytes.get(path, 0) + int(count)
