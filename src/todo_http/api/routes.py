"""Every operation there is."""

from litestar.handlers import HTTPRouteHandler

from todo_http.api import accounts, batch, health, sessions, task_list, tasks
from todo_http.kernel.endpoint import Options, handled
from todo_http.kernel.operation import Operation
from todo_http.openapi import docs
from todo_http.problems import pages as problem_pages
from todo_http.problems.errors import with_head
from todo_http.web.pages import WEB

OPERATIONS: tuple[HTTPRouteHandler, ...] = (
    accounts.register,
    sessions.login,
    sessions.refresh,
    sessions.logout,
    accounts.me,
    accounts.change_me,
    accounts.change_password,
    accounts.close,
    sessions.list_sessions,
    sessions.end,
    sessions.end_others,
    task_list.find,
    tasks.add,
    tasks.get,
    tasks.put,
    tasks.patch,
    tasks.complete,
    tasks.remove,
    batch.batch,
    health.health,
    health.live,
    health.ready,
    problem_pages.explain,
)
DOCS: tuple[HTTPRouteHandler, ...] = (docs.document, docs.page, docs.asset)
SIGNPOST: HTTPRouteHandler = docs.front


def routes(docs: bool, web: bool) -> list[HTTPRouteHandler]:
    """The handlers: with what describes them or without, and with the web client or a signpost in its place."""
    methods: dict[str, set[str]] = {}
    for facts in operations(docs, web):
        methods.setdefault(facts.path, {"OPTIONS"}).add(facts.method)
    options = [handled("OPTIONS", path, Options(with_head(each))) for path, each in methods.items()]
    return [*options, *_handlers(docs, web)]  # in this order, or the framework would add OPTIONS of its own


def operations(docs: bool = True, web: bool = True) -> list[Operation]:
    """What is known about each of them."""
    return [handler.opt["operation"] for handler in _handlers(docs, web)]


def _handlers(docs: bool, web: bool) -> list[HTTPRouteHandler]:
    return [*OPERATIONS, *(DOCS if docs else ()), *(WEB if web else (SIGNPOST,))]
