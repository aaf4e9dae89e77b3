"""Every type that a field of a body can have: its error text, repeated names, and the short way of checking them."""

from enum import StrEnum
from typing import Any, Literal

import msgspec
import pytest
from msgspec import UNSET, UnsetType

from todo_http.kernel import body as body_module
from todo_http.kernel.body import read_fields
from todo_http.problems.errors import Malformed


class Colour(StrEnum):
    """An enumeration."""

    RED = "red"
    BLUE = "blue"


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    """A struct in a field."""

    width: int
    note: str | None = None


class Everything(msgspec.Struct, forbid_unknown_fields=True):
    """A field of each type."""

    text: str
    whole: int | UnsetType | None = UNSET
    number: float | UnsetType = UNSET
    colour: Colour | UnsetType | None = UNSET
    size: Literal["small", "large"] | UnsetType = UNSET
    names: list[str] | UnsetType = UNSET
    inner: Inner | UnsetType = UNSET
    inners: list[Inner] | UnsetType = UNSET


GOOD: dict[str, Any] = {
    "text": "x",
    "whole": 3,
    "number": 1.5,
    "colour": "red",
    "size": "small",
    "names": ["a", "b"],
    "inner": {"width": 1},
}


@pytest.mark.parametrize(
    ("field", "value", "detail"),
    [
        ("text", 1, "This must be a string."),
        ("whole", "1", "This must be a whole number or null."),
        ("whole", 1.5, "This must be a whole number or null."),
        ("whole", True, "This must be a whole number or null."),
        ("number", "1", "This must be a number."),
        ("colour", "green", "This must be one of red, blue or null."),
        ("colour", 1, "This must be one of red, blue or null."),
        ("size", "huge", "This must be one of small, large."),
        ("names", "a", "This must be a list."),
        ("names", [1], "This must be a list."),
        ("inner", 1, "This must be an object."),
        ("inner", {"width": "1"}, "This must be an object."),
    ],
)
def test_a_wrong_type_is_told_by_field(field: str, value: object, detail: str) -> None:
    given, faults = read_fields(msgspec.json.encode(GOOD | {field: value}), Everything)
    assert [(fault.pointer, fault.code, fault.detail) for fault in faults] == [(f"/{field}", "wrong-type", detail)]
    assert given.keys() == GOOD.keys() - {field}


@pytest.mark.parametrize(
    "body",
    [
        b'{"text": "x", "whole": 1, "whole": 2}',
        b'{"text": "x", "inner": {"width": 1, "width": 2}}',
        b'{"text": "x", "inners": [{"width": 1, "width": 2}]}',
        b'{"text": "x", "inner": {"width": 1}, "inner": {"width": 1}}',
        b'{"text": "x", "whole": 1, "wh\\u006fle": 2}',
    ],
)
def test_repeated_names_are_malformed_beside_every_type(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_fields(body, Everything)


def test_equal_names_in_two_objects_are_not_repeated() -> None:
    body = b'{"text": "x", "inners": [{"width": 1}, {"width": 2}], "inner": {"width": 3}}'
    assert read_fields(body, Everything)[1] == []


def test_a_body_in_which_no_name_comes_twice_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: bytes) -> None:
        raise AssertionError("parsed a second time")

    monkeypatch.setattr(body_module, "_refuse_repeated_names", fail)
    given, faults = read_fields(msgspec.json.encode(GOOD), Everything)
    assert faults == []
    assert given["whole"] == 3
    assert given["inner"] == Inner(1)
