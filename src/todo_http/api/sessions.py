"""Login sessions over HTTP: logging in, staying logged in, logging out here or elsewhere."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from todo_core.ids import SessionId
from todo_core.limits import COMPOSED, EMAIL_MAX
from todo_core.model.session import LoginSession
from todo_core.model.user import User
from todo_core.usecases.sessions import SignedIn
from todo_http.kernel.body import instant, read_shape
from todo_http.kernel.call import Call
from todo_http.kernel.operation import Gives, operation
from todo_http.kernel.responses import Answer
from todo_http.kernel.schemas import Email, Instant, Name, Password, RefreshToken, ZoneName, note

SESSIONS = "/api/auth/sessions"


class Login(msgspec.Struct, forbid_unknown_fields=True):
    """Who claims to be whom."""

    email: Annotated[str, note("The address of the account.", "ada@example.org", maxLength=COMPOSED * EMAIL_MAX)]
    password: Password


class Refresh(msgspec.Struct, forbid_unknown_fields=True):
    """The token that a login session goes on with."""

    refresh_token: RefreshToken


class UserOut(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A person with an account."""

    id: UUID
    email: Email
    name: Name
    time_zone: ZoneName
    created_at: Instant

    @staticmethod
    def of(user: User) -> "UserOut":
        return UserOut(user.id, user.email, user.name, user.time_zone, instant(user.created_at))


class SignedInOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody holds who has just proved who they are. ``expires_in`` counts seconds."""

    user: UserOut
    token: str
    refresh_token: str
    token_type: Literal["Bearer"]
    expires_in: int

    @staticmethod
    def of(signed_in: SignedIn) -> "SignedInOut":
        return SignedInOut(
            UserOut.of(signed_in.user), signed_in.token, signed_in.refresh_token, "Bearer", signed_in.expires_in
        )


class SessionOut(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A device that is logged in; ``current`` is the one that asks."""

    id: UUID
    created_at: Instant
    last_used_at: Instant
    client: str
    current: bool

    @staticmethod
    def of(session: LoginSession, current: SessionId) -> "SessionOut":
        created, used = instant(session.created_at), instant(session.last_used_at)
        return SessionOut(session.id, created, used, session.client, session.id == current)


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence for people."""

    message: str


SIGNED_IN = Gives(description="The login session.", body=SignedInOut)


@operation(
    "POST",
    "/api/auth/login",
    id="login",
    tag="login sessions",
    summary="Log in",
    public=True,
    takes=Login,
    gives={200: SIGNED_IN},
    refuses=("invalid-credentials", "too-many-requests", "unavailable", "outcome-unknown"),
)
async def login(request: Call) -> Answer:
    claim = await read_shape(request, Login)
    signed_in = await request.todo.sessions.log_in(claim.email, claim.password, request.client, request.place)
    return Answer.json(200, SignedInOut.of(signed_in))


@operation(
    "POST",
    "/api/auth/refresh",
    id="refresh",
    tag="login sessions",
    summary="Trade a refresh token for new tokens",
    description="A refresh token works once. Used again within 30 seconds it gives the same successor, as long as the "
    "access token that came with that has not been used; used again later it ends its login session.",
    public=True,
    takes=Refresh,
    gives={200: SIGNED_IN},
    refuses=("invalid-token", "unavailable", "outcome-unknown"),
)
async def refresh(request: Call) -> Answer:
    old = await read_shape(request, Refresh)
    return Answer.json(200, SignedInOut.of(await request.todo.sessions.refresh(old.refresh_token, request.place)))


@operation(
    "POST",
    "/api/auth/logout",
    id="logout",
    tag="login sessions",
    summary="Log out",
    description="This login session ends at once, everywhere.",
    gives={200: Gives(description="It has ended.", body=Message)},
    refuses=("outcome-unknown",),
)
async def logout(request: Call) -> Answer:
    await request.todo.sessions.log_out(request.actor)
    return Answer.json(200, Message("You are logged out."))


@operation(
    "GET",
    SESSIONS,
    id="listSessions",
    tag="login sessions",
    summary="List one's login sessions",
    gives={200: Gives(description="The login sessions, oldest first.", body=list[SessionOut])},
)
async def list_sessions(request: Call) -> Answer:
    sessions = await request.todo.sessions.list(request.actor)
    return Answer.json(200, [SessionOut.of(session, request.actor.session_id) for session in sessions])


@operation(
    "DELETE",
    SESSIONS + "/{session_id:str}",
    id="endSession",
    tag="login sessions",
    summary="End one of one's login sessions",
    gives={204: Gives(description="It has ended.")},
    refuses=("not-found", "outcome-unknown"),
)
async def end(request: Call) -> Answer:
    await request.todo.sessions.end(request.actor, SessionId(request.id("session_id")))
    return Answer(204)


@operation(
    "DELETE",
    SESSIONS,
    id="endOtherSessions",
    tag="login sessions",
    summary="End all of one's login sessions but the current one",
    gives={204: Gives(description="They have ended.")},
    refuses=("outcome-unknown",),
)
async def end_others(request: Call) -> Answer:
    await request.todo.sessions.end_others(request.actor)
    return Answer(204)
