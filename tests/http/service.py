"""The service over HTTP, in process and on the memory store: a client, and people with accounts."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx

from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.contracts.samples import sample
from todo_adapters.memory.security import ListEventLog, MemoryRevokedSessions, OpaqueAccessTokens, ScryptHasher
from todo_adapters.memory.store import MemoryStore
from todo_adapters.security.refresh_tokens import HmacRefreshTokens
from todo_core.model.attempts import ThrottlePolicy
from todo_core.ports.runtime import IdSource
from todo_core.ports.storage import Store
from todo_core.runner import Runner
from todo_core.todo import Todo
from todo_core.usecases.accounts import Accounts
from todo_core.usecases.digests import Digests
from todo_core.usecases.passwords import PasswordCheck
from todo_core.usecases.sessions import Sessions
from todo_http.api.routes import RESOURCES
from todo_http.app import TodoApp, create_app
from todo_http.kernel.resource import ResourceController
from todo_http.options import HttpOptions

SECRETS = ("a-secret-of-at-least-thirty-two-bytes",)
PASSWORD = "correct horse battery staple"
OPTIONS = HttpOptions(cursor_keys=(b"0123456789abcdef",), version="1.2.3", startup_seconds=0.1, stream_seconds=0.001)
"""Event streams end at once, because clients of a service in process get a response when it is complete."""

UNCOUNTED = ThrottlePolicy(network=None, registrations=None)
"""All tests come from one network, so that nothing is counted for networks unless a test is about that."""

NOBODY = "01936f4e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"
"""A well-formed id that nothing and nobody has."""

THINGS = {each.resource.parameter: each.resource for each in RESOURCES}
"""The resources by the parameter of paths that is the id of one of their things."""

people = itertools.count(1)


class Person:
    """Somebody with an account, and what they can ask for."""

    def __init__(self, client: httpx.AsyncClient, session: dict[str, Any]) -> None:
        self.client = client
        self.session = session
        self.id: str = session["user"]["id"]
        self.email: str = session["user"]["email"]
        self.tasks = f"/api/{self.id}/tasks"

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.session['token']}"}

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = self.bearer | more.pop("headers", {})
        return await self.client.request(method, path, headers=headers, **more)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.ask("GET", path, **more)

    async def add(self, title: str = "Buy milk", **fields: Any) -> dict[str, Any]:
        """A new task."""
        answer = await self.ask("POST", self.tasks, json={"title": title, **fields})
        assert answer.status_code == 201, answer.text
        task: dict[str, Any] = answer.json()
        return task

    async def add_list(self, name: str = "Work", **fields: Any) -> dict[str, Any]:
        """A new list."""
        answer = await self.ask("POST", f"/api/{self.id}/lists", json={"name": name, **fields})
        assert answer.status_code == 201, answer.text
        added: dict[str, Any] = answer.json()
        return added

    async def thing(self, parameter: str) -> str:
        """The id of a new thing of the kind that this parameter of paths is about."""
        kind = THINGS[parameter].kind
        body = {name: sample(kind, name) for name in kind.required}
        answer = await self.ask("POST", f"/api/{self.id}/{THINGS[parameter].plural}", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def trashed(self) -> str:
        """The id of a thing in the trash."""
        task = await self.add()
        assert (await self.ask("DELETE", self.task(task))).status_code == 204
        return str(task["id"])

    async def ids(self) -> dict[str, str]:
        """What fills in paths: the own id, that of a new thing of each kind and of a deleted one, a tag, and a set."""
        things = {parameter: await self.thing(parameter) for parameter in THINGS}
        await self.add(tags=["errand"])
        return {"user_id": self.id, "thing_id": await self.trashed(), "name": "errand", "set": "1"} | things

    async def titles(self, **parameters: Any) -> list[str]:
        """The titles of a list of tasks."""
        answer = await self.get(self.tasks, params=parameters)
        assert answer.status_code == 200, answer.text
        return [task["title"] for task in answer.json()]

    def task(self, task: dict[str, Any]) -> str:
        """The path of a task."""
        return f"{self.tasks}/{task['id']}"


class Api:
    """The running service, and what lies behind it."""

    def __init__(
        self, app: TodoApp, client: httpx.AsyncClient, todo: Todo, clock: FixedClock, lines: list[str]
    ) -> None:
        self.app = app
        self.client = client
        self.todo = todo
        self.clock = clock
        self.lines = lines

    async def person(self, **fields: str) -> Person:
        """Somebody new."""
        wish = {"email": f"person{next(people)}@example.org", "password": PASSWORD, "name": "Ada"} | fields
        answer = await self.client.post("/api/auth/register", json=wish)
        assert answer.status_code == 201, answer.text
        return Person(self.client, answer.json())

    async def log_in(self, person: Person) -> Person:
        """The same person on another device."""
        answer = await self.client.post("/api/auth/login", json={"email": person.email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return Person(self.client, answer.json())

    def flushed(self) -> list[str]:
        """The access log lines so far."""
        self.app.edge.access_log.flush()
        return "".join(self.lines).splitlines()


def compose(
    clock: FixedClock,
    store: Store | None = None,
    ids: IdSource | None = None,
    throttle: ThrottlePolicy = UNCOUNTED,
) -> tuple[Todo, ScryptHasher]:
    """Every use case, on a memory store of its own unless told otherwise, with time and ids that a test decides."""
    store = store or MemoryStore()
    runner = Runner(store, clock, ids or CountingIds(), ListEventLog())
    hasher = ScryptHasher(cost=2, share_max=64)
    passwords = PasswordCheck(runner, hasher, Digests(OPTIONS.cursor_keys[0]), throttle)
    access, refreshing = OpaqueAccessTokens(SECRETS), HmacRefreshTokens(SECRETS)
    sessions = Sessions(runner, passwords, access, refreshing, MemoryRevokedSessions())
    return Todo(runner, Accounts(runner, hasher, passwords, sessions), sessions, store.ping), hasher


@asynccontextmanager
async def living(app: TodoApp) -> AsyncIterator[None]:
    """The application within its lifespan, which begins and ends in a task of its own, as under a server."""
    started, stopping = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        try:
            async with app.lifespan():
                started.set()
                await stopping.wait()
        finally:
            started.set()

    life = asyncio.create_task(live())
    await started.wait()
    try:
        yield
    finally:
        stopping.set()
        await life


@asynccontextmanager
async def serving(
    options: HttpOptions = OPTIONS,
    todo: Todo | None = None,
    throttle: ThrottlePolicy = UNCOUNTED,
    resources: Sequence[type[ResourceController]] = RESOURCES,
) -> AsyncIterator[Api]:
    """The service, started."""
    clock, lines = FixedClock(), list[str]()
    composed, hasher = compose(clock, throttle=throttle)
    given = todo or composed

    @asynccontextmanager
    async def open_todo() -> AsyncIterator[Todo]:
        yield given

    app = create_app(open_todo, options, lines.append, resources=resources)
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)  # type: ignore[arg-type]
    try:
        async with living(app), httpx.AsyncClient(transport=transport, base_url="http://todo.test") as client:
            yield Api(app, client, given, clock, lines)
    finally:
        hasher.close()


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer tells, checked to be a proper one."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    told: dict[str, Any] = answer.json()
    assert told["type"] == f"/problems/{code}", told
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    assert told["instance"] == answer.headers["x-request-id"]
    assert set(told) <= {"type", "title", "status", "detail", "instance", "errors"}
    return told


def faults(answer: httpx.Response) -> dict[str, str]:
    """The broken rules that a 400 tells: where to code."""
    told = problem(answer, 400, "invalid")
    return {fault.get("pointer", fault.get("parameter")): fault["code"] for fault in told["errors"]}
