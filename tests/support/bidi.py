"""Drives a browser over WebDriver BiDi (https://w3c.github.io/webdriver-bidi/): tabs, elements by role and name."""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

PATIENCE_SECONDS = 30
Node = dict[str, Any]
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "Control": "\ue009"}
CHANGING = {"no such node", "no such element", "stale element reference", "move target out of bounds"}
"""Errors about an element that has been replaced or moved since it was found."""


class BidiError(Exception):
    """The browser has refused a command. ``code`` is the standard's name for the reason."""

    def __init__(self, method: str, answer: dict[str, Any]) -> None:
        super().__init__(f"{method}: {answer['error']}: {answer['message']}")
        self.code: str = answer["error"]


@dataclass
class Session:
    """A connection. Commands are sent one after the other; ``errors`` are those that pages have reported meanwhile."""

    socket: ClientConnection
    version: str = ""
    errors: list[str] = field(default_factory=list)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of a command. Raises BidiError."""
        number = next(self.numbers)
        await self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(await self.socket.recv())
            if message["type"] == "event":
                self._heard(message["method"], message["params"])
            elif message["id"] == number:
                if message["type"] == "error":
                    raise BidiError(method, message)
                result: dict[str, Any] = message["result"]
                return result

    def _heard(self, event: str, told: dict[str, Any]) -> None:
        if event == "log.entryAdded" and told["level"] == "error":
            self.errors.append(str(told["text"]))

    @asynccontextmanager
    async def tab(self) -> AsyncIterator["Tab"]:
        """A tab that shares cookies and storage with no other."""
        container = (await self.send("browser.createUserContext"))["userContext"]
        created = await self.send("browsingContext.create", type="tab", userContext=container)
        yield Tab(self, container, created["context"])
        await self.send("browser.removeUserContext", userContext=container)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Session]:
    """A session with the browser at a WebSocket address."""
    async with connect(url, max_size=None, ping_interval=None) as socket:
        session = Session(socket)
        session.version = (await session.send("session.new", capabilities={}))["capabilities"]["browserVersion"]
        await session.send("session.subscribe", events=["log.entryAdded"])
        yield session


@dataclass(frozen=True)
class Tab:
    """A page. Elements are found by role and accessible name, as soon as they are there."""

    session: Session
    container: str
    context: str

    async def go(self, url: str) -> None:
        await self.session.send("browsingContext.navigate", context=self.context, url=url, wait="complete")

    async def reload(self) -> None:
        await self.session.send("browsingContext.reload", context=self.context, wait="complete")

    async def offline(self, without_network: bool) -> None:
        conditions = {"type": "offline"} if without_network else None
        await self.session.send(
            "emulation.setNetworkConditions", networkConditions=conditions, userContexts=[self.container]
        )

    async def shows(self, role: str, name: str, count: int = 1) -> list[Node]:
        """Waits until so many elements have a role with this name. Raises AssertionError."""
        locator = {"type": "accessibility", "value": {"role": role, "name": name}}
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = await self.session.send("browsingContext.locateNodes", context=self.context, locator=locator)
            nodes: list[Node] = found["nodes"]
            if len(nodes) == count:
                return nodes
            told = f"{len(nodes)} instead of {count} of {role} {name!r}; errors of the page: {self.session.errors}"
            assert time.monotonic() < until, told
            await asyncio.sleep(0.05)

    async def click(self, role: str, name: str) -> None:
        """Clicks in the middle of the only element of a role with this name."""
        while True:
            [node] = await self.shows(role, name)
            try:
                return await self._click(node)
            except BidiError as error:
                if error.code not in CHANGING:
                    raise

    async def _click(self, node: Node) -> None:
        element = {"sharedId": node["sharedId"]}
        await self._call("element => element.scrollIntoView({ block: 'nearest' })", element)
        move = {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": element}}
        press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        await self._act({"type": "pointer", "id": "mouse", "actions": [move, *press]})

    async def fill(self, role: str, name: str, text: str) -> None:
        """Replaces the text of a field."""
        await self.click(role, name)
        await self.press("Control", "a")
        await self.type(text)

    async def type(self, text: str) -> None:
        """Types where the focus is, key by key."""
        keys = [{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")]
        await self._act({"type": "key", "id": "keyboard", "actions": keys})

    async def press(self, *keys: str) -> None:
        """Presses keys together."""
        values = [KEYS.get(key, key) for key in keys]
        down = [{"type": "keyDown", "value": value} for value in values]
        up = [{"type": "keyUp", "value": value} for value in reversed(values)]
        await self._act({"type": "key", "id": "keyboard", "actions": [*down, *up]})

    async def evaluate(self, expression: str) -> None:
        """Evaluates an expression; waits for it if it is a promise."""
        await self._call(f"async () => {{ await ({expression}); }}")

    async def _act(self, source: dict[str, Any]) -> None:
        await self.session.send("input.performActions", context=self.context, actions=[source])

    async def _call(self, function: str, *arguments: dict[str, Any]) -> None:
        target = {"context": self.context}
        call = {"functionDeclaration": function, "arguments": arguments, "target": target, "awaitPromise": True}
        answer = await self.session.send("script.callFunction", **call)
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
