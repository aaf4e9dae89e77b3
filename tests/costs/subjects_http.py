"""The functions of the HTTP layer that see bytes from outside."""

from tests.costs.growth import Subject
from tests.costs.hostile import FIELDS
from todo_http.admission import media_type

HEADERS = 32_000
"""Bytes of one header field, when it takes all the room there is."""

SUBJECTS: list[Subject] = [
    Subject(name="media_type", run=media_type, hostile=FIELDS, longest=HEADERS),
]
