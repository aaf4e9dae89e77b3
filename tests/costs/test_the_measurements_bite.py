"""A test of the tests: functions that took too long are put in the place of those that do not, and it is noticed."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.costs import seeded_faults as fault
from tests.costs.asked import Asked
from tests.costs.comparison import compared
from tests.costs.growth import Subject, measured
from tests.costs.hostile import FIELDS, TEXTS
from tests.costs.hostile_requests import ADD, ENTER, PAGE, Case, account
from tests.costs.subjects_http import CODINGS, REPEATED
from tests.http.service import Api, Person
from todo_core.limits import DESCRIPTION_MAX
from todo_core.model.rules import fold
from todo_core.model.user import canonical_email
from todo_http.kernel.context import header_fields
from todo_http.kernel.guards import media_type

Run = Callable[[Any], object]
GROWING: list[tuple[Run, Run, Callable[[int], Any], int]] = [
    (fault.media_type_by_expression, media_type, FIELDS["spaces"], 8_000),
    (fault.email_composed_first, canonical_email, TEXTS["marks"], 8_000),
    (fault.fold_decomposed_whole, fold, TEXTS["marks"], DESCRIPTION_MAX),
    (fault.fields_joined_one_by_one, header_fields, REPEATED["one name"], 100_000),
]


@pytest.mark.check("P3")
@pytest.mark.parametrize(("faulty", "right", "make", "longest"), GROWING, ids=[case[0].__name__ for case in GROWING])
def test_a_function_whose_time_grows_with_the_square_of_its_input_is_noticed(
    faulty: Run, right: Run, make: Callable[[int], Any], longest: int
) -> None:
    for run, grows in ((faulty, True), (right, False)):
        figures = measured(Subject(name="seeded", run=run, hostile={"hostile": make}, longest=longest), "hostile")
        assert ("grows faster" in figures.fault) is grows


@pytest.mark.check("P1")
def test_a_function_that_holds_the_loop_is_noticed_however_it_grows() -> None:
    subject = Subject(name="slow", run=lambda times: sum(range(times)), hostile={"any": int}, longest=64_000_000)
    assert "would hold" in measured(subject, "any").fault


SPACES = Asked("POST", ADD.path, ((b"content-type", FIELDS["spaces"](6_000)),), ADD.body)
CODED = Asked("GET", "/", ((b"accept-encoding", CODINGS["codings"](31_000)),))
REQUESTS = {
    "todo_http.kernel.guards.media_type": (fault.media_type_by_expression, Case("spaces", SPACES, ADD)),
    "todo_http.kernel.files.takes_gzip": (fault.gzip_in_any_list, Case("codings", CODED, PAGE, public=True)),
    "todo_core.model.user.canonical_email": (
        fault.email_composed_first,
        Case("marks", account(email="\u0f73" * 5_000), ENTER, public=True),
    ),
}


@pytest.mark.check("P1")
@pytest.mark.parametrize("where", REQUESTS)
async def test_a_request_that_costs_far_more_than_its_size_is_noticed(
    api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    faulty, case = REQUESTS[where]
    assert not (await compared(api, ada, case)).fault
    monkeypatch.setattr(where, faulty)
    assert (await compared(api, ada, case)).fault
