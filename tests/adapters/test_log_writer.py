"""The log writer never blocks, loses nothing while its output is read, and counts what it drops otherwise."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from time import monotonic, sleep

import pytest

from tests.support.pipes import Pipe
from todo_adapters.telemetry.log_writer import CHUNK, LineStream, LogWriter, _writers

LINE = "x" * 199 + "\n"


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """Read to the end after the test: a writer that still has lines would write them into the next pipe."""
    with Pipe() as made:
        yield made
        if made.writing != -1:
            made.drain()
            writers = [writer for writer in _writers if writer._target == made.writing]
            assert all(writer.flush(30) for writer in writers)
            for writer in writers:
                writer.close()


def until(true: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether this comes true in time."""
    end = monotonic() + seconds
    while not true() and monotonic() < end:
        sleep(0.01)
    return true()


def rest(pipe: Pipe) -> str:
    """Everything that was written, when no more comes."""
    for writer in list(_writers):
        if writer._target == pipe.writing:
            writer.close()
    return pipe.rest()


def told(text: str) -> list[int]:
    """The numbers of lines that were told as dropped."""
    lines = [line for line in text.splitlines() if line.startswith("{")]
    return [json.loads(line)["lines"] for line in lines if "log_lines_dropped" in line]


def test_lines_come_out_whole_and_in_order(pipe: Pipe) -> None:
    writer = LogWriter(pipe.writing)
    pipe.drain()
    for number in range(5_000):
        writer.write(f"line {number}\n")
    assert writer.flush(30)
    assert rest(pipe).splitlines() == [f"line {number}" for number in range(5_000)]
    assert writer.dropped == 0


def test_a_pipe_with_room_gets_its_lines_at_once_and_in_order(pipe: Pipe) -> None:
    writer = LogWriter(pipe.writing)
    writer.write("one\n" * 2_000)
    assert writer._thread is None
    writer.write("two\n" * 50_000)
    pipe.drain()
    for _ in range(200):  # while the thread has still something to write
        writer.write("three\n")
        sleep(0.0001)
    assert writer.flush(30)
    writer.write("four\n")
    lines = rest(pipe).split()
    assert lines == sorted(lines, key=["one", "two", "three", "four"].index)
    assert (lines.count("one"), lines.count("two"), lines.count("four")) == (2_000, 50_000, 1)


@pytest.mark.check("P9")
def test_nobody_waits_for_a_pipe_that_is_full(pipe: Pipe) -> None:
    writer = LogWriter(pipe.writing, capacity=100_000)
    started = monotonic()
    for _ in range(20_000):  # 4 MB
        writer.write(LINE)
    assert not writer.flush(0.1)
    assert monotonic() - started < 30
    assert len(writer._waiting) <= 100_000
    assert writer.dropped > 15_000


@pytest.mark.check("P9")
def test_what_was_dropped_is_counted_and_told_when_there_is_room_again(pipe: Pipe) -> None:
    writer = LogWriter(pipe.writing, capacity=100_000)
    for _ in range(5_000):
        writer.write(LINE)
    assert writer.dropped > 0
    pipe.drain()
    assert writer.flush(30)
    writer.write("after\n")
    assert writer.flush(30)
    lines = rest(pipe).splitlines()
    assert sum(told(pipe.text)) == writer.dropped
    assert lines.count(LINE.strip()) == 5_000 - writer.dropped
    assert lines[-1] == "after"


def test_a_block_of_lines_is_taken_as_far_as_there_is_room(pipe: Pipe) -> None:
    pipe.fill()
    writer = LogWriter(pipe.writing, capacity=1_000)
    with writer._changed:  # so that nothing is written meanwhile
        writer.write(LINE * 8)
        assert (len(writer._waiting), writer.dropped) == (1_000, 3)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere fewer bytes stay together in a pipe")
def test_processes_that_share_a_pipe_do_not_cut_each_others_lines(pipe: Pipe) -> None:
    program = (
        "import sys; from todo_adapters.telemetry.log_writer import LogWriter; writer = LogWriter(1)\n"
        "for _ in range(2_000): writer.write(sys.argv[1] * 301 + '\\n')\n"
        "assert writer.flush(20)"
    )
    started = [subprocess.Popen([sys.executable, "-c", program, letter], stdout=pipe.writing) for letter in "abc"]
    pipe.drain()
    assert [process.wait(30) for process in started] == [0, 0, 0]
    lines = rest(pipe).splitlines()
    assert sorted(set(lines)) == ["a" * 301, "b" * 301, "c" * 301]
    assert len(lines) == 6_000


def test_a_line_may_be_longer_than_what_is_written_at_once(pipe: Pipe) -> None:
    writer = LogWriter(pipe.writing)
    pipe.drain()
    writer.write("a\n" + "b" * 10 * CHUNK + "\nc\n")
    assert writer.flush(30)
    assert rest(pipe).splitlines() == ["a", "b" * 10 * CHUNK, "c"]


def test_errors_lose_lines_and_nothing_else_and_are_got_over(pipe: Pipe) -> None:
    reading, writing = os.pipe()
    os.close(reading)  # nobody will ever read this
    writer = LogWriter(writing)
    writer.write("one\ntwo\n")
    assert until(lambda: writer.dropped == 2)
    os.dup2(pipe.writing, writing)
    assert until(lambda: not writer._untold)
    writer.write("three\n")
    assert writer.flush(30)
    os.close(writing)
    pipe.drain()
    lines = rest(pipe).splitlines()
    assert told(pipe.text) == [2]
    assert lines[-1] == "three"


def test_a_pipe_that_somebody_made_non_blocking_gets_every_line(pipe: Pipe) -> None:
    os.set_blocking(pipe.writing, False)
    writer = LogWriter(pipe.writing)
    for _ in range(1_000):  # more than it holds at once
        writer.write(LINE)
    sleep(0.1)
    pipe.drain()
    assert writer.flush(30)
    assert rest(pipe) == LINE * 1_000


def test_without_a_descriptor_lines_go_nowhere() -> None:
    writer = LogWriter(None)
    writer.write(LINE)
    assert writer.flush(0)


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_a_forked_process_writes_its_own_lines_and_no_others(pipe: Pipe) -> None:
    program = (
        "import os; from todo_adapters.telemetry.log_writer import LogWriter; writer = LogWriter(1)\n"
        "for _ in range(5_000): writer.write('parent' + 100 * ' ' + '\\n')\n"  # most of them still wait
        "child = os.fork()\n"
        "if child == 0: writer.write('child\\n')\n"
        "assert writer.flush(20)\n"
        "if child == 0: os._exit(0)\n"
        "assert os.waitpid(child, 0)[1] == 0"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=pipe.writing)
    sleep(0.5)
    pipe.drain()
    assert process.wait(30) == 0
    lines = rest(pipe).split()
    assert (lines.count("parent"), lines.count("child")) == (5_000, 1)


@pytest.mark.check("P9")
def test_an_interpreter_ends_though_nobody_reads(pipe: Pipe) -> None:
    program = (
        "from todo_adapters.telemetry.log_writer import replace_streams; replace_streams()\n"
        "for _ in range(1_000): print('x' * 200)\n"
        "raise SystemExit(3)"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=pipe.writing, stderr=pipe.writing)
    try:
        assert process.wait(20) == 3
    finally:
        process.kill()


def test_an_interpreter_that_ends_has_written_everything(pipe: Pipe) -> None:
    program = (
        "import sys; from todo_adapters.telemetry.log_writer import replace_streams; replace_streams()\n"
        "for _ in range(1_000): print('x' * 199)\n"
        "sys.stderr.write('half a li'); sys.stderr.write('ne\\n'); raise ValueError('the end')"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=pipe.writing, stderr=pipe.writing)
    pipe.drain()
    assert process.wait(20) == 1
    text = rest(pipe)
    assert text.count(LINE) == 1_000
    assert "half a line\n" in text
    assert "ValueError: the end\n" in text


def test_a_stream_hands_on_whole_lines(pipe: Pipe) -> None:
    writer = LogWriter(pipe.writing)
    stream = LineStream(writer, None)
    assert stream.write("a") == 1
    stream.write("b\nc")
    assert (stream.isatty(), stream.writable()) == (False, True)
    pipe.drain()
    assert writer.flush(30)
    assert rest(pipe) == "ab\n"
