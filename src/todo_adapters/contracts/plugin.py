"""The pytest plugin of the contract kit: ``pytest --pyargs todo_adapters.contracts --todo-store=module:function``."""

import sys
from contextlib import AbstractAsyncContextManager
from importlib.util import find_spec
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:  # pytest imports this module wherever the service is installed
    from todo_core.model.quota import Quota
    from todo_core.ports.storage import Store

OPTION = "--todo-store"
NEEDED = ("pytest_asyncio", "hypothesis")
MARKERS = (
    "check(number, ...): proves these of the numbered checks of the to-do service",
    "parallel_writers: needs a storage in which units of work of different owners write at the same time",
)


class OpenStore(Protocol):
    """Opens the store that is tested. Stores that are opened one after the other may share their storage."""

    def __call__(self, *, quota: "Quota") -> "AbstractAsyncContextManager[Store]": ...


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("todo-service").addoption(
        OPTION,
        metavar="MODULE:FUNCTION",
        help="what `--pyargs todo_adapters.contracts` tests: a function that takes a quota and returns an "
        "asynchronous context manager with a Store",
    )


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if config.getoption(OPTION) and (missing := [name for name in NEEDED if find_spec(name) is None]):
        raise pytest.UsageError(f"{OPTION} needs {' and '.join(missing)}: pip install 'todo-service[contracts]'")


@pytest.fixture(scope="session")
def open_store(request: pytest.FixtureRequest) -> OpenStore:
    """What ``--todo-store`` names."""
    name = request.config.getoption(OPTION)
    if not name:
        pytest.exit(f"Name the store to be tested: {OPTION}=MODULE:FUNCTION", pytest.ExitCode.USAGE_ERROR)
    sys.path.insert(0, str(request.config.invocation_params.dir))
    try:
        found: OpenStore = resolve_name(name)
    except (AttributeError, ImportError, ValueError) as error:
        pytest.exit(f"{OPTION}={name} cannot be imported: {error}", pytest.ExitCode.USAGE_ERROR)
    return found
