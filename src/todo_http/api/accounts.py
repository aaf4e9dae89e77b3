"""Accounts over HTTP: registering, the profile, the password, leaving."""

import msgspec
from msgspec import UNSET, UnsetType

from todo_core.model.user import ProfilePatch, Registration
from todo_http.api.sessions import SignedInOut, UserOut
from todo_http.kernel.body import read_body, read_shape
from todo_http.kernel.call import Call
from todo_http.kernel.operation import Gives, operation
from todo_http.kernel.responses import Answer
from todo_http.kernel.schemas import Email, Name, NewPassword, Password, ZoneName

ME = "/api/auth/me"
PROVES = ("too-many-requests", "unavailable", "outcome-unknown")
"""What can go wrong wherever a password is checked."""


class NewAccount(msgspec.Struct, forbid_unknown_fields=True):
    """What it takes to have an account."""

    email: Email
    password: NewPassword
    name: Name


class ProfileChanges(msgspec.Struct, forbid_unknown_fields=True):
    """What a person wants to change about themselves; an absent field stays as it is."""

    name: Name | UnsetType = UNSET
    time_zone: ZoneName | UnsetType = UNSET


class PasswordChange(msgspec.Struct, forbid_unknown_fields=True):
    """The password as it is, and as it shall be."""

    current_password: Password
    new_password: NewPassword


class PasswordProof(msgspec.Struct, forbid_unknown_fields=True):
    """The password again, for what cannot be undone."""

    password: Password


USER_GIVEN = Gives(description="The user.", body=UserOut)


@operation(
    "POST",
    "/api/auth/register",
    id="register",
    tag="accounts",
    summary="Open an account",
    description="The answer is a login session: no separate login is needed.",
    public=True,
    takes=NewAccount,
    gives={201: Gives(description="The new login session.", body=SignedInOut, headers=("Location",))},
    refuses=("email-taken", "too-many-requests", "unavailable", "outcome-unknown"),
)
async def register(request: Call) -> Answer:
    wish = await read_body(request, NewAccount, Registration.of)
    signed_in = await request.todo.accounts.register(wish, request.client, request.place)
    return Answer.json(201, SignedInOut.of(signed_in), (b"location", ME.encode("ascii")))


@operation("GET", ME, id="getMe", tag="accounts", summary="Read one's own account", gives={200: USER_GIVEN})
async def me(request: Call) -> Answer:
    return Answer.json(200, UserOut.of(await request.todo.accounts.me(request.actor)))


@operation(
    "PATCH",
    ME,
    id="changeMe",
    tag="accounts",
    summary="Change one's name or time zone",
    takes=ProfileChanges,
    gives={200: USER_GIVEN},
    refuses=("outcome-unknown",),
)
async def change_me(request: Call) -> Answer:
    patch = await read_body(request, ProfileChanges, ProfilePatch.of)
    return Answer.json(200, UserOut.of(await request.todo.accounts.change_profile(request.actor, patch)))


@operation(
    "POST",
    "/api/auth/password",
    id="changePassword",
    tag="accounts",
    summary="Change one's password",
    description="All other login sessions end.",
    takes=PasswordChange,
    gives={204: Gives(description="The new password holds.")},
    refuses=PROVES,
)
async def change_password(request: Call) -> Answer:
    wish = await read_shape(request, PasswordChange)
    known = (wish.current_password, wish.new_password)
    await request.todo.accounts.change_password(request.actor, *known, request.place)
    return Answer(204)


@operation(
    "DELETE",
    ME,
    id="closeAccount",
    tag="accounts",
    summary="Close one's account",
    description="The account and everything in it is gone, for good.",
    takes=PasswordProof,
    gives={204: Gives(description="There is no such account any more.")},
    refuses=PROVES,
)
async def close(request: Call) -> Answer:
    proof = await read_shape(request, PasswordProof)
    await request.todo.accounts.close(request.actor, proof.password, request.place)
    return Answer(204)
