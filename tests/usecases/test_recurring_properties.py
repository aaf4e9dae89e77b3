"""Generated rules and random programs: the series is visited in order, and taking back is the identity."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from tests.model.recurrence_drawn import Drawn, drawn
from tests.model.recurrence_walk import Walk
from tests.usecases.person import Person, somebody
from tests.usecases.series import complete, completions, due, recurring, skip, take_back
from tests.usecases.test_taking_back import picture
from todo_adapters.contracts.fakes import NOON, FixedClock
from todo_adapters.memory.store import MemoryStore
from todo_core.model.completion import Done, DoneQuery
from todo_core.model.task import Task
from todo_core.usecases.tasks import find_done

RULES = 60
PROGRAMS = 40
STEPS = 12
HOWS: list[dict[str, Any]] = [{}, {"catch_up": "all"}, {"anchor": "completion"}]


async def a_person() -> Person:
    return await somebody(MemoryStore(), time_zone="Europe/Berlin")


async def visited(person: Person, rule: Drawn, most: int) -> list[str | None]:
    """The due dates of a task whose missed occurrences come one at a time, until it ends."""
    task = await recurring(person, {"rule": rule.rule, "catch_up": "all"}, rule.start.isoformat())
    found: list[str | None] = []
    while not task.completed and len(found) < most:
        found.append(due(task))
        task = await complete(person, task)
    return found


async def test_completing_visits_exactly_the_series() -> None:
    ada, compared = await a_person(), 0
    for rule in drawn(14, RULES):
        expected = [day.isoformat() for day in Walk(rule.rule, rule.start).days(rule.last)][:10]
        assert await visited(ada, rule, len(expected)) == expected, rule
        compared += len(expected)
    assert compared > 5 * RULES


async def a_family(person: Person, chance: Random, rule: Drawn) -> tuple[Task, list[Task]]:
    """A recurring task, and subtasks on two levels."""
    deferred = chance.choice([None, (rule.start - timedelta(days=2)).isoformat()])
    how = {"rule": rule.rule, **chance.choice(HOWS)}
    task = await recurring(person, how, rule.start.isoformat(), deferred_until=deferred)
    below: list[Task] = []
    for _ in range(3):
        parent = chance.choice([task, *below[:1]])
        below.append(await person.add("below", parent_id=parent.id, completed=chance.random() < 0.5))
    if chance.random() < 0.5:
        below.append(await recurring(person, {"rule": "FREQ=DAILY;COUNT=2"}, parent_id=task.id))
    return task, below


async def play(person: Person, chance: Random, task: Task, below: list[Task]) -> None:
    """One random deed."""
    deeds: list[Callable[[], Awaitable[Any]]] = [
        lambda: complete(person, task),
        lambda: skip(person, task),
        lambda: take_back(person, task),
        lambda: complete(person, chance.choice(below)),
        lambda: take_back(person, chance.choice(below)),
        lambda: person.change(task, title=chance.choice("ab"), deferred_until=None),
        lambda: person.change(task, completed=chance.random() < 0.5, recurrence={"rule": "FREQ=WEEKLY;COUNT=4"}),
        lambda: person.change(task, due_date=f"2027-0{chance.randint(1, 9)}-14"),
    ]
    person.clock.advance(hours(chance))
    if (await person.now(task)).completed:
        del deeds[1]
    await chance.choice(deeds)()


def hours(chance: Random) -> timedelta:
    return timedelta(hours=chance.choice([0, 1, 30, 1000]))


@pytest.mark.parametrize("seed", range(PROGRAMS // 10))
async def test_after_any_program_completing_and_taking_back_is_the_identity(seed: int) -> None:
    chance = Random(seed)
    for rule in drawn(seed, 10):
        ada = Person((home := await a_person()).store, home.owner, FixedClock(NOON))
        task, below = await a_family(ada, chance, rule)
        for _ in range(STEPS):
            await play(ada, chance, task, below)
            if (await ada.now(task)).completed:
                continue
            before, log, made = await picture(ada), await everything_done(ada), await completions(ada)
            for end in chance.choices([complete, skip], k=2):
                if not (await ada.now(task)).completed:
                    await end(ada, task)
                    ada.clock.advance(hours(chance))
            while len(await completions(ada)) > len(made):
                await take_back(ada, task)
            assert (await picture(ada), await everything_done(ada)) == (before, log), rule
        keys = [(each.task_id, each.key) for each in await completions(ada)]
        assert len(set(keys)) == len(keys)


async def everything_done(person: Person, limit: int = 3) -> list[Done]:
    """The log page by page."""
    found, page = [], await person.see(find_done, DoneQuery(), None, limit)
    while True:
        found += page.items
        if page.next is None:
            break
        page = await person.see(find_done, DoneQuery(), page.next, limit)
    assert found == sorted(found, key=lambda each: (each.completed_at, each.id), reverse=True)
    return found


async def test_occurrences_advance_strictly_however_late_they_are_completed() -> None:
    ada, chance = await a_person(), Random(14)
    for rule in drawn(15, RULES // 2):
        for how in HOWS:
            task = await recurring(ada, {"rule": rule.rule, **how}, rule.start.isoformat())
            ada.clock.advance(datetime.combine(rule.start, NOON.timetz()) - ada.clock.now())
            scheduled: list[date] = [rule.start]
            for _ in range(4):
                ada.clock.advance(hours(chance))
                task = await complete(ada, task)
                if task.completed or task.due_date is None:
                    break
                scheduled.append(date.fromisoformat(task.due_date.text))
            if "anchor" not in how:
                assert scheduled == sorted(set(scheduled)), (rule, how)
            assert set(scheduled) <= set(Walk(rule.rule, rule.start).days(scheduled[-1])) or "anchor" in how
