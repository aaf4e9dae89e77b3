"""Kinds of things: each says once what its fields are; drafts, patches, creation and changes follow from that."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from operator import attrgetter
from types import UnionType
from typing import Any, Final, Generic, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from todo_core.ids import UserId
from todo_core.model.change import Action
from todo_core.model.rules import Rule, checked, id_of


class Entity(Protocol):
    """What things of every kind have: a frozen dataclass with these fields and those of its kind.

    ``revision`` is the number of the owner's change that last wrote the thing, and 0 until it is stored.
    """

    @property
    def id(self) -> UUID: ...
    @property
    def user_id(self) -> UserId: ...
    @property
    def revision(self) -> int: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def updated_at(self) -> datetime: ...


E = TypeVar("E", bound=Entity)
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Patch(Generic[E]):
    """New values for some fields of a thing, checked by the rules of its kind. Make it with ``Kind.patch``."""

    kind: "Kind[E]"
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft(Patch[E]):
    """The fields of a thing to be created, and its id if the caller chose one. Make it with ``Kind.draft``."""

    id: UUID | None = None


class Form(Protocol[T_co]):
    """Takes the fields of a thing in the order of its class, as ``Kind.plain`` gives them.

    With it, a store makes of each row what the caller wants, without making an entity first.
    """

    def __call__(self, *fields: Any) -> T_co: ...


COUNTED_OUTSIDE_TRASH: Final = {Action.CREATED: 1, Action.DELETED: -1, Action.RESTORED: 1}

RESERVED: Final = ("event", "kind", "seq", "user")
"""Facts of log events, which tell a thing under the name of its kind."""


class Kind(Generic[E]):
    """One kind of things.

    ``rules`` names the fields that can be given, ``required`` those that a draft needs. ``settle`` turns given values
    into values of fields where they differ, such as "completed" into a moment: from the values, the present thing or
    None, and the time. ``references`` are the fields that hold the id of a thing, with the name of its kind.
    ``counted`` names the quota of an account toward which things count, in the trash too if ``counted_in_trash``.
    Deletions of things that are not ``listed_in_trash`` can be undone, but are not shown. No two things of an owner
    have the same values in all ``unique`` fields, unless one is in the trash; nothing can refer to such things.
    """

    def __init__(
        self,
        name: str,
        entity: type[E],
        rules: Mapping[str, Rule],
        required: Iterable[str] = (),
        settle: Callable[[dict[str, Any], E | None, datetime], None] | None = None,
        references: Mapping[str, str] | None = None,
        counted: str | None = None,
        counted_in_trash: bool = False,
        listed_in_trash: bool = True,
        unique: Iterable[str] = (),
    ) -> None:
        if name in RESERVED:
            raise ValueError(f"no kind can be called {name}")
        self.name = name
        self.entity = entity
        self.rules = rules
        self.required = tuple(required)
        self.references = references or {}
        self.counted = counted
        self.counted_in_trash = counted_in_trash
        self.listed_in_trash = listed_in_trash
        self.unique = tuple(unique)
        self.hints: Mapping[str, Any] = get_type_hints(entity)
        self.names = tuple(field.name for field in fields(entity))  # type: ignore[arg-type]
        self._settle = settle
        self._draft_rules = {"id": id_of, **rules}
        self._values: Callable[[E], tuple[Any, ...]] = attrgetter(*self.names)
        self.texts = tuple(name for name in self.names if {str, tuple[str, ...]} & {*alternatives(self.hints[name])})
        types = {name: text_type(self.hints[name]) for name in self.names}
        self._text_values = tuple((self.names.index(name), name, kind) for name, kind in types.items() if kind)

    def __repr__(self) -> str:
        return f"<kind {self.name}>"

    def counts(self, action: Action) -> int:
        """How many things more there are toward the quota after a change; negative when there are fewer."""
        added = {Action.CREATED: 1, Action.PURGED: -1} if self.counted_in_trash else COUNTED_OUTSIDE_TRASH
        return added.get(action, 0) if self.counted else 0

    def draft(self, **plain: Any) -> Draft[E]:
        """The draft of a thing, with the ``id`` of the caller's choice if there is one among the values.

        Raises Invalid with every rule that the values break.
        """
        values = checked(plain, self._draft_rules, self.required)
        return Draft(self, values, values.pop("id", None))

    def patch(self, **plain: Any) -> Patch[E]:
        """Raises Invalid with every rule that the values break."""
        return Patch(self, checked(plain, self.rules))

    def new(self, thing_id: UUID, owner: UserId, draft: Draft[E], now: datetime, **fixed: Any) -> E:
        """The thing that a draft describes, with fields that are not for its author to decide."""
        values = {**draft.values, **fixed}
        if self._settle:
            self._settle(values, None, now)
        make: Callable[..., E] = self.entity
        return make(id=thing_id, user_id=owner, created_at=now, updated_at=now, **values)

    def change(self, thing: E, patch: Patch[E], now: datetime) -> E:
        """The thing with the values of the patch; the very same object when nothing is different."""
        values = dict(patch.values)
        if self._settle:
            self._settle(values, thing, now)
        if all(getattr(thing, name) == value for name, value in values.items()):
            return thing
        return replace(thing, **values, updated_at=now)  # type: ignore[type-var]

    def plain(self, thing: E) -> tuple[Any, ...]:
        """The fields in the order of the class, with text for values that are nothing but text, such as due dates."""
        values = self._values(thing)
        for place, _, _ in self._text_values:
            if (value := values[place]) is not None:
                values = (*values[:place], value.text, *values[place + 1 :])
        return values

    def text_bytes(self, thing: E) -> int:
        """The bytes of the thing's texts in UTF-8, by which pages are bounded. Several texts count as JSON."""
        values = [getattr(thing, name) for name in self.texts]
        texts = [json_of(value) if isinstance(value, tuple) else value or "" for value in values]
        return sum(len(text.encode()) for text in texts)

    def of_plain(self, *plain: Any) -> E:
        """The thing of which ``plain`` gives these fields. It is the Form of things themselves."""
        values = dict(zip(self.names, plain))  # noqa: B905 - the constructor refuses what is missing
        for place, name, kind in self._text_values:
            if (text := plain[place]) is not None:
                values[name] = kind(text)
        return self.entity(**values)


def json_of(texts: tuple[str, ...]) -> str:
    """The texts as compact JSON."""
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":"))


def alternatives(hint: Any) -> tuple[Any, ...]:
    """The types of a union; the type itself where it is none."""
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def text_type(hint: Any) -> Callable[[str], Any] | None:
    """The class in a type hint that is a dataclass with the one field ``text``, or None."""
    for part in alternatives(hint):
        if isinstance(part, type) and is_dataclass(part) and [field.name for field in fields(part)] == ["text"]:
            return part
    return None
