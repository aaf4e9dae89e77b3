"""The functions of the core that see texts from outside."""

from tests.costs.growth import Subject
from tests.costs.hostile import TEXTS
from todo_core.limits import DESCRIPTION_MAX
from todo_core.model.password import new_password, readable
from todo_core.model.rules import fold
from todo_core.model.user import email, name, readable_email
from todo_core.model.zones import zone_name

BODY = 200_000
"""Code points of a text that a body of 256 KB brings; a little less with characters of several bytes."""

SUBJECTS: list[Subject] = [
    Subject(name="email", run=email, hostile=TEXTS, longest=BODY),
    Subject(name="readable_email", run=readable_email, hostile=TEXTS, longest=BODY),
    Subject(name="name", run=name, hostile=TEXTS, longest=BODY),
    Subject(name="new_password", run=lambda text: new_password(text, "a@b.cd", "A"), hostile=TEXTS, longest=BODY),
    Subject(name="readable", run=readable, hostile=TEXTS, longest=BODY),
    Subject(name="fold", run=fold, hostile=TEXTS, longest=DESCRIPTION_MAX),
    Subject(name="zone_name", run=zone_name, hostile=TEXTS, longest=BODY),
]
