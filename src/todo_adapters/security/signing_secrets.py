"""Signing secrets: which are too weak to be used, and one that is made on first use and kept in a file."""

import contextlib
import os
import re
from itertools import pairwise
from pathlib import Path
from typing import Final

from todo_adapters.private_files import FILE_MODE, make_folder
from todo_adapters.runtime import new_secret
from todo_adapters.security.keys import SECRET_MIN

DISTINCT_MIN: Final = 10
SECRETS_MAX: Final = 8

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
"""What samples and placeholders are made of, once digits and punctuation are taken away."""

SAMPLES: Final = frozenset(
    {
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",  # FastAPI, tutorial
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",  # Flask, quickstart
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",  # RFC 7515, A.1
    }
)


def weakness(secret: str) -> str | None:
    """Why the secret must not sign anything, as the end of "it ..."; None when it may."""
    if "-----BEGIN" in secret or re.match(r"\s*\{", secret):
        return "is a key in PEM or JWK form, and a random text is needed"
    if len(secret.encode()) < SECRET_MIN:
        return f"has fewer than {SECRET_MIN} bytes"
    letters = re.sub("[^a-z]", "", secret.lower())
    if secret in SAMPLES or secret.startswith("django-insecure-") or SAMPLE_WORDS.fullmatch(letters):
        return "is a sample that everybody knows"
    if len(set(secret)) < DISTINCT_MIN or _repeats(secret) or _counts(secret):
        return "is too regular to be random"
    return None


def _repeats(text: str) -> bool:
    return any(text[period:] == text[:-period] for period in range(1, len(text) // 2 + 1))


def _counts(text: str) -> bool:
    steps = sum(ord(right) - ord(left) == 1 for left, right in pairwise(text))
    return steps > len(text) // 2


def kept_secret(file: Path) -> str:
    """The secret in this file, which only its owner may read; made when there is none yet.

    Processes that start together agree on one: each writes its own aside, and the first to link it to the name
    wins. Raises OSError, also where the file system knows no links.
    """
    with contextlib.suppress(FileNotFoundError):
        return file.read_text("utf-8").strip()
    make_folder(file.parent)
    secret = new_secret()
    aside = file.with_name(f"{file.name}.{new_secret()[:16]}")
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "w", encoding="utf-8") as writing:
        writing.write(secret + "\n")
        writing.flush()
        os.fsync(writing.fileno())
    try:
        os.link(aside, file)
    except FileExistsError:
        return file.read_text("utf-8").strip()
    finally:
        aside.unlink()
    return secret
