"""Random programs are undone set by set: each undo leads back to what there was before, each undo of it forth again."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.contracts.performing import Performance
from tests.contracts.programs import Glance, Look, Program, programs
from tests.usecases.undoing import Recorder, nothing_is_broken, picture
from todo_adapters.contracts.kit import join
from todo_core.errors import UndoConflict
from todo_core.ids import UserId
from todo_core.ports.storage import Store
from todo_core.usecases.undo import undo

examples = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def _writes(program: Program) -> Program:
    """The program without looking, and without deleting for good, which nothing can undo."""
    purges = {"purge", "empty_trash"}
    return [act for act in program if not isinstance(act, Look | Glance) and getattr(act, "what", "") not in purges]


writing = programs.map(_writes)


@pytest.fixture(scope="module")
def told() -> Iterator[Counter[str]]:
    """What came of the undos: properties that only empty or only refused ones have would prove nothing."""
    counted: Counter[str] = Counter()
    yield counted
    print(counted)


async def played(store: Store, program: Program) -> tuple[Recorder, UserId]:
    """The program as somebody new has carried it out."""
    owner, recorders = (await join(store)).id, []

    def opening(*parts: object) -> Recorder:
        recorders.append(Recorder(*parts))
        return recorders[0]

    await Performance(store, owner, opening).play(program)
    return recorders[0], owner


@examples
@given(program=writing)
async def test_undoing_every_set_in_reverse_leads_back_step_by_step(
    store: Store, told: Counter[str], program: Program
) -> None:
    recorder, owner = await played(store, program)
    run, now = recorder.run, await picture(store, owner)
    for seq, before in reversed(recorder.before.items()):
        undone = await run.write(owner, undo, seq)
        assert (await picture(store, owner)).of_those_in(before) == before
        await nothing_is_broken(store, owner, run)
        if undone:
            redone = await run.write(owner, undo, undone[0].seq)
            assert await picture(store, owner) == now
            await run.write(owner, undo, redone[0].seq)
            assert (await picture(store, owner)).of_those_in(before) == before
        now = await picture(store, owner)
        told["undone" if undone else "empty"] += 1


@examples
@given(program=writing, choices=st.lists(st.integers(0, 40), min_size=3, max_size=8))
async def test_undoing_any_set_leaves_nothing_broken_and_a_conflict_changes_nothing(
    store: Store, told: Counter[str], program: Program, choices: list[int]
) -> None:
    recorder, owner = await played(store, program)
    run, sets = recorder.run, [*recorder.before]
    for choice in choices:
        before, revision = await picture(store, owner), await store.view(owner).revision()
        try:
            undone = await run.write(owner, undo, sets[choice % len(sets)])
        except UndoConflict as conflict:
            assert conflict.conflicts
            assert (await picture(store, owner), await store.view(owner).revision()) == (before, revision)
            told.update({each.code for each in conflict.conflicts})
            continue
        await nothing_is_broken(store, owner, run)
        if undone:
            sets.append(undone[0].seq)
            told["out of order"] += 1
            await run.write(owner, undo, undone[0].seq)
            assert await picture(store, owner) == before
            await run.write(owner, undo, undone[0].seq + len(undone))
            await nothing_is_broken(store, owner, run)
