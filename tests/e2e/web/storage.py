"""What a browser keeps for the client."""

import json
from collections.abc import Sequence

from tests.e2e.web.screen import Screen

KEPT = """async () => JSON.stringify({
    local: Object.entries(localStorage), session: Object.entries(sessionStorage), cookies: document.cookie,
    databases: await indexedDB.databases(),
    caches: await Promise.all((await caches.keys()).map(async name => [name, await Promise.all(
        (await (await caches.open(name)).matchAll()).map(async answer => [answer.url, await answer.text()]))])),
})"""


async def kept(screen: Screen) -> str:
    """Everything that the browser keeps for the client."""
    return str(await screen.page.evaluate(KEPT))


async def queues(screen: Screen) -> list[tuple[str, list[str]]]:
    """The queues of unsent changes of all tabs and users: the id of the user, and the titles."""
    found = await screen.page.evaluate("Object.entries(localStorage).filter(([key]) => key.startsWith('todo.outbox.'))")
    return [(key.split(".")[2], [it["changes"][0]["title"] for it in json.loads(text)]) for key, text in found]


async def forgotten(tab: Screen, traces: Sequence[str]) -> bool:
    """Whether the browser keeps neither these texts nor anything but preferences."""
    found = await kept(tab)
    return not any(trace in found for trace in traces) and set(dict(json.loads(found)["local"])) <= {"todo.settings"}


async def has_queues(screen: Screen, count: int) -> bool:
    return len(await queues(screen)) == count
