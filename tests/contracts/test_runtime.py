"""What every clock and every source of ids promises, the system's and the tests' own."""

import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.runtime import SystemClock, UuidSevens, new_salt, new_secret
from todo_core.ports.runtime import Clock, IdSource

MILLISECOND = 1_000_000


@pytest.fixture(params=[SystemClock, FixedClock])
def clock(request: pytest.FixtureRequest) -> Clock:
    made: Clock = request.param()
    return made


@pytest.fixture(params=[UuidSevens, CountingIds])
def ids(request: pytest.FixtureRequest) -> IdSource:
    made: IdSource = request.param()
    return made


def ticking(*nanoseconds: int) -> Callable[[], int]:
    """A clock of nanoseconds that shows these times one after the other, and then the last one for ever."""
    times: Iterator[int] = iter(nanoseconds)
    return lambda: next(times, nanoseconds[-1])


def test_the_time_is_in_utc(clock: Clock) -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_the_system_clock_tells_the_present() -> None:
    before = datetime.now(UTC)
    assert before <= SystemClock().now() <= datetime.now(UTC)


def test_a_fixed_clock_moves_only_when_it_is_told_to() -> None:
    clock = FixedClock(datetime(2026, 11, 20, 12, tzinfo=UTC))
    assert clock.now() == clock.now() == datetime(2026, 11, 20, 12, tzinfo=UTC)
    clock.advance(timedelta(minutes=1), seconds=0)
    clock.advance(seconds=-1.5)
    assert clock.now() == datetime(2026, 11, 20, 12, 0, 58, 500_000, tzinfo=UTC)


def test_ids_are_uuids_of_version_seven_in_the_variant_of_the_rfc(ids: IdSource) -> None:
    for _ in range(1_000):
        made = ids.new()
        assert (made.version, made.variant) == (7, "specified in RFC 4122")


def test_every_id_is_greater_than_all_before_it_as_bytes_and_as_text(ids: IdSource) -> None:
    made = [ids.new() for _ in range(20_000)]
    assert made == sorted(set(made))
    texts = [str(each) for each in made]
    assert texts == sorted(set(texts))


def test_an_id_begins_with_the_milliseconds_of_its_making() -> None:
    before = int(datetime.now(UTC).timestamp() * 1000)
    made = UuidSevens().new()
    assert before <= made.int >> 80 <= int(datetime.now(UTC).timestamp() * 1000)


def test_an_id_holds_the_milliseconds_and_their_fraction_in_the_places_of_the_rfc() -> None:
    ids = UuidSevens(ticking(0x017F22E279B0 * MILLISECOND + MILLISECOND // 2), lambda bits: 2**bits - 1)
    # Method 3: half a millisecond is 0x800 of 0x1000.
    assert str(ids.new()) == "017f22e2-79b0-7800-bfff-ffffffffffff"


def test_order_survives_a_clock_that_is_set_back() -> None:
    hour = 3_600_000 * MILLISECOND
    ids = UuidSevens(ticking(2 * hour, 2 * hour, hour, 0, hour, 2 * hour, 3 * hour))
    made = [ids.new() for _ in range(8)]
    assert made == sorted(set(made))
    assert made[5].int >> 80 == 7_200_000
    assert made[7].int >> 80 == 10_800_000


def test_more_ids_than_steps_in_a_millisecond_run_over_into_the_next_one() -> None:
    ids = UuidSevens(ticking(5 * MILLISECOND))
    made = [ids.new() for _ in range(4096 + 1)]
    assert made == sorted(set(made))
    assert (made[0].int >> 80, made[-1].int >> 80) == (5, 6)


def test_sixty_two_bits_of_an_id_are_random() -> None:
    tails = {UuidSevens(ticking(MILLISECOND)).new().int & (2**62 - 1) for _ in range(1_000)}
    assert len(tails) == 1_000
    assert min(tails) < 2**56
    assert max(tails) > 2**61


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """The interpreter changes threads as often as it can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("restless_threads")
def test_threads_never_get_the_same_step_of_time() -> None:
    ids = UuidSevens(ticking(MILLISECOND), lambda _: 0)
    made: list[list[object]] = [[] for _ in range(4)]
    threads = [threading.Thread(target=lambda mine=mine: mine.extend(ids.new() for _ in range(5_000))) for mine in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set().union(*made)) == 20_000


def test_secrets_and_salts_are_long_and_never_the_same() -> None:
    assert len({new_secret() for _ in range(100)}) == 100
    assert len(new_secret()) == 64
    assert len({new_salt() for _ in range(100)}) == 100
    assert len(new_salt()) == 16
