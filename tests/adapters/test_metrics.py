"""Metrics: what is counted, under which names, and the sums over several processes."""

import os
import re
from pathlib import Path

import httpx
import msgspec
import pytest

from tests.support.server import free_port
from todo_adapters.memory.security import ListEventLog
from todo_adapters.telemetry.metrics import EVENTS_MAX, FOLDER, CountingEventLog, ProcessMetrics
from todo_adapters.telemetry.metrics_listener import FAMILIES, exposition, listening

SAMPLE = re.compile(r'(?P<name>[a-z_]+)(\{[a-z]+="[^"\n\\]*"(,[a-z]+="[^"\n\\]*")*\})? [0-9.e+-]+')
GET = 'method="GET",route="/api/{user_id}/tasks"'


def meter_of(*answers: tuple[int, float]) -> ProcessMetrics:
    """A meter that has seen a few requests of one route."""
    meter = ProcessMetrics()
    for status, seconds in answers:
        meter.begun()
        meter.ended("GET", "/api/{user_id}/tasks", status, seconds)
    return meter


@pytest.mark.check("N10")
def test_requests_are_counted_by_route_and_class_of_status() -> None:
    series = meter_of((200, 0.001), (204, 0.001), (304, 0.001), (404, 0.2), (503, 9), (0, 1)).series()
    counts = {name: value for name, value in series.items() if name.startswith("todo_requests_total")}
    assert counts == {
        f'todo_requests_total{{{GET},status="2xx"}}': 2,
        f'todo_requests_total{{{GET},status="3xx"}}': 1,
        f'todo_requests_total{{{GET},status="4xx"}}': 1,
        f'todo_requests_total{{{GET},status="5xx"}}': 1,
        f'todo_requests_total{{{GET},status="gone"}}': 1,
    }
    assert series["todo_requests_in_flight"] == 0


def test_streams_are_not_in_flight() -> None:
    meter = ProcessMetrics()
    meter.begun()
    meter.set_aside(1)
    series = meter.series()
    assert (series["todo_requests_in_flight"], series["todo_streams"]) == (0, 1)
    meter.set_aside(-1)
    series = meter.series()
    assert (series["todo_requests_in_flight"], series["todo_streams"]) == (1, 0)


def test_buckets_are_cumulative_and_bounds_belong_to_them() -> None:
    series = meter_of((200, 0.005), (200, 0.0051), (200, 0.2), (200, 100)).series()
    bounds = ("0.005", "0.025", "0.1", "0.5", "2.5", "+Inf")
    found = [series[f'todo_request_seconds_bucket{{{GET},le="{bound}"}}'] for bound in bounds]
    assert found == [1, 2, 2, 3, 3, 4]
    assert series[f"todo_request_seconds_count{{{GET}}}"] == 4
    assert series[f"todo_request_seconds_sum{{{GET}}}"] == pytest.approx(100.2101)


def test_events_are_counted_under_their_names_and_passed_on() -> None:
    meter, inner = ProcessMetrics(), ListEventLog()
    event_log = CountingEventLog(inner, meter)
    for event in ("refresh_reused", "replayed", "replayed"):
        event_log.record(event, user="somebody")
    assert meter.series()['todo_events_total{event="replayed"}'] == 2
    assert meter.series()['todo_events_total{event="refresh_reused"}'] == 1
    assert len(inner.events) == 3


def test_there_is_an_end_to_the_number_of_series() -> None:
    meter = ProcessMetrics()
    for number in range(10_000):
        meter.happened(f"event-{number}")
    assert len(meter.series()) <= EVENTS_MAX + 2


@pytest.mark.check("N10")
def test_processes_add_up_the_dead_keep_their_counts_and_lose_their_gauges(tmp_path: Path) -> None:
    alive, dead = meter_of((200, 0.01), (200, 0.01)), meter_of((200, 0.01))
    for pid, meter in ((1, alive), (2, alive), (3, dead)):
        meter.begun()
        age = float(pid)
        meter.watch(
            lambda age=age: {  # type: ignore[misc]
                "todo_pool_in_use": 2,
                "todo_ended_sessions": 7,
                "todo_ended_sessions_age_seconds": age,
            }
        )
        (tmp_path / f"{pid}.json").write_bytes(msgspec.json.encode(meter.series()))
    lines = exposition(tmp_path, living={1, 2}).splitlines()
    assert f'todo_requests_total{{{GET},status="2xx"}} 5' in lines
    assert "todo_requests_in_flight 3" in lines  # one in the first file, two in the second
    assert "todo_pool_in_use 4" in lines
    assert "todo_ended_sessions 7" in lines
    assert "todo_ended_sessions_age_seconds 2" in lines
    assert "todo_workers 2" in lines
    assert "todo_worker_starts_total 3" in lines


def test_what_is_told_is_in_the_format_that_prometheus_reads(tmp_path: Path) -> None:
    meter = meter_of((200, 0.01))
    meter.happened("login")
    (tmp_path / "1.json").write_bytes(msgspec.json.encode(meter.series()))
    text = exposition(tmp_path, living={1})
    assert text.endswith("\n")
    kinds: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("# TYPE"):
            _, _, family, kind = line.split(" ")
            assert family not in kinds, "a family is told in one piece"
            kinds[family] = kind
        elif not line.startswith("# HELP"):
            sample = SAMPLE.fullmatch(line)
            assert sample, line
            assert any(sample["name"].startswith(family) for family in kinds)
    assert set(kinds.items()) <= {(family, kind) for family, (kind, _) in FAMILIES.items()}


@pytest.mark.check("N11")
async def test_the_listener_answers_metrics_and_nothing_else() -> None:
    port = free_port()
    with listening("127.0.0.1", port, lambda: {os.getpid()}):
        folder = Path(os.environ[FOLDER])
        meter_of((200, 0.01)).write(folder)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            answer = await client.get("/metrics")
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            assert 'status="2xx"} 1' in answer.text
            assert (await client.get("/")).status_code == 404
            assert (await client.post("/metrics")).status_code == 501
    assert FOLDER not in os.environ
    assert not folder.exists()
    meter_of((200, 0.01)).write(folder)  # too late, and no reason to fail
