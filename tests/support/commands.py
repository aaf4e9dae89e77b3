"""The ``todo`` command, run in the process of the tests."""

import os
from pathlib import Path

from click.testing import CliRunner, Result

from tests.support.logging_as_it_was import logging_kept
from tests.support.server import SECRET
from todo_adapters.cli.main import main


def invoke(*arguments: str | Path, typed: str = "", **settings: str) -> Result:
    """Runs a command with these settings alone, and leaves the umask and the logging of the tests as they were."""
    others = dict.fromkeys(name for name in os.environ if name.startswith("TODO_"))
    umask = os.umask(0o077)
    try:
        with logging_kept():
            return CliRunner().invoke(main, [*map(str, arguments)], typed, env=others | settings, prog_name="todo")
    finally:
        os.umask(umask)


def run_todo(database: Path | str, *arguments: str | Path, typed: str = "", **settings: str) -> Result:
    """Runs a command on an SQLite file, or on the database at an address."""
    url = f"sqlite:///{database}" if isinstance(database, Path) else database
    return invoke(*arguments, typed=typed, DATABASE_URL=url, BETTER_AUTH_SECRET=SECRET, **settings)
