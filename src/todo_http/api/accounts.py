"""Accounts: registration, profile, password and deletion."""

from typing import Any, Final

import msgspec
from litestar.handlers import BaseRouteHandler
from msgspec import UNSET, UnsetType

from todo_core.errors import Forbidden
from todo_core.model.user import ProfilePatch, Registration
from todo_http.api.sessions import SessionOut, UserOut
from todo_http.kernel.body import read_body, read_shape
from todo_http.kernel.context import RequestContext
from todo_http.kernel.guards import authenticated
from todo_http.kernel.operation import OperationController, Success, delete, get, patch, post
from todo_http.kernel.responses import Response
from todo_http.kernel.schemas import Email, Name, NewPassword, Password, ZoneName

ME = "/api/auth/me"


class NewUser(msgspec.Struct, forbid_unknown_fields=True):
    """The fields of a registration."""

    email: Email
    password: NewPassword
    name: Name


class UserChange(msgspec.Struct, forbid_unknown_fields=True):
    """Changes to an account; an absent field is left unchanged."""

    name: Name | UnsetType = UNSET
    time_zone: ZoneName | UnsetType = UNSET


class PasswordChange(msgspec.Struct, forbid_unknown_fields=True):
    """The current password and the new one."""

    current_password: Password
    new_password: NewPassword


class PasswordConfirmation(msgspec.Struct, forbid_unknown_fields=True):
    """The password, to confirm what cannot be undone."""

    password: Password


USER = Success(200, "The user.", UserOut)
CLOSED: Final = "Sign-up is closed here; ask the operator of this service for an account."


async def registration_open(connection: Any, _: BaseRouteHandler) -> None:
    """Raises Forbidden unless anyone may register."""
    request: RequestContext = connection
    if not request.service.options.registration:
        raise Forbidden(CLOSED)


class Registrations(OperationController):
    """Opening an account, without a token."""

    path = "/api/auth/register"
    tags = ("accounts",)

    @post(
        operation_id="register",
        summary="Register an account",
        description="Registers an account and returns a login session, so that no separate login is needed. The "
        "operator may have closed this operation.",
        body=NewUser,
        success=Success(201, "The new login session.", SessionOut, headers=("Location",)),
        guards=(registration_open,),
        errors=("email-taken", "forbidden"),
    )
    async def register(self, request: RequestContext) -> Response:
        registration = await read_body(request, NewUser, Registration.of)
        signed_in = await request.todo.accounts.register(registration, request.user_agent, request.client_network)
        return Response.json(201, SessionOut.of(signed_in), (b"location", ME.encode("ascii")))


class OwnAccount(OperationController):
    """The account of the actor."""

    path = "/api/auth"
    tags = ("accounts",)
    guards = (authenticated,)

    @get("/me", operation_id="getMe", summary="Return the account", success=USER)
    async def me(self, request: RequestContext) -> Response:
        return Response.json(200, UserOut.of(await request.todo.accounts.me(request.actor)))

    @patch("/me", operation_id="changeMe", summary="Change the name or the time zone", body=UserChange, success=USER)
    async def change_me(self, request: RequestContext) -> Response:
        profile = await read_body(request, UserChange, ProfilePatch.of)
        return Response.json(200, UserOut.of(await request.todo.accounts.change_profile(request.actor, profile)))

    @post(
        "/password",
        operation_id="changePassword",
        summary="Change the password",
        description="Changes the password and ends all other login sessions.",
        body=PasswordChange,
        success=Success(204, "The password has been changed."),
    )
    async def change_password(self, request: RequestContext) -> Response:
        change = await read_shape(request, PasswordChange)
        passwords = (change.current_password, change.new_password)
        await request.todo.accounts.change_password(request.actor, *passwords, request.client_network)
        return Response(204)

    @delete(
        "/me",
        operation_id="closeAccount",
        summary="Delete the account",
        description="Deletes the account and everything in it permanently.",
        body=PasswordConfirmation,
        success=Success(204, "The account has been deleted."),
    )
    async def close(self, request: RequestContext) -> Response:
        proof = await read_shape(request, PasswordConfirmation)
        await request.todo.accounts.close(request.actor, proof.password, request.client_network)
        return Response(204)
