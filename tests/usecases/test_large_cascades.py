"""A list of a thousand tasks that goes to the trash and comes back once, whatever goes wrong on any store."""

from typing import cast

import pytest

from tests.support.cascade import Project
from tests.support.faulty import Plan, Watched
from todo_adapters.contracts.kit import new_owner
from todo_core import runner
from todo_core.ports.storage import Store


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "PAUSE", 0)


async def suffer(project: Project, removing: bool, plan: Plan) -> str:
    """Deletes or restores the list with what the plan lets go wrong."""
    store = cast("Store", Watched(project.store, plan, "store"))
    return await project.survives(removing, lambda: project.do(removing, store))


@pytest.mark.check("G9", "G12", "K12")
@pytest.mark.timeout(400)
async def test_a_list_of_a_thousand_tasks_is_deleted_and_restored_once_whatever_goes_wrong(store: Store) -> None:
    project = await Project(store, await new_owner(store)).begin()
    removal, restoration = Plan(), Plan()
    told = [await suffer(project, True, removal), await suffer(project, False, restoration)]
    removals, restorations = removal.sequels(), restoration.sequels()
    assert len(removals) + len(restorations) > 30
    for number in range(max(len(removals), len(restorations))):
        told.append(await suffer(project, True, removals[number] if number < len(removals) else Plan()))
        told.append(await suffer(project, False, restorations[number] if number < len(restorations) else Plan()))
    assert set(told) == {"answered", "not done", "done and not answered"}
