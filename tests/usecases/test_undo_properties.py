"""Random programs are undone set by set: each undo leads back to what there was before, each undo of it forth again."""

from collections import Counter

from tests.usecases.undoing import Player, nothing_is_broken, player
from todo_adapters.memory.store import MemoryStore
from todo_core.errors import UndoConflict
from todo_core.ports.storage import Store
from todo_core.usecases.undo import undo

STEPS = 20


def seeds(store: Store) -> range:
    """Of the programs. A step takes ten times longer in a database."""
    return range(30 if isinstance(store, MemoryStore) else 3)


async def back_and_forth(somebody: Player, told: Counter[str]) -> None:
    """Undoes every set, the latest first, and each time the undo and then the undo of that as well."""
    run, owner, now = somebody.run, somebody.owner, await somebody.picture()
    for seq, before in reversed(somebody.before.items()):
        undone = await run.write(owner, undo, seq)
        assert (await somebody.picture()).of_those_in(before) == before
        await nothing_is_broken(somebody)
        if undone:
            redone = await run.write(owner, undo, undone[0].seq)
            assert await somebody.picture() == now
            await run.write(owner, undo, redone[0].seq)
            assert (await somebody.picture()).of_those_in(before) == before
        now = await somebody.picture()
        told["undone" if undone else "nothing to undo"] += 1


async def test_undoing_every_set_in_reverse_leads_back_step_by_step(store: Store) -> None:
    told: Counter[str] = Counter()
    for seed in seeds(store):
        await back_and_forth(await (await player(store, seed)).play(STEPS), told)
    assert told["undone"] > len(seeds(store)) * STEPS / 3, told


async def test_undoing_any_set_breaks_nothing_and_a_conflict_changes_nothing(store: Store) -> None:
    told: Counter[str] = Counter()
    for seed in seeds(store):
        somebody = await (await player(store, seed)).play(STEPS, undoes=True)
        await nothing_is_broken(somebody)
        for seq in [*somebody.before]:
            before, revision = await somebody.picture(), await store.view(somebody.owner).revision()
            try:
                undone = await somebody.run.write(somebody.owner, undo, seq)
            except UndoConflict as conflict:
                assert (await somebody.picture(), await store.view(somebody.owner).revision()) == (before, revision)
                told.update({each.code for each in conflict.conflicts})
                continue
            await nothing_is_broken(somebody)
            if undone:
                await somebody.run.write(somebody.owner, undo, undone[0].seq)
                assert await somebody.picture() == before
                told["undone"] += 1
    refusals = {"changed-since", "gone", "not-empty"} if isinstance(store, MemoryStore) else set()
    assert {"undone", *refusals} <= set(told), told
