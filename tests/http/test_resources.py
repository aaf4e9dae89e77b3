"""Every field of every resource, over HTTP: what is sent is stored and comes back, whether new or changed."""

from typing import Any

import pytest

from tests.http.service import THINGS, Person
from todo_adapters.contracts.samples import sample
from todo_core.model.kinds import Kind

every_resource = pytest.mark.parametrize("resource", THINGS.values(), ids=lambda resource: resource.kind.name)


def fields_of(kind: Kind[Any], other_than: dict[str, Any] | None = None) -> dict[str, Any]:
    """A value for each field that can be given and read alike, as JSON has it, except for references and tags."""
    before = other_than or {}
    apart = {"tags", "recurrence", *kind.references}
    names = [name for name in kind.rules if name in kind.names and name not in apart]
    values = {name: sample(kind, name, before.get(name)) for name in names}
    return {name: getattr(value, "text", value) for name, value in values.items()}


async def things_of(person: Person, kind: Kind[Any]) -> dict[str, Any]:
    """Values for fields that refer to things, which are new, and for those that have no sample."""
    if kind.name != "task":
        return {}
    work = (await person.add_list())["id"]
    return {
        "list_id": work,
        "parent_id": (await person.add(list_id=work))["id"],
        "tags": ["Errand", f"shop {len(await person.titles())}"],
    }


@every_resource
async def test_every_field_comes_back(ada: Person, resource: Any) -> None:
    path, given = f"/api/{ada.id}/{resource.plural}", fields_of(resource.kind)
    given |= await things_of(ada, resource.kind)
    added = await ada.ask("POST", path, json=given)
    assert added.status_code == 201, added.text
    assert {name: added.json()[name] for name in given} == given
    assert (await ada.get(f"{path}/{added.json()['id']}")).json() == added.json()


@every_resource
async def test_every_field_can_be_changed(ada: Person, resource: Any) -> None:
    path = f"/api/{ada.id}/{resource.plural}/{await ada.thing(resource.parameter)}"
    before = (await ada.get(path)).json()
    given = fields_of(resource.kind, before) | await things_of(ada, resource.kind)
    assert all(before[name] != value for name, value in given.items())
    changed = await ada.ask("PATCH", path, json=given)
    assert {name: changed.json()[name] for name in given} == given, changed.text
    assert (await ada.get(path)).json() == changed.json()
