"""Whether all variants do the same work: the same answers, field by field, to the same requests."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from benchmarks.asks import KEY
from benchmarks.variants import BrokenVariantError, Running
from tests.support.raw import line_to

EXPECTED: Final = {"get": 200, "list": 200, "create": 201, "complete": 200}
OWN: Final = {
    "get": set[str](),
    "list": set[str](),
    "create": {"id", "position", "revision", "created_at", "updated_at"},
    "complete": {"completed_at", "revision", "updated_at"},
}
"""What differs between two answers that are alike."""

Task = Mapping[str, Any]


def answer(url: str, ask: bytes, status: int) -> Any:
    """The body of an answer with this status. Raises BrokenVariantError."""

    async def run() -> Any:
        async with line_to(url) as line:
            await line.say(ask)
            return await line.hear(10)

    heard = asyncio.run(run())
    if heard is None or heard.status != status:
        raise BrokenVariantError(f"expected {status}: {heard}")
    return json.loads(heard.body)


def check(first: Running, others: Sequence[Running], asks: Mapping[str, Sequence[bytes]]) -> None:
    """Sends one request of each case to every variant; the first one decides. Raises BrokenVariantError."""
    for case, requests in asks.items():
        wanted: list[Task] = []
        for running in (first, *others):
            if case not in running.variant.cases:
                continue
            ask = requests[0].replace(KEY.encode(), f"alike-{running.name}".encode())
            try:
                found = comparable(answer(running.url, ask, EXPECTED[case]), OWN[case])
                if case == "complete":  # and back again, so that the next one finds the same
                    answer(running.url, requests[len(requests) // 2], EXPECTED[case])
            except (BrokenVariantError, ValueError, KeyError, TypeError) as error:
                raise BrokenVariantError(f"{running.name}, {case}: {error}") from error
            wanted = wanted or found
            if not all(map(_agree, found, wanted)) or len(found) != len(wanted):
                raise BrokenVariantError(f"{running.name}, {case}: {found[:1]} instead of {wanted[:1]}")


def _agree(found: Task, wanted: Task) -> bool:
    """True where fields that both have are the same: an earlier revision of the service may lack some."""
    return all(wanted[name] == value for name, value in found.items() if name in wanted)


def comparable(body: Any, own: set[str]) -> list[Task]:
    """The tasks of an answer: instants without their spelling, and kinds instead of values that are a task's own.

    Raises ValueError for what is no id, or no instant.
    """
    found: list[Task] = []
    for task in body if isinstance(body, list) else [body]:
        if str(UUID(task["id"])) != task["id"]:
            raise ValueError(f"an id in another spelling: {task['id']}")
        times = {name: _instant(task[name]) for name in ("created_at", "updated_at", "completed_at")}
        values = {**task, **times}
        found.append({name: type(value).__name__ if name in own else value for name, value in values.items()})
    return found


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"a time without a zone: {text}")
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)  # more than that JavaScript does not know
