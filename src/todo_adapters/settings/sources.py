"""Where settings come from, the environment and ``.env``, and what is refused there whatever it means."""

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
    """The settings cannot be used; ``problems`` says why, one sentence each, never with a value."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def gathered(
    environ: Mapping[str, str], directory: Path, names: Sequence[str], problems: list[str]
) -> Mapping[str, str]:
    """The settings as texts, the environment before the file. Unknown names and unreadable texts are problems."""
    given = {name: text for name, text in {**_from_file(directory / FILE, problems), **environ}.items() if _ours(name)}
    for name in sorted(set(given) - set(names)):
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
        problems.append(f"{name} is not a setting{f'; did you mean {near[0]}?' if near else '.'}")
    for name in sorted(given):
        if not given[name].isprintable() and _unreadable(given[name]):
            problems.append(f"{name} must be text in UTF-8.")
            given[name] = ""
    return {name: text for name, text in given.items() if name in names}


def exposed_file(directory: Path) -> str:
    """A caution when ``.env`` holds the signing secret or an address with a password and others can read it."""
    file = directory / FILE
    if not readable_by_others(file) or not {SIGNING, DATABASE} & _from_file(file, []).keys():
        return ""
    return f"other users can read the settings; run: {closing_command([file])}"


def weaknesses(given: Mapping[str, str]) -> list[str]:
    """What is wrong with the signing secrets, if any are given."""
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
    if not file.is_file():
        return {}
    try:
        # Without interpolation: a secret may contain "${".
        found = dotenv_values(file, interpolate=False)
    except (OSError, UnicodeDecodeError) as failure:
        problems.append(f"{file} cannot be read ({type(failure).__name__}).")
        return {}
    return {name: text or "" for name, text in found.items()}


def _unreadable(text: str) -> bool:
    """Whether bytes that are not UTF-8 have become unpaired surrogates (PEP 383)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
