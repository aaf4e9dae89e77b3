"""SQL functions with different names on the two databases."""

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


@compiles(contains, "sqlite")
def _instr(element: contains, compiler: SQLCompiler, **options: Any) -> str:
    return f"(instr({compiler.process(element.clauses, **options)}) > 0)"


@compiles(contains, "postgresql")
def _strpos(element: contains, compiler: SQLCompiler, **options: Any) -> str:
    return f"(strpos({compiler.process(element.clauses, **options)}) > 0)"


class octets(FunctionElement[int]):  # noqa: N801 - SQL function names
    """``octets(text)``: the length of the text in UTF-8 bytes."""

    inherit_cache = True
    type = BigInteger()


@compiles(octets)
def _octet_length(element: octets, compiler: SQLCompiler, **options: Any) -> str:
    return f"octet_length({compiler.process(element.clauses, **options)})"


@compiles(octets, "sqlite")
def _length_of_blob(element: octets, compiler: SQLCompiler, **options: Any) -> str:
    return f"length(CAST({compiler.process(element.clauses, **options)} AS BLOB))"
