"""A world of its own for every test of the use cases."""

from collections.abc import Iterator

import pytest

from tests.usecases.world import World, new_world


@pytest.fixture
def world() -> Iterator[World]:
    made = new_world()
    yield made
    made.hasher.close()
