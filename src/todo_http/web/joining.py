"""The client's modules put into one file, so that many small modules are one request and nothing has to be built.

A module becomes a function that is called once and returns what the module exports. Modules come after those that they
import, as they would in a browser. Only one form of import and of export is known; a module that uses another one, or a
circle of modules, stops the server when it starts. Comments that fill whole lines are left
out, and types.
"""

import re
from collections.abc import Mapping
from posixpath import dirname, join, normpath
from typing import Final

IMPORT: Final = re.compile(r'^import (\{[^}]*\}) from "(\.{1,2}/[^"]+)";$', re.M)
EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.M)
UNKNOWN: Final = re.compile(r"^(?:import|export)\b.*|\bimport[(.].*", re.M)
COMMENT: Final = re.compile(r"^[ \t]*(?://.*|/\*(?:[^*]|\*(?!/))*\*/[ \t]*)\n|/\*\* @type \{.*?\} \*/ ", re.M)
RENAMED: Final = re.compile(r"(\w+) as (\w+)")


class UnknownForm(Exception):
    """A module cannot be joined."""


def join_modules(sources: Mapping[str, str], first: str, kept: frozenset[str]) -> str:
    """One module that does what `first` does, of all that it imports, directly or not.

    `sources` are texts by path; those of `kept` stay files of their own, beside the result.
    """
    joined: dict[str, str] = {}

    def add(name: str, above: tuple[str, ...]) -> None:
        """Put a module behind all that it imports; `above` are the modules that led to it."""
        if name in joined:
            return
        if name in above or name not in sources:
            raise UnknownForm(f"A circle, or no such module: {' -> '.join((*above, name))}")
        if name in kept:
            joined[name] = f'import * as {_variable(name)} from "./{name}";\n'
            return
        for found in IMPORT.finditer(sources[name]):
            add(_resolved(name, found[2]), (*above, name))
        joined[name] = _in_a_scope(name, sources[name])

    add(first, ())
    return "\n".join(joined.values())


def without_comments(source: str) -> str:
    """The source of a script or style sheet without comments that fill whole lines, and without casts of types."""
    return COMMENT.sub("", source)


def _in_a_scope(name: str, source: str) -> str:
    def as_constants(found: re.Match[str]) -> str:
        names = RENAMED.sub(r"\1: \2", found[1])
        return f"const {names} = {_variable(_resolved(name, found[2]))};"

    exported = ", ".join(EXPORT.findall(source))
    body = EXPORT.sub("", IMPORT.sub(as_constants, without_comments(source)))
    if unknown := UNKNOWN.search(body):
        raise UnknownForm(f"{name} imports or exports in a form that is not known here: {unknown[0]}")
    return f"// {name}\nconst {_variable(name)} = (() => {{\n{body}return {{ {exported} }};\n}})();\n"


def _resolved(name: str, imported: str) -> str:
    return normpath(join(dirname(name), imported))


def _variable(name: str) -> str:
    """What is called by the name of a module; nothing inside of a module has a `$` at its beginning."""
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))
