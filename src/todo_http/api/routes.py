"""All operations of the service, and the registry of resources."""

from collections.abc import Sequence
from typing import Final

from todo_http.api import accounts, docs, health, problem_pages, sessions, tags
from todo_http.api.batch import batch_controller
from todo_http.api.change_types import WireChanges
from todo_http.api.counts import TaskCounts
from todo_http.api.events import event_controller
from todo_http.api.lists import Lists
from todo_http.api.sync import sync_controllers
from todo_http.api.tasks import Tasks
from todo_http.api.trash import trash_controller
from todo_http.kernel.operation import Operation, OperationController, operations_of
from todo_http.kernel.resource import ResourceController
from todo_http.web.pages import WEB

Route = type[OperationController] | Operation

RESOURCES: Final[tuple[type[ResourceController], ...]] = (Tasks, Lists)
"""The kinds of things that users have, each with its wire types and operations: the only list of them here."""


def routes(
    with_docs: bool = True, with_web: bool = True, resources: Sequence[type[ResourceController]] = RESOURCES
) -> list[Route]:
    """What Litestar routes to."""
    served = [each.resource for each in resources]
    changes = WireChanges(served)
    return [
        accounts.Registrations,
        sessions.SignIn,
        accounts.OwnAccount,
        sessions.LoginSessions,
        *resources,
        tags.Tags,
        TaskCounts,
        trash_controller(served),
        batch_controller(served),
        *sync_controllers(changes),
        event_controller(changes),
        health.HealthChecks,
        problem_pages.ProblemPages,
        *([docs.Docs] if with_docs else []),
        *(WEB if with_web else [docs.Signpost]),
    ]


def operations(known: Sequence[Route] | None = None) -> list[Operation]:
    """The operations of these routes, or of all."""
    return [
        each
        for route in known or routes()
        for each in ([route] if isinstance(route, Operation) else operations_of(route))
    ]


def client_operations(known: Sequence[Route] | None = None) -> list[Operation]:
    """The operations of these routes, or of all, that clients of the API use, in the order of the OpenAPI document."""
    return [each for each in operations(known) if each.documented]
