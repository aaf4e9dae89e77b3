"""The limits of the domain, used by the model, HTTP schemas and table columns."""

from typing import Final

COMPOSED: Final = 4
"""The largest number of code points that NFC composes to one.

A text whose length is limited after composition may be this many times as long before. Longer texts are rejected
without composing them, because composition takes quadratic time for runs of combining marks.
"""

TITLE_MAX: Final = 255
"""Code points of a task's title, after trimming."""

DESCRIPTION_MAX: Final = 10_000
"""Code points of a task's description."""

NAME_MAX: Final = 255
"""Code points of a user's display name, after trimming."""

EMAIL_MAX: Final = 254
"""Code points of an email address: the longest that fits a path (RFC 5321, section 4.5.3.1.3)."""

PASSWORD_MIN: Final = 8
PASSWORD_MAX: Final = 128
"""Code points of a password in Unicode's form NFC."""

TIME_ZONE_MAX: Final = 64
"""Characters of an IANA time zone name."""

DUE_DATE_MAX: Final = 100
"""Characters of the text of a due date."""

CLIENT_MAX: Final = 120
"""Code points of the label of a login session; the rest is cut off."""

TAG_MAX: Final = 64
"""Code points of a tag, after trimming."""

TAGS_MAX: Final = 50
"""Tags of a task."""

LEVELS_MAX: Final = 8
"""Levels of tasks: a task, its subtasks, their subtasks ..."""

LIST_NAME_MAX: Final = 255
"""Code points of the name of a list, after trimming."""

POSITION_MAX: Final = 200
"""Characters of a position in the manual order. Before one gets longer, its siblings get new positions."""

YEAR_MIN: Final = 1970
YEAR_MAX: Final = 9999
"""The years in which a due date may fall."""

OCCURRENCES_MAX: Final = 100
"""Occurrences of a series that are listed at once."""

OCCURRENCES_LISTED: Final = 10
"""The same by default."""

PAGE_MAX: Final = 1_000
"""Items of a page, and the default page size."""

PAGE_BYTES: Final = 2**21
"""Bytes in UTF-8 of the texts of a page's items; a page ends with the item that reaches it."""

SEARCHED_MAX: Final = 4 * DESCRIPTION_MAX
"""Code points of a folded description that are searched."""

QUERY_MAX: Final = 255
"""Code points of a search text, both as sent and folded."""

QUERY_WORDS_MAX: Final = 16
"""Words of a search text."""

TASKS_MAX: Final = 100_000
"""Tasks of one account, by default, those in the trash included."""

LISTS_MAX: Final = 1_000
"""Lists of one account, those in the trash not included."""

AFFECTED_MAX: Final = 10_000
"""Things that one request may write."""

FEED_BYTES_MAX: Final = 2**30
"""Bytes of the history of one account, by default."""

RECEIPTS_MAX: Final = 100_000
"""Remembered idempotency keys of one account."""

SESSIONS_MAX: Final = 100
"""Login sessions of one user; a new one ends the oldest."""
