"""No request of permitted size holds the event loop, nor costs much more than an ordinary one of the same size."""

import pytest

from tests.costs.comparison import HEADING, compared
from tests.costs.hostile_requests import CASES, Case
from tests.http.service import Api, Person

WITH_BODY = [case for case in CASES if case.hostile.body]
WITHOUT = [case for case in CASES if not case.hostile.body]


@pytest.fixture(scope="module", autouse=True)
def heading() -> None:
    """For the table that ``pytest -s`` shows."""
    print(f"\n{HEADING}")


@pytest.mark.check("P1", "P2", "P3")
@pytest.mark.parametrize("api", ["sqlite"], indirect=True)
@pytest.mark.parametrize("case", WITH_BODY, ids=lambda case: case.name)
async def test_a_hostile_request_costs_little_more_than_an_ordinary_one(api: Api, ada: Person, case: Case) -> None:
    await compare(api, ada, case)


@pytest.mark.check("P1", "P2", "P3")
@pytest.mark.parametrize("api", ["memory"], indirect=True)
@pytest.mark.parametrize("case", WITHOUT, ids=lambda case: case.name)
async def test_a_hostile_read_costs_little_more_than_an_ordinary_one(api: Api, ada: Person, case: Case) -> None:
    """Nothing of it reaches the storage, so that one storage is enough."""
    await compare(api, ada, case)


async def compare(api: Api, ada: Person, case: Case) -> None:
    found = await compared(api, ada, case)
    print(found)
    assert found.usual.status < 300
    assert found.hostile.status < 500
    assert found.hostile.status != 413 or not case.hostile.body, "it is not of permitted size"
    assert not found.fault, found.fault
