"""The settings of a process, read once, with the logs set up as they say. Light: every command begins here."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import structlog

from todo_adapters.logs import configure
from todo_adapters.runtime import SystemClock
from todo_adapters.setting_sources import exposed_file
from todo_adapters.settings import Settings


def configured(environ: Mapping[str, str]) -> Settings:
    """The settings of the environment. Raises SettingsError."""
    settings = Settings.from_env(environ, Path.cwd())
    if settings.log_format == "auto":
        settings = replace(settings, log_format="console" if sys.stderr.isatty() else "json")
    configure(settings.log_level, settings.log_format, SystemClock())
    if caution := exposed_file(Path.cwd()):
        structlog.get_logger().warning("careless_settings", caution=caution)
    return settings
