"""Every limit of the domain, once: HTTP schemas and table columns import these."""

from typing import Final

COMPOSED: Final = 4
"""Code points of which composing (NFC) makes one, at most.

A text that is counted when it is composed may be this many times as long before. What is longer is refused without
composing it, which takes time in proportion to the square of a run of combining marks.
"""

TITLE_MAX: Final = 255
"""Code points of a task's title, after trimming."""

DESCRIPTION_MAX: Final = 10_000
"""Code points of a task's description."""

NAME_MAX: Final = 255
"""Code points of a person's display name, after trimming."""

EMAIL_MAX: Final = 254
"""Code points of an address: the longest that fits the path of RFC 5321, section 4.5.3.1.3."""

PASSWORD_MIN: Final = 8
PASSWORD_MAX: Final = 128
"""Code points of a password in Unicode's form NFC."""

TIME_ZONE_MAX: Final = 64
"""Characters of an IANA time zone name."""

DUE_DATE_MAX: Final = 100
"""Characters of a due date as written."""

CLIENT_MAX: Final = 120
"""Code points kept of the label under which a login session is listed."""

YEAR_MIN: Final = 1970
YEAR_MAX: Final = 9999
"""The years in which a due date may fall."""

PAGE_MAX: Final = 1_000
"""Items of one page, and the size of a page when none is asked for."""

PAGE_BYTES: Final = 2**21
"""A page ends as well when the texts of its items have so many bytes in UTF-8."""

SEARCHED_MAX: Final = 4 * DESCRIPTION_MAX
"""Code points of a description, without case and accents, that are searched."""

QUERY_MAX: Final = 255
"""Code points of a search text, as it is sent and without case and accents."""

QUERY_WORDS_MAX: Final = 16
"""Words of a search text."""

TASKS_MAX: Final = 100_000
"""Tasks of one account, unless the operator decides otherwise."""

FEED_BYTES_MAX: Final = 2**30
"""Bytes of the history of one account, unless the operator decides otherwise."""

RECEIPTS_MAX: Final = 100_000
"""Idempotency keys of one account that are remembered at a time."""

SESSIONS_MAX: Final = 100
"""Login sessions of one user; the oldest one ends when another is opened."""
