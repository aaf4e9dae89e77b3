"""The rules in the vectors of quick entry are those of the API, and begin on the date that the API gives them."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from todo_core.model.due import DueDate
from todo_core.model.recurrence_occurrences import occurrences
from todo_core.model.recurrence_rule import Rule

ROOT: Final = Path(__file__).parents[2]
VECTORS: Final[list[Mapping[str, Any]]] = json.loads((ROOT / "tests/vectors/quick_entry.json").read_text("utf-8"))[
    "vectors"
]
RULES: Final = [vector for vector in VECTORS if "rule" in vector]
LONG_AGO: Final = DueDate.parse("2020-01-01")


def names(vector: Mapping[str, Any]) -> str:
    return str(vector["name"])


@pytest.mark.parametrize("vector", RULES, ids=names)
def test_a_rule_is_in_canonical_form(vector: Mapping[str, Any]) -> None:
    assert Rule.parse(vector["rule"]).text == vector["rule"]


@pytest.mark.parametrize("vector", [vector for vector in RULES if ";BY" in vector["rule"]], ids=names)
def test_a_rule_that_names_days_begins_on_one_of_them(vector: Mapping[str, Any]) -> None:
    rule = Rule.parse(vector["rule"].replace("INTERVAL=2;", "").replace("INTERVAL=3;", ""))
    date = DueDate.parse(vector["date"])
    for due in occurrences(rule, LONG_AGO):
        if due.text >= date.text:
            assert due.text == date.text
            return


def test_no_two_vectors_have_the_same_name_or_say_the_same() -> None:
    assert len({vector["name"] for vector in VECTORS}) == len(VECTORS) >= 220
    said = {(vector["line"], json.dumps(vector.get("context")), vector.get("hour12")) for vector in VECTORS}
    assert len(said) == len(VECTORS)


def test_the_phrases_in_the_documentation_are_in_vectors() -> None:
    text = (ROOT / "docs/quick-entry.md").read_text("utf-8")
    rows = [row.split("|")[2] for row in text.splitlines() if row.startswith("| ") and "`" in row]
    phrases = [phrase.casefold() for row in rows for phrase in re.findall(r"`([^`]+)`", row)]
    lines = [vector["line"].casefold() for vector in VECTORS if vector["line"] != vector["title"]]
    assert len(phrases) > 80
    assert [phrase for phrase in phrases if not any(phrase in line for line in lines)] == []
