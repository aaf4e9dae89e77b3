"""The page for browsers at addresses that do not exist. Other clients get a problem document."""

from base64 import b64encode
from hashlib import sha256
from typing import Final

from todo_http.kernel.context import RequestContext
from todo_http.kernel.responses import Response

SERVICE: Final = frozenset({"api", "docs", "health", "metrics", "openapi.json", "problems", "web"})
"""First parts of paths at which nobody expects a page."""

ACCEPT_MAX: Final = 512
"""Bytes of an Accept; a longer one is not read."""

JSON: Final = (b"application/json", b"application/problem+json")
WILDCARDS: Final = (b"*/*", b"application/*")

STYLE: Final = (
    "html{color-scheme:light dark;background:light-dark(#faf9f6,#161614);color:light-dark(#1f1e1b,#eceae4);"
    "font:100%/1.45 ui-sans-serif,system-ui,sans-serif}"
    "main{width:min(24rem,100%);box-sizing:border-box;margin:0 auto;padding:clamp(2rem,12vh,7rem) 1.25rem}"
    "h1{font-size:1.75rem;line-height:1.2}a{color:light-dark(#1d6152,#7fcdb8)}"
)
PAGE: Final = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Page not found · Todo</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>Page not found</h1>
<p>There is no page at this address. Check it for typing errors, or go to the start page.</p>
<p><a href="/">Go to the start page</a></p>
</main>
</body>
</html>
""".encode()
POLICY: Final = (
    b"default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    % b64encode(sha256(STYLE.encode()).digest())
)


def not_found_page(request: RequestContext) -> Response | None:
    """404 as a page if the address could be one and the client is a browser that shows it to somebody; else None."""
    first = request.scope["path"][1:].partition("/")[0]
    if request.method != "GET" or first in SERVICE or not prefers_html(request.fields.get(b"accept", b"")):
        return None
    headers = ((b"content-type", b"text/html; charset=utf-8"), (b"content-security-policy", POLICY))
    return Response(404, PAGE, headers)


def prefers_html(field: bytes) -> bool:
    """True if an Accept names text/html and prefers it to JSON (RFC 9110, 12.5.1). Overlong ones are ignored."""
    weights: dict[bytes, float] = {}
    for part in field.lower().split(b",") if len(field) <= ACCEPT_MAX else ():
        name, *parameters = part.split(b";")
        weights[name.strip()] = min(map(_weight, parameters), default=1.0)
    html = weights.get(b"text/html", 0.0)
    return (
        html > 0
        and html > max(weights.get(name, 0.0) for name in JSON)
        and html >= max(weights.get(name, 0.0) for name in WILDCARDS)
    )


def _weight(parameter: bytes) -> float:
    """The weight that a parameter gives; 1 for other parameters, and 0 for what is no number."""
    name, _, value = parameter.partition(b"=")
    if name.strip() != b"q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
