"""The files of the web client by path, read and compressed once."""

from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Final

import msgspec

from todo_http.kernel.files import File
from todo_http.web.joining import join_modules, join_sheets, of_one_version
from todo_http.web.stripping import strip_script

PAGE: Final = "/"
PAGE_FILE: Final = "index.html"
WORKER_FILE: Final = "service-worker.js"
AT_THE_TOP: Final = {
    PAGE_FILE: PAGE,
    "manifest.webmanifest": "/manifest.webmanifest",
    WORKER_FILE: "/service-worker.js",
}
"""Files whose address is not below /web/; the worker's has to be above everything that it looks after."""

MEDIA_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
"""The media types of served files by suffix; licences and records are not served."""

OPEN: Final = b'<meta name="registration" content="open">'
CLOSED: Final = b'<meta name="registration" content="closed">'
FILES: Final = {
    "main.js": "entrance.js",
    "workspace.js": "workspace.js",
    "entry/words.js": "workspace.js",  # or quick entry would be too large for a part that is loaded later
    "views/quick-entry.js": "entry.js",
    "views/task-panel.js": "panel.js",
    "views/settings-page.js": "settings.js",
    "views/trash-page.js": "trash.js",
    "views/choosers.js": "palette.js",
    "views/list-dialog.js": "palette.js",
    "views/palette.js": "palette.js",
    "views/calendar.js": "calendar.js",
    "views/conflict-dialog.js": "conflict.js",
}
"""The files of joined modules by the modules that they are loaded for, the most important first."""

VENDORED: Final = "vendor/"
POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    b"manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    b"require-trusted-types-for 'script'; trusted-types todo"
)


@cache
def read_site(*, registration: bool = True) -> Mapping[str, File]:
    """All files by path. The service worker gets their paths and their version, a hash of them all.

    The page tells the client whether anyone may register.
    """
    parts = {name: file.read_bytes() for name, file in _served(files("todo_http").joinpath("web", "static"))}
    if not registration:
        parts[PAGE_FILE] = parts[PAGE_FILE].replace(OPEN, CLOSED)
    worker = strip_script(parts.pop(WORKER_FILE).decode("utf-8"))
    modules = {name: parts.pop(name).decode("utf-8") for name in _named(parts, ".js")}
    roots = {root: file for root, file in FILES.items() if root in modules}
    joined = join_modules(modules, roots, [name for name in modules if name.startswith(VENDORED)])
    texts = join_sheets({name: parts.pop(name).decode("utf-8") for name in _named(parts, ".css")})
    version = _version(parts | _encoded({**texts, **joined, WORKER_FILE: worker}))
    parts |= _encoded(texts | of_one_version(joined, version))
    found = {AT_THE_TOP.get(name, f"/web/{name}"): parts[name] for name in sorted(parts)}
    shell = msgspec.json.encode({"version": version, "files": list(found)}).decode("utf-8")
    found[AT_THE_TOP[WORKER_FILE]] = f"const SHELL = {shell};\n{worker}".encode()
    policies = {PAGE: POLICY, AT_THE_TOP[WORKER_FILE]: POLICY}
    return {
        address: File.of(body, media_type(address), policies.get(address), pack=True) for address, body in found.items()
    }


def _version(parts: Mapping[str, bytes]) -> str:
    digest = sha256()
    for name in sorted(parts):
        digest.update(b"%s %d " % (name.encode("ascii"), len(parts[name])) + parts[name])
    return digest.hexdigest()[:16]


def _named(parts: Mapping[str, bytes], suffix: str) -> list[str]:
    return [name for name in sorted(parts) if name.endswith(suffix)]


def _encoded(texts: Mapping[str, str]) -> dict[str, bytes]:
    return {name: text.encode("utf-8") for name, text in texts.items()}


def _served(folder: Traversable, inside: str = "") -> Iterator[tuple[str, Traversable]]:
    """The files in a folder and the ones below it, by their path from the first."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _served(entry, f"{inside}{entry.name}/")
        elif PurePosixPath(entry.name).suffix in MEDIA_TYPES:
            yield inside + entry.name, entry


def media_type(name: str) -> str:
    """The media type of a file by its name or address."""
    return MEDIA_TYPES[".html" if name == PAGE else PurePosixPath(name).suffix]
