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
SLICE = 8
"""The most examples of one operation: the coverage phase, which is as long with any number, is the most of it."""


@pytest.mark.database
@pytest.mark.check("F19", "H22", "H25")
@pytest.mark.timeout(3_600 if EXAMPLES else 300)
def test_nothing_undocumented_happens_and_all_storages_answer_alike(postgres_url: str, tmp_path: Path) -> None:
    urls = {"memory": "memory://", "sqlite": f"sqlite:///{tmp_path}/todo.db", "postgres": postgres_url}
    for url in (urls["sqlite"], urls["postgres"]):
        asyncio.run(migrate.upgrade(url))
    found = fuzz(urls, int(EXAMPLES or SLICE), int(SEED) if SEED else None)
    print(f"\n{found}")
    assert found.wrong == {}, "\n".join(f"{what}: {how}" for what, how in found.wrong.items())
    assert set(found.cases) == set(PHASES)
    assert {200, 201, 204, 400, 401, 403, 404, 405, 409, 412, 415} <= set(found.statuses)
