"""HTTP as one more way to carry out random programs: requests out of what is asked for, values out of the answers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import httpx

from tests.contracts.kit import IDS
from tests.contracts.programs import Door, core
from tests.http.service import Api, Person, compose, problem, serving
from tests.support.fakes import CountingIds, FixedClock
from todo_core.errors import Invalid, KeyReused, NotFound, Stale, StepFailed, TodoError, Violation
from todo_core.ids import TaskId, UserId
from todo_core.model.due import DueDate
from todo_core.model.kinds import Patch
from todo_core.model.task import Priority, Task
from todo_core.model.task_filter import TaskQuery
from todo_core.model.task_sort import TaskPosition, TaskSort
from todo_core.model.write_options import Revisions, WriteOptions
from todo_core.paging import Page
from todo_core.ports.storage import Store
from todo_core.runner import Outcome
from todo_core.usecases.batch import AddStep, ChangeStep, RemoveStep, Step, apply_batch
from todo_core.usecases.tasks import complete_task, reopen_task
from todo_core.usecases.things import add_thing, change_thing, remove_thing

UseCase = Callable[..., Awaitable[Any]]

caller: ContextVar["OverHttp | None"] = ContextVar("caller", default=None)
"""Whose request this is. One service answers all, and yet what it makes for each does not depend on the others."""


class TimeOfCaller(FixedClock):
    """The clock of whoever is asking."""

    def now(self) -> datetime:
        asking = caller.get()
        return super().now() if asking is None else asking.clock.now()


class IdsOfCaller:
    """The ids of whoever is asking; real ones for people who register."""

    def new(self) -> UUID:
        asking = caller.get()
        return IDS.new() if asking is None else asking.ids.new()


@asynccontextmanager
async def serving_callers(store: Store) -> AsyncIterator[Api]:
    """The service over this store, with time and ids as each caller has them."""
    todo, hasher = compose(TimeOfCaller(), store, IdsOfCaller())
    try:
        async with serving(todo=todo) as api:
            yield api
    finally:
        hasher.close()


@dataclass(frozen=True, slots=True)
class Wording:
    """What to ask for, and the status that it has when it is granted."""

    method: str
    path: str
    status: int
    body: Any = None


class OverHttp:
    """A Door whose other side is the API."""

    def __init__(self, person: Person, store: Store, clock: FixedClock, ids: CountingIds) -> None:
        self.person = person
        self.clock = clock
        self.ids = ids
        self._count = 0
        self._links: dict[TaskPosition, str] = {}
        self._answers: dict[str, httpx.Response] = {}

    async def carry_out(self, owner: UserId, options: WriteOptions, use_case: UseCase, /, *args: Any) -> Outcome[Any]:
        assert str(owner) == self.person.id
        wording = _wording(self.person, use_case, args)
        more: dict[str, Any] = {"headers": self._fields(options)}
        if wording.body is not None:
            more["json"] = wording.body
        if options.dry_run:
            more["params"] = {"dry_run": "true"}
        answer = await self._ask(wording.method, wording.path, **more)
        if answer.is_error:
            raise _refusal(answer)
        assert answer.status_code == wording.status, answer.text
        replayed = answer.headers.get("idempotency-replayed") == "true"
        if options.key and not options.dry_run:
            first = self._answers.setdefault(options.key.text, answer)
            assert (answer.content, _lasting(answer)) == (first.content, _lasting(first))
        return Outcome(_value(answer), replayed)

    async def read(self, owner: UserId, query: UseCase, /, *args: Any) -> Page[Task, TaskPosition]:
        """A page of tasks, from the Link of the page before on."""
        _, wish, sort, after, limit = args
        if after is None:
            answer = await self._ask("GET", self.person.tasks, params=_parameters(wish, sort, limit))
        else:
            answer = await self._ask("GET", self._links.pop(after))
        assert answer.status_code == 200, answer.text
        items, following = tuple(_task(fields) for fields in answer.json()), None
        if "next" in answer.links:
            following = sort.position(items[-1])
            self._links[following] = answer.links["next"]["url"]
        tag = answer.headers["etag"].strip('"')
        return Page(items, following, None if tag.startswith("h") else int(tag))

    async def _ask(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """An answer to the caller, who names the request so that the service takes no id of the caller's for it."""
        self._count += 1
        named = {"X-Request-Id": f"request-{self._count}", **(headers or {})}
        token = caller.set(self)
        try:
            return await self.person.ask(method, path, headers=named, **more)
        finally:
            caller.reset(token)

    def _fields(self, options: WriteOptions) -> dict[str, str]:
        """The key is spelled in one way and then in the other, which mean the same."""
        fields: dict[str, str] = {}
        if options.key:
            fields["Idempotency-Key"] = options.key.text if self._count % 2 else f'"{options.key.text}"'
        if options.expected:
            fields["If-Match"] = _tags(options.expected.revisions)
        return fields


def over_http(person: Person) -> Callable[[Store, FixedClock, CountingIds], Door]:
    """Opens the API to this person."""
    return partial(OverHttp, person)


class AsHttpTells:
    """The core, as far as HTTP tells of it.

    A batch that HTTP finds badly worded gets nowhere near its key. Stale steps do not say how their task is now.
    A list that depends on the hour is not named by a number.
    """

    def __init__(self, run: Door) -> None:
        self.run = run

    async def carry_out(self, owner: UserId, options: WriteOptions, use_case: UseCase, /, *args: Any) -> Outcome[Any]:
        if use_case is apply_batch and (violations := _badly_worded(*args)):
            raise Invalid(violations)
        try:
            return await self.run.carry_out(owner, options, use_case, *args)
        except StepFailed as failed:
            if isinstance(failed.error, Stale):
                raise StepFailed(failed.index, Stale(None)) from failed
            raise

    async def read(self, owner: UserId, query: UseCase, /, *args: Any) -> Any:
        page = await self.run.read(owner, query, *args)
        return replace(page, as_of=None) if args[1].needs_zone else page


def as_http_tells(store: Store, clock: FixedClock, ids: CountingIds) -> Door:
    """To the core, within what HTTP can say."""
    return AsHttpTells(core(store, clock, ids))


def _badly_worded(steps: Sequence[Step]) -> list[Violation]:
    if not steps:
        return [Violation("operations", "out-of-range", "")]
    names: set[str] = set()
    violations: list[Violation] = []
    for place, step in enumerate(steps):
        if isinstance(step, AddStep):
            if step.name in names:
                violations.append(Violation(f"operations/{place}/ref", "unusable-name", ""))
            names |= {step.name} if step.name else set()
        elif isinstance(step.target, str) and step.target not in names:
            violations.append(Violation(f"operations/{place}/id/$ref", "unknown-reference", ""))
    return violations


def _wording(person: Person, use_case: UseCase, args: Sequence[Any]) -> Wording:
    if use_case is apply_batch:
        return Wording("POST", f"/api/{person.id}/batch", 200, {"operations": [_operation(step) for step in args[0]]})
    if use_case is add_thing:
        return Wording("POST", person.tasks, 201, _plain(args[0]))
    path = f"{person.tasks}/{args[0]}"
    if use_case is change_thing:
        return Wording("PATCH", path, 200, _plain(args[1]))
    if use_case is remove_thing:
        return Wording("DELETE", path, 204)
    assert use_case in {complete_task, reopen_task}
    return Wording("PATCH", f"{path}/complete", 200, {"completed": use_case is complete_task})


def _plain(patch: Patch[Any]) -> dict[str, Any]:
    given = patch.values
    return {name: value.text if isinstance(value, DueDate) else value for name, value in given.items()}


def _operation(step: Step) -> dict[str, Any]:
    if isinstance(step, AddStep):
        return {"op": "add", "task": _plain(step.draft), **({} if step.name is None else {"ref": step.name})}
    operation: dict[str, Any] = {"op": "remove" if isinstance(step, RemoveStep) else "change"}
    operation["id"] = {"$ref": step.target} if isinstance(step.target, str) else str(step.target)
    if isinstance(step, ChangeStep):
        operation["task"] = _plain(step.patch)
    if step.revisions is not None:
        operation["if_match"] = _tags(step.revisions)
    return operation


def _tags(revisions: Revisions) -> str:
    return "*" if revisions is None else ", ".join(f'"{revision}"' for revision in sorted(revisions))


def _parameters(wish: TaskQuery, sort: TaskSort, limit: int) -> list[tuple[str, str | int]]:
    assert wish.due_before is wish.due_after is None
    parameters: list[tuple[str, str | int]] = [("limit", limit)]
    if wish.completed is not None:
        parameters.append(("status", "completed" if wish.completed else "pending"))
    parameters += [("priority", priority or "none") for priority in sorted(wish.priorities, key=str)]
    if wish.due is not None:
        parameters.append(("due", wish.due.value))
    if wish.words:
        parameters.append(("q", " ".join(wish.words)))
    if sort != TaskSort():
        parameters.append(("sort", f"{'-' if sort.descending else ''}{sort.field.value}"))
    return parameters


def _value(answer: httpx.Response) -> Any:
    """What a write gives: nothing, a task, or the tasks of a batch."""
    if answer.status_code == 204:
        assert not answer.content
        return None
    told = answer.json()
    if isinstance(told, list):
        return tuple(None if result["task"] is None else _task(result["task"]) for result in told)
    task = _task(told)
    assert answer.headers["etag"] == f'"{task.revision}"'
    if answer.status_code == 201:
        assert answer.headers["location"] == f"/api/{task.user_id}/tasks/{task.id}"
    return task


def _task(told: dict[str, Any]) -> Task:
    completed_at = told["completed_at"] and datetime.fromisoformat(told["completed_at"])
    assert told["completed"] is (completed_at is not None)
    return Task(
        id=TaskId(UUID(told["id"])),
        user_id=UserId(UUID(told["user_id"])),
        title=told["title"],
        description=told["description"],
        completed_at=completed_at,
        priority=told["priority"] and Priority(told["priority"]),
        due_date=told["due_date"] and DueDate.parse(told["due_date"]),
        revision=told["revision"],
        created_at=datetime.fromisoformat(told["created_at"]),
        updated_at=datetime.fromisoformat(told["updated_at"]),
    )


def _lasting(answer: httpx.Response) -> dict[str, str]:
    """The header fields that a repetition gets again."""
    own = {"x-request-id", "idempotency-replayed"}
    return {name: value for name, value in answer.headers.items() if name not in own}


def _refusal(answer: httpx.Response) -> TodoError:
    """The refusal that a problem tells."""
    code = answer.json()["type"].removeprefix("/problems/")
    status = {"invalid": 400, "not-found": 404, "stale": 412, "key-reused": 422}[code]
    told = problem(answer, status, code)
    errors = told.get("errors", [])
    if code == "invalid":
        return Invalid([Violation(error["pointer"][1:], error["code"], error["detail"]) for error in errors])
    refusal = _plain_refusal(code, answer.headers.get("etag"))
    refusal.detail = told["detail"]
    if errors:
        [error] = errors
        assert (error["code"], error["detail"]) == (code, told["detail"])
        return StepFailed(int(error["pointer"].removeprefix("/operations/")), refusal)
    return refusal


def _plain_refusal(code: str, tag: str | None) -> TodoError:
    if code == "stale":
        return Stale(None if tag is None else int(tag.strip('"')))
    return NotFound() if code == "not-found" else KeyReused()
