"""Collects the texts of settings from the environment, from ``.env`` and from files; checks names and secrets."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from todo_adapters.private_files import closing_command, readable_by_others
from todo_adapters.security.signing_secrets import SECRETS_MAX, weakness
from todo_adapters.settings.secret_files import secret_in
from todo_adapters.settings.service_links import note_on, service_links

PREFIX: Final = "TODO_"
IGNORED_PREFIX: Final = "TODO_TEST_"
SIGNING: Final = "BETTER_AUTH_SECRET"
DATABASE: Final = "DATABASE_URL"
FILE: Final = ".env"
FILES: Final = {f"{name}_FILE": name for name in (SIGNING, DATABASE)}
"""Settings that name a file with the text of another one, as orchestrators provide secrets."""


class SettingsError(Exception):
    """The settings cannot be used. ``problems`` has one sentence for each fault, without the value."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class Gathered:
    """The texts of settings by name, what is wrong with them, and what was ignored."""

    texts: Mapping[str, str]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def gathered(environ: Mapping[str, str], directory: Path, names: Sequence[str]) -> Gathered:
    """The texts of these settings; the environment overrides the file. Unknown names and bad encoding are problems."""
    problems: list[str] = []
    links = service_links(environ)
    own = {name: text for name, text in environ.items() if name not in links}
    given = {name: text for name, text in {**_from_file(directory / FILE, problems), **own}.items() if _ours(name)}
    for name in sorted(given.keys() - {*names, *FILES}):
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
        problems.append(f"{name} is not a setting{f'; did you mean {near[0]}?' if near else '.'}")
    for name in sorted(given):
        if any("\ud800" <= char <= "\udfff" for char in given[name]):  # bytes that are not UTF-8 (PEP 383)
            problems.append(f"{name} must be text in UTF-8.")
            given[name] = ""
    texts = {name: text for name, text in given.items() if name in names}
    texts |= _secrets_in_files(given, directory, problems)
    return Gathered(texts, tuple(problems), (note_on(links),) if links else ())


def _secrets_in_files(given: Mapping[str, str], directory: Path, problems: list[str]) -> dict[str, str]:
    texts = {}
    for name in sorted(given.keys() & FILES.keys()):
        if FILES[name] in given:
            problems.append(f"{FILES[name]} and {name} are both set; remove one of them.")
            continue
        if not given[name].strip():
            problems.append(f"{name} must be the path of a file.")
            continue
        try:
            texts[FILES[name]] = secret_in(directory / given[name])
        except ValueError as error:
            problems.append(f"{name}: {directory / given[name]} {error}.")
    return texts


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
    return name in {DATABASE, SIGNING, *FILES} or (name.startswith(PREFIX) and not name.startswith(IGNORED_PREFIX))


def _from_file(file: Path, problems: list[str]) -> dict[str, str]:
    try:
        # Without interpolation: a secret may contain "${".
        return {name: text or "" for name, text in dotenv_values(file, interpolate=False).items()}
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{file} cannot be read ({type(error).__name__}).")
        return {}
