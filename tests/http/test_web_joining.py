"""Modules of the client put into one file: the same names in the same places, or a refusal to start."""

import pytest

from todo_http.web.joining import UnknownForm, join_modules
from todo_http.web.site import JOINED, read_site

NOTHING = frozenset[str]()


def joined(**modules: str) -> str:
    return join_modules({name.replace("__", "/") + ".js": text for name, text in modules.items()}, "main.js", NOTHING)


def test_a_module_comes_after_what_it_imports_and_only_once() -> None:
    text = joined(
        main='import { a } from "./a.js";\nimport { b } from "./views/b.js";\na(b);\n',
        a="export function a() {}\n",
        views__b='import { a } from "../a.js";\nexport const b = a();\n',
        views__unused="export const c = 1;\n",
    )
    assert [line for line in text.splitlines() if line.startswith("// ")] == ["// a.js", "// views/b.js", "// main.js"]


def test_imports_and_exports_become_constants_of_a_scope() -> None:
    text = joined(
        main='import { a as one, B } from "./a.js";\none(B);\n',
        a="export async function a() {}\nexport class B {}\nexport const C = 1;\n",
    )
    assert "return { a, B, C };" in text
    assert "const { a: one, B } = $a;" in text
    assert "\nexport" not in text
    assert "\nimport" not in text


def test_names_over_several_lines_are_names_all_the_same() -> None:
    assert "const {\n  a,\n} = $a;" in joined(main='import {\n  a,\n} from "./a.js";\n', a="export const a = 1;\n")


def test_types_and_comments_that_fill_lines_are_left_out_and_all_else_stays() -> None:
    code = 'const a = "// b"; // c\n  (a).d();\nconst e = (f) => a /* g */ ** f;\n'
    typed = code.replace("(a)", "/** @type {A} */ (a)").replace("(f)", "(/** @type {any} */ f)")
    text = joined(main=f"// first\n{typed}/**\n * Two lines. **\n * @param {{A}} b\n */\n  /** One. */\n  // last\n")
    assert text == f"// main.js\nconst $main = (() => {{\n{code}return {{  }};\n}})();\n"


def test_a_kept_module_stays_a_file_beside() -> None:
    modules = {"main.js": 'import { h } from "./vendor/h.js";\n', "vendor/h.js": "export default 1;\n"}
    text = join_modules(modules, "main.js", frozenset(["vendor/h.js"]))
    assert text.startswith('import * as $vendor_h from "./vendor/h.js";\n')
    assert "const { h } = $vendor_h;" in text


@pytest.mark.parametrize(
    "main",
    [
        'import a from "./a.js";\n',
        'import * as a from "./a.js";\n',
        'import "./a.js";\n',
        'import { a } from "a";\n',
        'const a = import("./a.js");\n',
        "export default 1;\n",
        "export let a = 1;\n",
        "export { a };\n",
        'import { a } from "./missing.js";\n',
        'import { b } from "./circle.js";\n',
    ],
)
def test_what_cannot_be_joined_stops_the_start(main: str) -> None:
    with pytest.raises(UnknownForm):
        joined(main=main, a="export const a = 1;\n", circle='import { a } from "./main.js";\nexport const b = 1;\n')


def test_the_client_is_served_joined_and_its_modules_are_not() -> None:
    site = read_site()
    assert f"/web/{JOINED}" in site
    assert {path for path in site if path.endswith(".js")} == {
        "/web/client.js",
        "/web/vendor/preact.js",
        "/service-worker.js",
    }


def test_comments_are_not_served() -> None:
    site = read_site()
    for path in (f"/web/{JOINED}", "/web/styles/base.css", "/web/styles/tasks.css"):
        text = site[path].plain.body.decode("utf-8")
        assert [line for line in text.splitlines() if line.lstrip().startswith("/*")] == []
