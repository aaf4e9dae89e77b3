"""What is wrong with a body that is not JSON, and where: line and column, counted from 1 in code points."""

import json
from typing import Final

from todo_http.problems.errors import Malformed

EXPLANATIONS: Final = {
    "Expecting property name": "expected a name in double quotes",
    "Expecting ':'": "expected a colon",
    "Expecting ','": "expected a comma, or the end of the object or list",
    "Expecting value": "expected a value",
    "Extra data": "expected nothing after the end of the value",
    "Illegal trailing comma": "expected no comma before the end of the object or list",
    "Invalid control character": "expected control characters to be escaped",
    "Invalid \\": "expected a valid escape sequence",
    "Unterminated string": "expected a closing quotation mark for this text",
    "Unexpected UTF-8 BOM": "expected no byte order mark",
}
"""Messages of Python's parser by their beginning, in all of its versions, in the words of problems."""
TOO_DEEP: Final = "The body is nested too deeply."


def malformed(body: bytes, error: Exception) -> Malformed:
    """The error for a body that the decoder has refused with this one, which only tells bytes."""
    if not body.strip():
        return Malformed("The body is empty, but must be JSON.")
    if isinstance(error, RecursionError):
        return Malformed(TOO_DEEP)
    try:
        json.loads(body.decode("utf-8"), parse_int=str, parse_float=str)
    except UnicodeDecodeError as refused:
        before = body[: refused.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return Malformed(f"The body is not UTF-8: line {line}, column {column}.")
    except json.JSONDecodeError as refused:
        found = [words for begin, words in EXPLANATIONS.items() if refused.msg.startswith(begin)]
        explanation = found[0] if found else "expected something else"
        return Malformed(f"The body is not JSON: line {refused.lineno}, column {refused.colno}: {explanation}.")
    except RecursionError:
        return Malformed(TOO_DEEP)
    return Malformed("The body is not JSON: it has a number such as NaN or 1e999, or half of a surrogate pair.")
