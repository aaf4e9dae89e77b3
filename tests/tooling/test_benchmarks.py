"""What the benchmarks decide: which round counts, what a ratio is, which target is reached, and on what data."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import alike, run
from benchmarks.asks import KEY, Crowd
from benchmarks.cpu import Process, Reading, family
from benchmarks.dataset import CREATED, ID, OWNER, REVISION, USER_COLUMNS, Maker, Size, part_of
from benchmarks.load import Load, by_hand, percentiles
from benchmarks.postgres import file_system
from benchmarks.report import BEGIN, END, Result, write_page
from benchmarks.rounds import BadAnswersError, NotQuietError, Round, Rounds, quietly, side_by_side
from benchmarks.targets import TARGETS, Figure, Target

NOW = datetime(2026, 11, 20, tzinfo=UTC)
TASK = {"id": "01936f4e-7a2b-7c3d-8e4f-5a6b7c8d9e0f", "created_at": "2026-11-20T05:00:00Z", "completed_at": None}


def loaded(rate: float, refused: int = 0) -> Load:
    return Load(int(rate), 1.0, 1.0, 2.0, 3.0, 4.0, refused, 0)


def rounds(**rates: list[float]) -> Rounds:
    found = [
        Round(name, "get", number, loaded(rate), 100.0, 10.0, 0.0)
        for name, all_rates in rates.items()
        for number, rate in enumerate(all_rates, 1)
    ]
    return Rounds(found)


def test_a_ratio_compares_within_the_same_round() -> None:
    # The machine was twice as slow in the second round, for both.
    found = rounds(service=[900, 450, 1000], floor=[1000, 500, 1000])
    assert found.ratios("service", "get", "floor") == [0.9, 0.9, 1.0]
    assert found.ratios("service", "get", "nobody") == []


@pytest.mark.parametrize(("value", "verdict"), [(0.79, "missed"), (0.8, "must"), (0.92, "must"), (0.93, "aim")])
def test_a_rising_target_is_reached_from_below(value: float, verdict: str) -> None:
    assert Target("get / floor", "x", 0.8, 0.93).verdict(value) == verdict


@pytest.mark.parametrize(("value", "verdict"), [(121, "missed"), (120, "must"), (86, "must"), (85, "aim"), (0, "aim")])
def test_a_falling_target_is_reached_from_above(value: float, verdict: str) -> None:
    assert Target("CPU", "x", 120, 85, falls=True).verdict(value) == verdict


def test_no_target_must_do_more_than_it_aims_at() -> None:
    assert [one.name for one in TARGETS if one.verdict(one.aim) != "aim"] == []
    assert [one.name for one in TARGETS if one.must != one.aim and one.verdict(one.must) != "must"] == []
    assert len({one.key for one in TARGETS}) == len(TARGETS)


def clocks(*others: float) -> Iterator[Reading]:
    """Readings before and after each try; one is so short that every bit of other work is too much."""
    machine = 0.0
    for busy in others:
        yield Reading({"server": machine}, 0.0, machine)
        machine += busy
        yield Reading({"server": machine + 1}, 0.0, machine)


def test_a_disturbed_round_is_measured_again() -> None:
    readings, tries = clocks(100, 100, 0), iter("abc")
    found, used, others, repeated = quietly(lambda: next(tries), {}, take=lambda _: next(readings))
    assert (found, used.watched, others, repeated) == ("c", {"server": 1}, 0.0, 2)


def test_a_machine_that_does_not_come_to_rest_gives_no_result() -> None:
    readings = clocks(*[100] * 10)
    with pytest.raises(NotQuietError, match="5 times in a row"):
        quietly(lambda: None, {}, take=lambda _: next(readings))


def test_others_are_whoever_is_not_ours() -> None:
    used = Reading({}, 1.0, 10.0).since(Reading({}, 0.0, 5.0))
    assert used.others(2.0) == 2.0
    assert Reading({}, 3.0, 2.9).others(1.0) == 0.0  # clocks tick at different moments


def test_a_family_is_everything_below_a_process() -> None:
    known = {pid: Process(pid, parent, 1.0) for pid, parent in ((1, 0), (2, 1), (3, 2), (4, 1), (5, 0))}
    assert sorted(one.pid for one in family(1, known)) == [1, 2, 3, 4]
    assert family(9, known) == []


class Erring:
    """Takes part, and refuses one request of ten."""

    name = "erring"
    cases = ("get",)

    def watched(self) -> dict[str, int]:
        return {}

    def prepare(self, case: str) -> None: ...

    def run(self, case: str, seconds: int) -> Load:
        return loaded(1000, refused=100)


def test_a_variant_that_errs_gives_no_result() -> None:
    with pytest.raises(BadAnswersError, match="erring, get: 100 refused"):
        side_by_side([Erring()], ["get"], 1, 1, lambda _: None)


def test_percentiles_are_of_the_ranked_times() -> None:
    assert percentiles([float(n) for n in range(100, 0, -1)]) == (51.0, 96.0, 100.0, 100.0)
    assert percentiles([]) == (0.0, 0.0, 0.0, 0.0)


async def test_our_own_clients_send_keys_that_never_came_before_and_count_refusals() -> None:
    keys: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.read(1000):
            keys.append(head.split()[-1])
            status = b"500" if len(keys) % 2 else b"201"
            writer.write(b"HTTP/1.1 " + status + b" x\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        load = await by_hand(url, [f"POST /x HTTP/1.1\r\nkey: {KEY}\r\n\r\n".encode()], 2, 0.1, "run-")
    assert load.requests == len(keys) == len(set(keys))
    assert abs(load.refused * 2 - load.requests) <= 1
    assert load.broken == 0


def test_the_data_are_made_as_the_service_would_write_them() -> None:
    maker = Maker(Size(500, 20), NOW)
    rows = list(maker.tasks())
    assert len(rows) == 500
    assert sum(row[OWNER] == maker.dataset.heavy for row in rows) == 250
    assert [row[ID] for row in rows] == sorted(row[ID] for row in rows)
    assert [row[CREATED] for row in rows] == sorted(row[CREATED] for row in rows)
    for row in maker.users("hash"):
        user = dict(zip(USER_COLUMNS, row, strict=True))
        revisions = sorted(row[REVISION] for row in rows if row[OWNER] == user["id"])
        assert revisions == list(range(1, user["revision"] + 1))
        assert user["task_count"] == len(revisions)


def test_the_data_are_the_same_each_time() -> None:
    first, second = (list(Maker(Size(50, 5), NOW).tasks()) for _ in range(2))
    assert first == second


def test_a_smaller_database_holds_whole_people() -> None:
    maker = Maker(Size(500, 20), NOW)
    list(maker.tasks())
    part = part_of(maker.dataset, 50)
    assert 0 < len(part.people) < len(maker.dataset.people)
    assert sorted(row[ID] for row in part.rows) == sorted(task for person in part.people for task in person.tasks)


def test_everybody_asks_with_a_token_and_for_a_task_of_their_own() -> None:
    maker = Maker(Size(500, 20), NOW)
    list(maker.tasks())
    asks = Crowd(maker.dataset.people).asks("get")
    owners = {str(task): str(person.user_id) for person in maker.dataset.people for task in person.tasks}
    for ask in asks[:100]:
        _, _, owner, _, task = ask.decode().split()[1].split("/")
        assert owners[task] == owner
    assert len({ask.split(b"Bearer ")[1] for ask in asks}) == 19


def test_answers_are_alike_whatever_the_spelling_of_instants() -> None:
    other = TASK | {"created_at": "2026-11-20T05:00:00.000000+00:00", "updated_at": "2026-11-20T05:00:00Z"}
    mine = TASK | {"updated_at": "2026-11-20T05:00:00Z"}
    assert alike.comparable([mine], set()) == alike.comparable([other], set())
    assert alike.comparable(mine | {"title": "x"}, set()) != alike.comparable(other, set())


@pytest.mark.parametrize(
    "wrong", [{"id": TASK["id"].upper() if TASK["id"] else ""}, {"created_at": "2026-11-20T05:00:00"}]
)
def test_an_answer_without_canonical_ids_and_zones_is_like_no_other(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"spelling|zone"):
        alike.comparable(TASK | {"updated_at": "2026-11-20T05:00:00Z"} | wrong, set())


def test_the_innermost_mount_tells_the_file_system(tmp_path: Path) -> None:
    mounts = f"/dev/vda / ext4 rw 0 0\ntmpfs {tmp_path} tmpfs rw 0 0\n"
    assert file_system(str(tmp_path / "data"), mounts) == "tmpfs"
    assert file_system(str(tmp_path.parent), mounts) == "ext4"


def test_the_page_keeps_what_people_wrote(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"Before.\n{BEGIN}\nold\n{END}\nAfter.\n")
    figures = {"get/floor": Figure(0.9, 0.8, 1.0)}
    result = Result("make bench", "today", {}, "10 tasks.", {"service": "ours"}, rounds(service=[1000]), figures)
    write_page(result, page)
    text = page.read_text()
    assert text.startswith("Before.\n")
    assert text.endswith("\nAfter.\n")
    assert "| get / floor | 0.8 | 0.93 | 0.9 | 0.8 - 1 | must |" in text
    assert "old" not in text
    page.write_text("no marks")
    with pytest.raises(ValueError, match="no markers"):
        write_page(result, page)


def test_the_service_cannot_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run.options(["--variants", "floor"])
    assert "name it too" in capsys.readouterr().err
    assert run.options(["--quick", "--only", "get"]).rounds == 3
