"""What every adapter promises of values: they come back as they went in, through every way that leads out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contracts.kit import IDS, NOW, a_session, a_task, all_tasks, feed, join, new_owner, on_accounts, someone
from todo_core.ids import TaskId, UserId
from todo_core.limits import CLIENT_MAX, DESCRIPTION_MAX, TITLE_MAX
from todo_core.model.due import DueDate
from todo_core.model.task import TASKS, Priority, Task
from todo_core.model.user import Credentials
from todo_core.ports.storage import Store

examples = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)

characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
first, last = (datetime(year, 6, 1, tzinfo=UTC).replace(tzinfo=None) for year in (1970, 9999))
local_times = st.datetimes(first, last)
instants = st.datetimes(first, last, timezones=st.just(UTC))
days = local_times.map(lambda time: time.date().isoformat())
floating = local_times.map(datetime.isoformat)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
fixed = st.builds(lambda time, offset: time.replace(tzinfo=offset).isoformat(), local_times, offsets)
zoned = st.sampled_from(["2026-11-20T15:00:00+01:00[Europe/Berlin]", "2026-10-25T02:30:00+01:00[!Europe/Berlin]"])
due_dates = st.one_of(days, floating, fixed, zoned).map(DueDate.parse)
tasks = st.builds(
    Task,
    id=st.builds(lambda: TaskId(IDS.new())),
    user_id=st.builds(lambda: UserId(IDS.new())),
    title=st.text(characters, min_size=1, max_size=TITLE_MAX),
    description=st.none() | st.text(characters, max_size=400),
    completed_at=st.none() | instants,
    priority=st.none() | st.sampled_from(Priority),
    due_date=st.none() | due_dates,
    created_at=instants,
    updated_at=instants,
)


async def come_back(store: Store, drafts: list[Task]) -> None:
    """Stores the tasks for somebody new and looks at them from every side."""
    owner = await new_owner(store)
    wanted = [replace(draft, user_id=owner) for draft in drafts]
    async with store.begin(owner, NOW, IDS) as unit:
        for task in wanted:
            unit.of(TASKS).add(task)
        changes = await unit.commit()
    expected = [replace(task, revision=seq) for seq, task in enumerate(wanted, 1)]
    assert [change.value for change in changes] == expected
    assert [await store.view(owner).of(TASKS).get(task.id) for task in wanted] == expected
    assert sorted(await all_tasks(store, owner), key=lambda task: task.revision) == expected
    assert await feed(store, owner) == list(changes)


@examples
@given(drafts=st.lists(tasks, min_size=1, max_size=4))
async def test_tasks_come_back_as_they_went_in(store: Store, drafts: list[Task]) -> None:
    await come_back(store, drafts)


async def test_every_field_of_a_task_comes_back(store: Store) -> None:
    """Not one field has its default, so that one which is forgotten cannot look as if it were kept."""
    due = DueDate.parse("2026-11-20T15:00:00.5+01:00[Europe/Berlin]")
    moment = datetime(2026, 11, 20, 14, 59, 59, 999999, tzinfo=UTC)
    task = a_task(
        UserId(IDS.new()),
        "Buy milk",
        description="Two bottles",
        completed_at=moment,
        priority=Priority.HIGH,
        due_date=due,
    )
    await come_back(
        store, [replace(task, created_at=moment - timedelta(1, 1, 1), updated_at=moment - timedelta(2, 2, 2))]
    )


async def test_every_field_of_a_task_comes_back_from_an_update(store: Store) -> None:
    owner = await new_owner(store)
    later = NOW + timedelta(microseconds=1)
    plain = a_task(owner)
    rich = replace(
        plain,
        revision=1,
        title="Buy bread",
        description="Rye",
        completed_at=later,
        priority=Priority.LOW,
        due_date=DueDate.parse("2026-11-20T15:00"),
        updated_at=later,
    )
    for seq, task in ((1, replace(plain, revision=0)), (2, rich), (3, replace(plain, revision=2))):
        async with store.begin(owner, NOW, IDS) as unit:
            (unit.of(TASKS).update if task.revision else unit.of(TASKS).add)(task)
            await unit.commit()
        assert await store.view(owner).of(TASKS).get(plain.id) == replace(task, revision=seq)
        assert (await feed(store, owner))[-1].value == replace(task, revision=seq)


@pytest.mark.parametrize("char", ["a", "\U0001f600", "\u0301", "\n", "\x7f", "\ufffe", "'", "\\", '"', "%"])
async def test_the_longest_texts_come_back(store: Store, char: str) -> None:
    longest = a_task(UserId(IDS.new()), char * TITLE_MAX, description=char * DESCRIPTION_MAX)
    await come_back(store, [longest, replace(longest, id=TaskId(IDS.new()), description="")])


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
    await come_back(store, [a_task(UserId(IDS.new()), due_date=DueDate.parse(text))])


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
