"""How many calls of own code, in how many files, one request makes: the application in this process, on SQLite.

    python -m benchmarks.calls [--list get]

Counts the Python functions of src/ that are entered, resumed coroutines included once. --list prints those of a case.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Awaitable
from pathlib import Path
from types import FrameType
from typing import Any

from benchmarks.where_time_goes import NEW_TASK, Client

SOURCES = f"{Path(__file__).resolve().parents[1] / 'src'}{os.sep}"
ACCOUNT = json.dumps({"email": "a@example.org", "password": "correct horse battery", "name": "Ada"}).encode()


async def calls_of(request: Awaitable[tuple[int, bytes]]) -> list[tuple[str, str]]:
    """File and name of every function that the request enters, on the thread of the event loop."""
    entered: dict[int, FrameType] = {}
    calls: list[tuple[str, str]] = []

    def count(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(SOURCES) and id(frame) not in entered:
            entered[id(frame)] = frame  # kept, so that no other frame gets its id
            calls.append((code.co_filename.removeprefix(SOURCES), code.co_qualname))

    sys.setprofile(count)
    try:
        status, body = await request
    finally:
        sys.setprofile(None)
    assert status in {200, 201}, body
    return calls


async def study(listed: str | None) -> None:
    """Prints the table."""
    from todo_adapters.sql import migrate  # noqa: PLC0415
    from todo_http import asgi  # noqa: PLC0415

    await migrate.upgrade(os.environ["DATABASE_URL"])
    app = asgi.create_app()
    async with app.lifespan():
        client = Client(app)
        _, body = await client.ask("POST", "/api/auth/register", body=ACCOUNT)
        session = json.loads(body)
        token, tasks = session["token"], f"/api/{session['user']['id']}/tasks"
        _, body = await client.ask("POST", tasks, token, NEW_TASK)
        task = f"{tasks}/{json.loads(body)['id']}"
        await client.ask("GET", task, token)
        cases = {
            "get": ("GET", task, token, b""),
            "list": ("GET", tasks, token, b""),
            "create": ("POST", tasks, token, NEW_TASK),
            "complete": ("PATCH", f"{task}/complete", token, b'{"completed": true}'),
            "login": ("POST", "/api/auth/login", "", ACCOUNT.replace(b', "name": "Ada"', b"")),
        }
        print("request     calls  files", file=sys.stderr)
        for case, asked in cases.items():
            calls = await calls_of(client.ask(*asked))
            print(f"{case:10} {len(calls):6} {len({file for file, _ in calls}):6}", file=sys.stderr)
            if case == listed:
                print("\n".join(f"  {file} {name}" for file, name in calls), file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list")
    folder = tempfile.mkdtemp()
    secret = "o2cGm1sOZpFeVqXw9y4tKj7RbNuA0dLh"
    os.environ |= {"DATABASE_URL": f"sqlite:///{folder}/todo.db", "BETTER_AUTH_SECRET": secret, "TODO_DATA_DIR": folder}
    asyncio.run(study(parser.parse_args().list))


if __name__ == "__main__":
    main()
