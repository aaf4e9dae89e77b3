"""A PgBouncer in transaction mode in front of a PostgreSQL for tests, run as an unprivileged user."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from tests.support.postgres_binaries import KEEPER, free_port, server_user, stop_serving, temporary_root
from tests.support.postgres_server import wait_until_ready

CONFIGURATION = """
[databases]
* = host={host} port={server_port} user={user} password='{password}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_client_conn = 500
default_pool_size = 10
ignore_startup_parameters = {ignored}
"""

IGNORED = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "jit", "timezone")
"""So that also clients that do not know of the pooler can connect, as many operators have it."""


def find_pgbouncer() -> str | None:
    return shutil.which("pgbouncer", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))


@contextmanager
def pooled(program: str, url: str) -> Iterator[str]:
    """The address of the database at ``url`` by way of PgBouncer."""
    port, parts, uid = free_port(), urlsplit(url), server_user()
    folder = Path(tempfile.mkdtemp(prefix="todo-pgbouncer-", dir=temporary_root(uid, runs_programs=False)))
    file = folder / "pgbouncer.ini"
    file.touch(mode=0o600)
    for path in (folder, file):
        os.chown(path, -1 if uid is None else uid, -1)
    file.write_text(
        CONFIGURATION.format(
            host=parts.hostname,
            server_port=parts.port or 5432,
            user=parts.username,
            password=unquote(parts.password or ""),
            port=port,
            ignored=", ".join(IGNORED),
        )
    )
    command = [program, "-q", str(file)]
    keeper = subprocess.Popen(
        [sys.executable, "-I", str(KEEPER), str(folder), str(-1 if uid is None else uid), *command],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    pooled_url = urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}"))
    try:
        wait_until_ready(pooled_url, seconds=20, alive=lambda: keeper.poll() is None)
        yield pooled_url
    finally:
        stop_serving(keeper)
