"""The limit of the database: the floor's statements run by pgbench, without a service."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.asks import CASES, Crowd
from benchmarks.load import Load, percentiles

CLIENTS: Final = 16
KNOWN: Final = 1_000
"""Tasks that a script knows: their ids are in it, since pgbench itself counts with numbers only."""

STATEMENTS: Final = {
    "get": "SELECT {fields} FROM tasks WHERE user_id = {owner} AND id = {task};",
    "list": "SELECT {fields} FROM tasks WHERE user_id = {owner} ORDER BY id LIMIT :size;",
    "create": (
        "INSERT INTO tasks (user_id, id, title, description, priority, due_date, due_kind, due_at, revision, "
        "created_at, updated_at, title_key, description_key) VALUES ({owner}, gen_random_uuid(), "
        "'Buy two litres of milk', NULL, 1, '2026-11-20', 'day', '2026-11-20Z', 1, now(), now(), "
        "'buy two litres of milk', '') RETURNING {fields};"
    ),
    "complete": (
        "UPDATE tasks SET completed_at = CASE WHEN completed_at IS NULL THEN now() END, updated_at = now(), "
        "revision = revision + 1 WHERE user_id = {owner} AND id = {task} RETURNING {fields};"
    ),
}
FIELDS: Final = "id, user_id, title, description, completed_at, priority, due_date, revision, created_at, updated_at"


def find() -> str | None:
    """The program, on PATH or where Debian keeps it."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)
    return shutil.which("pgbench") or next((str(path) for path in installed), None)


@dataclass
class Pgbench:
    """pgbench as one of those who take part."""

    program: str
    url: str
    database_pid: int
    crowd: Crowd
    name: str = "pgbench"
    cases: Sequence[str] = CASES

    def watched(self) -> dict[str, int]:
        return {"database": self.database_pid}

    def prepare(self, case: str) -> None:
        """Nothing: a script is quickly written."""

    def run(self, case: str, seconds: int) -> Load:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "script.sql"
            script.write_text(self._script(case))
            options = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1", "-T", str(seconds), "-f", str(script)]
            command = [self.program, *options, "--log", f"--log-prefix={folder}/log", self.url]
            environ = {"PATH": os.environ["PATH"]}
            done = subprocess.run(command, env=environ, cwd=folder, check=True, capture_output=True, text=True)
            lines = [line.split() for log in Path(folder).glob("log*") for line in log.read_text().splitlines()]
        tps = re.search(r"tps = ([\d.]+)", done.stdout)
        assert tps, done.stdout
        times = percentiles([int(line[2]) / 1000 for line in lines])
        return Load(len(lines), len(lines) / float(tps[1]), *times, refused=0, broken=0)

    def _script(self, case: str) -> str:
        people = self.crowd.people
        pairs = [(people[n % len(people)], n // len(people)) for n in range(KNOWN)]
        owners = ",".join(str(person.user_id) for person, _ in pairs)
        tasks = ",".join(str(person.tasks[place]) for person, place in pairs)
        known = {"owner": f"('{{{owners}}}'::uuid[])[:n]", "task": f"('{{{tasks}}}'::uuid[])[:n]", "fields": FIELDS}
        return f"\\set n random(1, {KNOWN})\n\\set size 50\n{STATEMENTS[case].format(**known)}\n"
