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
from todo_http.web.joining import join_modules, without_comments

PAGE: Final = "/"
PAGE_FILE: Final = "index.html"
AT_THE_TOP: Final = {
    PAGE_FILE: PAGE,
    "manifest.webmanifest": "/manifest.webmanifest",
    "service-worker.js": "/service-worker.js",
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
JOINED: Final = "client.js"
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
    root = files("todo_http").joinpath("web", "static")
    parts = {name: file.read_bytes() for name, file in _served(root)}
    if not registration:
        parts[PAGE_FILE] = parts[PAGE_FILE].replace(OPEN, CLOSED)
    scripts = [name for name in sorted(parts) if name.endswith(".js") and name not in AT_THE_TOP]
    modules = {name: parts.pop(name).decode("utf-8") for name in scripts}
    kept = frozenset(name for name in modules if name.startswith(VENDORED))
    parts |= {name: modules[name].encode("utf-8") for name in kept}
    for name in [name for name in parts if name.endswith(".css")]:
        parts[name] = without_comments(parts[name].decode("utf-8")).encode("utf-8")
    parts[JOINED] = join_modules(modules, "main.js", kept).encode("utf-8")
    found = {AT_THE_TOP.get(name, f"/web/{name}"): parts[name] for name in sorted(parts)}
    version = sha256()
    for address, body in found.items():
        version.update(b"%s %d " % (address.encode("ascii"), len(body)) + body)
    worker = AT_THE_TOP["service-worker.js"]
    shell = {"version": version.hexdigest()[:16], "files": [address for address in found if address != worker]}
    found[worker] = b"const SHELL = %s;\n" % msgspec.json.encode(shell) + found[worker]
    return {address: File.of(body, media_type(address), POLICY, pack=True) for address, body in found.items()}


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
