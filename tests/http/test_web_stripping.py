"""Comments and white space left out of scripts and style sheets: nothing else changes, or the start is refused."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

import todo_http
from tests.clients.generators import node_modules
from tests.support.node import node
from todo_http.web.site import read_site
from todo_http.web.stripping import UnknownForm, strip_script, strip_sheet

STATIC = Path(todo_http.__file__).parent / "web" / "static"
SOURCES = sorted(path for path in STATIC.rglob("*.js") if path.parent.name != "vendor")
COMPARE = """
const ts = require(process.argv[1]);
const shape = (node) => {
  const inner = [];
  ts.forEachChild(node, (child) => void inner.push(shape(child)));
  const own = inner.length ? inner : node.rawText ?? node.text;
  return [node.kind, node.operator, node.flags & ts.NodeFlags.BlockScoped, own];
};
for (const [name, ...texts] of JSON.parse(require("fs").readFileSync(0, "utf-8"))) {
  const [one, other] = texts.map((text) => ts.createSourceFile(name, text, ts.ScriptTarget.Latest));
  const same = JSON.stringify(shape(one)) === JSON.stringify(shape(other)) && !other.parseDiagnostics.length;
  console.log(same ? name : `not the same: ${name}`);
}
"""
PARSE = """
for (const [identifier, text] of JSON.parse(require("fs").readFileSync(0, "utf-8")))
  new (require("vm").SourceTextModule)(text, { identifier });
"""


@pytest.mark.parametrize(
    ("source", "stripped"),
    [
        ("// first\n\n  a ( );\n\n\n\tb( ); // last", "a();\nb();"),
        ("/** Two\n * lines. **/ a();\n/* one */\nb();", "a();\nb();"),
        ("a /* x */ + /* y */b;", "a+b;"),
        ("const/**/a = b/**/in/**/c;", "const a=b in c;"),
        ("const a = /** @type {A} */ (b);", "const a=(b);"),
        ("const f = (/** @type {A} */ a, /** @type {B} */ b) => a;", "const f=(a,b)=>a;"),
        ('import {\n  a, // x\n  b as c,\n} from "./a.js";', 'import{a,b as c,}from"./a.js";'),
        ("a + +b - -c + ++d - --e;", "a+ +b- -c+ ++d- --e;"),
        ("a = b / /c/ / d;", "a=b/ /c/ /d;"),
        ("a = 1 .b + c1 .d;", "a=1 .b+c1.d;"),
        ("a = /b/ in c;", "a=/b/ in c;"),
        ("return `a`, \"b\" + 'c';", "return`a`,\"b\"+'c';"),
        ("const ä = 1_000.5 / 2;", "const ä=1_000.5/2;"),
    ],
)
def test_what_is_left_out(source: str, stripped: str) -> None:
    assert strip_script(source) == stripped + "\n"


@pytest.mark.parametrize(
    ("source", "stripped"),
    [
        ("{\n  return\n  b\n}", "{return\nb}"),
        ("{ return /* a\nline */ b }", "{return\nb}"),
        ("{\n  a\n  ++b\n  c\n  (d)\n}", "{a\n++b\nc\n(d)}"),
        ("{\n  a()\n  b[0]\n  `c`\n  !d\n}", "{a()\nb[0]\n`c`\n!d}"),
        ("f({\n  a: b\n    ? c\n    : d,\n  e: [\n    1,\n  ],\n});", "f({a:b?c:d,e:[1,],});"),
        ("f(() => {\n  a\n    .b()\n    ?.c();\n});", "f(()=>{a.b()?.c();});"),
        ("f(a &&\n  b\n  || c =>\n  d);", "f(a&&b||c=>d);"),
        ("{ function a() {}\n  b = () => {}\n  c() }", "{function a(){}\nb=()=>{}\nc()}"),
        ("a\n++b", "a\n++b"),
        ("a\n  .b();\n;\nc", "a\n.b();\n;\nc"),
    ],
)
def test_line_breaks_stay_outside_of_brackets_and_where_they_can_end_a_statement(source: str, stripped: str) -> None:
    assert strip_script(source) == stripped + "\n"


@pytest.mark.parametrize(
    "source",
    [
        'const a="// no /* comment */",b=\'it is "  //"\',c="\\"//  ";',
        'fetch("https://example.org/a//b");',
        "const a=`// text\n    /* text */   `;",
        "const a=`  ${b}  // text ${`  // inner ${c}  `}  `;",
        "const a=`\\`  // text \\${  // text`;",
        "const a=`$  ${b}$`;",
        "const a=`${f({b:{c:`  //  `}})}  // text`;",
        "const a=b/c/`  //  `;",
        "const a=(b)/c/`  //  `;",
        "const a=b[0]/c/`  //  `;",
        "const a=/[/\"'`]  \\/  \\[/g.exec(b);",
        "const a=b.replace(/\\/\\*  x/,c)/d;",
        "if(a)/  b/.test(c);",
        "while(a(b))/  '/.test(c);",
        "const a=()=>/  '/;",
        "return/  '/;",
        "const a=b.return/c/`  //  `;",
        "const a=typeof/  '/;",
        "a++/b/`  //  `;",
        "const a={b:/  '/,c:[/  \"/,!/  `/]};",
        "const a=b?/  '/:c&&/  '/||d;",
        "const{a=/  '/}=b,c=[...d,/  '/];",
        "const a=`${b}`/c/`  //  `;",
        "class A{#b=1;c(){return this.#b/2/`  //  `;}}",
        "const a=b?.if(c)/d/`  //  `;",
    ],
)
def test_what_stays_as_it_is(source: str) -> None:
    assert strip_script(source) == source + "\n"


def test_what_templates_insert_is_code() -> None:
    source = 'a = `  ${ /* c */ b + "}  //" // d\n    + `  ${ // e\n  f}  ` }  `;'
    assert strip_script(source) == 'a=`  ${b+"}  //"\n+`  ${\nf}  `}  `;\n'


@pytest.mark.parametrize(
    "source",
    ["a = {} / 2;", "function f() {}\n/a/.test(b);", "a = 1. / 2;", 'a = "b;', "a = `b;", "a = `${b;", "/* a",
     "a = /b;", "a = (b];", "a = b);", "a = /[b/;"],
)  # fmt: skip
def test_what_only_a_parser_can_read_is_refused(source: str) -> None:
    with pytest.raises(UnknownForm, match=r"^line \d+ cannot be read: "):
        strip_script(source)


@pytest.mark.parametrize(
    ("source", "stripped"),
    [
        ("/* first */\n\na,\nb {\n  color: red; /* c */\n}\n\nc {}\n", "a,b{color:red;}c{}"),
        ("a::after { content: '/*  x  */' }", "a::after{content:'/*  x  */'}"),
        ('a { content: "  \\"  /* x */" }', 'a{content:"  \\"  /* x */"}'),
        ("a { background: url(data:x,/*  y  */) }", "a{background:url(data:x,/*  y  */)}"),
        ('a { background: url( "b//c" ) /* it\'s */ }', 'a{background:url("b//c" )}'),
        ("a/* no space */.b { margin: 0 /**/ 1px }", "a/* no space */.b{margin:0 1px}"),
        ("a { width: calc(1px  +  2px) }", "a{width:calc(1px + 2px)}"),
        ("a :hover, a > b + c { color: red !important }", "a :hover,a > b + c{color:red !important}"),
        ("@media (width < 60rem) and (hover) { a { b: c } }", "@media (width < 60rem) and (hover){a{b:c}}"),
        (":is(a, b) .c { --d: 0.5rem }", ":is(a,b) .c{--d:0.5rem}"),
    ],
)
def test_style_sheets(source: str, stripped: str) -> None:
    assert strip_sheet(source) == stripped + "\n"


def test_another_reader_finds_the_same_in_what_is_left() -> None:
    typescript = node_modules() / "typescript" / "lib" / "typescript.js"
    scripts = [(path.name, path.read_text("utf-8")) for path in SOURCES]
    pairs = [(name, text, strip_script(text)) for name, text in scripts]
    found = run(["--input-type=commonjs", "--eval", COMPARE, str(typescript)], pairs)
    assert [name for name, _ in scripts if name not in found.split()] == []
    assert "not the same" not in found, found


def test_what_is_served_can_be_parsed() -> None:
    scripts = [(path, file.plain.body.decode("utf-8")) for path, file in read_site().items() if path.endswith(".js")]
    run(["--experimental-vm-modules", "--no-warnings", "--eval", PARSE], scripts)


def run(arguments: list[str], data: Any) -> str:
    """What Node says."""
    done = subprocess.run(
        [node(), *arguments], input=json.dumps(data), capture_output=True, text=True, check=False, timeout=50
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
