"""The contract kit of the wheel, used outside the repository: the adapter of the page passes, a faulty one fails."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from todo_adapters.contracts import plugin

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "document_store"
PAGE = (ROOT / "docs" / "write-a-storage-adapter.md").read_text("utf-8")
[COMMAND] = re.findall(r"^pytest --pyargs .*$", PAGE, re.MULTILINE)
ONE_TEST = ["-k", "test_an_update_of_what_has_moved_on_is_refused and task"]
STRICT = """[pytest]
asyncio_mode = strict
addopts = --strict-markers --strict-config -p no:cacheprovider -p no:schemathesis -p no:faker
filterwarnings = error
asyncio_default_fixture_loop_scope = function
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the contents of the wheel, as an installation has them."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Somebody's project, with the adapter of the page and strict settings of its own."""
    shutil.copytree(EXAMPLE, tmp_path / EXAMPLE.name)
    (tmp_path / "pytest.ini").write_text(STRICT)
    return tmp_path


def python(installed: Path, project: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Runs Python in the project, where the wheel is installed and the repository is not."""
    path = [str(installed), sysconfig.get_path("purelib")]
    memory = Path("/dev/shm")
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join(path),
        "TMPDIR": str(memory if memory.is_dir() else project),
    }
    command = [sys.executable, "-S", *args]  # which leaves out the link to the repository
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


def contract_tests(installed: Path, project: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return python(installed, project, "-m", *shlex.split(COMMAND), *args)


def test_the_repository_is_out_of_reach(installed: Path, project: Path) -> None:
    done = python(installed, project, "-c", "import sys, todo_adapters; print(todo_adapters.__file__, *sys.path)")
    found, *path = done.stdout.split()
    assert found == str(installed / "todo_adapters" / "__init__.py")
    assert str(ROOT / "src") not in path


@pytest.mark.timeout(600)
def test_the_adapter_of_the_page_passes_with_the_command_of_the_page(installed: Path, project: Path) -> None:
    done = contract_tests(installed, project)
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr
    summary = re.search(r"(\d+) passed, 2 deselected", done.stdout)
    assert summary, done.stdout[-1_000:]
    assert int(summary[1]) > 500


def test_an_adapter_that_does_not_look_at_revisions_fails_in_a_named_test(installed: Path, project: Path) -> None:
    box = project / EXAMPLE.name / "box.py"
    text, check = box.read_text("utf-8"), " or revision != read_as.get(thing_id, stored.thing.revision)"
    assert check in text
    box.write_text(text.replace(check, ""))
    done = contract_tests(installed, project, *ONE_TEST)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert re.search(r"FAILED .*test_an_update_of_what_has_moved_on_is_refused\[task\]", done.stdout)
    assert "DID NOT RAISE" in done.stdout
    assert "MovedOn" in done.stdout


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("--todo-store=", "Name the store to be tested: --todo-store=MODULE:FUNCTION"),
        ("--todo-store=document_store:open_nothing", "has no attribute 'open_nothing'"),
    ],
)
def test_a_store_that_cannot_be_found_is_told_in_one_sentence(
    installed: Path, project: Path, option: str, sentence: str
) -> None:
    done = contract_tests(installed, project, option, *ONE_TEST)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout
    assert sentence in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_where_it_is_not_asked_for_the_plugin_imports_nothing(installed: Path, project: Path) -> None:
    code = f"import pytest, sys; before = {{*sys.modules}}; import {plugin.__name__}; print(*{{*sys.modules}} - before)"
    done = python(installed, project, "-c", code)
    packages = {"todo_adapters", "todo_adapters.contracts"}
    assert {*done.stdout.split()} - {"pkgutil"} == {plugin.__name__, *packages}


def test_what_the_extra_would_install_is_named(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin, "NEEDED", ("hypothesis", "no_such_module"))
    monkeypatch.setattr(pytestconfig.option, "todo_store", "document_store:open_empty")
    with pytest.raises(pytest.UsageError, match=r"no_such_module: pip install 'todo-service\[contracts\]'"):
        plugin.pytest_configure(pytestconfig)


def test_the_code_of_the_page_is_that_of_the_example() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    example = "\n".join(path.read_text("utf-8") for path in EXAMPLE.glob("*.py"))
    assert blocks
    assert [block for block in blocks if block not in example] == []
