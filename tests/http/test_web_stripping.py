"""Comments and indentation left out of scripts and style sheets: nothing else changes, or the start is refused."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pygments.lexer import Lexer
from pygments.lexers.css import CssLexer
from pygments.lexers.javascript import JavascriptLexer
from pygments.token import Comment, Whitespace

import todo_http
from tests.support.node import node
from todo_http.web.site import read_site
from todo_http.web.stripping import UnknownForm, strip_script, strip_sheet

STATIC = Path(todo_http.__file__).parent / "web" / "static"
SOURCES = sorted(path for path in STATIC.rglob("*") if path.suffix in {".js", ".css"} and path.parent.name != "vendor")


@pytest.mark.parametrize(
    ("source", "stripped"),
    [
        ("// first\n\n  a();\n\n\n\tb(); // last", "a();\nb();"),
        ("/** Two\n * lines. **/ a();\n/* one */\nb();", "a();\nb();"),
        ("a /* x */ + /* y */b;", "a + b;"),
        ("a/**/b;", "a b;"),
        ("return /* a\nline */ b;", "return\nb;"),
        ("const a = /** @type {A} */ (b);", "const a = (b);"),
        ("const f = (/** @type {A} */ a, /** @type {B} */ b) => a;", "const f = (a, b) => a;"),
        ("a\n++b", "a\n++b"),
    ],
)
def test_what_is_left_out(source: str, stripped: str) -> None:
    assert strip_script(source) == stripped + "\n"


@pytest.mark.parametrize(
    "source",
    [
        'const a = "// no /* comment */", b = \'it is "//"\', c = "\\"//";',
        'fetch("https://example.org/a//b");',
        "const a = `// text\n    /* text */   `;",
        "const a = `  ${b}  // text ${`  // inner ${c}  `}  `;",
        "const a = `\\`  // text \\${  // text`;",
        "const a = `$  ${b}$`;",
        "const a = `${f({ b: { c: `  //  ` } })}  // text`;",
        "const a = b / c / d;",
        "const a = (b) / c; // d".removesuffix(" // d"),
        "const a = b[0] / c / `  //  `;",
        "const a = /[/\"'`]  \\/  \\[/g.exec(b);",
        "const a = b.replace(/\\/\\*  x/, c) / d;",
        "if (a) /  b/.test(c);",
        "while (a(b)) /  '/.test(c);",
        "const a = () => /  '/;",
        "return /  '/;",
        "const a = b.return / c / `  //  `;",
        "const a = typeof /  '/;",
        "a++ / b / `  //  `;",
        "const a = { b: /  '/, c: [/  \"/, !/  `/] };",
        "const a = b ? /  '/ : c && /  '/ || d;",
        "const { a = /  '/ } = b, c = [...d, /  '/];",
        "const a = `${b}` / c / `  //  `;",
        "class A { #b = 1; c() { return this.#b / 2; } }",
        "const \u00e4 = 1_000.5 / 2 / `  //  `;",
        "const a = b?.if(c) / d / `  //  `;",
    ],
)
def test_what_stays_as_it_is(source: str) -> None:
    assert strip_script(source) == source + "\n"


def test_what_templates_insert_is_code() -> None:
    source = 'a = `  ${ /* c */ b + "}  //" // d\n    + `  ${ // e\n  f}  ` }  `;'
    assert strip_script(source) == 'a = `  ${ b + "}  //"\n+ `  ${\nf}  ` }  `;\n'


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
        ("/* first */\n\na,\nb {\n  color: red; /* c */\n}\n", "a,\nb {\ncolor: red;\n}"),
        ("a::after { content: '/*  x  */' }", "a::after { content: '/*  x  */' }"),
        ('a { content: "  \\"  /* x */" }', 'a { content: "  \\"  /* x */" }'),
        ("a { background: url(data:x,/*  y  */) }", "a { background: url(data:x,/*  y  */) }"),
        ('a { background: url( "b//c" ) /* it\'s */ }', 'a { background: url("b//c" ) }'),
        ("a/* no space */.b { margin: 0 /**/ 1px }", "a/* no space */.b { margin: 0 1px }"),
        ("a { width: calc(1px  +  2px) }", "a { width: calc(1px + 2px) }"),
    ],
)
def test_style_sheets(source: str, stripped: str) -> None:
    assert strip_sheet(source) == stripped + "\n"


def tokens_of(lexer: Lexer, text: str) -> list[tuple[Any, str]]:
    """What another reader finds in a text, without comments and what lies between."""
    left_out = (Comment, Whitespace)
    return [(kind, value) for kind, value in lexer.get_tokens(text) if value and not any(kind in it for it in left_out)]


@pytest.mark.parametrize("folder", sorted({entry.parent.name for entry in SOURCES}))
def test_another_reader_finds_the_same_in_what_is_left(folder: str) -> None:
    for entry in SOURCES:
        if entry.parent.name == folder:
            script, source = entry.suffix == ".js", entry.read_text("utf-8")
            lexer, strip = (JavascriptLexer(), strip_script) if script else (CssLexer(), strip_sheet)
            assert tokens_of(lexer, strip(source)) == tokens_of(lexer, source), entry.name


def test_what_is_served_can_be_parsed() -> None:
    scripts = {path: file.plain.body.decode("utf-8") for path, file in read_site().items() if path.endswith(".js")}
    parse = (
        "for (const [path, text] of Object.entries(JSON.parse(require('fs').readFileSync(0, 'utf-8'))))"
        " new (require('vm').SourceTextModule)(text, { identifier: path });"
    )
    command = [node(), "--experimental-vm-modules", "--no-warnings", "--eval", parse]
    done = subprocess.run(command, input=json.dumps(scripts), capture_output=True, text=True, check=False, timeout=50)
    assert done.returncode == 0, done.stderr
