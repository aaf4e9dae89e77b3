"""Titles, names, descriptions, searches: what one line is, what can be stored, and what counts as the same text."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from todo_core.errors import Invalid
from todo_core.limits import DESCRIPTION_MAX, QUERY_MAX, TITLE_MAX
from todo_core.model.rules import Broken, Rules, fold, one_line, storable
from todo_core.model.task import TASKS
from todo_core.model.task_filter import search_words


def codes(**plain: object) -> dict[str, str]:
    """Which rules a task breaks, field by field."""
    with pytest.raises(Invalid) as refused:
        TASKS.draft(**plain)
    return {violation.field: violation.code for violation in refused.value.violations}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Buy milk", "Buy milk"),
        ("  Buy milk \n", "Buy milk"),
        ("\u3000全角\u3000", "全角"),
        ("a", "a"),
        ("x" * TITLE_MAX, "x" * TITLE_MAX),
        (" " * 500 + "x" * TITLE_MAX + " " * 500, "x" * TITLE_MAX),
        ("😀" * TITLE_MAX, "😀" * TITLE_MAX),
        ("👨‍👩‍👧 zero width joiners", "👨‍👩‍👧 zero width joiners"),
        ("e\u0301", "e\u0301"),
        ("\u202eright to left", "\u202eright to left"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_a_title_is_trimmed_and_else_kept_as_it_is(sent: str, kept: str) -> None:
    assert TASKS.draft(title=sent).values["title"] == kept


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("", "blank"),
        (" \t\n\u3000", "blank"),
        ("x" * (TITLE_MAX + 1), "too-long"),
        ("two\nlines", "control-character"),
        ("tab\there", "control-character"),
        ("NUL\0", "control-character"),
        ("delete\x7f", "control-character"),
        ("next\x85line", "control-character"),
        ("half \ud83d of a face", "control-character"),
    ],
)
def test_a_title_is_one_line_of_1_to_255_characters(title: str, code: str) -> None:
    assert codes(title=title) == {"title": code}


def test_a_description_is_any_text_that_every_database_can_store() -> None:
    longest = "\n\t 😀" * (DESCRIPTION_MAX // 4)
    assert TASKS.draft(title="x", description=longest).values["description"] == longest
    assert TASKS.draft(title="x", description="").values["description"] == ""
    assert TASKS.draft(title="x", description=None).values["description"] is None
    assert codes(title="x", description="x" * (DESCRIPTION_MAX + 1)) == {"description": "too-long"}
    assert codes(title="x", description="NUL\0") == {"description": "control-character"}
    assert codes(title="x", description="\udc00") == {"description": "control-character"}


def test_every_broken_rule_is_told_at_once() -> None:
    assert codes(title="", description="\0", priority="urgent", due_date="soon") == {
        "title": "blank",
        "description": "control-character",
        "priority": "unknown-value",
        "due_date": "invalid-date",
    }


def test_a_new_task_needs_a_title_and_a_change_does_not() -> None:
    assert codes() == {"title": "required"}
    assert TASKS.patch().values == {}
    assert TASKS.patch(description=None).values == {"description": None}


def test_rules_keep_what_holds_and_remember_what_does_not() -> None:
    rules = Rules({"good": " a ", "bad": ""}, required=("good", "missing"))
    assert rules.keep("good", lambda text: one_line(text, 5)) == "a"
    assert rules.keep("bad", lambda text: one_line(text, 5)) is None
    assert rules.keep("missing", lambda text: one_line(text, 5)) is None
    with pytest.raises(Invalid) as refused:
        rules.settle()
    assert [violation.field for violation in refused.value.violations] == ["missing", "bad"]
    Rules({}).settle()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MILK", "milk"),
        ("Äpfel", "apfel"),
        ("Äpfel", "A\u0308PFEL"),
        ("Straße", "STRASSE"),
        ("ﬁne", "FINE"),
        ("İstanbul", "istanbul"),
        ("ÉTUDE", "e\u0301tude"),
        ("Ⅳ", "iv"),
        ("\uff46ull", "full"),
    ],
)
def test_texts_that_differ_in_case_and_accents_are_found_as_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@settings(derandomize=True, deadline=None)
@given(st.text())
def test_upper_case_and_decomposed_texts_are_found_as_the_text_itself(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))
    assert fold(text.swapcase().casefold()) == fold(text.swapcase())


def test_a_search_is_a_set_of_folded_words() -> None:
    assert search_words("  Milk KÄSE milk\tbread ") == ("milk", "kase", "bread")
    assert search_words("") == search_words(" \n ") == ()
    assert len(search_words(" ".join(map(str, range(16))))) == 16
    for text in (" ".join(map(str, range(17))), "x" * (QUERY_MAX + 1)):
        with pytest.raises(Broken, match=r"at most"):
            search_words(text)
    with pytest.raises(Broken, match=r"NUL"):
        search_words("a\0")


@pytest.mark.check("P4")
def test_a_search_is_short_without_case_and_accents_too() -> None:
    assert len(search_words("\ufdfa" * 14)[0]) <= QUERY_MAX
    assert sum(map(len, search_words("Käse " * 51))) <= QUERY_MAX
    with pytest.raises(Broken, match=r"at most 255 characters"):
        search_words("\ufdfa" * 15)


def test_what_can_be_stored_is_kept_code_point_for_code_point() -> None:
    assert storable("e\u0301 \ufffe \x7f \r\n", 20) == "e\u0301 \ufffe \x7f \r\n"


def test_a_field_that_the_kind_does_not_have_is_a_mistake_of_the_program() -> None:
    with pytest.raises(TypeError, match="there is no field colour"):
        TASKS.patch(colour="red")
