"""Tables of measurements: one style for all sections, 100 columns at most, printed as soon as a section is done."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

WHOLE_FROM = 100.0
"""Figures from here on are printed as whole numbers."""
BUSY_LOAD = 0.3
"""Load above which wall-clock figures are not those of a quiet machine."""

Cell = str | int | float | None
"""Text, a count, a figure, or a figure that could not be taken."""


@dataclass(frozen=True)
class Table:
    """What one section measured.

    Parameters
    ----------
    title
        What the figures are, units included.
    head
        Names of the columns.
    rows
        One cell per column.
    notes
        What a reader has to know about these figures alone.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()


def ratio(value: float | None, to: float | None) -> float | None:
    """Return how one figure stands to another; None where either is missing.

    Parameters
    ----------
    value, to
        The figures, in one unit.
    """
    return None if value is None or not to else value / to


def tell(text: str) -> None:
    """Write a line to standard error, where it does not mix with the tables.

    Parameters
    ----------
    text
        The line.
    """
    print(text, file=sys.stderr, flush=True)


def print_machine(where: dict[str, Any]) -> None:
    """Print what the figures were taken on.

    Parameters
    ----------
    where
        What `machine` says.
    """
    packages = where["packages"]
    print(f"paget {where['paget']}, Python {where['python']}, numba {packages['numba']}, numpy {packages['numpy']}")
    load = where["load_at_start"]
    print(f"{where['processor']}, {where['cores']} cores" + ("" if load is None else f", load {load:.2f} at the start"))
    if load is not None and load > BUSY_LOAD:
        print("The machine was busy: figures by the wall are worse than on a quiet one; those by CPU hurt less.")


def print_table(table: Table) -> None:
    """Print one section.

    Parameters
    ----------
    table
        What it measured.
    """
    texts = [[_text(cell) for cell in row] for row in table.rows]
    widths = [max(len(row[k]) for row in [table.head, *texts]) for k in range(len(table.head))]
    numeric = [not any(isinstance(row[k], str) for row in table.rows) for k in range(len(table.head))]
    print(f"\n{table.title}")
    for row in [table.head, ["-" * width for width in widths], *texts]:
        shown = [
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(row, widths, numeric, strict=True)
        ]
        print("  ".join(shown).rstrip())
    for note in table.notes:
        print(note)
    sys.stdout.flush()


def _text(cell: Cell) -> str:
    """Return text as it is, a count in full, a figure with three digits or with thousands."""
    if cell is None:
        return "-"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int):
        return f"{cell:,}"
    return f"{cell:,.0f}" if abs(cell) >= WHOLE_FROM else f"{cell:#.3g}"


def keep(path: Path, tables: dict[str, Table], where: dict[str, Any]) -> None:
    """Write machine and tables as JSON.

    Parameters
    ----------
    path
        The file.
    tables
        What each section measured.
    where
        What `machine` says.
    """
    made = {"machine": where, "sections": {name: asdict(table) for name, table in tables.items()}}
    path.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
