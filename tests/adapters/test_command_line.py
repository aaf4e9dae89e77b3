"""Error messages of the ``todo`` command, without tracebacks."""

import pytest

from tests.support.commands import invoke


@pytest.mark.check("P1")
def test_an_address_that_is_too_long_is_refused_before_the_database_is_opened() -> None:
    for address, detail in (("\u0316\u0301" * 30_000, "at most 254 characters"), ("a\0@example.org", "NUL")):
        done = invoke("user", "disable", address, DATABASE_URL="postgresql://nowhere/")
        assert done.exit_code == 1
        assert done.output.startswith("Error: ")
        assert detail in done.output
