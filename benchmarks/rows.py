"""One measurement a row: for benchmarks of single figures, each set against another."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any

from benchmarks import tables
from benchmarks.machine import machine

__all__ = ["Row", "machine", "print_table"]


@dataclass(frozen=True)
class Row:
    """One measurement, and what it is set against.

    Parameters
    ----------
    benchmark, case
        What was measured.
    value
        The figure; None where it could not be taken.
    unit
        Its unit, and which clock if it is a time.
    ratio
        How it stands to `against`; None if it stands alone.
    against
        What the ratio is to.
    """

    benchmark: str
    case: str
    value: float | None
    unit: str
    ratio: float | None = None
    against: str = ""


def print_table(rows: list[Row], where: dict[str, Any]) -> None:
    """Print the machine, then the rows of each benchmark as one table.

    Parameters
    ----------
    rows
        The measurements.
    where
        What `machine` says.
    """
    tables.print_machine(where)
    for name in dict.fromkeys(row.benchmark for row in rows):
        own = tuple(astuple(row)[1:] for row in rows if row.benchmark == name)
        tables.print_table(tables.Table(name, ("case", "value", "unit", "ratio", "to"), own))
