"""The functions of the HTTP layer that see bytes from outside."""

from collections.abc import Callable

from tests.costs.growth import Subject
from tests.costs.hostile import FIELDS
from todo_http.admission import media_type
from todo_http.visit import fields_of

SERVER = 200_000
"""Bytes of all header fields that a server passes on before anything has been counted."""

HEADERS = 32_000
"""Bytes of one header field, when it takes all the room there is."""


def repeated(name: bytes, value: bytes) -> Callable[[int], list[tuple[bytes, bytes]]]:
    """Makes header fields of one name, of a given length in all."""
    return lambda length: [(name, value)] * (length // len(name + value))


SUBJECTS: list[Subject] = [
    Subject(
        name="fields_of",
        run=fields_of,
        hostile={
            "one name": repeated(b"x", b""),
            "one name with values": repeated(b"x", b"y" * 30),
            "two long ones": lambda length: [(b"x", b"y" * (length // 2))] * 2,
            "many names": lambda length: [(b"%d" % number, b"") for number in range(length // 6)],
        },
        longest=SERVER,
    ),
    Subject(name="media_type", run=media_type, hostile=FIELDS, longest=HEADERS),
]
