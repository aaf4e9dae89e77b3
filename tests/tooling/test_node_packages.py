"""The packages of requirements/node: installed once where Node is; `make check` says when it had to do without."""

import json
import sys
from pathlib import Path

import dev_commands
import dev_installers
import dev_node
import pytest
from dev_installers import SetupError

NPM = f"""#!{sys.executable}
import pathlib, sys
folder = pathlib.Path(sys.argv[sys.argv.index("--prefix") + 1])
lock = (folder / "package-lock.json").read_text()
checker = folder / "node_modules" / ".bin" / "tsc"
checker.parent.mkdir(parents=True)
checker.write_text("#!/bin/sh\\n" + lock)
checker.chmod(0o755)
with open(__file__ + ".runs", "a") as runs:
    runs.write("x")
"""


class Programs:
    """The only folder on PATH, a lock file whose text is what the type checker does, and nothing installed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lock = folder, folder / "lock"
        self.lock.mkdir()
        (self.lock / "package.json").write_text("{}")
        self.locks("exit 0")
        self.has("node", "#!/bin/sh\n")
        self.has("npm", NPM)

    def has(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)
        (self.folder / name).chmod(0o755)

    def locks(self, text: str) -> None:
        (self.lock / "package-lock.json").write_text(text)

    @property
    def installations(self) -> int:
        runs = self.folder / "npm.runs"
        return len(runs.read_text()) if runs.exists() else 0


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TODO_TEST_REQUIRE_NODE", raising=False)
    for module in (dev_installers, dev_node):
        monkeypatch.setattr(module, "ROOT", tmp_path)
        monkeypatch.setattr(module, "TOOLS", tmp_path / ".tools")
        monkeypatch.setattr(module, "LOG", tmp_path / ".tools" / "setup.log")
    monkeypatch.setattr(dev_node, "LOCKED", tmp_path / "lock")
    monkeypatch.setattr(dev_commands, "CHECKS", {})
    monkeypatch.setattr(dev_commands, "ensure", lambda wanted: None)
    return Programs(tmp_path)


def test_what_is_installed_is_installed_once_for_each_lock_file(programs: Programs) -> None:
    first = dev_node.node_modules()
    programs.has("npm", "not there any more")
    assert dev_node.node_modules() == first
    programs.has("npm", NPM)
    programs.locks("exit 1")
    assert dev_node.node_modules() != first
    assert programs.installations == 2


def test_an_installation_that_fails_leaves_nothing_and_names_the_log(programs: Programs) -> None:
    programs.has("npm", "#!/bin/sh\necho ENOTFOUND; exit 1")
    with pytest.raises(SetupError, match=r"npm could not install lock \(.tools/setup.log has its output\)"):
        dev_node.node_modules()
    assert [path.name for path in (programs.folder / ".tools").iterdir()] == ["setup.log"]
    assert "ENOTFOUND" in (programs.folder / ".tools" / "setup.log").read_text()


def test_a_type_error_in_the_web_client_fails_the_check(programs: Programs, capsys: pytest.CaptureFixture[str]) -> None:
    dev_commands.check([])
    assert "check: ok: client types\n" in capsys.readouterr().out
    programs.locks("exit 2")
    with pytest.raises(SetupError, match="check: FAILED: client types"):
        dev_commands.check([])


def test_without_node_the_check_says_what_it_has_not_checked(
    programs: Programs, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (programs.folder / "node").unlink()
    dev_commands.check([])
    assert "; NOT checked: client types: Node is not on PATH.\n" in capsys.readouterr().out
    monkeypatch.setenv("TODO_TEST_REQUIRE_NODE", "1")
    with pytest.raises(SetupError, match=r"check: FAILED: client types .*Node is not on PATH"):
        dev_commands.check([])


def test_the_lock_file_names_hashes_and_no_place_to_fetch_from() -> None:
    lock = json.loads((dev_node.LOCKED / "package-lock.json").read_text("utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert "node_modules/typescript" in packages
    assert [name for name, each in packages.items() if "integrity" not in each or "resolved" in each] == []
