"""Mistakes with sets, previous changes, pages and histories of the feed: each function plants one."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from tests.contracts.seeded_faults import Fault, instead_of
from todo_adapters.memory import feed
from todo_adapters.memory.feed import MemoryChangeReads
from todo_adapters.memory.sessions import MemorySessions
from todo_adapters.memory.state import others_run
from todo_adapters.memory.things import MemoryThingReads, MemoryThings, MemoryWrite, Numbering
from todo_adapters.memory.work import MemoryUnitOfWork
from todo_core.errors import NotFound
from todo_core.model.change import Change, FeedPage
from todo_core.model.kinds import Kind
from todo_core.paging import Page

good_number = Numbering.number
good_things_page = MemoryThingReads.page
good_end = MemorySessions.end
good_page = MemoryChangeReads.page
good_at = MemoryChangeReads.at
good_history = MemoryChangeReads.history


def told_wrongly(name: str, wrong: Callable[[Change, int], Any]) -> Fault:
    """A field of changes that is wrong; ``wrong`` gets a change and its place in the unit of work."""

    @instead_of(Numbering, "number")
    def fault(self: Numbering, writes: Sequence[MemoryWrite]) -> tuple[Change, ...]:
        changes = good_number(self, writes)
        return tuple(replace(change, **{name: wrong(change, place)}) for place, change in enumerate(changes))

    return fault


def named(name: str, fault: Fault) -> Fault:
    fault.__name__ = name
    return fault


each_change_a_set = named("each_change_a_set", told_wrongly("set", lambda change, _: change.seq))
set_begins_anew_after_a_thousand = named(
    "set_begins_anew_after_a_thousand", told_wrongly("set", lambda change, place: change.set + place // 1_000 * 1_000)
)
previous_missing = named("previous_missing", told_wrongly("previous", lambda *_: None))
previous_is_the_number_before = named(
    "previous_is_the_number_before", told_wrongly("previous", lambda change, _: change.seq - 1 or None)
)
session_forgotten = named("session_forgotten", told_wrongly("session", lambda *_: None))
session_of_the_first_only = named(
    "session_of_the_first_only", told_wrongly("session", lambda change, place: None if place else change.session)
)
root_forgotten = named("root_forgotten", told_wrongly("root", lambda *_: None))
root_is_the_thing = named("root_is_the_thing", told_wrongly("root", lambda change, _: change.root and change.id))


@instead_of(Numbering, "number")
def previous_as_it_was_read(self: Numbering, writes: Sequence[MemoryWrite]) -> tuple[Change, ...]:
    """Also for the second write to a thing in one unit."""
    pairs = zip(good_number(self, writes), writes, strict=True)
    return tuple(replace(change, previous=write.thing.revision or None) for change, write in pairs)


def set_begins_anew_after_a_look(patch: pytest.MonkeyPatch) -> None:
    written_before: dict[int, int] = {}

    async def page(self: MemoryThingReads[Any], after: Any, limit: int) -> Any:
        if isinstance(self, MemoryThings):
            written_before[id(self._writes)] = len(self._writes)
        return await good_things_page(self, after, limit)

    def number(self: Numbering, writes: Sequence[MemoryWrite]) -> tuple[Change, ...]:
        changes, place = good_number(self, writes), written_before.get(id(writes), 0)
        return changes[:place] + tuple(replace(each, set=changes[place].seq) for each in changes[place:])

    patch.setattr(MemoryThingReads, "page", page)
    patch.setattr(Numbering, "number", number)


@instead_of(MemorySessions, "end")
async def session_goes_with_its_end(self: MemorySessions, session_ids: Sequence[Any], at: datetime) -> None:
    await good_end(self, session_ids, at)
    for shelf in self._draft.shelves.values():
        shelf.feed = [replace(each, session=None) if each.session in session_ids else each for each in shelf.feed]


@instead_of(MemoryUnitOfWork, "dry_run")
async def dry_run_tells_no_sets(unit: MemoryUnitOfWork) -> Sequence[Change]:
    unit.close()
    return [replace(change, set=change.seq) for change in unit._numbered()[2]]


@instead_of(MemoryChangeReads, "page")
async def state_of_the_feed_from_another_moment(self: MemoryChangeReads, *terms: Any) -> FeedPage:
    page = await good_page(self, *terms)
    for _ in range(4):
        await others_run()
    return replace(page, latest=self._state.shelf(self._owner).revision)


def page_told_wrongly(name: str, **wrong: Callable[[FeedPage], Any]) -> Fault:
    @instead_of(MemoryChangeReads, "page")
    async def fault(self: MemoryChangeReads, *terms: Any) -> FeedPage:
        page = await good_page(self, *terms)
        return replace(page, **{field: value(page) for field, value in wrong.items()})

    return named(name, fault)


latest_is_that_of_the_page = page_told_wrongly(
    "latest_is_that_of_the_page", latest=lambda page: page.items[-1].seq if page.items else 0
)
end_of_a_page_taken_for_the_end = page_told_wrongly("end_of_a_page_taken_for_the_end", more=lambda _: False)
pruned_untold = page_told_wrongly("pruned_untold", pruned=lambda _: 0)


@instead_of(MemoryChangeReads, "page")
async def entity_ignored(self: MemoryChangeReads, after: Any, limit: int, _: str | None = None) -> FeedPage:
    return await good_page(self, after, limit)


@instead_of(MemoryChangeReads, "page")
async def feed_of_nobody_is_empty(self: MemoryChangeReads, *terms: Any) -> FeedPage:
    try:
        return await good_page(self, *terms)
    except NotFound:
        return FeedPage(items=(), more=False, latest=0, pruned=0, epoch=self._state.epoch)


@instead_of(MemoryChangeReads, "page")
async def pruned_changes_shown(self: MemoryChangeReads, after: Any, limit: int, entity: Any = None) -> FeedPage:
    shelf = self._state.shelf(self._owner)
    pruned, shelf.pruned = shelf.pruned, 0
    page = await good_page(self, after, limit, entity)
    shelf.pruned = pruned
    return replace(page, pruned=pruned)


def bytes_of_changes_unbounded(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(feed, "_within_bytes", tuple)


@instead_of(MemoryChangeReads, "at")
async def a_few_numbers_at_once(self: MemoryChangeReads, seqs: Collection[int]) -> Any:
    return await good_at(self, [*seqs][:1_000])


@instead_of(MemoryChangeReads, "history")
async def history_crosses_owners(self: MemoryChangeReads, kind: Kind[Any], thing_id: UUID, *terms: Any) -> Any:
    for owner, shelf in self._state.shelves.items():
        if shelf.table(kind).get(thing_id):
            return await good_history(MemoryChangeReads(self._state, owner), kind, thing_id, *terms)
    return await good_history(self, kind, thing_id, *terms)


@instead_of(MemoryChangeReads, "history")
async def history_goes_by_the_number_alone(
    self: MemoryChangeReads, kind: Kind[Any], thing_id: UUID, first: int | None, limit: int
) -> Page[Change, int]:
    page = await good_history(self, kind, thing_id, first, limit)
    found = [each for each in self._state.shelf(self._owner).feed if each.seq == first]
    return page if page.items or not found else Page(tuple(found), None)


@instead_of(MemoryChangeReads, "history")
async def history_of_the_trash_missing(self: MemoryChangeReads, kind: Kind[Any], thing_id: UUID, *terms: Any) -> Any:
    if thing_id not in self._state.shelf(self._owner).table(kind):
        raise NotFound
    return await good_history(self, kind, thing_id, *terms)


@instead_of(MemoryChangeReads, "history")
async def history_of_what_is_purged(self: MemoryChangeReads, kind: Kind[Any], thing_id: UUID, *terms: Any) -> Any:
    try:
        return await good_history(self, kind, thing_id, *terms)
    except NotFound:
        found = [each for each in reversed(self._state.shelf(self._owner).feed) if each.id == thing_id]
        if not found:
            raise
        return Page(tuple(found), None)


@instead_of(MemoryChangeReads, "history")
async def history_oldest_first(self: MemoryChangeReads, *terms: Any) -> Any:
    page = await good_history(self, *terms)
    return replace(page, items=page.items[::-1])


def kind_of_history_ignored(patch: pytest.MonkeyPatch) -> None:
    async def history(self: MemoryChangeReads, _: Kind[Any], thing_id: UUID, *terms: Any) -> Any:
        shelf = self._state.shelf(self._owner)
        kinds = [each.kind for each in shelf.trash.values()] + [*shelf.things]
        for kind in kinds:
            try:
                return await good_history(self, kind, thing_id, *terms)
            except NotFound:
                pass
        raise NotFound

    patch.setattr(MemoryChangeReads, "history", history)
