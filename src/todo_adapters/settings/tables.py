"""The settings for people to read: as the text of ``.env.example``, and as the table in the README."""

from typing import Final

from todo_adapters.settings.declarations import describe

ENV_WIDTH: Final = 118

ENV_HEAD: Final = """\
# Every setting with its default. Copy this file to .env and change what you need; the environment wins over it.
# Make a signing secret with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"
"""


def env_example() -> str:
    """The text of ``.env.example``: all settings, none of them set."""
    parts = [ENV_HEAD]
    for setting in describe():
        comment = "\n".join(f"# {line}" for line in _wrapped(_sentence(setting.meaning).replace("`", "")))
        parts.append(f"{comment}\n#{setting.name}={setting.default}\n")
    return "\n".join(parts)


def markdown_table() -> str:
    """The table of all settings: name, default, meaning."""
    rows = [f"| `{it.name}` | {f'`{it.default}`' if it.default else '-'} | {it.meaning} |" for it in describe()]
    return "\n".join(["| setting | default | meaning |", "| --- | --- | --- |", *rows]) + "\n"


def _sentence(meaning: str) -> str:
    return meaning[0].upper() + meaning[1:] + "."


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".lstrip()
        if len(joined) <= ENV_WIDTH:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines
