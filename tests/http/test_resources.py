"""Every field of every resource, over HTTP: what is sent is stored and comes back, whether new or changed."""

from typing import Any

import pytest

from tests.contracts.samples import sample
from tests.http.service import THINGS, Person
from todo_core.model.kinds import Kind

every_resource = pytest.mark.parametrize("resource", THINGS.values(), ids=lambda resource: resource.kind.name)


def fields_of(kind: Kind[Any], other_than: dict[str, Any] | None = None) -> dict[str, Any]:
    """A value for each field that can be given and read, as JSON has it."""
    before = other_than or {}
    values = {name: sample(kind, name, before.get(name)) for name in kind.rules if name in kind.names}
    return {name: getattr(value, "text", value) for name, value in values.items()}


@every_resource
async def test_every_field_comes_back(ada: Person, resource: Any) -> None:
    path, given = f"/api/{ada.id}/{resource.plural}", fields_of(resource.kind)
    added = await ada.ask("POST", path, json=given)
    assert added.status_code == 201, added.text
    assert {name: added.json()[name] for name in given} == given
    assert (await ada.get(f"{path}/{added.json()['id']}")).json() == added.json()


@every_resource
async def test_every_field_can_be_changed(ada: Person, resource: Any) -> None:
    path = f"/api/{ada.id}/{resource.plural}/{await ada.thing(resource.parameter)}"
    before = (await ada.get(path)).json()
    given = fields_of(resource.kind, before)
    assert all(before[name] != value for name, value in given.items())
    changed = await ada.ask("PATCH", path, json=given)
    assert {name: changed.json()[name] for name in given} == given, changed.text
    assert (await ada.get(path)).json() == changed.json()
