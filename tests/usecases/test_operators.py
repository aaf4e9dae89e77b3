"""What operators can do with accounts, without passwords: find, reset, remove, export."""

import pytest

from tests.usecases.world import PASSWORD, World
from todo_core.errors import Invalid, InvalidCredentials, InvalidToken, NotFound
from todo_core.limits import PAGE_MAX
from todo_core.model.task import TASKS
from todo_core.model.task_list import LISTS
from todo_core.model.trash import Trashed
from todo_core.ports.storage import UnitOfWork
from todo_core.usecases.export import READ_AT_ONCE, in_groups
from todo_core.usecases.things import add_thing, remove_thing

NEW_PASSWORD = "another good password"


async def test_a_user_is_found_by_any_spelling_of_the_address(world: World) -> None:
    ada = (await world.register()).user
    assert await world.accounts.find(" ADA@Example.org ") == ada
    with pytest.raises(NotFound):
        await world.accounts.find("nobody@example.org")
    with pytest.raises(Invalid):
        await world.accounts.find("\0")


async def test_a_reset_replaces_the_password_and_ends_every_login_session(world: World) -> None:
    here, there = await world.register(), await world.log_in()
    assert await world.accounts.reset_password("Ada@example.org", NEW_PASSWORD) == here.user
    for signed_in in (here, there):
        with pytest.raises(InvalidToken):
            world.actor(signed_in)
        with pytest.raises(InvalidToken):
            await world.sessions.refresh(signed_in.refresh_token)
    with pytest.raises(InvalidCredentials):
        await world.log_in()
    await world.log_in(password=NEW_PASSWORD)


@pytest.mark.check("A5", "A6")
@pytest.mark.parametrize(("password", "code"), [("short", "too-short"), ("password1", "common"), ("ada", "too-short"),
                                               ("ADA@example.org", "guessable"), ("x" * 129, "too-long")])  # fmt: skip
async def test_a_new_password_is_held_to_the_rules_whoever_sets_it(world: World, password: str, code: str) -> None:
    await world.register()
    with pytest.raises(Invalid) as refused:
        await world.accounts.reset_password("ada@example.org", password)
    assert [(broken.field, broken.code) for broken in refused.value.violations] == [("password", code)]
    await world.log_in()


async def test_a_reset_does_not_enable_a_disabled_account(world: World) -> None:
    await world.register()
    await world.accounts.disable("ada@example.org")
    assert (await world.accounts.reset_password("ada@example.org", NEW_PASSWORD)).disabled
    with pytest.raises(InvalidCredentials):
        await world.log_in(password=NEW_PASSWORD)


async def test_a_removed_account_takes_everything_along(world: World) -> None:
    ada, bob = await world.register(), await world.register("bob")
    await world.run.write(ada.user.id, add_thing, TASKS.draft(title="Buy milk"))
    assert await world.accounts.remove("ada@example.org") == ada.user
    with pytest.raises(InvalidToken):
        world.actor(ada)
    with pytest.raises(NotFound):
        await world.run.write(ada.user.id, add_thing, TASKS.draft(title="Buy milk"))
    assert (await world.accounts.list()).items == (bob.user,)
    with pytest.raises(NotFound):
        await world.accounts.remove("ada@example.org")
    assert (await world.register()).user.id != ada.user.id


async def test_what_operators_do_is_recorded_without_addresses_and_passwords(world: World) -> None:
    ada = await world.register()
    await world.accounts.reset_password("ada@example.org", NEW_PASSWORD)
    await world.accounts.export("ada@example.org")
    await world.accounts.remove("ada@example.org")
    facts = {"user": str(ada.user.id)}
    assert world.event_log.entries[1:] == [
        ("password_reset", facts),
        ("account_exported", facts),
        ("account_removed", facts),
    ]


async def test_an_export_has_everything_of_its_account_and_nothing_of_others(world: World) -> None:
    ada, bob = await world.register(), await world.register("bob")
    for owner in (ada.user.id, bob.user.id):
        await world.run.write(owner, add_thing, TASKS.draft(title="Buy milk"))
        top = await world.run.write(owner, add_thing, LISTS.draft(name="Work"))
        await world.run.write(owner, add_thing, TASKS.draft(title="Call Bob", list_id=str(top.id)))
        await world.run.write(owner, remove_thing, top.id, LISTS)
    export = await world.accounts.export("ada@example.org")
    assert (export.user, [each.user_id for each in export.sessions]) == (ada.user, [ada.user.id])
    assert [(task.title, task.user_id) async for task in export.things(TASKS)] == [("Buy milk", ada.user.id)]
    assert [each async for each in export.things(LISTS)] == []
    trash = [(deletion.entity, kind, thing.user_id) async for deletion, kind, thing in export.trash()]
    assert trash == [("list", LISTS, ada.user.id), ("list", TASKS, ada.user.id)]


async def test_an_export_goes_on_after_the_first_page(world: World) -> None:
    owner = await world.owner()

    async def add_many(tx: UnitOfWork) -> None:
        for number in range(PAGE_MAX + 5):
            await add_thing(tx, TASKS.draft(title=f"Task {number}"))

    async def remove_many(tx: UnitOfWork) -> None:
        for task in (await tx.of(TASKS).load(ids)).values():
            await remove_thing(tx, task.id, TASKS)

    await world.run.write(owner, add_many)
    export = await world.accounts.export("ada@example.org")
    ids = [task.id async for task in export.things(TASKS)]
    assert len(ids) == len(set(ids)) == PAGE_MAX + 5
    await world.run.write(owner, remove_many)
    assert {thing.id async for deletion, _, thing in export.trash() if deletion.id == thing.id} == set(ids)


def test_the_trash_is_read_in_pieces_of_bounded_size(world: World) -> None:
    now = world.clock.now()
    sizes = [1, READ_AT_ONCE, 600, 300, 200, READ_AT_ONCE * 5, 1]
    deletions = [
        Trashed(id=world.run.ids.new(), entity="task", deleted_at=now, things=size, value=None) for size in sizes
    ]
    groups = [[each.things for each in group] for group in in_groups(deletions)]
    assert groups == [[1], [READ_AT_ONCE], [600, 300], [200], [READ_AT_ONCE * 5], [1]]
    assert in_groups([]) == []


async def test_the_password_of_an_unknown_account_cannot_be_reset(world: World) -> None:
    with pytest.raises(NotFound):
        await world.accounts.reset_password("nobody@example.org", PASSWORD)
