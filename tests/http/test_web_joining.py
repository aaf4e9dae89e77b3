"""Modules of the client put into a few files: each in one, after what it imports; or a refusal to start."""

import re

import pytest

from todo_http.web.joining import join_modules, join_sheets, of_one_version
from todo_http.web.site import FILES, read_site
from todo_http.web.stripping import UnknownForm

ROOTS = {"main.js": "first.js", "work.js": "second.js", "lazy/a.js": "a.js", "lazy/b.js": "b.js"}


def files(**modules: str) -> dict[str, str]:
    """The files of modules; `__` in a name is a slash. What is vendored is kept."""
    sources = {name.replace("__", "/") + ".js": text for name, text in modules.items()}
    roots = {root: file for root, file in ROOTS.items() if root in sources}
    return join_modules(sources, roots, [name for name in sources if name.startswith("vendor/")])


def joined(**modules: str) -> str:
    """The only file."""
    (text,) = files(**modules).values()
    return text


def inside(text: str) -> list[str]:
    """The modules in a file, in order."""
    return re.findall(r"^const \$(\w+)=\(\(\)=>\{$", text, re.M)


def test_a_module_comes_after_what_it_imports_and_only_once() -> None:
    text = joined(
        main='import { a } from "./a.js";\nimport { b } from "./views/b.js";\na(b);\n',
        a="export function a() {}\n",
        views__b='import { a } from "../a.js";\nexport const b = a();\n',
        views__unused="export const c = 1;\n",
    )
    assert inside(text) == ["a", "views_b", "main"]


def test_imports_and_exports_become_constants_of_a_scope() -> None:
    text = joined(
        main='import { a as one, B } from "./a.js";\none(B);\n',
        a="export async function a() {}\nexport class B {}\nexport const C = 1;\n",
    )
    assert "return{a,B,C};" in text
    assert "const{a:one,B}=$a;" in text
    assert "\nexport" not in text
    assert "\nimport" not in text


def test_names_over_several_lines_are_names_all_the_same() -> None:
    assert "const{a,}=$a;" in joined(main='import {\n  a,\n} from "./a.js";\n', a="export const a = 1;\n")


def test_a_vendored_module_stays_as_it_is() -> None:
    text = joined(main='import { h } from "./vendor/h.js";\n', vendor__h="// licence\nexport const h = () => {}/1;\n")
    assert "// licence\nconst h = () => {}/1;\n" in text
    assert "const{h}=$vendor_h;" in text


def test_each_module_is_in_the_first_file_that_needs_it_and_what_several_later_ones_need_in_the_second() -> None:
    leaf = "export const x = 1;\n"
    found = files(
        main='import { x } from "./both.js";\nimport("./work.js");\n',
        work='import { x } from "./both.js";\nexport const y = () => [import("./lazy/a.js"), import("./lazy/b.js")];\n',
        both=leaf,
        lazy__a='import { x } from "./only.js";\nimport { x as z } from "../both.js";\nexport const a = 1;\n',
        lazy__only='import { x } from "./shared.js";\n' + leaf,
        lazy__b='import { x } from "./shared.js";\nexport const b = 1;\n',
        lazy__shared='import { x } from "../deep.js";\n' + leaf,
        deep=leaf,
    )
    assert {file: inside(text) for file, text in found.items()} == {
        "first.js": ["both", "main"],
        "second.js": ["work", "deep", "lazy_shared"],
        "a.js": ["lazy_only", "lazy_a"],
        "b.js": ["lazy_b"],
    }
    assert 'import("./second.js").then((file)=>file.$work)' in found["first.js"]
    assert '[import("./a.js").then((file)=>file.$lazy_a),import(' in found["second.js"]
    assert found["first.js"].endswith("export{$both};\n")
    assert found["second.js"].startswith('import{$both}from"./first.js";\n')
    assert found["second.js"].endswith("export{$work,$lazy_shared};\n")
    assert found["a.js"].startswith('import{$both}from"./first.js";\nimport{$lazy_shared}from"./second.js";\n')
    assert found["a.js"].endswith("export{$lazy_a};\n")


def test_a_root_that_another_file_needs_at_once_is_in_that_file() -> None:
    found = files(
        main='import("./work.js");\nimport("./lazy/a.js");\n',
        work='import { a } from "./lazy/a.js";\nexport const w = a;\n',
        lazy__a="export const a = 1;\n",
    )
    assert found.keys() == {"first.js", "second.js"}
    assert 'import("./second.js").then((file)=>file.$lazy_a)' in found["first.js"]


def test_a_module_may_load_later_what_imports_it() -> None:
    found = files(main='import("./work.js");\n', work='export const w = () => import("./lazy/a.js");\n',
                  lazy__a='import { w } from "../work.js";\nexport const a = w;\n')  # fmt: skip
    assert found["a.js"].startswith('import{$work}from"./second.js";\n')


@pytest.mark.parametrize(
    "main",
    [
        'import a from "./a.js";\n',
        'import * as a from "./a.js";\n',
        'import "./a.js";\n',
        'import { a } from "a";\n',
        'const a = import("./a.js");\n',
        "const a = import(`./work.js`);\n",
        'const a = import("./missing.js");\n',
        'import { a } from "./a.js"; import.meta.url;\n',
        "export default 1;\n",
        "export let a = 1;\n",
        "export { a };\n",
        'import { a } from "./missing.js";\n',
        'import { b } from "./circle.js";\n',
        "const a = {} / 2;\n",
    ],
)
def test_what_cannot_be_joined_stops_the_start(main: str) -> None:
    circle = 'import { a } from "./main.js";\nexport const b = 1;\n'
    with pytest.raises(UnknownForm):
        files(main=main, a="export const a = 1;\n", work="export const w = 1;\n", circle=circle)


def test_files_of_different_versions_do_not_link() -> None:
    one = of_one_version({"first.js": "a;\n", "second.js": "b;\n"}, "1")
    other = of_one_version({"first.js": "a;\n", "second.js": "b;\n"}, "2")
    assert one["first.js"] == "a;\nexport const $of_1 = true;\n"
    assert other["second.js"] == 'import { $of_2 } from "./first.js";\nb;\n'


def test_a_style_sheet_has_those_in_it_that_it_imports() -> None:
    sheets = {
        "styles/a.css": '/* One. */\n@import "./b.css";\na { color: red }\n',
        "styles/b.css": "/* Two. */\n\nb { color: red }\n",
        "styles/c.css": "c { color: red }\n",
    }
    assert join_sheets(sheets) == {
        "styles/a.css": "b{color:red}\na{color:red}\n",
        "styles/c.css": "c{color:red}\n",
    }


@pytest.mark.parametrize("imported", ["missing.css", "a.css", "b.css"])
def test_a_style_sheet_that_imports_what_is_missing_or_itself_stops_the_start(imported: str) -> None:
    with pytest.raises(UnknownForm):
        join_sheets(
            {"a.css": f'@import "./{imported}";\n', "b.css": '@import "./a.css";\n', "c.css": '@import "./a.css";\n'}
        )


def test_the_client_is_served_joined_and_its_modules_are_not() -> None:
    scripts = {path for path in read_site() if path.endswith(".js")}
    beside = {"/service-worker.js"}
    assert beside | {"/web/entrance.js", "/web/workspace.js"} <= scripts
    assert scripts <= beside | {f"/web/{file}" for file in FILES.values()}


def test_comments_are_not_served_but_the_licence_is() -> None:
    for path, file in read_site().items():
        if path.endswith((".css", ".js")):
            lines = [line.lstrip() for line in file.plain.body.decode("utf-8").splitlines()]
            found = [line for line in lines if not line or line.startswith(("/*", "// "))]
            assert [line[:11] for line in found] == (["// preact 1"] if path == "/web/entrance.js" else [])
