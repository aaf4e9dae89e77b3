"""Reads a secret from a file, as Docker and Kubernetes provide them."""

import re
from pathlib import Path
from typing import Final

SECRET_FILE_MAX: Final = 16_384
"""Bytes."""

CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def secret_in(file: Path) -> str:
    """The text in the file. Raises ValueError with the predicate of a sentence."""
    try:
        if file.exists() and not file.is_file():  # to open a pipe would wait for its writer
            raise ValueError("is not a regular file")
        with file.open("rb") as reading:
            content = reading.read(SECRET_FILE_MAX + 1)
    except OSError as error:
        raise ValueError(f"cannot be read ({error.strerror})") from None
    if len(content) > SECRET_FILE_MAX:
        raise ValueError(f"has more than {SECRET_FILE_MAX:,} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("is not text in UTF-8") from None
    if CONTROL.search(text):
        raise ValueError("has control characters in it")
    if not text.strip():
        raise ValueError("is empty")
    return text
