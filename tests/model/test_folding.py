"""Folding: the same result as by its definition, which takes too long for some texts; and folding only a beginning."""

import sys
import unicodedata

from hypothesis import example, given, settings
from hypothesis import strategies as st

from todo_core.model.rules import SLICE, fold

MARKS = "\u0316\u0301\u0345\u0344\u0f73\u0f81\u3099\uff9e"
PARTS = "\u1100\u1161\u11a8\u09c7\u09be"
ODD = MARKS + PARTS + "\uac00\ud55c\ufdfa\u00df\u0130\U00016127"
LETTERS = st.one_of(st.characters(), st.sampled_from(ODD + "ae\u00c4\u00e9"))
TEXTS = st.text(LETTERS, max_size=5 * SLICE)


def by_definition(text: str) -> str:
    """Without accents and case, composed again: how every folded text that is stored has been made."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare.casefold())


def test_every_character_is_folded_as_defined() -> None:
    everything = map(chr, range(sys.maxunicode + 1))
    assert [char for char in everything if fold(char) != by_definition(char)] == []


@settings(derandomize=True, deadline=None, max_examples=1_000)
@given(TEXTS)
@example(ODD * 10)
@example("\u1100\u1161\u11a8" * 50)
@example("a" * (SLICE - 1) + "\u1100\u1161\u11a8")
@example("\u0316\u0301" * 1_000)
def test_every_text_is_folded_as_defined(text: str) -> None:
    assert fold(text) == by_definition(text)


@settings(derandomize=True, deadline=None)
@given(TEXTS, st.integers(0, 200))
def test_a_beginning_is_as_long_as_it_may_be(text: str, longest: int) -> None:
    beginning = fold(text, longest)
    assert len(beginning) <= longest
    if len(unicodedata.normalize("NFKD", text).casefold()) <= longest:
        assert beginning == fold(text)
