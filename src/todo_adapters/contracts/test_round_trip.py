"""What every adapter promises of values: they come back as they went in, through every way that leads out."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from todo_adapters.contracts.kit import (
    IDS,
    NOW,
    a_session,
    a_task,
    a_thing,
    all_things,
    feed,
    join,
    new_owner,
    on_accounts,
    references,
    someone,
    write,
)
from todo_adapters.contracts.samples import MOMENT, any_thing, characters, every_field_given, instants
from todo_core.ids import TaskId, UserId
from todo_core.limits import CLIENT_MAX, DESCRIPTION_MAX, TITLE_MAX
from todo_core.model.due import DueDate
from todo_core.model.kinds import Kind
from todo_core.model.task import TASKS
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_sort import TaskSort
from todo_core.model.user import Credentials
from todo_core.ports.storage import Store

examples = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


async def come_back(store: Store, kind: Kind[Any], drafts: list[Any]) -> None:
    """Stores the things for a new owner and reads them in every way. The first one refers to other things."""
    owner = await new_owner(store)
    there = await references(store, owner, kind)
    wanted = [replace(draft, user_id=owner, revision=0) for draft in drafts]
    wanted[0] = replace(wanted[0], **there)
    begun = await store.view(owner).revision()
    async with store.begin(owner, NOW, IDS) as unit:
        for thing in wanted:
            unit.of(kind).add(thing)
        changes = await unit.commit()
    expected = [replace(thing, revision=seq) for seq, thing in enumerate(wanted, begun + 1)]
    assert [change.value for change in changes] == expected
    assert [await store.view(owner).of(kind).get(thing.id) for thing in wanted] == expected
    assert [await store.view(owner).of(kind).get_as(thing.id, kind.of_plain) for thing in wanted] == expected
    found = [thing for thing in await all_things(store, owner, kind) if thing.id not in there.values()]
    assert sorted(found, key=lambda thing: thing.revision) == expected
    assert (await feed(store, owner))[begun:] == list(changes)


@examples
@given(data=st.data())
async def test_things_come_back_as_they_went_in(store: Store, kind: Kind[Any], data: st.DataObject) -> None:
    await come_back(store, kind, data.draw(st.lists(any_thing(kind, IDS.new), min_size=1, max_size=4)))


async def test_every_field_comes_back(store: Store, kind: Kind[Any]) -> None:
    """Not one field has its default, so that one which is forgotten cannot look as if it were kept."""
    thing = every_field_given(kind, a_thing(kind, UserId(IDS.new())), {})
    await come_back(
        store, kind, [replace(thing, created_at=MOMENT - timedelta(1, 1, 1), updated_at=MOMENT - timedelta(2, 2, 2))]
    )


async def test_every_field_comes_back_from_an_update(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    plain = a_thing(kind, owner)
    full = every_field_given(kind, plain, await references(store, owner, kind))
    first = await store.view(owner).revision() + 1
    rich = replace(full, revision=first, updated_at=NOW + timedelta(microseconds=1))
    for seq, thing in enumerate((plain, rich, replace(plain, revision=first + 1)), first):
        async with store.begin(owner, NOW, IDS) as unit:
            (unit.of(kind).update if thing.revision else unit.of(kind).add)(thing)
            await unit.commit()
        assert await store.view(owner).of(kind).get(plain.id) == replace(thing, revision=seq)
        assert (await feed(store, owner))[-1].value == replace(thing, revision=seq)


async def test_a_page_of_tasks_has_every_field_in_any_form(store: Store) -> None:
    owner = await new_owner(store)
    task = every_field_given(TASKS, a_task(owner), await references(store, owner, TASKS))
    [change] = await write(store, owner, lambda unit: unit.of(TASKS).add(task))
    which = TaskFilter(parents=frozenset([task.parent_id]))
    for form, expected in ((TASKS.of_plain, change.value), (fields, TASKS.plain(change.value))):
        assert (await store.view(owner).tasks.page(which, TaskSort(), None, 1, form)).items == (expected,)


def fields(*values: object) -> tuple[object, ...]:
    return values


@pytest.mark.parametrize("char", ["a", "\U0001f600", "\u0301", "\n", "\x7f", "\ufffe", "'", "\\", '"', "%"])
async def test_the_longest_texts_come_back(store: Store, char: str) -> None:
    longest = a_task(UserId(IDS.new()), char * TITLE_MAX, description=char * DESCRIPTION_MAX)
    await come_back(store, TASKS, [longest, replace(longest, id=TaskId(IDS.new()), description="")])


@pytest.mark.parametrize(
    "text",
    [
        "1970-01-01",
        "9999-12-31",
        "2026-11-20T15:00",
        "2026-11-20T15:00:00",
        "2026-11-20t15:00:00.120000",
        "2026-11-20T15:00:00z",
        "2026-11-20T15:00:00-00:00",
        "2026-11-20T15:00:00Z[Europe/Berlin]",
        "2026-11-20T15:00:00+01:00[!Europe/Berlin]",
        "9999-12-31T23:59:59.999999Z",
    ],
)
async def test_a_due_date_comes_back_exactly_as_it_was_written(store: Store, text: str) -> None:
    await come_back(store, TASKS, [a_task(UserId(IDS.new()), due_date=DueDate.parse(text))])


@examples
@given(
    name=st.text(characters, min_size=1, max_size=255),
    local=st.text(characters, min_size=1, max_size=200),
    created_at=instants,
    disabled=st.booleans(),
    password_hash=st.text(characters, min_size=1, max_size=200),
)
async def test_people_come_back_as_they_went_in(
    store: Store, name: str, local: str, created_at: datetime, disabled: bool, password_hash: str
) -> None:
    email = f"{IDS.new()}{local}"
    user = someone(email=email, name=name, created_at=created_at, disabled=disabled, time_zone="Pacific/Chatham")
    await on_accounts(store, lambda unit: unit.users.add(user, password_hash))
    people = store.accounts().users
    assert await people.get(user.id) == user
    assert await people.credentials(email) == Credentials(user=user, password_hash=password_hash)


@examples
@given(
    generation=st.integers(1, 2**31 - 1),
    times=st.tuples(instants, instants, instants),
    replays=st.integers(0, 2**31 - 1),
    client=st.text(characters, max_size=CLIENT_MAX),
)
async def test_login_sessions_come_back_as_they_went_in(
    store: Store, generation: int, times: tuple[datetime, datetime, datetime], replays: int, client: str
) -> None:
    user = await join(store)
    created_at, last_used_at, rotated_at = times
    session = a_session(
        user.id,
        generation=generation,
        created_at=created_at,
        last_used_at=last_used_at,
        rotated_at=rotated_at,
        replays=replays,
        client=client,
    )
    await on_accounts(store, lambda unit: unit.sessions.add(session))
    assert list(await store.accounts().sessions.of_user(user.id)) == [session]
    async with store.begin_accounts() as unit:
        assert await unit.sessions.locked(session.id) == session
