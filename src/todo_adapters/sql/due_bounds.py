"""Comparing stored due dates, whose kind decides what they are compared with."""

from typing import Any

from sqlalchemy import Column, ColumnElement, case

from todo_adapters.sql.statements import bind
from todo_core.model.due import DueBound, DueKind


def comparand(name: str, kind: Column[Any], at: Column[Any]) -> ColumnElement[Any]:
    """What dates of these columns are compared with, for a bound of this name."""
    kinds = (DueKind.DAY, DueKind.FLOATING, DueKind.FIXED)
    days, floating, fixed = [bind(at, f"{name}_{each.value}") for each in kinds]
    return case((kind == DueKind.DAY.value, days), (kind == DueKind.FLOATING.value, floating), else_=fixed)


def comparands(name: str, bound: DueBound) -> dict[str, Any]:
    """What ``comparand`` is bound to."""
    return {f"{name}_{kind.value}": bound.of(kind) for kind in DueKind}
