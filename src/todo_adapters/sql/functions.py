"""Functions that the two databases spell in different ways."""

from typing import Any

from sqlalchemy import BigInteger, Boolean
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class contains(FunctionElement[bool]):  # noqa: N801 - named as functions are
    """``contains(text, part)``: true where the part is found in the text, character by character.

    Unlike LIKE it has no wildcards, so a part needs no escaping, and takes far less time for the worst of texts.
    """

    inherit_cache = True
    type = Boolean()


@compiles(contains, "sqlite")
def _instr(element: contains, compiler: SQLCompiler, **options: Any) -> str:
    return f"(instr({compiler.process(element.clauses, **options)}) > 0)"


@compiles(contains, "postgresql")
def _strpos(element: contains, compiler: SQLCompiler, **options: Any) -> str:
    return f"(strpos({compiler.process(element.clauses, **options)}) > 0)"


class octets(FunctionElement[int]):  # noqa: N801 - named as functions are
    """``octets(text)``: how many bytes the text has in UTF-8."""

    inherit_cache = True
    type = BigInteger()


@compiles(octets)
def _octet_length(element: octets, compiler: SQLCompiler, **options: Any) -> str:
    return f"octet_length({compiler.process(element.clauses, **options)})"


@compiles(octets, "sqlite")
def _length_of_blob(element: octets, compiler: SQLCompiler, **options: Any) -> str:
    return f"length(CAST({compiler.process(element.clauses, **options)} AS BLOB))"
