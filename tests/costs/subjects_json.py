"""The functions that read bodies."""

from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any

from tests.costs.growth import Subject
from tests.costs.hostile import bytes_of
from todo_core.model.task import TASKS
from todo_core.model.user import Registration
from todo_core.usecases.moving import Move
from todo_http.api.accounts import NewUser
from todo_http.api.batch import read_steps
from todo_http.api.batch_reading import Shapes
from todo_http.api.lists import LIST_RESOURCE
from todo_http.api.tags import TagChange, new_name
from todo_http.api.task_types import TASK_RESOURCE, NewTask, TaskMove
from todo_http.kernel.body import read_built
from todo_http.kernel.operation import PUBLIC_BODY_MAX
from todo_http.kernel.query import EMPTY

BODY = 262_144
STEPS = 1_000
SHAPES = Shapes([TASK_RESOURCE, LIST_RESOURCE])


def members(
    names: Callable[[int], str], width: int, before: bytes = b"{", after: bytes = b"}"
) -> Callable[[int], bytes]:
    """Makes objects of so many members as go into a given length."""

    def make(length: int) -> bytes:
        inside = ",".join(f'"{names(number)}":1' for number in range(length // (width + 5)))
        return before + inside.encode() + after

    return make


BODIES: Mapping[str, Callable[[int], bytes]] = {
    "lists in lists": bytes_of(b"["),
    "closed lists in lists": lambda length: b"[" * (length // 2) + b"]" * (length // 2),
    "objects in objects": bytes_of(b'{"a":'),
    "lists in a field": lambda length: b'{"title":' + b"[" * (length // 2 - 5) + b"]" * (length // 2 - 5) + b"}",
    "empty lists": bytes_of(b"[],", b'{"title":[', b"1]}"),
    "empty objects": bytes_of(b"{},", b'{"title":[', b"1]}"),
    "small objects": bytes_of(b'{"a":1},', b'{"title":[', b"1]}"),
    "numbers": bytes_of(b"1,", b'{"title":[', b"1]}"),
    "fractions": bytes_of(b"1e9,", b'{"title":[', b"1]}"),
    "a long number": bytes_of(b"9", b'{"completed":', b"}"),
    "a long fraction": bytes_of(b"9", b'{"completed":0.', b"}"),
    "a large exponent": bytes_of(b"9", b'{"completed":1e', b"}"),
    "empty strings": bytes_of(b'"",', b'{"title":[', b"1]}"),
    "a long string": bytes_of(b"a", b'{"title":"', b'"}'),
    "spaces in a string": bytes_of(b" ", b'{"title":"', b'x"}'),
    "spaces": bytes_of(b" ", b'{"title":"x"', b"}"),
    "escapes": bytes_of(b"\\u0041", b'{"title":"', b'"}'),
    "halves of a pair": bytes_of(b"\\ud83d", b'{"title":"', b'"}'),
    "backslashes": bytes_of(b"\\\\", b'{"title":"', b'"}'),
    "marks": bytes_of("\u0316\u0301".encode(), b'{"title":"', b'"}'),
    "names of fields in a string": bytes_of(b"description title ", b'{"title":"', b'"}'),
    "one name again and again": bytes_of(b'"title":1,', b"{", b'"title":1}'),
    "unknown names": members(lambda number: f"{number:x}", 5),
    "long unknown names": members(lambda number: f"{number:0200x}", 200),
    "unknown names with slashes": members(lambda number: "~/" * 29 + f"{number:x}", 63),
    "tags": bytes_of(b'"a",', b'{"title":"x","tags":["a"', b',"b"]}'),
    "a long tag": bytes_of("\u0316\u0301".encode(), b'{"title":"x","tags":["', b'"]}'),
    "tags that are no texts": bytes_of(b"[],", b'{"title":"x","tags":[', b"1]}"),
    "a long id": bytes_of(b"0", b'{"title":"x","list_id":"', b'"}'),
    "a long rule": bytes_of(b"1,", b'{"title":"x","recurrence":{"rule":"FREQ=MONTHLY;BYMONTHDAY=', b'1"}}'),
    "unknown names in a recurrence": members(lambda number: f"{number:x}", 5, b'{"title":"x","recurrence":{', b"}}"),
    "not JSON": bytes_of(b"x"),
    "not UTF-8": bytes_of(b"\xff", b'{"title":"', b'"}'),
}


def steps(unit: bytes) -> Callable[[int], bytes]:
    """Makes batches of one operation over and over."""
    return bytes_of(unit + b",", b'{"operations":[', b"{}]}")


def one_step(unit: bytes, before: bytes, after: bytes) -> Callable[[int], bytes]:
    return bytes_of(unit, b'{"operations":[{' + before, after + b"}]}")


BATCHES: Mapping[str, Callable[[int], bytes]] = {
    **BODIES,
    "numbers for operations": steps(b"1"),
    "empty operations": steps(b"{}"),
    "operations of an unknown kind": steps(b'{"op":"x"}'),
    "operations with faults": steps(b'{"op":"add","task":{"title":"","due_date":1,"x":1},"ref":1}'),
    "operations with good faith": steps(b'{"op":"add","task":{"title":"Buy milk"}}'),
    "unknown zones": steps(b'{"op":"add","task":{"title":"x","due_date":"2026-11-20T15:00Z[Europe/Berlim]"}}'),
    "one operation of numbers": one_step(b"1e9,", b'"op":[', b"1]"),
    "one operation of lists": one_step(b"[", b'"op":', b""),
    "one operation of a long number": one_step(b"9", b'"op":', b""),
    "one operation of spaces": one_step(b" ", b'"op":"add","task":{"title":"x"}', b""),
    "one long reference": one_step(b"a", b'"op":"change","task":{},"id":{"$ref":"', b'"}'),
    "one long name": one_step(b"a", b'"op":"add","task":{"title":"x"},"ref":"', b'"'),
    "one long id": one_step(b"0", b'"op":"remove","id":"', b'"'),
    "one long list of tags": one_step(b'\\"1\\",', b'"op":"remove","id":"x","if_match":"', b'"'),
    "one operation of unknown names": members(lambda number: f"{number:x}", 5, b'{"operations":[{"op":"add",', b"}]}"),
    "lists of tags": lambda length: (
        b'{"operations":['
        + b",".join([b'{"op":"remove","id":"x","if_match":"' + b'\\"1\\",' * (length // 620) + b'\\"1\\""}'] * 100)
        + b"]}"
    ),
}


def all_steps(unit: Callable[[int], bytes], first: bytes = b"") -> Callable[[int], bytes]:
    """Makes batches of as many operations as are permitted, each with its number, and as long as fits."""

    def make(length: int) -> bytes:
        begin, end = b'{"operations":[' + first, b"]}"
        operations = [unit(number) for number in range(STEPS - bool(first))]
        room = (length - len(begin) - len(end)) // STEPS - 1
        return begin + b",".join(each.ljust(room) for each in operations) + end

    return make


def add(fields: bytes) -> Callable[[int], bytes]:
    return lambda _: b'{"op":"add","task":{"title":"x",' + fields + b"}}"


PROJECT = b'{"op":"add","ref":"l","list":{"name":"Work"}},'
A_TASK = b'{"op":"add","ref":"t","task":{"title":"x"}},'
LONG_RULE = ",".join(map(str, (*range(1, 32), *range(-13, 0)))).encode()
NEVER = (
    b'{"op":"add","ref":"t","task":{"title":"x","due_date":"1970-01-01","recurrence":'
    b'{"rule":"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;SKIP=OMIT"}}},'
)
THOUSANDS: Mapping[str, Callable[[int], bytes]] = {
    "tasks": all_steps(add(b'"priority":"high"')),
    "tasks of every field": all_steps(
        add(
            b'"description":"x","due_date":"2026-11-20T15:00Z[Europe/Berlin]","deferred_until":"2026-11-20","tags":["a"]'
        )
    ),
    "tasks that recur": all_steps(add(b'"due_date":"2026-11-20","recurrence":{"rule":"FREQ=DAILY"}')),
    "tasks of long rules": all_steps(
        lambda number: add(
            b'"due_date":"2026-11-20","recurrence":{"rule":"FREQ=YEARLY;COUNT=%d;BYMONTHDAY=%s"}'
            % (number + 1, LONG_RULE)
        )(number)
    ),
    "completions of a task that recurs never": all_steps(
        lambda number: b'{"op":"complete","id":{"$ref":"t"},"task":{"completed":%s}}' % (b"true", b"false")[number % 2],
        NEVER,
    ),
    "tasks with tags": all_steps(add(b'"tags":[' + b",".join(b'"%d"' % tag for tag in range(10, 50)) + b"]")),
    "tasks with folded tags": all_steps(add(b'"tags":["e' + "\u0316\u0301".encode() * 31 + b'"]')),
    "tasks in a new list": all_steps(add(b'"list_id":{"$ref":"l"}'), PROJECT),
    "subtasks of one task": all_steps(add(b'"parent_id":{"$ref":"t"}'), A_TASK),
    "named tasks": all_steps(lambda number: b'{"op":"add","ref":"%d","task":{"title":"x"}}' % number),
    "lists": all_steps(lambda _: b'{"op":"add","list":{"name":"x"}}'),
    "moves of one task": all_steps(lambda _: b'{"op":"move","id":{"$ref":"t"},"task":{"after":null}}', A_TASK),
    "moves of one list": all_steps(lambda _: b'{"op":"move","id":{"$ref":"l"},"list":{"after":null}}', PROJECT),
    "completions": all_steps(
        lambda number: b'{"op":"complete","id":{"$ref":"t"},"task":{"completed":%s}}' % (b"false", b"true")[number % 2],
        A_TASK,
    ),
    "changes": all_steps(lambda number: b'{"op":"change","id":{"$ref":"t"},"task":{"title":"%d"}}' % number, A_TASK),
    "unknown names": all_steps(lambda number: b'{"op":"remove","id":{"$ref":"%d"}}' % number, A_TASK),
    "ids of nothing": all_steps(lambda _: b'{"op":"remove","id":"01936f4e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"}'),
}
"""Batches of as many operations as are permitted."""


def finished(coroutine: Coroutine[Any, Any, object]) -> object:
    """What comes of a coroutine that waits for nothing but its next turn."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as done:
        return done.value


def _read_batch(body: bytes) -> object:
    async def read() -> bytes:
        return body

    options = SimpleNamespace(require_if_match=False)
    request: Any = SimpleNamespace(body=read, query=EMPTY, service=SimpleNamespace(options=options))
    return finished(read_steps(request, SHAPES))


SUBJECTS: list[Subject] = [
    Subject(
        name="read_built of a task",
        run=lambda body: read_built(body, NewTask, TASKS.draft),
        hostile=BODIES,
        longest=BODY,
    ),
    Subject(
        name="read_built of an account",
        run=lambda body: read_built(body, NewUser, Registration.of),
        hostile=BODIES,
        longest=PUBLIC_BODY_MAX,
    ),
    Subject(
        name="read_built of a move",
        run=lambda body: read_built(body, TaskMove, partial(Move.of, TASKS)),
        hostile=BODIES,
        longest=BODY,
    ),
    Subject(
        name="read_built of a tag",
        run=lambda body: read_built(body.replace(b'"title"', b'"name"'), TagChange, new_name),
        hostile=BODIES,
        longest=BODY,
    ),
    Subject(name="read_steps of a batch", run=_read_batch, hostile=BATCHES, longest=BODY),
]
