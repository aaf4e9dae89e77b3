"""Signing secrets: rejects weak ones, derives keys from them, and creates one in a file on first use."""

import contextlib
import hmac
import os
import re
from itertools import pairwise
from pathlib import Path
from typing import Final

from todo_adapters.private_files import make_folder, private_opener
from todo_adapters.runtime import new_secret

SECRET_MIN: Final = 32
"""Bytes: as many as the digest has (RFC 7518, section 3.2)."""

DISTINCT_MIN: Final = 10
SECRETS_MAX: Final = 8
SALT: Final = b"todo-service"

SAMPLE_WORDS: Final = re.compile(
    """
    (?:a|abc|an|and|app|application|at|auth|authentication|bar|base|battery|be|better|bit|bits|cat|change
      |changed|changeit|changeme|char|character|characters|chars|correct|default|demo|dev|development|do|dummy
      |enter|env|example|fake|fill|foo|for|generate|generated|goes|hash|here|hex|hmac|horse|in|insecure|is|it
      |jwt|key|keyboard|least|length|local|long|me|min|minimum|must|my|need|nextauth|not|of|only|openssl|or
      |password|phrase|placeholder|please|private|prod|production|put|rand|random|real|replace|safe|sample
      |secret|secrets|secure|session|set|shared|should|sign|signature|signing|some|something|staple|string
      |strong|super|than|that|the|thing|this|to|todo|token|top|unique|unsafe|update|use|value
      |very|with|you|your)+
    """,
    re.VERBOSE,
)
"""The words of samples and placeholders, compared without digits and punctuation."""

SAMPLES: Final = frozenset(
    {
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",  # FastAPI, tutorial
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",  # Flask, quickstart
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",  # RFC 7515, A.1
    }
)


def derive(secret: str, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose, unrelated to the keys for others.

    HKDF with SHA-256 (RFC 5869): extract with a fixed salt, one block of expansion with the purpose as ``info``.
    """
    extracted = hmac.digest(SALT, secret.encode(), "sha256")
    return hmac.digest(extracted, purpose.encode() + b"\x01", "sha256")


def weakness(secret: str) -> str | None:
    """Why the secret must not be used, as the predicate of a sentence; None for a good one."""
    if "-----BEGIN" in secret or re.match(r"\s*\{", secret):
        return "is a key in PEM or JWK form; a random text is needed"
    if len(secret.encode()) < SECRET_MIN:
        return f"has fewer than {SECRET_MIN} bytes"
    letters = re.sub("[^a-z]", "", secret.lower())
    if secret in SAMPLES or secret.startswith("django-insecure-") or SAMPLE_WORDS.fullmatch(letters):
        return "is a well-known sample"
    if len(set(secret)) < DISTINCT_MIN or _repeats(secret) or _counts(secret):
        return "is too regular to be random"
    return None


def _repeats(text: str) -> bool:
    return any(text[period:] == text[:-period] for period in range(1, len(text) // 2 + 1))


def _counts(text: str) -> bool:
    steps = sum(ord(right) - ord(left) == 1 for left, right in pairwise(text))
    return steps > len(text) // 2


def kept_secret(file: Path) -> str:
    """Reads the secret in this file, which only its owner may read. Creates it first when there is none.

    Processes that start together agree on one: each writes a temporary file, and the first to link it to the name
    wins. Raises OSError, also where the file system has no hard links.
    """
    with contextlib.suppress(FileNotFoundError):
        return file.read_text("utf-8").strip()
    make_folder(file.parent)
    secret = new_secret()
    temporary = file.with_name(f"{file.name}.{new_secret()[:16]}")
    with open(temporary, "x", encoding="utf-8", opener=private_opener) as writing:
        writing.write(secret + "\n")
        writing.flush()
        os.fsync(writing.fileno())
    try:
        os.link(temporary, file)
    except FileExistsError:
        return file.read_text("utf-8").strip()
    finally:
        temporary.unlink()
    return secret
