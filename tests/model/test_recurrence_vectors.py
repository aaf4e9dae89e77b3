"""Recurring tasks do what the public vectors say. tests/vectors/README.md describes them."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from todo_core.model.due import DueBound, DueDate, moment
from todo_core.model.recurrence_occurrences import days_between, moved, occurrences
from todo_core.model.recurrence_rule import Rule
from todo_core.model.recurrence_series import Anchor, CatchUp, Series
from todo_core.model.recurrence_words import in_words
from todo_core.model.rules import Broken
from todo_core.model.zones import zone

ROOT: Final = Path(__file__).parents[2]
Vector = Mapping[str, Any]
VECTORS: Final[Mapping[str, list[Vector]]] = json.loads((ROOT / "tests/vectors/recurrence.json").read_text("utf-8"))


def each(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", VECTORS[kind], ids=lambda vector: vector["name"])


@each("occurrences")
def test_a_rule_has_these_occurrences(vector: Vector) -> None:
    rule, start = Rule.parse(vector["rule"]), DueDate.parse(vector["start"])
    expected = vector["first"]
    found = [due.text for due in islice(occurrences(rule, start), len(expected) + vector["ends"])]
    assert found == expected
    assert rule.text == vector.get("canonical", rule.text)


@each("occurrences")
def test_every_occurrence_is_a_due_date_of_the_kind_of_the_start(vector: Vector) -> None:
    dues = [DueDate.parse(text) for text in vector["first"]]
    assert {due.kind for due in dues} == {dues[0].kind}
    assert [due.at for due in dues] == sorted({due.at for due in dues})


@each("occurrences")
def test_the_occurrences_after_one_begin_with_the_next(vector: Vector) -> None:
    rule, start = Rule.parse(vector["rule"]), DueDate.parse(vector["start"])
    dues = [DueDate.parse(text) for text in vector["first"]]
    for due, following in pairwise(dues):
        assert next(occurrences(rule, start, due.at), None) == following
    if vector["ends"]:
        assert next(occurrences(rule, start, dues[-1].at), None) is None


class Playing:
    """A series with the occurrences that have been current."""

    def __init__(self, vector: Vector) -> None:
        start = DueDate.parse(vector["start"])
        self.series = Series(
            rule=Rule.parse(vector["rule"]),
            start=start,
            anchor=Anchor(vector["anchor"]),
            catch_up=CatchUp(vector["catch_up"]),
        )
        self.zone = zone(vector["zone"])
        self.current: list[DueDate | None] = [start]

    def take(self, step: Vector) -> None:
        match step["do"]:
            case "complete" | "skip":
                current = self.current[-1]
                assert current
                self.current.append(self.series.next_after(current, len(self.current), self.now(step)))
            case "take back":
                self.current.pop()
            case "move":
                DueDate.parse(step["to"])  # the due date alone

    def now(self, step: Vector) -> DueBound:
        return moment(datetime.fromisoformat(step["at"]), self.zone)


@each("series")
def test_a_series_goes_on_like_this(vector: Vector) -> None:
    playing = Playing(vector)
    for step in vector["steps"]:
        playing.take(step)
        current = playing.current[-1]
        assert (current and current.text) == step["current"], step


@each("canonical")
def test_a_rule_has_one_canonical_form(vector: Vector) -> None:
    assert Rule.parse(vector["given"]).text == vector["canonical"]
    assert Rule.parse(vector["canonical"]).text == vector["canonical"]


@each("refused")
def test_other_rules_are_refused_by_part(vector: Vector) -> None:
    with pytest.raises(Broken) as refused:
        Rule.parse(vector["given"])
    assert refused.value.code == "unsupported-rule"
    assert vector["part"] in refused.value.detail.partition(";")[0]
    assert len(refused.value.detail) < 200


@each("words")
def test_a_rule_reads_like_this(vector: Vector) -> None:
    rule, start = Rule.parse(vector["rule"]), DueDate.parse(vector["start"])
    assert in_words(rule, start, Anchor(vector["anchor"])) == vector["text"]


@each("moved")
def test_a_due_date_moves_by_days(vector: Vector) -> None:
    due = DueDate.parse(vector["due"])
    later = moved(due, vector["days"])
    assert later.text == vector["moved"]
    assert DueDate.parse(later.text) == later
    assert days_between(due, later) == vector["days"]


def test_no_two_vectors_of_a_list_have_the_same_name() -> None:
    for kind, vectors in VECTORS.items():
        names = [vector["name"] for vector in vectors]
        assert len(names) == len(set(names)), kind


def test_the_specification_names_vectors_that_exist() -> None:
    text = (ROOT / "docs/recurrence.md").read_text("utf-8")
    named = re.findall(r"`(occurrences|series|canonical|refused|words|moved): ([^`]*)`", text)
    known = {(kind, vector["name"]) for kind, vectors in VECTORS.items() for vector in vectors}
    assert len(named) > 80
    assert {f"{kind}: {name}" for kind, name in named if (kind, name) not in known} == set()
