"""Rows of tables as plain values that any reader of JSON keeps as they are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pyarrow as pa

IDS: Final = frozenset({"lesion", "parent_lesion", "clone", "parent_clone"})
"""Columns that hold ids of 64 bits, which a reader of JSON would round: they are written in hexadecimal."""


def readable(table: pa.Table) -> list[dict[str, Any]]:
    """Return the rows of a table as plain values; ids in hexadecimal, as the trees write them, and no NaN.

    Parameters
    ----------
    table
        Some rows.
    """
    return [{name: _value(name, value) for name, value in row.items()} for row in table.to_pylist()]


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 - a cell may hold any plain value
    if name in IDS and value is not None:
        return f"{value:x}"
    return None if isinstance(value, float) and not math.isfinite(value) else value


def finite(value: Any) -> Any:  # noqa: ANN401 - any plain value
    """Return a plain value in which what is no number is nothing, as JSON has no word for it.

    Parameters
    ----------
    value
        A number, text, list or mapping, nested at will.
    """
    if isinstance(value, Mapping):
        return {str(key): finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
