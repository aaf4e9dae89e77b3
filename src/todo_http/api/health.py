"""Health: whether the service runs, and whether it is ready."""

from typing import Literal

import msgspec

from todo_core.errors import Unavailable
from todo_http.kernel.context import RequestContext
from todo_http.kernel.operation import OperationController, Success, get
from todo_http.kernel.responses import Response


class Health(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The service is healthy."""

    status: Literal["ok"] = "ok"


OK = Success(200, "The service is healthy.", Health)
HEALTHY = Response.json(200, Health())


class HealthChecks(OperationController):
    """Health checks for people, orchestrators and load balancers."""

    path = "/health"
    tags = ("service",)

    @get(operation_id="checkHealth", summary="Check that the service runs", success=OK)
    async def health(self, request: RequestContext) -> Response:
        return HEALTHY

    @get(
        "/live",
        operation_id="checkLiveness",
        summary="Check liveness",
        description="Responds from memory: a process without its database is alive.",
        success=OK,
    )
    async def live(self, request: RequestContext) -> Response:
        return HEALTHY

    @get(
        "/ready",
        operation_id="checkReadiness",
        summary="Check readiness",
        description="Responds with 503 while the service starts or stops, and without its database.",
        success=OK,
        errors=("unavailable",),
    )
    async def ready(self, request: RequestContext) -> Response:
        readiness = request.service.readiness
        if readiness is None:
            raise Unavailable("The service is starting.")
        await readiness.require()
        return HEALTHY
