"""The round of a client in Python: register, add, repeat, page, change under a condition, and a batch."""

import sys
from uuid import UUID

from todo_client import AuthenticatedClient, Client
from todo_client.api.accounts import register
from todo_client.api.batches import run_batch
from todo_client.api.tasks import add_task, change_task, list_tasks
from todo_client.models import (
    AddStep,
    Batch,
    ChangeStep,
    ListTasksSort,
    NewTask,
    NewTaskInBatch,
    NewUser,
    Priority,
    Problem,
    Reference,
    Session,
    Task,
    TaskChange,
    TaskChangeInBatch,
)
from todo_client.types import UNSET, Unset


def main(address: str) -> None:
    wish = NewUser(email="python@example.org", password="correct horse battery staple", name="Ada")
    session = register.sync(client=Client(address), body=wish)
    assert isinstance(session, Session), session
    client = AuthenticatedClient(address, session.token)
    me = session.user.id
    tasks = [add(client, me, title, key=f"key-{title}") for title in ("milk", "bread", "eggs")]
    assert add(client, me, "milk", key="key-milk", replayed=True) == tasks[0]
    assert every_title(client, me) == ["milk", "eggs", "bread"]
    change_under_a_condition(client, me, tasks[0])
    batch(client, me)
    print(session.user.email)


def add(client: AuthenticatedClient, me: UUID, title: str, key: str, replayed: bool = False) -> Task:
    body = NewTask(title=title, priority=Priority.HIGH, due_date="2026-11-20")
    answer = add_task.sync_detailed(me, client=client, body=body, idempotency_key=key)
    assert isinstance(answer.parsed, Task), answer
    assert ("Idempotency-Replayed" in answer.headers) == replayed
    return answer.parsed


def every_title(client: AuthenticatedClient, me: UUID) -> list[str]:
    titles: list[str] = []
    cursor: str | Unset = UNSET
    while True:
        page = list_tasks.sync_detailed(me, client=client, sort=ListTasksSort.TITLE_DESC, limit=2, cursor=cursor)
        assert isinstance(page.parsed, list), page
        titles += [task.title for task in page.parsed]
        if "X-Next-Cursor" not in page.headers:
            return titles
        cursor = page.headers["X-Next-Cursor"]


def change_under_a_condition(client: AuthenticatedClient, me: UUID, task: Task) -> None:
    change, tag = TaskChange(description="two litres", due_date=None), f'"{task.revision}"'
    changed = change_task.sync(me, task.id, client=client, body=change, if_match=tag)
    assert isinstance(changed, Task), changed
    assert (changed.description, changed.due_date, changed.priority) == ("two litres", None, Priority.HIGH)
    stale = change_task.sync_detailed(me, task.id, client=client, body=TaskChange(title="x"), if_match=tag)
    assert stale.status_code == 412
    assert isinstance(stale.parsed, Problem), stale
    assert stale.headers["ETag"] == f'"{changed.revision}"'


def batch(client: AuthenticatedClient, me: UUID) -> None:
    added = AddStep(op="add", ref="plan", task=NewTaskInBatch(title="plan"))
    changed = ChangeStep(op="change", id=Reference("plan"), task=TaskChangeInBatch(completed=True))
    results = run_batch.sync(me, client=client, body=Batch(operations=[added, changed]))
    assert isinstance(results, list), results
    assert [result.status for result in results] == [201, 200]
    last = results[-1].task
    assert isinstance(last, Task)
    assert last.completed


main(sys.argv[1])
