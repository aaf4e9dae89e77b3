"""The same random programs come out alike on every store and over HTTP, and the feed tells how things came to be."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, settings

from tests.contracts.performing import Performance, replayed, state_of
from tests.contracts.programs import Program, programs
from tests.contracts.programs_over_http import as_http_tells, over_http, serving_callers
from tests.contracts.wording import COMMANDS
from tests.http.service import Api
from todo_adapters.contracts.kit import feed, join, someone
from todo_adapters.memory.store import MemoryStore
from todo_core.ids import UserId
from todo_core.model.task import TASKS
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_sort import TaskSort
from todo_core.ports.storage import Store
from todo_core.runner import Outcome

pytestmark = pytest.mark.check("L1", "L5")

examples = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def kinds() -> Iterator[Counter[str]]:
    """What came of the steps of all programs: a program in which everything is refused would prove nothing."""
    counted: Counter[str] = Counter()
    yield counted
    refusals = {"stale", "not-found", "key-reused", "step", "invalid", "conflict"}
    assert {"done", "replayed", "page"} | refusals <= set(counted), counted
    commands = {use_case.__name__ for _, use_case, _ in COMMANDS.values()}
    assert commands | {"add_thing", "apply_batch", "rename_tag", "remove_tag", "empty_trash"} <= set(counted), counted
    assert counted["done"] > sum(counted[each] for each in refusals) / 2, counted


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
        await they_came_out_alike(one, other)
        kinds.update(map(_kind, one.trace))
        kinds.update(one.done)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def api(store: Store) -> AsyncIterator[Api]:
    """The service over a store."""
    async with serving_callers(store) as running:
        yield running


@settings(examples, max_examples=10, phases=[Phase.generate])  # to make small what fails would take minutes
@given(first=programs, second=programs)
async def test_programs_of_two_owners_come_out_over_http_as_on_the_model(
    api: Api, kinds: Counter[str], first: Program, second: Program
) -> None:
    store, model = api.todo.run.store, MemoryStore()
    real, ideal = [], []
    for program in (first, second):
        person = await api.person()
        owner = (await join(model, id=UserId(UUID(person.id)), email=person.email)).id
        ideal.append(await Performance(model, owner, as_http_tells).play(program))
        real.append((Performance(store, owner, over_http(person)), program))
    await asyncio.gather(*(one.play(program) for one, program in real))
    for (one, _), other in zip(real, ideal, strict=True):
        await they_came_out_alike(one, other)
        sessions = {entry.session for entry in await feed(store, one.owner)}
        assert len(sessions) == 1
        assert None not in sessions, "the feed tells who wrote"
        kinds.update(map(_kind, one.trace))
        kinds.update(one.done)


async def they_came_out_alike(real: Performance, ideal: Performance) -> None:
    """Step by step, in what there was after each, and in what the feed tells."""
    assert real.trace == ideal.trace
    assert real.states == ideal.states
    entries = await feed(real.store, real.owner)
    assert [replace(entry, session=None) for entry in entries] == await feed(ideal.store, ideal.owner)
    await the_feed_tells_it_all(real)


async def the_feed_tells_it_all(played: Performance) -> None:
    """From the beginning up to any revision the feed gives what there was then."""
    entries = await feed(played.store, played.owner)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    for revision, state in played.states.items():
        assert replayed(entries[:revision]) == state
    assert replayed(entries) == await state_of(played.store, played.owner)
    page = await played.store.view(played.owner).tasks.page(TaskFilter(), TaskSort(), None, 1000, TASKS.of_plain)
    assert page.as_of in {len(entries), None}


def _fields(person: Any) -> dict[str, Any]:
    return {"id": person.id, "email": person.email}


def _kind(result: object) -> str:
    if isinstance(result, Outcome):
        return "replayed" if result.replayed else "done"
    return str(result[0]) if isinstance(result, tuple) else "page"
