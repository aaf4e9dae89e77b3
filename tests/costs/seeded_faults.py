"""Functions as they were when they took far too long, so that it can be seen that the measurements notice."""

import re
import unicodedata
from collections.abc import Iterable

from todo_core.limits import EMAIL_MAX
from todo_core.model.rules import Broken
from todo_http.kernel.compression import CODING

CONTENT_TYPE = re.compile(rb'\s*([^\s;]+)\s*(?:;\s*charset="?utf-8"?\s*)?;?\s*', re.IGNORECASE)


def media_type_by_expression(field: bytes) -> str:
    """Two runs of spaces beside each other can be divided in as many ways as there are spaces."""
    found = CONTENT_TYPE.fullmatch(field)
    return found[1].decode("latin-1").lower() if found else ""


def email_composed_first(text: str) -> str:
    """Composed before its length is looked at."""
    address = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.strip()).casefold())
    if len(address) > EMAIL_MAX:
        raise Broken("too-long", "This must be shorter.")
    return address


def fold_decomposed_whole(text: str) -> str:
    """Decomposed in one piece."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare.casefold())


def fields_joined_one_by_one(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Each repetition copies all that came before."""
    fields: dict[bytes, bytes] = {}
    for name, value in headers:
        fields[name] = fields[name] + b", " + value if name in fields else value
    return fields


def gzip_in_any_list(field: bytes) -> bool:
    """In proportion to its length, and yet far dearer than the answer."""
    weights = {part.strip(): float(CODING.fullmatch(part) is not None) for part in field.split(b",")}
    return weights.get(b"gzip", 0.0) > 0
