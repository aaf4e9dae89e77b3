"""The client's modules put into a few files, so that many small modules are few requests and nothing has to be built.

A module becomes a function that is called once and returns what the module exports. Each module is in one file: in the
first if that needs it, else in the one that needs it, or in the second if several do. Files import from earlier ones
what they need, so that there is one instance of each module. Only one form of import and of export is known, and of
dynamic imports only those of roots. Another form, or a circle of modules, stops the server when it starts.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from posixpath import dirname, join, normpath
from typing import Final

from todo_http.web.stripping import UnknownForm, strip_script, strip_sheet

IMPORT: Final = re.compile(r'^import(\{[^}]*\})from"(\.{1,2}/[^"]+)";$', re.M)
EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.M)
DYNAMIC: Final = re.compile(r'\bimport\("(\.{1,2}/[^"]+)"\)')
UNKNOWN: Final = re.compile(r"^(?:import|export)\b.*|\bimport[(.].*", re.M)
RENAMED: Final = re.compile(r"(\w+) as (\w+)")
SHEET_IMPORT: Final = re.compile(r'@import "(\.{1,2}/[^"]+)";')


def join_modules(
    sources: Mapping[str, str], roots: Mapping[str, str], verbatim: Collection[str] = ()
) -> dict[str, str]:
    """The texts of the files by name. Raises UnknownForm.

    ``sources`` are texts by path. ``roots`` are names of files by the modules that they are loaded for; the page loads
    the first, dynamic imports load the others. Modules in ``verbatim`` are not stripped.
    """
    texts = _needed(sources, roots, verbatim)
    files = _files(texts, roots)
    inside = {file: [name for name in texts if files[name] == file] for file in roots.values()}
    taken = {
        file: {each for name in names for each in _imported(name, texts[name]) if files[each] != file}
        for file, names in inside.items()
    }
    given = {each for name, text in texts.items() for each in _imported(name, text, DYNAMIC)}.union(*taken.values())
    return {
        file: "".join(
            (
                *_imports({name: files[name] for name in texts if name in taken[file]}),
                *(_in_a_scope(name, texts[name], files) for name in names),
                _exports([name for name in names if name in given]),
            )
        )
        for file, names in inside.items()
        if names
    }


def of_one_version(files: Mapping[str, str], version: str) -> dict[str, str]:
    """The files such that those of different versions cannot be loaded into one page: a dynamic import fails then."""
    stamp = f"$of_{version}"
    first, *_ = files
    taken = f'import {{ {stamp} }} from "./{first}";\n'
    return {
        name: f"{text}export const {stamp} = true;\n" if name == first else taken + text for name, text in files.items()
    }


def join_sheets(sources: Mapping[str, str]) -> dict[str, str]:
    """The style sheets that no other one imports, with those that they import in them. Raises UnknownForm."""
    texts = {name: strip_sheet(text) for name, text in sources.items()}
    inner = {each for name, text in texts.items() for each in _imported(name, text, SHEET_IMPORT)}

    def whole(name: str, above: tuple[str, ...]) -> str:
        _check(name, above, texts)
        return SHEET_IMPORT.sub(lambda found: whole(_resolved(name, found[1]), (*above, name)), texts[name])

    return {name: whole(name, ()) for name in texts if name not in inner}


def _needed(sources: Mapping[str, str], roots: Mapping[str, str], verbatim: Collection[str]) -> dict[str, str]:
    """The modules that the roots need, stripped, each behind all that it imports."""
    texts: dict[str, str] = {}

    def add(name: str, above: tuple[str, ...]) -> None:
        if name in texts:
            return
        _check(name, above, sources)
        text = sources[name] if name in verbatim else _stripped(name, sources[name])
        _check_forms(name, text, roots)
        for each in _imported(name, text):
            add(each, (*above, name))
        texts[name] = text

    for root in roots:
        add(root, ())
    return texts


def _check(name: str, above: tuple[str, ...], known: Mapping[str, str]) -> None:
    """``above`` are the files that led to a file."""
    if name in above or name not in known:
        raise UnknownForm(f"A circle, or no such file: {' -> '.join((*above, name))}")


def _stripped(name: str, source: str) -> str:
    try:
        return strip_script(source)
    except UnknownForm as wrong:
        raise UnknownForm(f"{name}: {wrong}") from None


def _check_forms(name: str, text: str, roots: Mapping[str, str]) -> None:
    rest = DYNAMIC.sub(lambda found: "" if _resolved(name, found[1]) in roots else found[0], text)
    if unknown := UNKNOWN.search(EXPORT.sub("", IMPORT.sub("", rest))):
        raise UnknownForm(f"{name} imports or exports in a form that is not known here: {unknown[0][:80]}")


def _files(texts: dict[str, str], roots: Mapping[str, str]) -> dict[str, str]:
    """The file that each module is in."""
    users = {name: {roots[name]} if name in roots else set() for name in texts}
    for name in reversed(texts):
        for each in _imported(name, texts[name]):
            users[each] |= users[name]
    first, shared, *_ = dict.fromkeys((*roots.values(), ""))

    def file_of(users: set[str]) -> str:
        return first if first in users else shared if len(users) > 1 else next(iter(users))

    return {name: file_of(users[name]) for name in texts}


def _in_a_scope(name: str, text: str, files: Mapping[str, str]) -> str:
    """The module as a constant."""

    def as_constants(found: re.Match[str]) -> str:
        names = RENAMED.sub(r"\1:\2", found[1])
        return f"const{names}={_variable(_resolved(name, found[2]))};"

    def as_import_of_file(found: re.Match[str]) -> str:
        root = _resolved(name, found[1])
        return f'import("./{files[root]}").then((file)=>file.{_variable(root)})'

    exported = ",".join(EXPORT.findall(text))
    body = EXPORT.sub("", IMPORT.sub(as_constants, DYNAMIC.sub(as_import_of_file, text)))
    return f"const {_variable(name)}=(()=>{{\n{body}return{{{exported}}};\n}})();\n"


def _imports(taken: Mapping[str, str]) -> Iterator[str]:
    """The imports of modules of other files; ``taken`` are files by module."""
    for file in dict.fromkeys(taken.values()):
        yield f'import{{{_list(name for name in taken if taken[name] == file)}}}from"./{file}";\n'


def _exports(given: Collection[str]) -> str:
    return f"export{{{_list(given)}}};\n" if given else ""


def _list(names: Iterable[str]) -> str:
    return ",".join(map(_variable, names))


def _imported(name: str, text: str, form: re.Pattern[str] = IMPORT) -> list[str]:
    """The files that a file imports; the last group of the form is their path."""
    return [_resolved(name, found[form.groups]) for found in form.finditer(text)]


def _resolved(name: str, imported: str) -> str:
    return normpath(join(dirname(name), imported))


def _variable(name: str) -> str:
    """What is called by the name of a module; nothing inside of a module has a `$` at its beginning."""
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))
