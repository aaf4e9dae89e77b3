"""Positions: always one between two others, in any number of moves, and short."""

import random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todo_adapters.contracts.fakes import CountingIds
from todo_core.limits import POSITION_MAX
from todo_core.model import order
from todo_core.model.order import DIGITS, after, before, between, newest, spread

IDS = CountingIds()
positions = st.text(DIGITS, max_size=20).map(lambda text: text + "V")


@given(positions, positions)
def test_there_is_always_a_position_between_two_others(one: str, other: str) -> None:
    low, high = sorted([one, other])
    if low == high:
        with pytest.raises(ValueError, match="nothing"):
            between(low, high)
    else:
        assert low < between(low, high) < high
        assert between(low, high)[-1] != "0"


@given(positions)
def test_there_is_always_a_position_before_the_first_and_behind_the_last(position: str) -> None:
    assert before(position) < position < after(position, IDS.new())
    assert before(position)[-1] != "0"


def test_new_things_stand_behind_all_that_were_made_before() -> None:
    made = [newest(IDS.new()) for _ in range(10_000)]
    assert made == sorted(set(made))


@pytest.mark.parametrize("things", [1, 2, 999, 10_000])
def test_positions_are_spread_in_order_before_those_of_new_things(things: int) -> None:
    found = [*spread(things, IDS.new()), newest(IDS.new())]
    assert found == sorted(set(found))
    assert found[0] > ""


def moved(places: list[str], taken: int, to: int) -> None:
    places.pop(taken)
    low, high = (places[to - 1] if to else None), (places[to] if to < len(places) else None)
    if high is None:
        position = newest(IDS.new()) if low is None else after(low, IDS.new())
    else:
        position = before(high) if low is None else between(low, high)
    places.insert(to, position)


def test_ten_thousand_random_moves_keep_the_order_and_short_positions() -> None:
    choose = random.Random(7)
    places = [newest(IDS.new()) for _ in range(100)]
    for _ in range(10_000):
        moved(places, choose.randrange(100), choose.randrange(100))
        assert places == sorted(set(places))
    assert max(map(len, places)) < 60


@pytest.mark.parametrize("to", [0, 99])
def test_ten_thousand_moves_to_one_end_keep_positions_short(to: int) -> None:
    places = [newest(IDS.new()) for _ in range(100)]
    for _ in range(10_000):
        moved(places, 50, to)
    assert places == sorted(set(places))
    assert max(map(len, places)) < 20


def test_a_clock_that_went_wrong_does_not_bring_new_things_out_of_order() -> None:
    last = newest(UUID("ffffffff-ffff-7fff-8000-000000000000"))
    for _ in range(1_000):
        following = after(last, IDS.new())
        assert last < following
        last = following
    assert len(last) <= POSITION_MAX
    assert order.END not in ("0", DIGITS[-1])
