"""The API against its own OpenAPI document: generated requests, right and wrong ones, find nothing undocumented.

A slice that is always the same runs in every build; `make fuzz` runs more, and others each time.
"""

import asyncio
import os
from pathlib import Path

import pytest

from tests.http.fuzzing import PHASES, fuzz
from todo_adapters.sql import migrate

EXAMPLES = os.environ.get("TODO_FUZZ_EXAMPLES")
SEED = os.environ.get("TODO_FUZZ_SEED")
SLICE = {"memory": 20, "sqlite": 6, "postgres": 6}
"""The most examples of one operation: the coverage phase, which is as long with any number, is the most of it."""


@pytest.fixture(params=SLICE)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The name of a storage, and where it is."""
    urls = {"memory": "memory://", "sqlite": f"sqlite:///{tmp_path}/todo.db"}
    name: str = request.param
    return name, urls.get(name) or request.getfixturevalue("postgres_url")


@pytest.mark.check("F19", "H22")
@pytest.mark.timeout(3_600 if EXAMPLES else 300)
def test_nothing_undocumented_happens(storage: tuple[str, str]) -> None:
    name, url = storage
    if name != "memory":
        asyncio.run(migrate.upgrade(url))
    found = fuzz(url, int(EXAMPLES or SLICE[name]), int(SEED) if SEED else None)
    print(f"\n{name}: {found}")
    assert found.wrong == {}, "\n".join(f"{what}: {how}" for what, how in found.wrong.items())
    assert set(found.cases) == set(PHASES)
    assert {200, 201, 204, 400, 401, 403, 404, 405, 409, 412, 415} <= set(found.statuses)
