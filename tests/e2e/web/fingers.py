"""Fingers on a touch screen, as the browser gets them from the system."""

from playwright.async_api import CDPSession, Locator, Page


class Finger:
    """One finger; it can stay, move and be lifted."""

    def __init__(self, session: CDPSession) -> None:
        self.session = session

    @staticmethod
    async def on(page: Page) -> "Finger":
        return Finger(await page.context.new_cdp_session(page))

    async def down(self, x: float, y: float) -> None:
        await self._send("touchStart", x, y)

    async def move(self, x: float, y: float) -> None:
        await self._send("touchMove", x, y)

    async def up(self) -> None:
        await self.session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    async def swipe(self, row: Locator, by: int) -> None:
        """Across a row, without lifting the finger."""
        box = await row.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for _ in range(10):
            await self.down(x, y)
            for part in range(1, 6):
                await self.move(x + by * part / 5, y)
            if await row.evaluate("row => row.classList.contains('swiped')"):
                return
            await self.up()  # on a busy machine the finger lay still for so long that it was a long press

    async def _send(self, kind: str, x: float, y: float) -> None:
        await self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
