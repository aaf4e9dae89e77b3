"""Set-up on machines and in checkouts of others: it works with what is configured, or one sentence says why not."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import dev_commands
import dev_environment
import pytest
from dev_installers import SetupError, for_pip, for_uv, reason

ROOT = Path(__file__).resolve().parents[2]
SYSTEM_PYTHON = Path("/usr/bin/python3")
NOBODY = 65534
COMPANY = "/etc/company.pem"


@pytest.mark.parametrize("name", ["PIP_CERT", "REQUESTS_CA_BUNDLE"])
def test_uv_gets_the_certificates_of_pip(name: str) -> None:
    assert for_uv({name: COMPANY}, {})["SSL_CERT_FILE"] == COMPANY
    assert for_uv({}, {"cert": COMPANY})["SSL_CERT_FILE"] == COMPANY


def test_uv_gets_the_certificates_of_the_system() -> None:
    assert for_uv({}, {})["UV_SYSTEM_CERTS"] == "1"
    assert "SSL_CERT_FILE" not in for_uv({}, {})


def test_uv_gets_the_index_of_pip() -> None:
    assert for_uv({"PIP_INDEX_URL": "https://one"}, {"index-url": "https://two"})["UV_DEFAULT_INDEX"] == "https://one"
    assert for_uv({}, {"index-url": "https://two"})["UV_DEFAULT_INDEX"] == "https://two"
    assert "UV_DEFAULT_INDEX" not in for_uv({"UV_INDEX_URL": "https://three"}, {"index-url": "https://two"})


def test_pip_gets_the_certificates_and_the_index_of_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificates = tmp_path / "company.pem"
    certificates.touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates))
    environ = for_pip({"UV_DEFAULT_INDEX": "https://one"}, {})
    assert (environ["PIP_CERT"], environ["PIP_INDEX_URL"]) == (str(certificates), "https://one")
    assert not {"PIP_CERT", "PIP_INDEX_URL"} & for_pip({}, {"cert": COMPANY, "index-url": "https://two"}).keys()


@pytest.mark.parametrize("adapted", [for_uv, for_pip])
def test_what_is_set_stays_as_it_is(adapted: "Callable[[dict[str, str], dict[str, str]], dict[str, str]]") -> None:
    given = {
        "SSL_CERT_FILE": "a",
        "PIP_CERT": "b",
        "PIP_INDEX_URL": "c",
        "UV_DEFAULT_INDEX": "d",
        "UV_SYSTEM_CERTS": "0",
    }
    environ = adapted(given, {"cert": COMPANY, "index-url": "https://two"})
    assert {name: environ[name] for name in given} == given


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer", "SSL_CERT_FILE"),
        ("error: client error (Connect)\n Caused by: invalid peer certificate: UnknownIssuer", "SSL_CERT_FILE"),
        ("NewConnectionError: [Errno -3] Temporary failure in name resolution\nERROR: No match", "check the network"),
        ("  Caused by: dns error\n  Caused by: failed to lookup address information", "check the network"),
        ("Connection to pypi.org timed out. (connect timeout=15)", "check the network"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("Expected sha256 aa\nTHESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "another file"),
        ("one\nERROR: 403 Client Error: Forbidden\n\n", "ERROR: 403 Client Error: Forbidden"),
    ],
)
def test_the_output_of_an_installer_becomes_a_reason(output: str, words: str) -> None:
    assert words in reason(output)
    assert "\n" not in reason(output)


def test_a_path_that_cannot_be_written_is_named_with_its_owner(tmp_path: Path) -> None:
    path, me = tmp_path / ".venv", dev_environment.owner_of(tmp_path)
    refusal = dev_environment.refusal
    assert "belongs to bob" in refusal(path, "Permission denied", "bob", "bob")
    assert "work in a clone of your own" in refusal(path, "Permission denied", "bob", "bob")
    assert f"{path} belongs to bob" in refusal(path, "Permission denied", "bob", me)
    assert f"Cannot use {path} (Read-only file system)" in refusal(path, "Read-only file system", me, me)


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A checkout with nothing but the commands, which every user can read and none but its owner can write."""
    with tempfile.TemporaryDirectory(prefix="todo-") as name:
        root = Path(name)
        for part in ("scripts", "requirements"):
            shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", root)
        yield root
        root.chmod(0o755)


def set_up(root: Path, python: str = sys.executable, user: int | None = None) -> str:
    """The last line that a set-up without a network says, after which it fails."""
    environ = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/nonexistent",
        "PIP_INDEX_URL": "http://127.0.0.1:9/",
        "PIP_RETRIES": "0",
    }
    command = [python, str(root / "scripts" / "dev.py"), "run"]
    shown = subprocess.run(command, cwd="/", env=environ, user=user, capture_output=True, text=True, check=False)
    assert (shown.returncode, shown.stdout) == (1, "")
    assert "Traceback" not in shown.stderr
    return shown.stderr.splitlines()[-1]


@pytest.mark.skipif(os.geteuid() == 0 and not SYSTEM_PYTHON.exists(), reason="no Python that another user can run")
def test_a_checkout_that_cannot_be_written_is_refused_in_one_sentence(checkout: Path) -> None:
    if os.geteuid() == 0:
        checkout.chmod(0o755)
        assert "work in a clone of your own" in set_up(checkout, str(SYSTEM_PYTHON), NOBODY)
    else:
        checkout.chmod(0o555)
        assert "Permission denied" in set_up(checkout)


@pytest.mark.skipif(os.geteuid() != 0 or not SYSTEM_PYTHON.exists(), reason="needs root and a Python for all users")
def test_an_environment_made_with_sudo_is_refused_with_the_command_that_removes_it(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    checkout.chmod(0o755)
    os.chown(checkout, NOBODY, NOBODY)
    sentence = set_up(checkout, str(SYSTEM_PYTHON), NOBODY)
    assert sentence.endswith(f": remove it, for example with: sudo rm -r {checkout / '.venv'}")
    assert sentence.startswith(f"{checkout / '.venv'} belongs to root")


def test_a_file_in_the_place_of_a_folder_is_refused_in_one_sentence(checkout: Path) -> None:
    (checkout / ".tools").touch()
    assert set_up(checkout).startswith(f"Cannot use {checkout / '.tools'} (File exists)")


def test_an_environment_that_does_not_start_is_refused_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev_commands, "BIN", tmp_path)
    (tmp_path / "todo").write_bytes(b"\x7fELF")
    (tmp_path / "todo").chmod(0o755)
    for program, why in (("todo", "Exec format error"), ("pytest", "No such file or directory")):
        with pytest.raises(SetupError, match=f"{program} \\({why}\\): remove .venv"):
            dev_commands.become(program)


def test_a_wait_for_another_set_up_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    with (tmp_path / "lock").open("w") as other, (tmp_path / "lock").open("w") as mine:
        fcntl.flock(other, fcntl.LOCK_EX)

        def say(line: str) -> None:
            said.append(line)
            fcntl.flock(other, fcntl.LOCK_UN)

        monkeypatch.setattr(dev_environment, "say", say)
        monkeypatch.setattr(dev_environment, "PATIENCE_SECONDS", 0.0)
        dev_environment.take(mine)
    assert said == ["Waiting for another process that is setting up this checkout ..."]


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
def test_a_python_that_does_not_exist_is_named_by_make() -> None:
    shown = subprocess.run(["make", "run", "PYTHON=python9"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert shown.stderr.startswith("There is no program python9: name a Python, as in: make run PYTHON=python3.12\n")


def test_a_cache_that_pytest_cannot_write_fails_no_test() -> None:
    warnings.warn(pytest.PytestCacheWarning("as pytest does in a checkout of somebody else"), stacklevel=1)
