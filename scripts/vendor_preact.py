"""Make src/todo_http/web/static/vendor from the published packages: one module, its licences and a record of hashes.

`python3 scripts/vendor_preact.py` fetches three files of two packages, checks them against the hashes below, and puts
them one after the other into one module. Each stays in a scope of its own; only its import and export lines are
rewritten, for a page under a strict policy can have no import map, and so no bare names. Nothing of this runs when the
service is installed or started.
"""

import base64
import hashlib
import io
import json
import re
import tarfile
import urllib.request
from pathlib import Path

TARGET = Path(__file__).parents[1] / "src/todo_http/web/static/vendor"
PACKAGES = {
    "preact": {
        "version": "11.2.0",
        "licence": "MIT",
        "source": "https://registry.npmjs.org/preact/-/preact-11.2.0.tgz",
        "integrity": "sha512-/HfHI/7N84e6GrWBJ3J280z3mLaRJiDcSvj/A+y/4AbLnND/1UlGHe1sR6oYuTGwId0nP7dqDU9OnLxMPZ7xBg==",
    },
    "htm": {
        "version": "3.1.1",
        "licence": "Apache-2.0",
        "source": "https://registry.npmjs.org/htm/-/htm-3.1.1.tgz",
        "integrity": "sha512-983Vyg8NwUE7JkZ6NmOqpCZ+sh1bKv2iYTlUkzlWmA5JD2acKoxd4KVxbMmxX/85mtfdnDmTFoNKcg5DGAvxNQ==",
    },
}
HOOKS = (
    "useEffect",
    "useLayoutEffect",
    "useMemo",
    "useCallback",
    "useReducer",
    "useRef",
    "useState",
    "useErrorBoundary",
)


def fetch(package: dict[str, str]) -> dict[str, bytes]:
    """The files of a package by their path in it; ends the program when it is not the one that was recorded."""
    with urllib.request.urlopen(package["source"], timeout=60) as answer:
        archive = answer.read()
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode("ascii")
    if found != package["integrity"]:
        raise SystemExit(f"{package['source']} is not what was recorded: {found}")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        members = [(member.name, tar.extractfile(member)) for member in tar if member.isfile()]
        return {name.partition("/")[2]: file.read() for name, file in members if file is not None}


def scoped(source: str) -> str:
    """The text of a module as the body of a function that returns what the module exported by name."""
    source = re.sub(r"^//# sourceMappingURL=.*$", "", source, flags=re.M).strip()
    source = re.sub(r'import\{options as (\w+)\}from"preact";', r"const \1 = preact.options;", source)
    source = re.sub(
        r"export\{([^}]*)\};?$",
        lambda found: "return {" + re.sub(r"([\w$]+) as (\w+)", r"\2: \1", found[1]) + "};",
        source,
    )
    source = source.replace("export default function", "return function")
    if re.search(r"\b(import|export)\b[ {*]", source):
        raise SystemExit("An import or export has a form that this script does not know.")
    return "(() => {" + source + "})()"


def bundle(preact: dict[str, bytes], htm: dict[str, bytes]) -> str:
    """The one module."""
    named = " + ".join(f"{name} {package['version']} ({package['licence']})" for name, package in PACKAGES.items())
    return "\n".join(
        (
            f"// {named}, made by scripts/vendor_preact.py; licences lie beside this file.",
            f"const preact = {scoped(preact['dist/preact.mjs'].decode('utf-8'))};",
            f"const hooks = {scoped(preact['hooks/dist/hooks.mjs'].decode('utf-8'))};",
            f"const htm = {scoped(htm['dist/htm.mjs'].decode('utf-8'))};",
            "export const html = htm.bind(preact.h);",
            *(f"export const {name} = preact.{name};" for name in ("Fragment", "render")),
            *(f"export const {name} = hooks.{name};" for name in HOOKS),
            "",
        )
    )


def main() -> None:
    """Fetch, check, write."""
    preact, htm = fetch(PACKAGES["preact"]), fetch(PACKAGES["htm"])
    made = {
        "preact.js": bundle(preact, htm).encode("utf-8"),
        "LICENSE.preact": preact["LICENSE"],
        "LICENSE.htm": htm["LICENSE"],
    }
    files = {name: {"sha256": hashlib.sha256(body).hexdigest()} for name, body in made.items()}
    record = {"made_by": "scripts/vendor_preact.py", "packages": PACKAGES, "files": files}
    made["VENDORED.json"] = (json.dumps(record, indent=2) + "\n").encode("utf-8")
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, body in made.items():
        (TARGET / name).write_bytes(body)
    print(f"Wrote {len(made)} files to {TARGET}.")


if __name__ == "__main__":
    main()
