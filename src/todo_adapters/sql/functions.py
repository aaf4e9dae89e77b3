"""Conditions that the two databases spell in different ways."""

from typing import Any

from sqlalchemy import Boolean
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
