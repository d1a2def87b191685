"""Rows of the one table, the machine they were measured on, and how both are printed and kept."""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import paget
from paget.cohort.runner import available_cores

PACKAGES = ("numba", "llvmlite", "numpy", "pyarrow", "pandas", "gillespy2")
BUSY_LOAD = 0.3
"""Load above which wall-clock figures are not those of a quiet machine."""


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


WHOLE_FROM = 100.0
"""Figures from here on are printed as whole numbers."""


def machine() -> dict[str, Any]:
    """Return what a figure depends on besides the program: processor, cores, versions, and how busy it was."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = None
    return {
        "paget": paget.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": _processor(),
        "cores": available_cores(),
        "load_at_start": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "packages": versions,
    }


def _processor() -> str:
    """Return the processor's name."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def said(row: Row) -> str:
    """Say on standard error that a row is there, for whoever waits.

    Parameters
    ----------
    row
        The row just measured.
    """
    return f"  {row.benchmark}: {row.case}: {_number(row.value)} {row.unit}"


def tell(text: str) -> None:
    """Write a line to standard error, where it does not mix with the table.

    Parameters
    ----------
    text
        The line.
    """
    print(text, file=sys.stderr, flush=True)


def _number(value: float | None) -> str:
    """Return a number with three figures, or with thousands if it is large."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= WHOLE_FROM else f"{value:.3g}"


def print_table(rows: list[Row], where: dict[str, Any]) -> None:
    """Print the machine in one line, then all rows in one table.

    Parameters
    ----------
    rows
        The measurements.
    where
        What `machine` says.
    """
    load = where["load_at_start"]
    cores = f"{where['processor']}, {where['cores']} cores, load {load:.2f}" if load is not None else ""
    print(f"paget {where['paget']}, Python {where['python']}, numba {where['packages']['numba']}; {cores}")
    if load is not None and load > BUSY_LOAD:
        print("The machine was busy: wall-clock figures are worse than on a quiet one; CPU figures hurt less.")
    cells = [("benchmark", "case", "value", "unit", "ratio", "to")]
    cells += [(r.benchmark, r.case, _number(r.value), r.unit, _number(r.ratio), r.against) for r in rows]
    widths = [max(len(row[k]) for row in cells) for k in range(6)]
    before = ""
    for at, row in enumerate(cells):
        shown = (row[0] if row[0] != before else "", *row[1:])
        before = row[0]
        texts = [
            text.rjust(width) if k in (2, 4) else text.ljust(width)
            for k, (text, width) in enumerate(zip(shown, widths, strict=True))
        ]
        print("  ".join(texts).rstrip())
        if at == 0:
            print("  ".join("-" * width for width in widths))


def keep(path: Path, rows: list[Row], where: dict[str, Any], *, mode: str) -> None:
    """Write machine and rows as JSON.

    Parameters
    ----------
    path
        The file.
    rows
        The measurements.
    where
        What `machine` says.
    mode
        "quick", "normal" or "full".
    """
    made = {"machine": where, "mode": mode, "rows": [asdict(row) for row in rows]}
    path.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
