"""Prints changes as they happen, from a database or a server: ``.venv/bin/python examples/follow.py --help``."""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from getpass import getpass
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from todo_adapters.bootstrap import open_todo
from todo_core import CursorExpired, TodoError

BEGUN = "Following changes; Ctrl-C ends."
LOST = "The feed was renewed; some changes may not have been shown."
SILENCE = 45.0
"""Seconds without a byte after which a connection counts as lost. The service sends something every 15 seconds."""


def show(at: datetime, entity: str, kind: str, name: object) -> None:
    print(f"{at.astimezone():%H:%M:%S}  {entity:<5} {kind:<9} {name}", flush=True)


async def follow_database(url: str, email: str) -> None:
    """Prints changes of the user with this email address, from now on."""
    async with open_todo(url) as todo:
        user = await todo.of_email(email)
        while True:
            position = await user.feed_position()
            print(BEGUN, flush=True)
            try:
                async for change in user.follow(position):
                    name = getattr(change.value, "title", None) or getattr(change.value, "name", None)
                    show(change.at, change.entity, change.action, name or change.id)
            except CursorExpired:
                print(LOST, flush=True)


class Server:
    """A login session at a server."""

    def __init__(self, url: str, email: str, password: str) -> None:
        self._url = url.rstrip("/")
        self._session: dict[str, Any] = {}
        self._renew("login", email=email, password=password)

    def stream(self, cursor: str) -> HTTPResponse:
        """Opens the stream of events after this cursor, or from now on if it is empty."""
        headers = {"Last-Event-ID": cursor} if cursor else {}
        try:
            return self._open("events", headers)
        except HTTPError as error:
            if error.code != 401:
                raise
            self._renew("refresh", refresh_token=self._session["refresh_token"])
            return self._open("events", headers)

    def log_out(self) -> None:
        with suppress(OSError):
            self._open("auth/logout", {}, b"").close()

    def _renew(self, operation: str, **body: str) -> None:
        with self._open(
            f"auth/{operation}", {"Content-Type": "application/json"}, json.dumps(body).encode()
        ) as response:
            self._session = json.load(response)

    def _open(self, path: str, headers: dict[str, str], body: bytes | None = None) -> HTTPResponse:
        headers = {"Authorization": f"Bearer {self._session.get('token')}"} | headers
        request = Request(f"{self._url}/api/{path}", body, headers)  # noqa: S310 - begins with http
        response: HTTPResponse = urlopen(request, timeout=SILENCE)  # noqa: S310
        return response


def events_of(lines: Iterable[bytes]) -> Iterator[dict[str, str]]:
    """Yields the fields of each server-sent event."""
    event: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.decode().rstrip("\r\n").partition(":")
        if colon:
            event[name] = value.removeprefix(" ")
        else:
            yield event
            event = {}


def follow_server(url: str, email: str, password: str) -> None:
    """Prints changes of this user, from now on. Resumes after interruptions; ends when the login session ends."""
    server, cursor, pause = Server(url, email, password), "", 3.0
    try:
        while True:
            try:
                with server.stream(cursor) as stream:
                    for event in events_of(stream):
                        if not cursor:
                            print(BEGUN, flush=True)
                        cursor = event.get("id", cursor)
                        pause = int(event["retry"]) / 1000 if "retry" in event else pause
                        if event.get("event") == "reset":
                            print(LOST, flush=True)
                        elif event.get("event", "").endswith("_refresh"):
                            print_change(json.loads(event["data"]))
            except (OSError, HTTPException) as error:
                if isinstance(error, HTTPError) and error.code < 500 and error.code != 429:
                    raise
            time.sleep(pause)
    finally:
        server.log_out()


def print_change(change: dict[str, Any]) -> None:
    value = change["value"] or {}
    name = value.get("title") or value.get("name") or change["id"]
    show(datetime.fromisoformat(change["at"]), change["entity"], change["kind"], name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Prints the changes of a user as they happen.")
    parser.add_argument("address", help="of the database (sqlite:///var/todo.db) or the server (http://127.0.0.1:8000)")
    parser.add_argument(
        "email", help="email address of the account; a server asks for its password if PASSWORD is not set"
    )
    given = parser.parse_args()
    try:
        if given.address.startswith(("http://", "https://")):
            follow_server(given.address, given.email, os.environ.get("PASSWORD") or getpass())
        else:
            asyncio.run(follow_database(given.address, given.email))
    except KeyboardInterrupt:
        pass
    except HTTPError as error:
        sys.exit(json.load(error)["detail"])
    except URLError as error:
        sys.exit(f"{given.address} cannot be reached: {error.reason}")
    except (TodoError, ValueError) as error:
        sys.exit(str(error))
