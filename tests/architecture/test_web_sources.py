"""The shape of the web client: small modules with a purpose, that know each other by path and make no code of text."""

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

STATIC = ROOT / "src/todo_http/web/static"
LINES_MAX = 300
FILES = sorted(path.relative_to(STATIC) for path in STATIC.rglob("*") if path.is_file())
OURS = [path for path in FILES if path.parts[0] != "vendor"]
SCRIPTS = [path for path in OURS if path.suffix == ".js"]
SHEETS = [path for path in OURS if path.suffix == ".css"]
STARTS = ("index.html", "main.js", "service-worker.js")

IMPORT = re.compile(r"""(?:\bfrom\s*|\bimport\s*(\(?)\s*)["']([^"']+)["']""")
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.DOTALL)
CODE_FROM_TEXT = re.compile(
    r"\beval\b|\bnew Function\b|\b(?:inner|outer)HTML|insertAdjacentHTML|document\.write|dangerously|\bsrcdoc\b"
    r"|\bcssText\b|setAttribute\(\s*[\"'](?:style|on)|set(?:Timeout|Interval)\(\s*[\"'`]"
)
ELSEWHERE = re.compile(r"\bhttps?://|[\"'`]//|\bwss?://")


def code(path: Path) -> str:
    """A file without its comments."""
    return COMMENT.sub("", (STATIC / path).read_text("utf-8"))


def imports(path: Path, *, dynamic: bool = True) -> list[Path]:
    """The files that a file imports. All of them have to be named by a relative path."""
    named = [name for call, name in IMPORT.findall(code(path)) if dynamic or not call]
    assert [name for name in named if not re.match(r"\.{1,2}/", name)] == [], "a bare import needs a map, or a bundler"
    return [(STATIC / path.parent / name).resolve().relative_to(STATIC) for name in named]


@pytest.mark.parametrize("path", [*SCRIPTS, *SHEETS], ids=str)
def test_no_file_is_long_and_each_says_in_its_first_line_what_it_is_for(path: Path) -> None:
    lines = (STATIC / path).read_text("utf-8").splitlines()
    assert len(lines) <= LINES_MAX
    mark = "// " if path.suffix == ".js" else "/* "
    assert lines[0].startswith(mark)
    assert len(lines[0]) > 20, "one purpose, in a sentence"


@pytest.mark.parametrize("path", [*SCRIPTS, *SHEETS], ids=str)
def test_modules_know_each_other_by_relative_path(path: Path) -> None:
    assert [target for target in imports(path) if not (STATIC / target).is_file()] == []


def test_no_module_imports_itself_by_a_detour() -> None:
    def walk(path: Path, above: tuple[Path, ...]) -> None:
        assert path not in above, " -> ".join(map(str, (*above, path)))
        if path not in done:
            for target in imports(path, dynamic=False):
                walk(target, (*above, path))
            done.add(path)

    done: set[Path] = {Path("vendor/preact.js")}
    for path in SCRIPTS:
        walk(path, ())


def test_every_file_is_used() -> None:
    """Found from the page on, through scripts, style sheets and the manifest."""
    texts = {path: (STATIC / path).read_text("utf-8") for path in OURS if path.suffix not in {".png", ".svg"}}
    named = "\n".join(texts.values())
    imported = {target for path in [*SCRIPTS, *SHEETS] for target in imports(path)}
    served = [path for path in OURS if path.suffix in {".js", ".css", ".svg", ".png"} and path.name not in STARTS]
    assert [path for path in served if path not in imported and f"/web/{path.as_posix()}" not in named] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=str)
def test_text_never_becomes_code_and_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    text = code(path)
    assert not CODE_FROM_TEXT.search(text)
    assert not ELSEWHERE.search(text)
