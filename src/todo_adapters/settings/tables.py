"""The documentation of the settings: the text of ``.env.example`` and the table in the README."""

import ast
import inspect
from itertools import pairwise
from textwrap import wrap
from typing import Final, NamedTuple

from todo_adapters.settings.declarations import Settings, declared, variable

ENV_HEAD: Final = """\
# All settings with their defaults. Copy this file to .env and change what you need; environment variables override it.
# Create a signing secret with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"
"""


class Setting(NamedTuple):
    """One row of the documentation."""

    name: str
    default: str
    description: str


def describe() -> list[Setting]:
    """All settings, in the order of their declaration, with the texts that follow them in the source."""
    nodes = ast.walk(ast.parse(inspect.getsource(Settings)))
    body = next(node.body for node in nodes if isinstance(node, ast.ClassDef))
    texts = {
        ast.unparse(field.target): " ".join(ast.literal_eval(text.value).split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr)
    }
    return [Setting(variable(field), field.metadata["default"], texts[field.name]) for field in declared()]


def env_example() -> str:
    """The text of ``.env.example``: all settings, none of them set."""
    parts = [ENV_HEAD]
    for name, default, description in describe():
        parts += [f"# {line}" for line in wrap(description.replace("`", ""), 118)] + [f"#{name}={default}", ""]
    return "\n".join(parts)


def markdown_table() -> str:
    """The table of all settings: name, default, description."""
    rows = [f"| `{name}` | {f'`{default}`' if default else '-'} | {text} |" for name, default, text in describe()]
    return "\n".join(["| setting | default | meaning |", "| --- | --- | --- |", *rows, ""])
