"""Login sessions: log in, refresh, log out, list and end."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from todo_core.ids import SessionId
from todo_core.limits import COMPOSED, EMAIL_MAX
from todo_core.model.session import LoginSession
from todo_core.model.user import User
from todo_core.usecases.sessions import SignedIn
from todo_http.kernel.body import instant, read_shape
from todo_http.kernel.context import RequestContext
from todo_http.kernel.guards import authenticated
from todo_http.kernel.operation import OperationController, Success, delete, get, post
from todo_http.kernel.responses import Response
from todo_http.kernel.schemas import Email, Instant, Name, Password, RefreshToken, ZoneName, note


class Login(msgspec.Struct, forbid_unknown_fields=True):
    """The credentials of an account."""

    email: Annotated[str, note("The address of the account.", "ada@example.org", maxLength=COMPOSED * EMAIL_MAX)]
    password: Password


class Refresh(msgspec.Struct, forbid_unknown_fields=True):
    """The refresh token of a login session."""

    refresh_token: RefreshToken


class UserOut(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """An account."""

    id: UUID
    email: Email
    name: Name
    time_zone: ZoneName
    created_at: Instant

    @staticmethod
    def of(user: User) -> "UserOut":
        return UserOut(user.id, user.email, user.name, user.time_zone, instant(user.created_at))


class SessionOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tokens issued after authentication. ``expires_in`` is in seconds."""

    user: UserOut
    token: Annotated[
        str, note("The access token, for the header field Authorization.", "eyJhbGciOiJIUzI1NiJ9.e30.c2ln")
    ]
    refresh_token: RefreshToken
    token_type: Literal["Bearer"]
    expires_in: Annotated[int, note("Seconds until the access token expires.", 600)]

    @staticmethod
    def of(signed_in: SignedIn) -> "SessionOut":
        return SessionOut(
            UserOut.of(signed_in.user), signed_in.token, signed_in.refresh_token, "Bearer", signed_in.expires_in
        )


class LoginSessionOut(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A login session; ``current`` is that of the request."""

    id: UUID
    created_at: Instant
    last_used_at: Instant
    client: Annotated[str, note("The User-Agent of the login.", "curl/8.14.1")]
    current: bool

    @staticmethod
    def of(session: LoginSession, current: SessionId) -> "LoginSessionOut":
        created, used = instant(session.created_at), instant(session.last_used_at)
        return LoginSessionOut(session.id, created, used, session.client, session.id == current)


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message for people."""

    message: Annotated[str, note("A sentence.", "You are logged out.")]


SIGNED_IN = Success(200, "The login session.", SessionOut)


class SignIn(OperationController):
    """Tokens for clients that have none, or only a refresh token."""

    path = "/api/auth"
    tags = ("login sessions",)

    @post(
        "/login", operation_id="login", summary="Log in", body=Login, success=SIGNED_IN, errors=("invalid-credentials",)
    )
    async def login(self, request: RequestContext) -> Response:
        login = await read_shape(request, Login)
        client = (request.user_agent, request.client_network)
        signed_in = await request.todo.sessions.log_in(login.email, login.password, *client)
        return Response.json(200, SessionOut.of(signed_in))

    @post(
        "/refresh",
        operation_id="refresh",
        summary="Exchange a refresh token for new tokens",
        description="A refresh token works once. Used again within 30 seconds it returns the same successor, as long "
        "as the access token issued with that has not been used; used again later it ends its login session.",
        body=Refresh,
        success=SIGNED_IN,
        errors=("invalid-token",),
    )
    async def refresh(self, request: RequestContext) -> Response:
        token = (await read_shape(request, Refresh)).refresh_token
        return Response.json(200, SessionOut.of(await request.todo.sessions.refresh(token, request.client_network)))


class LoginSessions(OperationController):
    """The login sessions of the actor."""

    path = "/api/auth"
    tags = ("login sessions",)
    guards = (authenticated,)

    @post(
        "/logout",
        operation_id="logout",
        summary="Log out",
        description="Ends the current login session on all replicas.",
        success=Success(200, "The login session has ended.", Message),
    )
    async def logout(self, request: RequestContext) -> Response:
        await request.todo.sessions.log_out(request.actor)
        return Response.json(200, Message("You are logged out."))

    @get(
        "/sessions",
        operation_id="listSessions",
        summary="List the login sessions",
        success=Success(200, "The login sessions, oldest first.", list[LoginSessionOut]),
    )
    async def list_sessions(self, request: RequestContext) -> Response:
        sessions = await request.todo.sessions.list(request.actor)
        return Response.json(200, [LoginSessionOut.of(session, request.actor.session_id) for session in sessions])

    @delete(
        "/sessions/{session_id:str}",
        operation_id="endSession",
        summary="End a login session",
        success=Success(204, "The login session has ended."),
    )
    async def end(self, request: RequestContext) -> Response:
        await request.todo.sessions.end(request.actor, SessionId(request.path_id("session_id")))
        return Response(204)

    @delete(
        "/sessions",
        operation_id="endOtherSessions",
        summary="End all other login sessions",
        success=Success(204, "The other login sessions have ended."),
    )
    async def end_others(self, request: RequestContext) -> Response:
        await request.todo.sessions.end_others(request.actor)
        return Response(204)
