"""Writes and queries put into requests, and things out of answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

import httpx

from tests.contracts.wording import UseCase, complete_alone
from tests.http.service import Person
from todo_core.errors import Invalid, Violation
from todo_core.model.due import DueDate
from todo_core.model.kinds import Kind, Patch
from todo_core.model.rules import Reference
from todo_core.model.task import TASKS
from todo_core.model.task_filter import TaskQuery
from todo_core.model.task_list import LISTS
from todo_core.model.task_sort import TaskSort
from todo_core.model.write_options import Revisions
from todo_core.usecases import completing, lists, tags, things, trash
from todo_core.usecases.batch import AddStep, ChangeStep, MoveStep, RemoveStep, Step, apply_batch
from todo_core.usecases.moving import Move, move_thing

PLURALS: Final = {TASKS.name: "tasks", LISTS.name: "lists"}
KINDS: Final[Mapping[str, Kind[Any]]] = {kind.name: kind for kind in (TASKS, LISTS)}


@dataclass(frozen=True, slots=True)
class Wording:
    """What to ask for, and the status that it has when it is granted."""

    method: str
    path: str
    status: int
    body: Any = None
    query: tuple[tuple[str, str], ...] = ()


def wording(person: Person, use_case: UseCase, args: Sequence[Any]) -> Wording:
    """The request for a write."""
    home = f"/api/{person.id}"
    if use_case is apply_batch:
        return Wording("POST", f"{home}/batch", 200, {"operations": [_operation(step) for step in args[0]]})
    if use_case is things.add_thing:
        return Wording("POST", f"{home}/{PLURALS[args[0].kind.name]}", 201, _draft(args[0]))
    if use_case in {tags.rename_tag, tags.remove_tag}:
        path = f"{home}/tags/{quote(args[0], safe='')}"
        return Wording("PATCH", path, 200, {"name": args[1]}) if args[1:] else Wording("DELETE", path, 200)
    if use_case is trash.empty_trash:
        return Wording("DELETE", f"{home}/trash", 204)
    if use_case is trash.restore_thing:
        return Wording("POST", f"{home}/trash/{args[0]}/restore", 200)
    if use_case is trash.purge_thing:
        return Wording("DELETE", f"{home}/trash/{args[0]}", 204)
    return _about_one(home, use_case, args)


def _about_one(home: str, use_case: UseCase, args: Sequence[Any]) -> Wording:
    """The request for a write to a task or a list."""
    if use_case is lists.empty_list_into_inbox:
        return Wording("DELETE", f"{home}/lists/{args[0]}", 204, query=(("tasks", "inbox"),))
    if use_case is things.change_thing:
        return Wording("PATCH", f"{home}/{PLURALS[args[1].kind.name]}/{args[0]}", 200, _plain(args[1]))
    if use_case is things.remove_thing:
        return Wording("DELETE", f"{home}/{PLURALS[args[1].name]}/{args[0]}", 204)
    if use_case is move_thing:
        return Wording("POST", f"{home}/{PLURALS[args[1].into.kind.name]}/{args[0]}/move", 200, _move(args[1]))
    body: dict[str, Any] = {"completed": use_case is not completing.reopen_task}
    if use_case is complete_alone:
        body["subtasks"] = "keep"
    return Wording("PATCH", f"{home}/tasks/{args[0]}/complete", 200, body)


def _sent(value: Any) -> Any:
    if isinstance(value, Reference):
        return {"$ref": value.name}
    if isinstance(value, UUID):
        return str(value)
    return value.text if isinstance(value, DueDate) else value


def _plain(patch: Patch[Any]) -> dict[str, Any]:
    return {name: _sent(value) for name, value in patch.values.items()}


def _draft(draft: Any) -> dict[str, Any]:
    return _plain(draft) | ({} if draft.id is None else {"id": str(draft.id)})


def _move(move: Move) -> dict[str, Any]:
    anchor = {"after" if move.after else "before": _sent(move.anchor)}
    return _plain(move.into) | ({} if move.anchor is None and not move.after else anchor)


def _operation(step: Step) -> dict[str, Any]:
    kind = step.kind.name
    if isinstance(step, AddStep):
        return {"op": "add", kind: _draft(step.draft), **({} if step.name is None else {"ref": step.name})}
    operation: dict[str, Any] = {"id": _sent(step.target)}
    if isinstance(step, RemoveStep):
        operation |= {"op": "remove", "entity": kind}
    elif isinstance(step, ChangeStep):
        operation |= {"op": "change", kind: _plain(step.patch)}
    elif isinstance(step, MoveStep):
        operation |= {"op": "move", kind: _move(step.move)}
    else:
        subtasks = "complete" if step.subtasks else "keep"
        operation |= {"op": "complete", kind: {"completed": step.completed, "subtasks": subtasks}}
    if step.revisions is not None:
        operation["if_match"] = revision_tags(step.revisions)
    return operation


def badly_worded(steps: Sequence[Step]) -> list[Violation]:
    """What HTTP finds wrong in the words of a batch."""
    if not steps:
        return [Violation("operations", "out-of-range", "")]
    names: dict[str, str] = {}
    violations: list[Violation] = []

    def check(place: str, value: Any, kind: str) -> None:
        if isinstance(value, Reference) and names.get(value.name) != kind:
            violations.append(Violation(f"operations/{place}/$ref", "unknown-reference", ""))

    for number, step in enumerate(steps):
        kind = step.kind.name
        for field, value in _references(step).items():
            check(f"{number}/{kind}/{field}", value, step.kind.references.get(field, kind))
        if not isinstance(step, AddStep):
            check(f"{number}/id", step.target, kind)
        elif step.name is not None:
            if step.name in names:
                violations.append(Violation(f"operations/{number}/ref", "unusable-name", ""))
            names[step.name] = kind
    return violations


def _references(step: Step) -> dict[str, Any]:
    """The fields of a step in which a thing can be named."""
    if isinstance(step, MoveStep):
        return {**step.move.into.values, "after" if step.move.after else "before": step.move.anchor}
    patch = step.draft if isinstance(step, AddStep) else step.patch if isinstance(step, ChangeStep) else None
    return {} if patch is None else dict(patch.values)


def in_place(index: int, step: Step, invalid: Invalid) -> Invalid:
    """The rules that a step breaks, as HTTP tells them."""
    place = f"operations/{index}/{step.kind.name}"
    return Invalid([Violation(f"{place}/{rule.field}", rule.code, rule.detail) for rule in invalid.violations])


def revision_tags(revisions: Revisions) -> str:
    return "*" if revisions is None else ", ".join(f'"{revision}"' for revision in sorted(revisions))


def parameters(wish: TaskQuery, sort: TaskSort, limit: int) -> list[tuple[str, str | int]]:
    """The query parameters of a list of tasks."""
    assert wish.due_before is wish.due_after is None
    found: list[tuple[str, str | int]] = [("limit", limit)]
    if wish.completed is not None:
        found.append(("status", "completed" if wish.completed else "pending"))
    if wish.deferred is not None:
        found.append(("deferred", "only" if wish.deferred else "hide"))
    found += [("priority", priority or "none") for priority in sorted(wish.priorities, key=str)]
    found += [("list", str(list_id or "inbox")) for list_id in sorted(wish.lists, key=str)]
    found += [("parent", str(parent or "none")) for parent in wish.parents]
    found += [("tag", tag) for tag in sorted(wish.tags)] + ([("tag", "none")] if wish.has_tags is False else [])
    if wish.due is not None:
        found.append(("due", wish.due.value))
    if wish.words:
        found.append(("q", " ".join(wish.words)))
    if sort != TaskSort():
        found.append(("sort", f"{'-' if sort.descending else ''}{sort.field.value}"))
    return found


def thing_of(told: dict[str, Any]) -> Any:
    """A task or a list as an answer tells it."""
    kind = TASKS if "title" in told else LISTS
    values: dict[str, Any] = {}
    for name in kind.names:
        value, hint = told[name], kind.hints[name]
        if value is not None and name.endswith(("_at", "id")):
            value = datetime.fromisoformat(value) if name.endswith("_at") else UUID(value)
        values[name] = tuple(value) if hint == tuple[str, ...] else value
    if kind is TASKS:
        assert told["completed"] is (values["completed_at"] is not None)
        values["priority"] = values["priority"] and TASKS.rules["priority"](values["priority"])
        for name in ("due_date", "deferred_until"):
            values[name] = values[name] and DueDate.parse(values[name])
    return kind.entity(**values)


def written(answer: httpx.Response) -> Any:
    """What a write gives: nothing, a thing, a number, or the things of a batch."""
    if answer.status_code == 204:
        assert not answer.content
        return None
    told = answer.json()
    if isinstance(told, list):
        results = [next(result[name] for name in KINDS if name in result) for result in told]
        return tuple(None if thing is None else thing_of(thing) for thing in results)
    if set(told) == {"changed"}:
        return told["changed"]
    thing = thing_of(told)
    assert answer.headers["etag"] == f'"{thing.revision}"'
    if answer.status_code == 201:
        plural = PLURALS[next(name for name, kind in KINDS.items() if isinstance(thing, kind.entity))]
        assert answer.headers["location"] == f"/api/{thing.user_id}/{plural}/{thing.id}"
    return thing
