"""Things of any kind, made from the fields of their class: for tests that know no kind by name."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from functools import partial
from types import NoneType
from typing import Any, Final, get_origin
from uuid import UUID

from hypothesis import reject
from hypothesis import strategies as st

from todo_adapters.contracts.fakes import CountingIds
from todo_core.ids import UserId
from todo_core.model.due import DueDate
from todo_core.model.kinds import Kind, alternatives
from todo_core.model.recurrence import Recurrence, Repetition
from todo_core.model.registry import KINDS
from todo_core.model.rules import Broken

MOMENT: Final = datetime(2026, 11, 20, 14, 59, 59, 999_999, tzinfo=UTC)


def _weekly(days: str) -> Repetition:
    return Repetition.of({"rule": f"FREQ=WEEKLY;BYDAY={days}"})


IN_EVERY_KIND: Final = ("id", "user_id", "revision", "created_at", "updated_at")
CANDIDATES: Final[Mapping[type, tuple[Any, ...]]] = {
    str: ("Buy bread", "#a1b2c3", "a0"),
    int: (7, 42),
    bool: (True, False),
    datetime: (MOMENT, MOMENT + timedelta(days=1, microseconds=2)),
    UUID: tuple(CountingIds().new() for _ in range(2)),
    tuple: (("home", "\u00c4rzte & Co."), ("errands",)),
    Recurrence: tuple(_weekly(days).starting(DueDate("2026-11-20"), 3) for days in ("FR", "MO,TH")),
    DueDate: (DueDate.parse("2026-11-20T15:00:00.5+01:00[Europe/Berlin]"), DueDate.parse("2026-11-20")),
}

characters: Final = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
printable: Final = st.characters(exclude_categories=["Cs", "Cc"])
first, last = (datetime(year, 6, 1, tzinfo=UTC).replace(tzinfo=None) for year in (1970, 9999))
local_times: Final = st.datetimes(first, last)
instants: Final = st.datetimes(first, last, timezones=st.just(UTC))
_days = st.dates(date(1970, 1, 1)).map(date.isoformat)
_offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_fixed = st.builds(lambda time, offset: time.replace(tzinfo=offset).isoformat(), local_times, _offsets)
_zoned = st.sampled_from(["2026-11-20T15:00:00+01:00[Europe/Berlin]", "2026-10-25T02:30:00+01:00[!Europe/Berlin]"])
STRATEGIES: Final[Mapping[type, st.SearchStrategy[Any]]] = {
    str: st.text(characters, min_size=1, max_size=200),
    int: st.integers(-(2**31), 2**31 - 1),
    bool: st.booleans(),
    datetime: instants,
    UUID: st.uuids(),
    tuple: st.lists(st.text(printable, min_size=1, max_size=64), max_size=5).map(tuple),
    Recurrence: st.sampled_from(CANDIDATES[Recurrence]),
    DueDate: st.one_of(_days, local_times.map(datetime.isoformat), _fixed, _zoned).map(DueDate.parse),
}

NUMBERS: Final = sorted({*range(-1_000, 1_001), *(sign * 2**power for power in range(10, 32) for sign in (-1, 1))})
"""Those that a rule permits are the values of fields that can be given."""


class CannotGenerate(AssertionError):
    """A field has a type for which there are no samples: add them above, or what stores it goes untested."""


def _types(hint: Any) -> list[type]:
    return [get_origin(part) or getattr(part, "__supertype__", part) for part in alternatives(hint)]


def own_fields(kind: Kind[Any]) -> list[str]:
    """The fields that things of this kind have beside those of every kind."""
    return [name for name in kind.names if name not in IN_EVERY_KIND]


def name_field(kind: Kind[Any]) -> str:
    """A text that can be given, by which tests tell things of this kind apart."""
    texts = [name for name in kind.names if kind.hints[name] is str]
    return next((name for name in texts if name in kind.rules), texts[0])


def kind_of(thing: Any) -> Kind[Any]:
    return next(kind for kind in KINDS.values() if kind.entity is type(thing))


def kind_called(name: str) -> Kind[Any]:
    return KINDS[name]


def name_of(kind: Kind[Any], thing: Any) -> str:
    return str(getattr(thing, name_field(kind)))


def heavy_fields(kind: Kind[Any]) -> dict[str, str]:
    """Long texts for the fields of a kind that can be given, but not for titles, which are short then."""
    texts = [name for name in kind.rules if name in kind.texts and str in alternatives(kind.hints[name])]
    return {name: "\u00e9" * 10_000 for name in texts or [name_field(kind)] if name != "title" or not texts}


def renamed(kind: Kind[Any], thing: Any, text: str, **changes: Any) -> Any:
    return replace(thing, **{name_field(kind): text}, **changes)


def make_thing(kind: Kind[Any], thing_id: UUID, owner: UserId, now: datetime, **given: Any) -> Any:
    """A thing with these fields, a value for each other one that has to have one, and defaults."""
    required = {field.name for field in fields(kind.entity) if field.default is MISSING}
    values = {name: sample(kind, name) for name in own_fields(kind) if name in required}
    values |= {name: thing_id for name in kind.unique if UUID in _types(kind.hints[name])}
    make: Callable[..., Any] = kind.entity
    return make(id=thing_id, user_id=owner, created_at=now, updated_at=now, **(values | given))


def sample(kind: Kind[Any], name: str, other_than: Any = MISSING) -> Any:
    """A value of a field that is neither its default nor the given one. Raises CannotGenerate."""
    [default] = [field.default for field in fields(kind.entity) if field.name == name]
    for type_ in _types(kind.hints[name]):
        candidates = tuple(type_) if issubclass(type_, Enum) else CANDIDATES.get(type_, ())
        for value in candidates:
            if value not in (default, other_than) and _permitted(kind, name, value):
                return value
    raise CannotGenerate(f"no sample for {name}: {kind.hints[name]} of {kind!r}")


def _permitted(kind: Kind[Any], name: str, value: Any) -> bool:
    rule = kind.rules.get(name)
    try:
        return not isinstance(value, str | int | tuple) or rule is None or rule(value) == value
    except Broken:
        return False


def every_field_given(kind: Kind[Any], thing: Any, references: Mapping[str, UUID]) -> Any:
    """The thing with other values than before, and than the defaults, in all fields of its own.

    ``references`` are the ids of things that exist, by the fields that refer to them.
    """
    given = {name: sample(kind, name, getattr(thing, name)) for name in own_fields(kind)}
    return replace(thing, **{**given, **references})


def any_thing(kind: Kind[Any], new_id: Callable[[], UUID]) -> st.SearchStrategy[Any]:
    """Things with random values in all fields but references, which are None. Raises CannotGenerate."""
    values = {name: _any_value(kind, name) for name in (*own_fields(kind), "created_at", "updated_at")}
    values |= {name: st.none() for name in kind.references}
    build: Callable[..., st.SearchStrategy[Any]] = st.builds
    return build(partial(_valid, kind.entity), id=st.builds(new_id), user_id=st.builds(new_id), **values)


def _valid(entity: type, **values: Any) -> Any:
    """The thing, unless its values do not go together."""
    try:
        return entity(**values)
    except ValueError:
        reject()


def _any_value(kind: Kind[Any], name: str) -> st.SearchStrategy[Any]:
    found: list[st.SearchStrategy[Any]] = []
    for type_ in _types(kind.hints[name]):
        if type_ is NoneType:
            found.append(st.none())
        elif issubclass(type_, Enum):
            found.append(st.sampled_from(type_))
        elif type_ is int and name in kind.rules:
            found.append(st.sampled_from([number for number in NUMBERS if _permitted(kind, name, number)]))
        elif type_ is str and not _permitted(kind, name, "Buy bread"):
            found.append(st.sampled_from([text for text in CANDIDATES[str] if _permitted(kind, name, text)]))
        elif type_ in STRATEGIES:
            found.append(STRATEGIES[type_])
        else:
            raise CannotGenerate(f"no strategy for {name}: {type_.__name__} of {kind!r}")
    return st.one_of(*found).filter(lambda value: _permitted(kind, name, value) or name not in kind.rules)
