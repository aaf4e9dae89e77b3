"""All operations of the service."""

from todo_http.api import accounts, batch, docs, health, problem_pages, sessions, tasks
from todo_http.kernel.operation import Operation, OperationController, operations_of
from todo_http.web.pages import WEB

CONTROLLERS: tuple[type[OperationController], ...] = (
    accounts.Registrations,
    sessions.SignIn,
    accounts.OwnAccount,
    sessions.LoginSessions,
    tasks.Tasks,
    batch.Batches,
    health.Health,
    problem_pages.ProblemPages,
)


def routes(with_docs: bool, with_web: bool) -> list[type[OperationController] | Operation]:
    """What Litestar routes to."""
    return [*_controllers(with_docs, with_web), *(WEB if with_web else ())]


def operations(with_docs: bool = True, with_web: bool = True) -> list[Operation]:
    """All operations, in the order of the OpenAPI document."""
    known = [operation for each in _controllers(with_docs, with_web) for operation in operations_of(each)]
    return [*known, *(WEB if with_web else ())]


def _controllers(with_docs: bool, with_web: bool) -> list[type[OperationController]]:
    return [*CONTROLLERS, *([docs.Docs] if with_docs else []), *([] if with_web else [docs.Signpost])]
