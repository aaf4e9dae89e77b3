"""HTTP as one more way to carry out random programs: requests out of what is asked for, values out of the answers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import httpx

from tests.contracts.http_wording import badly_worded, in_place, parameters, revision_tags, thing_of, wording, written
from tests.contracts.performing import Door, core
from tests.contracts.wording import UseCase
from tests.http.service import Api, Person, compose, problem, serving
from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.contracts.kit import IDS
from todo_core.errors import Conflict, Invalid, KeyReused, NotFound, Stale, StepFailed, TodoError, Violation
from todo_core.ids import ListId, UserId
from todo_core.model.counts import Counts, TagUse
from todo_core.model.trash import Trashed
from todo_core.model.write_options import WriteOptions
from todo_core.paging import Page
from todo_core.ports.storage import Store
from todo_core.runner import Outcome
from todo_core.usecases.batch import apply_batch
from todo_core.usecases.lists import find_lists
from todo_core.usecases.tags import list_tags
from todo_core.usecases.tasks import count_tasks, find_tasks
from todo_core.usecases.trash import list_trash

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


class OverHttp:
    """A Door whose other side is the API."""

    def __init__(self, person: Person, store: Store, clock: FixedClock, ids: CountingIds) -> None:
        self.person = person
        self.clock = clock
        self.ids = ids
        self._count = 0
        self._links: dict[Any, str] = {}
        self._answers: dict[str, httpx.Response] = {}

    async def carry_out(self, owner: UserId, options: WriteOptions, use_case: UseCase, /, *args: Any) -> Outcome[Any]:
        assert str(owner) == self.person.id
        wish = wording(self.person, use_case, args)
        more: dict[str, Any] = {"headers": self._fields(options)}
        if wish.body is not None:
            more["json"] = wish.body
        more["params"] = [*wish.query, *([("dry_run", "true")] if options.dry_run else [])]
        answer = await self._ask(wish.method, wish.path, **more)
        if answer.is_error:
            raise _refusal(answer)
        assert answer.status_code == wish.status, answer.text
        replayed = answer.headers.get("idempotency-replayed") == "true"
        if options.key and not options.dry_run:
            first = self._answers.setdefault(options.key.text, answer)
            assert (answer.content, _lasting(answer)) == (first.content, _lasting(first))
        return Outcome(written(answer), replayed)

    async def read(self, owner: UserId, query: UseCase, /, *args: Any) -> Any:
        """What a query finds; a page from the Link of the page before on."""
        home = f"/api/{self.person.id}"
        if query is find_tasks:
            _, wish, sort, after, limit = args
            answer = await self._page(self.person.tasks, after, parameters(wish, sort, limit))
            items = tuple(thing_of(fields) for fields in answer.json())
            return self._found(answer, items, sort.position)
        if query is list_trash:
            after, limit = args
            answer = await self._page(f"{home}/trash", after, [("limit", limit)])
            return self._found(answer, tuple(map(_entry, answer.json())), lambda each: (each.deleted_at, each.id))
        path = {find_lists: "lists", list_tags: "tags", count_tasks: "counts"}[query]
        answer = await self._page(f"{home}/{path}", None, [])
        if query is count_tasks:
            told = answer.json()
            return Counts(**told | {"lists": {ListId(UUID(key)): number for key, number in told["lists"].items()}})
        items = tuple(thing_of(each) if query is find_lists else TagUse(**each) for each in answer.json())
        return self._found(answer, items, lambda _: None)

    async def _page(self, path: str, after: Any, query: list[tuple[str, Any]]) -> httpx.Response:
        answer = await (
            self._ask("GET", path, params=query) if after is None else self._ask("GET", self._links.pop(after))
        )
        assert answer.status_code == 200, answer.text
        return answer

    def _found(self, answer: httpx.Response, items: tuple[Any, ...], position: Callable[[Any], Any]) -> Page[Any, Any]:
        following = None
        if "next" in answer.links:
            following = position(items[-1])
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
            fields["If-Match"] = revision_tags(options.expected.revisions)
        return fields


def over_http(person: Person) -> Callable[[Store, FixedClock, CountingIds], Door]:
    """Opens the API to this person."""
    return partial(OverHttp, person)


class AsHttpTells:
    """The core, as far as HTTP tells of it.

    A batch that HTTP finds badly worded gets nowhere near its key. Stale steps do not say how their thing is now.
    A list that depends on the hour is not named by a number, and changes are not told.
    """

    def __init__(self, run: Door) -> None:
        self.run = run

    async def carry_out(self, owner: UserId, options: WriteOptions, use_case: UseCase, /, *args: Any) -> Outcome[Any]:
        if use_case is apply_batch and (violations := badly_worded(*args)):
            raise Invalid(violations)
        try:
            return replace(await self.run.carry_out(owner, options, use_case, *args), changes=())
        except StepFailed as failed:
            if isinstance(failed.error, Invalid):
                raise in_place(failed.index, args[0][failed.index], failed.error) from failed
            if isinstance(failed.error, Stale):
                raise StepFailed(failed.index, Stale(None)) from failed
            raise

    async def read(self, owner: UserId, query: UseCase, /, *args: Any) -> Any:
        found = await self.run.read(owner, query, *args)
        if query is count_tasks:
            return replace(found, as_of=0)
        return replace(found, as_of=None) if query is find_tasks and args[1].needs_zone else found


def as_http_tells(store: Store, clock: FixedClock, ids: CountingIds) -> Door:
    """To the core, within what HTTP can say."""
    return AsHttpTells(core(store, clock, ids))


def _entry(told: dict[str, Any]) -> Trashed:
    deleted_at = datetime.fromisoformat(told["deleted_at"])
    assert datetime.fromisoformat(told["purged_at"]) > deleted_at
    return Trashed(
        id=UUID(told["id"]),
        entity=told["entity"],
        deleted_at=deleted_at,
        things=told["things"],
        value=thing_of(told["value"]),
    )


def _lasting(answer: httpx.Response) -> dict[str, str]:
    """The header fields that a repetition gets again."""
    own = {"x-request-id", "idempotency-replayed"}
    return {name: value for name, value in answer.headers.items() if name not in own}


def _refusal(answer: httpx.Response) -> TodoError:
    """The refusal that a problem tells."""
    code = answer.json()["type"].removeprefix("/problems/")
    status = {"invalid": 400, "not-found": 404, "conflict": 409, "stale": 412, "key-reused": 422}[code]
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
    return {"not-found": NotFound, "conflict": Conflict}.get(code, KeyReused)()
