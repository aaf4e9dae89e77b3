"""Every regular expression that sees text from outside, driven in the ways in which the sources use it."""

import ast
import re
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from tests.architecture.sources import PACKAGES, below, imported, module_name, tree
from tests.costs.growth import Subject
from tests.costs.hostile import FIELDS, TEXTS
from tests.costs.subjects_core import ADDRESSES, DATES, ZONES
from tests.costs.subjects_http import CODINGS, KEYS, QUERIES, TAGS

DRIVEN: dict[str, Mapping[str, Callable[[int], Any]]] = {
    "todo_adapters.security.jwt_tokens.COMPACT": FIELDS,
    "todo_core.model.due.FORM": DATES,
    "todo_core.model.rules.CANONICAL_ID": TEXTS,
    "todo_core.model.rules.UNSTORABLE": TEXTS,
    "todo_core.model.user.ADDRESS": ADDRESSES,
    "todo_core.model.zones.NAME": ZONES,
    "todo_http.kernel.guards.BEARER": FIELDS,
    "todo_http.api.sync.SET": FIELDS,
    "todo_http.kernel.cursors.FEED_CURSOR": FIELDS,
    "todo_http.kernel.guards.CANONICAL_ID": FIELDS,
    "todo_http.edge.pipeline.REQUEST_ID": FIELDS,
    "todo_http.kernel.compression.CODING": CODINGS,
    "todo_http.kernel.query.BAD_ESCAPE": QUERIES,
    "todo_http.edge.limits.HOST": FIELDS,
    "todo_http.kernel.conditions.BARE_KEY": KEYS,
    "todo_http.kernel.conditions.EACH_TAG": TAGS,
    "todo_http.kernel.conditions.ESCAPED": KEYS,
    "todo_http.kernel.conditions.QUOTED_KEY": KEYS,
    "todo_http.kernel.conditions.TAGS": TAGS,
}

OUR_OWN = {"settings", "our own source files"}
TRUSTED = {
    "todo_adapters.security.argon2_hasher.ENCODED": "hashes that are stored",
    "todo_adapters.security.jwt_tokens.NOT_BASE64_SAFE": "settings",
    "todo_adapters.memory.security.ENCODED": "hashes that are stored",
    "todo_adapters.sql.kinds.BOUND": "our own source files",
    "todo_adapters.settings.secret_files.CONTROL": "settings",
    "todo_adapters.settings.service_links.VARIABLE": "settings",
    "todo_adapters.settings.values.HOST_NAME": "settings",
    "todo_adapters.settings.values.HOST_PATTERN": "settings",
    "todo_adapters.settings.values.ORIGIN": "settings",
    "todo_adapters.security.signing_secrets.SAMPLE_WORDS": "settings",
    "todo_http.web.joining.DYNAMIC": "our own source files",
    "todo_http.web.joining.EXPORT": "our own source files",
    "todo_http.web.joining.IMPORT": "our own source files",
    "todo_http.web.joining.RENAMED": "our own source files",
    "todo_http.web.joining.SHEET_IMPORT": "our own source files",
    "todo_http.web.joining.UNKNOWN": "our own source files",
    "todo_http.web.stripping.PATTERN": "our own source files",
    "todo_http.web.stripping.SCRIPT": "our own source files",
    "todo_http.web.stripping.SHEET": "our own source files",
    "todo_http.web.stripping.TEMPLATE": "our own source files",
}
"""Expressions that never see text from outside, and what they see instead."""

LONGEST = 32_000
"""Longer than most of these texts ever get: their lengths are looked at first."""


def pattern(name: str) -> re.Pattern[Any]:
    """The compiled expression of that name."""
    module, _, attribute = name.rpartition(".")
    found: re.Pattern[Any] = getattr(import_module(module), attribute)
    return found


def methods(name: str) -> set[str]:
    """The methods of an expression that are called in the module that has it, or in one that imports it."""
    module, _, attribute = name.rpartition(".")
    users = [path for path in below(*PACKAGES) if module in {module_name(path), *imported(path)}]
    return {
        node.attr
        for path in users
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == attribute
    } & {"match", "fullmatch", "search", "findall", "finditer", "split", "sub", "subn"}


def _subject(name: str, method: str) -> Subject:
    expression = pattern(name)
    call = getattr(expression, method)
    run = (lambda given: call(given[:0], given)) if method == "sub" else call
    makes = {hostile: _as(expression, make) for hostile, make in DRIVEN[name].items()}
    return Subject(name=f"{name.removeprefix('todo_')}.{method}", run=run, hostile=makes, longest=LONGEST)


def _as(expression: re.Pattern[Any], make: Callable[[int], Any]) -> Callable[[int], Any]:
    """The maker, of texts or of bytes as the expression wants them."""

    def converted(length: int) -> Any:
        made = make(length)
        if isinstance(expression.pattern, bytes):
            return made.encode("utf-8", "replace") if isinstance(made, str) else made
        return made.decode("latin-1") if isinstance(made, bytes) else made

    return converted


SUBJECTS: list[Subject] = [_subject(name, method) for name in DRIVEN for method in sorted(methods(name))]
