"""The service with one answer more, a large one at /large, and a short deadline for sending it and parts of streams.

    python -m tests.support.large_answers serve

Started like ``todo``, with the same settings.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar.types import Receive, Scope, Send

from tests.http.service import OPTIONS, compose
from todo_adapters import bootstrap
from todo_adapters.cli import main as cli
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.server import serving
from todo_adapters.settings.configuration import configured
from todo_core.todo import Todo
from todo_http.app import TodoApp
from todo_http.app import create_app as create
from todo_http.kernel.responses import Response
from todo_http.options import HttpOptions

BYTES = 10_000_000
DEADLINE = 1.5
BODY = bytes(range(250)) * (BYTES // 250)


def create_app() -> TodoApp:
    """The application."""
    configured(os.environ, serving=True)

    @asynccontextmanager
    async def open_todo() -> AsyncIterator[Todo]:
        yield compose(FixedClock())[0]

    options = HttpOptions(cursor_keys=OPTIONS.cursor_keys, version="1", send_deadline=DEADLINE, part_deadline=DEADLINE)
    app = create(open_todo, options, bootstrap.access_log_writer(), end_connections=bootstrap.end_connections)
    inside = app.edge.app

    async def with_a_large_answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/large":
            await Response(200, b"".join([BODY]))(scope, receive, send)  # each time another object of that size
        else:
            await inside(scope, receive, send)

    app.edge.app = with_a_large_answer
    return app


if __name__ == "__main__":
    serving.APPLICATION = "tests.support.large_answers:create_app"
    cli.main()
