"""The types of fields in wire types, as they appear in the OpenAPI document.

Limits are documented here and enforced by the core, which reports every broken rule; the decoder would stop at the
first.
"""

from typing import Annotated, Any, Final

from msgspec import Meta

from todo_core.limits import (
    DESCRIPTION_MAX,
    DUE_DATE_MAX,
    EMAIL_MAX,
    LIST_NAME_MAX,
    NAME_MAX,
    PASSWORD_MAX,
    PASSWORD_MIN,
    POSITION_MAX,
    TAG_MAX,
    TITLE_MAX,
)
from todo_core.limits import TIME_ZONE_MAX as ZONE_MAX
from todo_core.model.rules import CANONICAL_ID
from todo_core.model.user import ADDRESS

ONE_LINE: Final = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
NO_NUL: Final = r"^[^\u0000]*$"
DAY: Final = r"\d{4}-\d{2}-\d{2}"
CLOCK: Final = r"\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?"
DUE_DATE: Final = rf"^{DAY}([Tt]{CLOCK}(([Zz]|[+-]\d{{2}}:\d{{2}})(\[!?[^\[\]!]+\])?)?)?$"
INSTANT: Final = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$"


def note(description: str, *examples: Any, **schema: Any) -> Meta:
    """The description of a field, with examples and further members of its schema."""
    return Meta(description=description, examples=list(examples) or None, extra_json_schema=schema)


Title = Annotated[str, note("The title, on one line.", "Buy milk", minLength=1, maxLength=TITLE_MAX, pattern=ONE_LINE)]
Description = Annotated[str, note("Further details.", "Two litres", maxLength=DESCRIPTION_MAX, pattern=NO_NUL)]
PriorityName = Annotated[str, note("The priority.", "high", enum=["high", "medium", "low"], title="Priority")]
DueText = Annotated[
    str,
    note(
        "A day, a floating local time, or a time with an offset and optionally a time zone (RFC 9557).",
        "2026-11-20",
        "2026-11-20T15:00",
        "2026-11-20T15:00:00+01:00[Europe/Berlin]",
        maxLength=DUE_DATE_MAX,
        pattern=DUE_DATE,
    ),
]
Deferral = Annotated[
    str, note("Until then the task is deferred; in the forms of a due date.", maxLength=DUE_DATE_MAX, pattern=DUE_DATE)
]
ID_PATTERN: Final = f"^{CANONICAL_ID.pattern}$"
SAMPLE_ID: Final = "01936f4e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"
NewId = Annotated[
    str,
    note(
        "The id of the new thing, a UUID of version 4 or 7. Without it the service makes one.",
        format="uuid",
        pattern=ID_PATTERN,
    ),
]
Id = Annotated[str, note("The id of a thing.", format="uuid", pattern=ID_PATTERN)]
Tag = Annotated[
    str, note("The name of a tag, on one line.", "errand", minLength=1, maxLength=TAG_MAX, pattern=ONE_LINE)
]
ListName = Annotated[
    str, note("The name of the list, on one line.", "Work", minLength=1, maxLength=LIST_NAME_MAX, pattern=ONE_LINE)
]
Color = Annotated[str, note("A colour.", "#1e90ff", pattern="^#[0-9A-Fa-f]{6}$")]
Position = Annotated[
    str, note("The place in the manual order: positions are compared by code point.", "n5V", maxLength=POSITION_MAX)
]
Instant = Annotated[str, note("An instant in UTC.", "2026-11-20T05:38:00.123456Z", format="date-time", pattern=INSTANT)]
Email = Annotated[
    str,
    note(
        "An email address. Letter case is ignored.",
        "ada@example.org",
        maxLength=EMAIL_MAX,
        pattern=rf"^\s*{ADDRESS.pattern}\s*$",
    ),
]
Name = Annotated[str, note("The display name.", "Ada", minLength=1, maxLength=NAME_MAX, pattern=ONE_LINE)]
NewPassword = Annotated[
    str,
    note(
        "A password. Common ones, the address and the name are refused.",
        "correct horse battery staple",
        minLength=PASSWORD_MIN,
        maxLength=PASSWORD_MAX,
        pattern=NO_NUL,
        format="password",
    ),
]
Password = Annotated[
    str,
    note("The password.", "correct horse battery staple", maxLength=PASSWORD_MAX, pattern=NO_NUL, format="password"),
]
ZoneName = Annotated[
    str, note("An IANA time zone.", "Europe/Berlin", maxLength=ZONE_MAX, pattern=r"^[A-Za-z][A-Za-z0-9_+/-]*$")
]
RefreshToken = Annotated[str, note("A refresh token, which works once.", "AZNvTnorfD2OT1pre", minLength=1)]
