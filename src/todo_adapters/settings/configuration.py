"""Reads the settings of a process and configures its logs. Every command starts here, so it imports little."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import structlog

from todo_adapters.runtime import SystemClock
from todo_adapters.settings.declarations import Settings
from todo_adapters.settings.sources import exposed_file
from todo_adapters.telemetry import log_writer
from todo_adapters.telemetry.logs import configure, notice_of_dropped, write_to_stderr


def configured(environ: Mapping[str, str], *, serving: bool = False, create: bool = False) -> Settings:
    """Reads the settings from the environment. Raises SettingsError.

    A process that is ``serving`` writes its logs on a thread; others write them directly. ``create`` keeps a secret if
    there is none.
    """
    settings = Settings.from_env(environ, Path.cwd(), create=create)
    if settings.log_format == "auto":
        settings = replace(settings, log_format="console" if sys.stderr.isatty() else "json")
    clock, write = SystemClock(), write_to_stderr
    if serving:
        output, errors = log_writer.standard_output(), log_writer.standard_error()
        output.notice = errors.notice = notice_of_dropped(settings.log_format, clock)
        write = errors.write
    configure(settings.log_level, settings.log_format, clock, write)
    if caution := exposed_file(Path.cwd()):
        structlog.get_logger().warning("careless_settings", caution=caution)
    return settings
