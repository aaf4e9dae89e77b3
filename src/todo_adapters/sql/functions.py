"""SQL functions with different names on the two databases."""

from functools import partial
from typing import Any

from sqlalchemy import BigInteger, Boolean
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class contains(FunctionElement[bool]):  # noqa: N801 - SQL function names
    """``contains(text, part)``: true if the part occurs in the text.

    Unlike LIKE it has no wildcards, needs no escaping, and is much faster for adverse texts.
    """

    inherit_cache = True
    type = Boolean()
    _is_implicitly_boolean = True  # or SQLite compares it with 1, and uses no index


class octets(FunctionElement[int]):  # noqa: N801 - SQL function names
    """``octets(text)``: the length of the text in UTF-8 bytes."""

    inherit_cache = True
    type = BigInteger()


class one_of_ids(FunctionElement[bool]):  # noqa: N801 - SQL function names
    """``one_of_ids(column, parameter)``: true if the column is one of several ids, which are one parameter."""

    inherit_cache = True
    type = Boolean()
    _is_implicitly_boolean = True  # or SQLite compares it with 1, and uses no index


class one_of(FunctionElement[bool]):  # noqa: N801 - SQL function names
    """``one_of(column, parameter)``: as ``one_of_ids``, for texts and numbers."""

    inherit_cache = True
    type = Boolean()
    _is_implicitly_boolean = True  # or SQLite compares it with 1, and uses no index


class among(FunctionElement[bool]):  # noqa: N801 - SQL function names
    """``among(column, query)``: true if the column is in the query's result, which is computed first.

    PostgreSQL then looks up each value; of IN it would make a join that reads everything.
    """

    inherit_cache = True
    type = Boolean()
    _is_implicitly_boolean = True  # or SQLite compares it with 1, and uses no index


class from_row(FunctionElement[int]):  # noqa: N801 - SQL function names
    """``from_row(column)``: a number that is not in the index at hand, so that PostgreSQL looks up each row.

    0 in SQLite, which would rather read all rows of the owner than look up some that an index has found.
    """

    inherit_cache = True
    type = BigInteger()


def _one_of(template: str, element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> str:
    return template.format(*[compiler.process(clause, **options) for clause in element.clauses])


def _written(template: str, element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> str:
    return template.format(compiler.process(element.clauses, **options))


compiles(contains, "sqlite")(partial(_written, "(instr({}) > 0)"))
compiles(contains, "postgresql")(partial(_written, "(strpos({}) > 0)"))
compiles(octets, "sqlite")(partial(_written, "length(CAST({} AS BLOB))"))
compiles(octets)(partial(_written, "octet_length({})"))
compiles(one_of_ids)(partial(_one_of, "({} = ANY ({}))"))
compiles(one_of)(partial(_one_of, "({} = ANY ({}))"))
compiles(one_of_ids, "sqlite")(partial(_one_of, "({} IN (SELECT unhex(value) FROM json_each({})))"))
compiles(one_of, "sqlite")(partial(_one_of, "({} IN (SELECT value FROM json_each({})))"))
compiles(among)(partial(_one_of, "({} = ANY (ARRAY {}))"))
compiles(among, "sqlite")(partial(_one_of, "({} IN {})"))
compiles(from_row)(partial(_written, "{}"))
compiles(from_row, "sqlite")(lambda *_, **__: "0")
