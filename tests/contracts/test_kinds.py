"""What a kind and its table have to agree on, and what the contract tests make things and tasks from."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, MetaData, Table

from todo_adapters.contracts.crowd import crowd, filters
from todo_adapters.contracts.kit import IDS, NOW
from todo_adapters.contracts.samples import CannotGenerate, any_thing, every_field_given, make_thing
from todo_adapters.sql.kinds import KindTable
from todo_adapters.sql.registry import KIND_TABLES
from todo_adapters.sql.types import COUNT, ID, INSTANT, TEXT
from todo_core.ids import UserId
from todo_core.model.kinds import Kind
from todo_core.model.registry import KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A thing of a type that nothing knows how to make or to store."""

    id: UUID
    user_id: UserId
    name: str
    amount: Decimal
    revision: int = 0
    created_at: datetime
    updated_at: datetime


class Color(Enum):
    RED = 1
    BLUE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """A thing whose newer fields have defaults of every sort."""

    id: UUID
    user_id: UserId
    name: str
    tags: list[str] = field(default_factory=list)
    color: Color = Color.RED
    revision: int = 0
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A thing without any text."""

    id: UUID
    user_id: UserId
    revision: int = 0
    created_at: datetime
    updated_at: datetime


PRICES = Kind("price", Price, rules={"name": str})
GOOD = {"id": ID, "user_id": ID, "name": TEXT, "revision": COUNT, "created_at": INSTANT, "updated_at": INSTANT}


def a_table(**columns: Any) -> Table:
    return Table("prices", MetaData(), *(Column(name, kind, nullable=False) for name, kind in columns.items()))


def test_a_field_of_an_unknown_type_is_not_passed_over() -> None:
    with pytest.raises(CannotGenerate, match="amount"):
        make_thing(PRICES, IDS.new(), UserId(IDS.new()), NOW)
    with pytest.raises(CannotGenerate, match="amount"):
        any_thing(PRICES, IDS.new)
    price = Price(id=IDS.new(), user_id=UserId(IDS.new()), name="a", amount=Decimal(1), created_at=NOW, updated_at=NOW)
    with pytest.raises(CannotGenerate, match="amount"):
        every_field_given(PRICES, price, {})


@pytest.mark.parametrize("name", ["entry_at", "receipt_key", "added_tasks", "most_tasks", "read_revision"])
def test_a_column_cannot_have_a_name_that_statements_bind_themselves(name: str) -> None:
    with pytest.raises(TypeError, match=f"no column can be called {name}"):
        KindTable(PRICES, a_table(**GOOD, **{name: TEXT}))


@pytest.mark.parametrize("name", ["event", "user", "seq", "kind"])
def test_a_kind_cannot_be_called_like_a_fact_of_log_events(name: str) -> None:
    with pytest.raises(ValueError, match=f"no kind can be called {name}"):
        Kind(name, Price, rules={})


def test_a_list_of_texts_is_no_text() -> None:
    kind = Kind("tagged", Tagged, rules={"name": str})
    with pytest.raises(TypeError, match="tags takes str, the field is list"):
        KindTable(kind, a_table(**GOOD, tags=TEXT, color=TEXT))


def test_an_older_value_in_the_feed_gets_the_defaults_of_newer_fields() -> None:
    kind = Kind("tagged", Tagged, rules={"name": str})
    stored = KindTable(
        kind,
        a_table(**GOOD, tags=TEXT, color=TEXT),
        write={"tags": lambda thing: ",".join(thing.tags), "color": lambda thing: thing.color.name},
        read={"tags": lambda text: text.split(","), "color": lambda name: Color[name]},
    )
    older = f'{{"name":"a","created_at":"{NOW.isoformat()}","updated_at":"{NOW.isoformat()}"}}'
    thing = stored.from_json(older, UserId(IDS.new()), IDS.new(), 3)
    assert (thing.name, thing.tags, thing.color, thing.revision) == ("a", [], Color.RED, 3)
    again = stored.to_json(stored.fields(thing)).decode()
    assert stored.from_json(again.replace("RED", "BLUE"), thing.user_id, thing.id, 3).color is Color.BLUE


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        (GOOD, "no column for the field amount"),
        (GOOD | {"amount": TEXT}, "amount takes str, the field is Decimal"),
        (GOOD | {"amount": TEXT, "extra": TEXT}, "no field for the column extra"),
    ],
)
def test_a_table_that_does_not_match_its_kind_is_refused(columns: dict[str, Any], fault: str) -> None:
    with pytest.raises(TypeError, match=fault):
        KindTable(PRICES, a_table(**columns))


def test_a_column_that_can_be_null_needs_a_field_that_can_be_none() -> None:
    table = a_table(**GOOD, amount=TEXT)
    table.c.name.nullable = True
    with pytest.raises(TypeError, match="name can be null in one of them only"):
        KindTable(PRICES, table, write={"amount": lambda price: str(price.amount)}, read={"amount": Decimal})


def test_a_field_that_is_only_written_in_another_form_is_refused() -> None:
    with pytest.raises(TypeError, match="amount is either only written or only read"):
        KindTable(PRICES, a_table(**GOOD, amount=TEXT), write={"amount": lambda price: str(price.amount)})


def test_a_kind_without_texts_can_be_stored() -> None:
    kind = Kind("count", Count, rules={})
    assert KindTable(kind, a_table(**{name: type_ for name, type_ in GOOD.items() if name != "name"})).kind is kind


def test_every_kind_of_the_core_has_a_table_and_no_other() -> None:
    assert {name: table.kind for name, table in KIND_TABLES.items()} == KINDS


def test_the_filters_of_the_contract_tests_tell_their_tasks_apart() -> None:
    """Otherwise the tests of pages would prove nothing."""
    tasks = crowd(UserId(IDS.new()))
    chosen = [sum(map(which.matches, tasks)) for which in filters()]
    assert sum(0 < size < len(tasks) for size in chosen) > 0.8 * len(chosen)
