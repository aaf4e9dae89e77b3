"""The same random programs come out alike on every store, and the feed tells how things came to be as they are."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.contracts.kit import all_tasks, feed, join, someone
from tests.contracts.programs import Performance, Program, programs, replayed
from todo_adapters.memory.store import MemoryStore
from todo_core.model.task_filter import TaskFilter, TaskSort
from todo_core.ports.storage import Store
from todo_core.runner import Outcome

examples = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def kinds() -> Iterator[Counter[str]]:
    """What came of the steps of all programs: a program in which everything is refused would prove nothing."""
    counted: Counter[str] = Counter()
    yield counted
    assert {"done", "replayed", "stale", "not-found", "key-reused", "step"} <= set(counted), counted
    assert counted["done"] > counted.total() / 4, counted


@examples
@given(first=programs, second=programs)
async def test_programs_of_two_owners_come_out_as_on_the_model(
    store: Store, kinds: Counter[str], first: Program, second: Program
) -> None:
    ada, bob, model = someone(), someone(), MemoryStore()
    for place in (store, model):
        await join(place, **_fields(ada))
        await join(place, **_fields(bob))
    real = await asyncio.gather(Performance(store, ada.id).play(first), Performance(store, bob.id).play(second))
    ideal = [await Performance(model, ada.id).play(first), await Performance(model, bob.id).play(second)]
    for one, other in zip(real, ideal, strict=True):
        assert one.trace == other.trace
        assert one.states == other.states
        assert await feed(store, one.owner) == await feed(model, one.owner)
        await the_feed_tells_it_all(one)
        kinds.update(map(_kind, one.trace))


async def the_feed_tells_it_all(played: Performance) -> None:  # L1, L5
    """From the beginning up to any revision the feed gives what there was then."""
    entries = await feed(played.store, played.owner)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    for revision, tasks in played.states.items():
        assert replayed(entries[:revision]) == tasks
    assert replayed(entries) == await all_tasks(played.store, played.owner)
    page = await played.store.view(played.owner).tasks.page(TaskFilter(), TaskSort(), None, 1000)
    assert page.as_of in {len(entries), None}


def _fields(person: Any) -> dict[str, Any]:
    return {"id": person.id, "email": person.email}


def _kind(result: object) -> str:
    if isinstance(result, Outcome):
        return "replayed" if result.replayed else "done"
    return str(result[0]) if isinstance(result, tuple) else "page"
