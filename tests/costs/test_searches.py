"""Looking for a word takes little time in every row, whatever the word and the text are."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from time import thread_time
from typing import Any

import pytest
from sqlalchemy import Text, bindparam, column, select
from sqlalchemy.dialects import sqlite

from todo_adapters.sql.functions import contains
from todo_core.limits import QUERY_MAX, SEARCHED_MAX

ROW_MAX = 0.01
"""Seconds; by LIKE some of these rows take up to 0.06."""

WORDS = {
    "another end": lambda letter: letter * (QUERY_MAX - 1) + "b",
    "another beginning": lambda letter: "b" + letter * (QUERY_MAX - 1),
    "another middle": lambda letter: letter * (QUERY_MAX // 2) + "b" + letter * (QUERY_MAX // 2),
}


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE texts (text TEXT)")
        yield connection


@pytest.mark.check("P4")
@pytest.mark.parametrize("letter", ["a", "\u0644", "\u4e00", "\U0001f600"])
@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_looked_for_in_a_row_in_little_time(connection: sqlite3.Connection, word: str, letter: str) -> None:
    connection.execute("INSERT INTO texts VALUES (?)", (letter * SEARCHED_MAX,))
    clause: Any = select(column("text")).where(contains(column("text", Text()), bindparam("word", type_=Text())))
    statement = f"{clause.compile(dialect=sqlite.dialect())}".replace("WHERE", "FROM texts WHERE")
    shortest = float("inf")
    for _ in range(5):
        began = thread_time()
        assert connection.execute(statement, (WORDS[word](letter),)).fetchall() == []
        shortest = min(shortest, thread_time() - began)
    assert shortest < ROW_MAX
