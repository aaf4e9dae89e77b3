"""The export of an account: one JSON document, with things as the API shows them."""

import json
from typing import Any

from tests.http.service import Api, Person
from todo_adapters.cli.account_export import FORMAT, VERSION, exported


async def export(api: Api, person: Person) -> dict[str, Any]:
    of = await api.todo.accounts.export(person.email)
    text = b"".join([piece async for piece in exported(of, api.clock.now())])
    document: dict[str, Any] = json.loads(text)
    return document


async def test_it_has_what_the_api_shows(api: Api, ada: Person) -> None:
    work = await ada.add_list("Work", color="#aabbcc")
    top = await ada.add("Plan", list_id=work["id"], tags=["Home"], due_date="2026-11-20T15:00")
    await ada.add("Call Bob", parent_id=top["id"], description='Über "Mathe"\n')
    document = await export(api, ada)
    assert list(document) == [
        "format", "version", "exported_at", "account", "login_sessions", "tasks", "lists", "completions", "trash",
    ]  # fmt: skip
    assert (document["format"], document["version"]) == (FORMAT, VERSION) == ("todo-account", 1)
    assert document["exported_at"] == "2026-11-20T12:00:00.000000Z"
    assert document["account"] == (await ada.get("/api/auth/me")).json() | {"disabled": False}
    assert document["tasks"] == (await ada.get(ada.tasks)).json()
    assert document["lists"] == (await ada.get(f"/api/{ada.id}/lists")).json()
    (session,) = (await ada.get("/api/auth/sessions")).json()
    assert document["login_sessions"] == [{name: session[name] for name in session if name != "current"}]
    assert document["trash"] == []


async def test_the_trash_has_every_thing_with_its_deletion(api: Api, ada: Person) -> None:
    top = await ada.add("Plan")
    below = await ada.add("Call Bob", parent_id=top["id"])
    await ada.ask("DELETE", ada.task(top))
    (entry,) = (await ada.get(f"/api/{ada.id}/trash")).json()
    first, second = (await export(api, ada))["trash"]
    deleted = {"deletion": top["id"], "deleted_at": entry["deleted_at"], "entity": "task"}
    assert first == {**deleted, "value": entry["value"]}
    assert second == {**deleted, "value": below | {"revision": second["value"]["revision"]}}


async def test_it_has_no_secrets(api: Api, ada: Person) -> None:
    text = json.dumps(await export(api, ada))
    hashed = await api.todo.run.store.accounts().users.credentials(ada.email)
    assert hashed is not None
    for secret in (hashed.password_hash, ada.session["token"], ada.session["refresh_token"]):
        assert secret not in text
