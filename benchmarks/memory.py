"""Memory against the number of patients: blocks are written as they end, so it should not grow with them."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

from benchmarks.alone import Child, run_alone
from benchmarks.starts import program
from benchmarks.tables import Cell, Table, ratio, tell

CASES = {
    ("kidney_clear_cell", "none"): (1, 2_000, 10_000, 40_000, 100_000),
    ("colorectal", "none"): (2_000, 8_000),
    ("colorectal", "standard_of_care"): (2_000, 8_000),
}
"""A light cancer, from the bare start on, and a heavy one, without care and with it; 2,000 patients are one block."""
REFERENCE = 2_000
"""Patients to whose memory the others' is set in ratio."""
WORKERS = 2


def peak(cancer_id: str, care: str, patients: int) -> Child:
    """Return what `paget run` uses for some patients in a fresh process.

    Parameters
    ----------
    cancer_id
        The entry.
    care
        Name of the policy.
    patients
        Their number.
    """
    with tempfile.TemporaryDirectory(prefix="paget-bench-") as name:
        out = str(Path(name) / "run")
        command = [program(), "run", cancer_id, "-n", str(patients), "--care", care]
        command += ["--workers", str(WORKERS), "--out", out]
        return run_alone(command)


def measure() -> Table:
    """Return the table of memory."""
    peak(*next(iter(CASES)), 1)
    rows = tuple(row for (cancer_id, care), sizes in CASES.items() for row in rows_of(cancer_id, care, sizes))
    head = ("cancer", "care", "patients", "wall s", "peak MiB", f"ratio to {REFERENCE:,}", "KiB per further patient")
    return Table(f"MEMORY of `paget run` with {WORKERS} workers, each in a fresh process", head, rows)


def rows_of(cancer_id: str, care: str, sizes: tuple[int, ...]) -> list[tuple[Cell, ...]]:
    """Return the rows of one cancer.

    Parameters
    ----------
    cancer_id
        The entry.
    care
        Name of the policy.
    sizes
        Numbers of patients.
    """
    found: dict[int, Child] = {}
    for patients in sizes:
        tell(f"  memory: {cancer_id}, {care}, {patients:,}")
        found[patients] = peak(cancer_id, care, patients)
    more: list[float | None] = [None]
    for less, patients in pairwise(sizes):
        more.append(1024.0 * (found[patients].peak_mib - found[less].peak_mib) / (patients - less))
    return [
        (cancer_id, care, patients, own.wall_s, own.peak_mib, ratio(own.peak_mib, found[REFERENCE].peak_mib), added)
        for (patients, own), added in zip(found.items(), more, strict=True)
    ]
