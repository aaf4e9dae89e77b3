"""The programs that install packages: uv, from PATH or fetched in the pinned version, and pip.

uv takes 5 s where pip takes 73. Each gets the other's index and certificates, and those of the system, which include
those of a company.
"""

import importlib.util
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
LOG = TOOLS / "setup.log"
PROJECT = ("--no-deps", "--no-build-isolation", "--editable", ".")

NO_VENV = (
    "This Python cannot create virtual environments and uv could not be fetched: "
    "install uv, or on Debian and Ubuntu run: apt-get install python3-venv"
)
REASONS = {
    r"certificate.verify.failed|invalid peer certificate|unknownissuer": (
        "the certificate of the package index is not trusted; "
        "set SSL_CERT_FILE to a file with the certificates of your company"
    ),
    r"no space left": "the disk is full",
    r"hash mismatch|do not match the hashes": "the package index has another file than the one that was locked",
    r"name resolution|name or service not known|nodename nor servname|dns error|unreachable|refused|timed? ?out|"
    r"error sending request|client error \(connect\)|proxyerror": (
        "the package index cannot be reached; check the network, HTTPS_PROXY and PIP_INDEX_URL"
    ),
}


class SetupError(Exception):
    """Set-up cannot go on; the message says what to do."""


class InstallError(Exception):
    """An installer has failed; the message is its output."""


def find_uv() -> str | None:
    """The path of uv, fetched in the pinned version unless it is on PATH. None where it cannot be fetched."""
    if found := shutil.which("uv"):
        return found
    pins = ROOT / "requirements" / "uv.txt"
    version = re.findall(r"^uv==(\S+)", pins.read_text(), re.MULTILINE)[0]
    target, fresh = TOOLS / f"uv-{version}", TOOLS / "uv.new"
    if not target.exists():
        say(f"Fetching uv {version} into {target.relative_to(ROOT)} ...")
        shutil.rmtree(fresh, ignore_errors=True)  # left by an interrupted fetch
        # Compiling uv would need Rust. Without uv there is pip, so one more attempt is enough.
        fetch = ["install", "--quiet", "--no-deps", "--require-hashes", "--retries", "1"]
        fetch += ["--only-binary", ":all:", "--target", str(fresh), "--requirement", str(pins)]
        try:
            run(*_any_pip(), *fetch, environ=for_pip(os.environ, pip_settings()))
        except InstallError:
            return None
        fresh.rename(target)
    return str(target / "bin" / "uv")


def made_once(name: str, parts: list[bytes], make: Callable[[Path], None]) -> Path:
    """The folder that ``make`` has filled, now or earlier from the same parts. It appears only when it is complete."""
    folder = TOOLS / f"{name}-{sha256(b''.join(parts)).hexdigest()[:16]}"
    if not folder.exists():
        TOOLS.mkdir(exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f"{name}-", suffix=".new", dir=TOOLS))
        try:
            make(unfinished)
            unfinished.rename(folder)
        except OSError:
            if not folder.exists():  # made by another process meanwhile
                raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def install_with_uv(uv: str, venv: Path, fits: bool, lock_files: tuple[str, ...]) -> None:
    """Raises InstallError, for example where uv has no access to the package index and pip does."""
    environ = for_uv(os.environ, pip_settings())
    python = ("--python", str(venv / "bin" / "python"))
    if not fits:
        run(uv, "--quiet", "venv", "--clear", "--python", sys.executable, str(venv), environ=environ)
    run(uv, "--quiet", "pip", "sync", *python, "--require-hashes", *lock_files, environ=environ)
    run(uv, "--quiet", "pip", "install", *python, *PROJECT, environ=environ)


def install_with_pip(venv: Path, fits: bool, lock_files: tuple[str, ...]) -> None:
    """Raises InstallError, and SetupError where this Python has no pip."""
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupError(NO_VENV)
    environ = for_pip(os.environ, pip_settings())
    python = str(venv / "bin" / "python")
    if not fits:
        run(sys.executable, "-m", "venv", "--clear", str(venv), environ=environ)
    if not (venv / "bin" / "pip").exists():  # uv creates environments without it
        run(python, "-m", "ensurepip", environ=environ)
    pip = (python, "-m", "pip", "install", "--quiet", "--retries", "2")
    run(*pip, "--require-hashes", *(f"--requirement={name}" for name in lock_files), environ=environ)
    run(*pip, *PROJECT, environ=environ)


def _any_pip() -> tuple[str, ...]:
    """The command of this Python's pip, which is made available if it has none. Raises InstallError."""
    if importlib.util.find_spec("pip"):
        return sys.executable, "-m", "pip"
    run(sys.executable, "-m", "venv", "--clear", str(TOOLS / "pip"), environ=os.environ)
    return str(TOOLS / "pip" / "bin" / "python"), "-m", "pip"


def pip_settings() -> dict[str, str]:
    """The index and the certificates of pip's configuration files."""
    if importlib.util.find_spec("pip") is None:
        return {}
    listing = [sys.executable, "-m", "pip", "config", "list"]
    shown = subprocess.run(listing, capture_output=True, text=True, check=False).stdout
    return dict(re.findall(r"^(?:global|install)\.(index-url|cert)='(.*)'$", shown, re.MULTILINE))


def for_uv(environ: Mapping[str, str], pip: Mapping[str, str]) -> dict[str, str]:
    """The environment of uv, which reads no settings of pip and by default not the certificates of the system."""
    added = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}  # its name before uv 0.11
    if certificates := _first(environ, "PIP_CERT", "REQUESTS_CA_BUNDLE") or pip.get("cert"):
        added["SSL_CERT_FILE"] = certificates
    index = environ.get("PIP_INDEX_URL") or pip.get("index-url")
    if index and not _first(environ, "UV_INDEX_URL", "UV_DEFAULT_INDEX"):
        added["UV_DEFAULT_INDEX"] = index
    return {**added, **environ}


def for_pip(environ: Mapping[str, str], pip: Mapping[str, str]) -> dict[str, str]:
    """The environment of pip, which before version 24.2 does not use the certificates of the system."""
    added = {"PIP_ROOT_USER_ACTION": "ignore", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    system = ssl.get_default_verify_paths()  # knows SSL_CERT_FILE
    certificates = environ.get("REQUESTS_CA_BUNDLE") or system.cafile or system.capath
    if certificates and "cert" not in pip:
        added["PIP_CERT"] = certificates
    if (index := _first(environ, "UV_DEFAULT_INDEX", "UV_INDEX_URL")) and "index-url" not in pip:
        added["PIP_INDEX_URL"] = index
    return {**added, **environ}


def _first(environ: Mapping[str, str], *names: str) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def reason(output: str) -> str:
    """Why an installer failed, in words, from its output."""
    for pattern, words in REASONS.items():
        if re.search(pattern, output, re.IGNORECASE):
            return words
    return next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "it said nothing")


def run(*command: str, environ: Mapping[str, str]) -> None:
    """Runs an installer, whose output goes to the log. Raises InstallError."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        output, failed = done.stdout, done.returncode != 0
    except OSError as error:  # for example a uv for another machine
        output, failed = f"{command[0]}: {error.strerror}\n", True
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("a") as log:
        log.write(f"$ {' '.join(command)}\n{output}")
    if failed:
        raise InstallError(output)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
