"""The time limits of the layers: inner ones are shorter than outer ones."""

from pathlib import Path

import pytest

from todo_adapters.settings.declarations import Settings
from todo_adapters.sql.postgres.database import PostgresOptions
from todo_http.options import HttpOptions


@pytest.mark.check("N8")
def test_limits_on_time_are_ordered_from_the_outside_to_the_inside(tmp_path: Path) -> None:
    settings = Settings.from_env({}, tmp_path)
    postgres = PostgresOptions("")
    assert settings.stop_seconds > settings.drain_seconds + HttpOptions.body_deadline
    assert HttpOptions.body_deadline >= settings.statement_seconds
    assert settings.statement_seconds > settings.pool_wait_seconds >= postgres.lock_limit
