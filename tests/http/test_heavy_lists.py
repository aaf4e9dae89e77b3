"""Lists of long texts over HTTP: no answer is much longer than two megabytes, and following the links finds all."""

from uuid import UUID

import pytest

from tests.http.service import Api, Person
from todo_core.ids import UserId
from todo_core.limits import DESCRIPTION_MAX, TAG_MAX, TAGS_MAX
from todo_core.model.task import TASKS
from todo_core.usecases.things import add_thing
from todo_http.api.task_pages import BODY_MAX

COUNT = 160


@pytest.mark.check("I17", "P5")
@pytest.mark.parametrize("letter", ["\x01", "🥛", "a"])
async def test_no_page_is_too_long_and_all_pages_together_are_complete(api: Api, ada: Person, letter: str) -> None:
    owner = UserId(UUID(ada.id))
    for number in range(COUNT):
        draft = TASKS.draft(title=f"title {number:03}", description=letter * DESCRIPTION_MAX)
        await api.todo.run.write(owner, add_thing, draft)
    path, titles, sizes = ada.tasks, list[str](), list[int]()
    while path:
        answer = await ada.get(path)
        assert answer.status_code == 200
        titles += [task["title"] for task in answer.json()]
        sizes.append(len(answer.content))
        link = answer.links.get("next")
        path = link["url"] if link else ""
        assert path.rpartition("cursor=")[2] == answer.headers.get("x-next-cursor", "")
    assert titles == [f"title {number:03}" for number in range(COUNT)]
    assert max(sizes) <= BODY_MAX
    assert min(sizes[:-1], default=BODY_MAX) > BODY_MAX / 4, "pages are not short without need"


@pytest.mark.check("I17", "P5")
@pytest.mark.parametrize("letter", ["\\", "🥛"])
async def test_no_page_of_tasks_with_many_tags_is_too_long(api: Api, ada: Person, letter: str) -> None:
    owner, found, path = UserId(UUID(ada.id)), 0, ada.tasks
    tags = [f"{number:02}".ljust(TAG_MAX, letter) for number in range(TAGS_MAX)]
    for _ in range(700):
        await api.todo.run.write(owner, add_thing, TASKS.draft(title="x", tags=tags))
    while path:
        answer = await ada.get(path)
        assert len(answer.content) <= BODY_MAX
        found += len(answer.json())
        path = answer.links["next"]["url"] if "next" in answer.links else ""
    assert found == 700
