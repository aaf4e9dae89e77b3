"""Collects the texts of settings from the environment and from ``.env``; checks names, encoding and secrets."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from todo_adapters.private_files import closing_command, readable_by_others
from todo_adapters.security.signing_secrets import SECRETS_MAX, weakness

PREFIX: Final = "TODO_"
IGNORED_PREFIX: Final = "TODO_TEST_"
SIGNING: Final = "BETTER_AUTH_SECRET"
DATABASE: Final = "DATABASE_URL"
FILE: Final = ".env"


class SettingsError(Exception):
    """The settings cannot be used. ``problems`` has one sentence for each fault, without the value."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def gathered(environ: Mapping[str, str], directory: Path, names: Sequence[str], problems: list[str]) -> dict[str, str]:
    """The texts of these settings; the environment overrides the file. Unknown names and bad encoding are problems."""
    given = {name: text for name, text in {**_from_file(directory / FILE, problems), **environ}.items() if _ours(name)}
    for name in sorted(given.keys() - set(names)):
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
        problems.append(f"{name} is not a setting{f'; did you mean {near[0]}?' if near else '.'}")
    for name in sorted(given):
        if any("\ud800" <= char <= "\udfff" for char in given[name]):  # bytes that are not UTF-8 (PEP 383)
            problems.append(f"{name} must be text in UTF-8.")
            given[name] = ""
    return {name: text for name, text in given.items() if name in names}


def exposed_file(directory: Path) -> str:
    """A warning when other users can read ``.env`` and it has the signing secret or the address of the database."""
    file = directory / FILE
    if not readable_by_others(file) or not {SIGNING, DATABASE} & _from_file(file, []).keys():
        return ""
    return f"other users can read the settings; run: {closing_command([file])}"


def weaknesses(given: Mapping[str, str]) -> list[str]:
    """Why the signing secrets must not be used, if any are given."""
    text = given.get(SIGNING)
    if text is None:
        return []
    if whole := weakness(text) if "-----BEGIN" in text or text.lstrip().startswith("{") else None:
        return [f"{SIGNING} {whole}."]
    secrets = [part.strip() for part in text.split(",") if part.strip()]
    if not 1 <= len(secrets) <= SECRETS_MAX:
        return [f"{SIGNING} must be 1 to {SECRETS_MAX} secrets, separated by commas."]
    found = [(number, weakness(secret)) for number, secret in enumerate(secrets, 1)]
    return [f"{SIGNING}: secret {number} of {len(secrets)} {why}." for number, why in found if why]


def _ours(name: str) -> bool:
    return name in {DATABASE, SIGNING} or (name.startswith(PREFIX) and not name.startswith(IGNORED_PREFIX))


def _from_file(file: Path, problems: list[str]) -> dict[str, str]:
    try:
        # Without interpolation: a secret may contain "${".
        return {name: text or "" for name, text in dotenv_values(file, interpolate=False).items()}
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{file} cannot be read ({type(error).__name__}).")
        return {}
