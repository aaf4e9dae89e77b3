"""The fuzzer: services with somebody in them, what schemathesis is told about them, and what it reports."""

import asyncio
import itertools
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.engine import events, from_schema
from schemathesis.python.asgi import shutdown_lifespans

from tests.http.service import OPTIONS, THINGS, compose
from tests.http.side_by_side import SideBySide
from todo_adapters.bootstrap import open_store
from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.contracts.samples import sample
from todo_core.errors import InvalidToken
from todo_core.model.task import TASKS
from todo_core.model.user import Registration, User
from todo_core.todo import Todo
from todo_core.usecases.things import add_thing, remove_thing
from todo_http.api.docs import POLICY
from todo_http.api.routes import operations
from todo_http.app import create_app
from todo_http.kernel.files import File
from todo_http.kernel.responses import encode
from todo_http.openapi.document import document

T = TypeVar("T")

PHASES = ("examples", "coverage", "fuzzing", "stateful")
AS_LINKED = {"enabled": True, "inference": {"algorithms": []}}
"""Sequences go along the links that the document tells of; guessed ones hardly ever get past a login."""


@dataclass
class Findings:
    """What a run has seen: cases by phase, answers by status, and everything that was wrong."""

    cases: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        phases = ", ".join(f"{phase} {self.cases[phase]}" for phase in PHASES)
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        return f"{self.cases.total()} cases ({phases}); answers {statuses}; {len(self.wrong)} wrong"


class World:
    """The service over new storages, by name, each with the same person, who always has things.

    Whatever is made is made in each storage, where the applications run, and has the same ids everywhere.
    """

    def __init__(self, urls: Mapping[str, str]) -> None:
        self.urls = urls
        self.todos: dict[str, Todo] = {}
        self.user: User
        self.loop: asyncio.AbstractEventLoop
        self.turns = itertools.count()
        self.supply: defaultdict[str, list[str]] = defaultdict(list)
        self.bearer = ""

    @asynccontextmanager
    async def open(self, name: str) -> AsyncIterator[Todo]:
        self.loop = asyncio.get_running_loop()
        async with open_store(self.urls[name]) as store:
            todo, hasher = compose(FixedClock(), store, CountingIds())
            wish = Registration.of(email="fuzz@example.org", password="known to nobody else", name="Fuzz")
            self.user = await todo.accounts.add(wish)
            await todo.run.accounts(lambda tx: tx.renew_epoch(UUID(int=1)))  # as everywhere
            self.todos[name] = todo
            yield todo
            hasher.close()

    def everywhere(self, do: Callable[[Todo], Coroutine[Any, Any, T]]) -> T:
        """Does something with each storage, asked for from the fuzzer's thread. Returns what all agree on."""
        done = [asyncio.run_coroutine_threadsafe(do(todo), self.loop).result(30) for todo in self.todos.values()]
        assert all(each == done[0] for each in done), done
        return done[0]

    def token(self) -> str:
        """An access token of a login session that has not ended."""
        try:
            for todo in self.todos.values():
                todo.sessions.identify(self.bearer)
        except InvalidToken:
            self.bearer = self.everywhere(self._log_in)
        return self.bearer

    async def _log_in(self, todo: Todo) -> str:
        session = todo.sessions.new(self.user.id, "the fuzzer")
        async with todo.run.store.begin_accounts() as tx:
            await tx.sessions.add(session)
            await tx.commit()
        return todo.sessions.tokens(self.user, session).token

    def thing(self, parameter: str, for_ever: bool) -> str:
        """The id of a thing that is there."""
        supply = self.supply[parameter]
        if len(supply) < 20:
            turn = next(self.turns)
            supply += self.everywhere(lambda todo: self._make(todo, parameter, [f"tag {turn} {i}" for i in range(20)]))
        return supply.pop() if for_ever else supply[next(self.turns) % len(supply)]

    async def _make(self, todo: Todo, parameter: str, names: Sequence[str]) -> list[str]:
        """As many things as there are names: for this parameter, their ids; tags have the names."""
        run, owner = todo.run, self.user.id
        if parameter not in ("thing_id", "name"):
            kind = THINGS[parameter].kind
            draft = kind.draft(**{name: sample(kind, name) for name in kind.required})
            return [str((await run.write(owner, add_thing, draft)).id) for _ in names]
        tasks = [await run.write(owner, add_thing, TASKS.draft(title="x", tags=[name])) for name in names]
        if parameter == "name":
            return list(names)
        for task in tasks:
            await run.write(owner, remove_thing, task.id, TASKS)
        return [str(task.id) for task in tasks]

    def enter(self, case: Any) -> None:
        """Puts ids that exist where the fuzzer has chosen proper ones that cannot, and a condition that can hold.

        What it has made wrong on purpose stays wrong, and what it has learned from an answer stays as well. In
        sequences nothing is only as a dry run: the fuzzer would take what was not made for lost.
        """
        path, query, headers = case.path_parameters or {}, case.query or {}, case.headers
        if _is_proper(path.get("user_id")):
            path["user_id"] = str(self.user.id)
        for parameter in (*THINGS, "thing_id"):
            if _is_proper(path.get(parameter)) and UUID(path[parameter]).version != 7:
                for_ever = case.method == "DELETE" or parameter == "thing_id"
                path[parameter] = self.thing(parameter, for_ever)
        if "name" in path and next(self.turns) % 2:
            path["name"] = self.thing("name", for_ever=True)
        if "If-Match" in headers and next(self.turns) % 2:
            headers["If-Match"] = "*"
        if case.meta and case.meta.phase.name.value == "stateful":
            query.pop("dry_run", None)


def _is_proper(text: object) -> bool:
    try:
        return isinstance(text, str) and str(UUID(text)) == text
    except ValueError:
        return False


def _has_spaces_around(body: object) -> bool:
    if isinstance(body, dict):
        return any(_has_spaces_around(value) for value in body.values())
    if isinstance(body, list):
        return any(_has_spaces_around(item) for item in body)
    return isinstance(body, str) and body != body.strip()


@contextmanager
def schema_of(world: World, services: SideBySide, settings: dict[str, Any]) -> Iterator[Any]:
    """What the fuzzer knows about the service: its own document, and how to be somebody."""
    config = SchemathesisConfig.from_dict(settings)
    for app in services.apps.values():  # the fuzzer calls the pages as well, which are not in the document for clients
        app.service.openapi = File.of(encode(document(operations())), "application/json", POLICY)
    schema = schemathesis.openapi.from_asgi("/openapi.json", services, config=config)

    @schema.auth(refresh_interval=None)
    class Fuzzer:
        def get(self, case: Any, context: Any) -> str:
            return world.token()

        def set(self, case: Any, data: str, context: Any) -> None:
            case.headers["Authorization"] = f"Bearer {data}"
            world.enter(case)

    @schema.hook
    def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
        """Texts are trimmed before anything is asked of them, which no schema can say."""
        return not (isinstance(failure, AcceptedNegativeData) and _has_spaces_around(case.body))

    try:
        yield schema
    finally:
        shutdown_lifespans()


def fuzz(urls: Mapping[str, str], examples: int, seed: int | None = None) -> Findings:
    """What happens to the service over storages at these addresses, by name, which all get the same requests.

    Without a seed it is always the same.
    """
    world = World(urls)
    services = SideBySide({name: create_app(partial(world.open, name), OPTIONS, lambda _: None) for name in urls})
    generation = {"max-examples": examples, "deterministic": seed is None, "database": "none"}
    settings: dict[str, Any] = {
        "seed": seed or 0,
        "suppress-health-check": ["too_slow"],  # the machine may be
        "generation": generation,
        "phases": {phase: {"enabled": True} for phase in PHASES} | {"stateful": AS_LINKED},
        # What the schema allows and a rule of the core refuses (a common password, 30 February) is a 400, no fault.
        "checks": {"positive_data_acceptance": {"enabled": False}},
    }
    with schema_of(world, services, settings) as schema:
        found = Findings()
        for event in from_schema(schema).execute():
            _note(event, found)
        found.wrong |= services.differences
        return found


def _note(event: Any, found: Findings) -> None:
    if isinstance(event, events.NonFatalError | events.FatalError):
        found.wrong[f"error {event}"] = str(getattr(event, "info", event))
    if isinstance(event, events.ScenarioFinished):
        answers = [step.response for step in event.recorder.interactions.values() if step.response is not None]
        found.cases[event.phase.value] += len(answers)
        found.statuses.update(answer.status_code for answer in answers)
        failed = [check for checks in event.recorder.checks.values() for check in checks if check.failure_info]
        found.wrong |= {f"{event.label} {check.name}": str(check.failure_info) for check in failed}
