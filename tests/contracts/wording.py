"""What a random program does, put into use cases and their arguments for somebody with certain things."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final, TypeAlias
from uuid import UUID

from tests.contracts.programs import Do, Number, Step, Terms, Together, Words
from todo_core.model.kinds import Draft, Kind, Patch
from todo_core.model.rules import Reference
from todo_core.model.task import TASKS, Task
from todo_core.model.task_list import LISTS
from todo_core.model.write_options import Expected, Key, Revisions, WriteOptions
from todo_core.ports.storage import UnitOfWork
from todo_core.usecases import batch, completing, lists, tags, things, trash
from todo_core.usecases.moving import Move, move_thing

Made: TypeAlias = Mapping[str, Sequence[UUID]]
"""The ids of the things that were made, in order, by the name of their kind, and of those that are in the trash."""

TRASH: Final = "trash"

UseCase: TypeAlias = Callable[..., Awaitable[Any]]


async def complete_alone(tx: UnitOfWork, task_id: Any) -> Task:
    """Completes a task without its subtasks."""
    return await completing.complete_task(tx, task_id, subtasks=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """A write as it is asked for; ``about`` is the kind of the thing whose id is the first argument, or TRASH."""

    terms: Terms
    use_case: UseCase
    arguments: tuple[Any, ...]
    expected: Expected | None = None
    about: str | None = None

    @property
    def options(self) -> WriteOptions:
        """With a digest of all that is asked for, so that only what is asked for again is a repetition."""
        fingerprint = sha256(repr((self.use_case.__name__, self.arguments, self.expected)).encode()).digest()
        key = None if self.terms.key is None else Key(f"key-{self.terms.key}", fingerprint)
        return WriteOptions(key=key, expected=self.expected, dry_run=self.terms.dry_run)

    def of_another(self, number: int, made: Made) -> "Asked":
        """The same about another thing, if it is about one."""
        if self.about is None:
            return self
        thing_id = _the(self.about, number, made)
        expected = self.expected and replace(self.expected, id=thing_id)
        return replace(self, arguments=(thing_id, *self.arguments[1:]), expected=expected)


COMMANDS: Final[Mapping[str, tuple[str, UseCase, Callable[[Words, Made], tuple[Any, ...]]]]] = {
    "change": (TASKS.name, things.change_thing, lambda words, made: (_task_patch(words, made),)),
    "complete": (TASKS.name, completing.complete_task, lambda *_: ()),
    "complete_alone": (TASKS.name, complete_alone, lambda *_: ()),
    "reopen": (TASKS.name, completing.reopen_task, lambda *_: ()),
    "move": (TASKS.name, move_thing, lambda words, made: (_move(TASKS, words, made),)),
    "remove": (TASKS.name, things.remove_thing, lambda *_: (TASKS,)),
    "change_list": (LISTS.name, things.change_thing, lambda words, _: (words.task_list,)),
    "move_list": (LISTS.name, move_thing, lambda words, made: (_move(LISTS, words, made),)),
    "remove_list": (LISTS.name, things.remove_thing, lambda *_: (LISTS,)),
    "empty_list": (LISTS.name, lists.empty_list_into_inbox, lambda *_: ()),
    "restore": (TRASH, trash.restore_thing, lambda *_: ()),
    "purge": (TRASH, trash.purge_thing, lambda *_: ()),
}
"""By name the kind of the thing that a write is about, the use case, and its further arguments."""


def asked(act: Do | Together, made: Made, fresh: UUID, revision: int) -> Asked:
    """The write; ``fresh`` is an id that nothing has."""
    if isinstance(act, Together):
        steps = [_step(step, made, fresh, revision) for step in act.steps]
        return Asked(act.terms, batch.apply_batch, (steps,))
    words, what = act.words, act.what
    if what in {"add", "add_list"}:
        return Asked(act.terms, things.add_thing, (_draft(what, words, made, fresh),))
    if what in {"rename_tag", "remove_tag"}:
        old, new = words.tags
        if what == "rename_tag":
            return Asked(act.terms, tags.rename_tag, (old, new))
        return Asked(act.terms, tags.remove_tag, (old,))
    if what == "empty_trash":
        return Asked(act.terms, trash.empty_trash, ())
    about, use_case, more = COMMANDS[what]
    thing_id = _the(about, act.which, made)
    expected = None if act.terms.seen is None else Expected(thing_id, _revisions(act.terms.seen, revision))
    return Asked(act.terms, use_case, (thing_id, *more(words, made)), expected, about)


def _the(kind: str, number: int, made: Made) -> UUID:
    """The thing of this kind, or in the trash, with this number; another one where there is none."""
    found = made[kind] or made[TASKS.name] or made[LISTS.name]
    return found[number % len(found)]


def _meant(kind: str, number: Number, made: Made) -> UUID | Reference | None:
    if isinstance(number, str):
        return Reference(number)
    return None if number is None else _the(kind, number, made)


def _places(words: Words, made: Made) -> dict[str, Any]:
    """The fields that refer to things."""
    return {field: _meant(TASKS.references[field], number, made) for field, number in words.places.items()}


def _task_patch(words: Words, made: Made) -> Patch[Task]:
    return Patch(TASKS, {**words.task.values, **_places(words, made)})


def _move(kind: Kind[Any], words: Words, made: Made) -> Move:
    places = _places(words, made) if kind is TASKS else {}
    anchor = {side: _meant(kind.name, number, made) for side, number in words.anchor.items()}
    return Move.of(kind, **places, **anchor)


def _draft(what: str, words: Words, made: Made, fresh: UUID) -> Draft[Any]:
    chosen = fresh if words.chosen == "new" else _meant(TRASH, words.chosen, made)
    assert not isinstance(chosen, Reference)
    if what == "add_list":
        return Draft(LISTS, {"name": "Unnamed", **words.task_list.values}, chosen)
    return Draft(TASKS, {"title": "Untitled", **_task_patch(words, made).values}, chosen)


def _revisions(ago: int | None, revision: int) -> Revisions:
    """Never 0, which no answer names: it is what a thing has before it is stored."""
    return None if ago is None or ago == 3 else frozenset({revision - ago or -1})


def _step(step: Step, made: Made, fresh: UUID, revision: int) -> batch.Step:
    what, words, revisions = step.what, step.words, _revisions(step.seen, revision)
    kind: Kind[Any] = LISTS if what.endswith("list") else TASKS
    if what.startswith("add"):
        return batch.AddStep(_draft(what, words, made, fresh), step.which if isinstance(step.which, str) else None)
    target: Any = _meant(kind.name, step.which, made)
    if what.startswith("change"):
        return batch.ChangeStep(target, words.task_list if kind is LISTS else _task_patch(words, made), revisions)
    if what.startswith("move"):
        return batch.MoveStep(target, _move(kind, words, made), revisions)
    if what.startswith("complete"):
        return batch.CompleteStep(target, words.chosen is None, what == "complete", revisions)
    return batch.RemoveStep(kind, target, revisions)
