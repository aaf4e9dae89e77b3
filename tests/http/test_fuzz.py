"""The API against its own OpenAPI document: generated requests, right and wrong ones, find nothing undocumented."""

import itertools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from tests.http.service import OPTIONS, compose
from tests.support.fakes import FixedClock
from todo_core.front import Todo
from todo_core.ids import SessionId
from todo_core.model.task import TaskDraft
from todo_core.model.user import Registration, User
from todo_core.usecases.tasks import add_task
from todo_http.app import create_app

EXAMPLES = 40
CONFIG: dict[str, Any] = {
    "seed": 20261120,
    "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none"},
    "phases": {"examples": {"enabled": True}, "coverage": {"enabled": True}, "stateful": {"enabled": False}},
    # What the schema allows and a rule of the core refuses (a common password, 30 February) is a 400, and no fault.
    "checks": {"positive_data_acceptance": {"enabled": False}},
}


class World:
    """A service with one person and a supply of tasks, which live where the fuzzer runs the application."""

    def __init__(self) -> None:
        self.todo: Todo
        self.user: User
        self.tasks: Any

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Todo]:
        self.todo, hasher = compose(FixedClock())
        wish = Registration.of(email="fuzz@example.org", password="known to nobody else", name="Fuzz")
        self.user = await self.todo.accounts.add(wish)
        draft = TaskDraft.of(title="Buy milk", due_date="2026-11-20")
        made = [await self.todo.run.write(self.user.id, add_task, draft) for _ in range(200)]
        self.tasks = itertools.cycle(str(task.id) for task in made)
        yield self.todo
        hasher.close()

    def token(self) -> str:
        """For a login session of its own, so that logging out ends nothing else."""
        sessions = self.todo.sessions
        session = SessionId(self.todo.run.ids.new())
        return sessions.access.issue(self.user.id, session, self.todo.run.clock.now())


@pytest.mark.timeout(120)
def test_nothing_undocumented_happens() -> None:  # F19, H22
    world = World()
    app = create_app(world.open, OPTIONS, lambda _: None)
    config = SchemathesisConfig.from_dict(CONFIG)
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=config)

    @schema.auth(refresh_interval=None)
    class Fuzzer:
        def get(self, case: Any, context: Any) -> str:
            return world.token()

        def set(self, case: Any, data: str, context: Any) -> None:
            case.headers["Authorization"] = f"Bearer {data}"
            if "user_id" in case.path_parameters:
                case.path_parameters["user_id"] = str(world.user.id)
            if "task_id" in case.path_parameters:
                case.path_parameters["task_id"] = next(world.tasks)

    statuses, failures = run(schema)
    assert failures == {}
    assert sum(statuses.values()) > 1_000
    assert {200, 201, 204, 400, 401, 404, 405, 409, 415, 429} <= set(statuses)


def run(schema: Any) -> tuple[Counter[int], dict[str, str]]:
    """How often each status was answered, and what was wrong."""
    statuses: Counter[int] = Counter()
    failures: dict[str, str] = {}
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            failures[f"error {event}"] = str(getattr(event, "info", event))
        if isinstance(event, events.ScenarioFinished):
            answers = [step.response for step in event.recorder.interactions.values() if step.response is not None]
            statuses.update(answer.status_code for answer in answers)
            failed = [check for checks in event.recorder.checks.values() for check in checks if check.failure_info]
            failures |= {f"{event.label} {check.name}": str(check.failure_info) for check in failed}
    return statuses, failures
