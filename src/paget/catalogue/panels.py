"""Panels with their tables of rates, turned into the arrays that observation reads.

A panel's tables are CSV files beside it, one row a rate. A folder of one's own that replaces a panel may bring its own
tables; those that it does not bring are taken from the folders before it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from paget.catalogue.registry import Catalogue
from paget.errors import EntryError, nearest
from paget.model import layout
from paget.model.measure import Share
from paget.model.panel import Panel, TissueTest
from paget.model.tissue import Tissue

DEFAULT_PANEL: Final = "tissue"
POOLED_PATIENTS: Final = 1.0
"""Weight, in patients, of the mean over all cancers in a share that is counted: no share is exactly 0."""

Floats = NDArray[np.float64]
Row = dict[str, str]


@cache
def tissue(catalogue: Catalogue) -> Tissue:
    """Return the arrays of the tissue panel.

    Parameters
    ----------
    catalogue
        The catalogue that holds it.

    Returns
    -------
    Tissue
        Rates by position.

    Raises
    ------
    EntryError
        Where a table lacks a row or holds one that means nothing.
    """
    panel = panel_of(catalogue)
    origins = tuple(panel.registered)
    floor = panel.floor.value
    markers, alterations, biomarkers = (
        tuple(test.id for test in tests) for tests in (panel.markers, panel.alterations, panel.biomarkers)
    )
    loss, gain = _conversions(panel, origins, markers)
    sampling = panel.sampling
    return Tissue(
        origins=origins,
        markers=markers,
        alterations=alterations,
        biomarkers=biomarkers,
        histologies=panel.histologies,
        marker_rate=np.clip(rates(catalogue, "ihc_rates.csv", "marker", markers), floor, 1.0 - floor),
        loss=loss,
        gain=gain,
        redrawn=panel.redrawn.value,
        marker_bit=_bits(catalogue, origins, panel.markers),
        alteration_bit=_bits(catalogue, origins, panel.alterations),
        alteration_rate=np.clip(
            counted(catalogue, "alteration_counts.csv", "alteration", alterations), floor, 1.0 - floor
        ),
        alteration_within=_positions(alterations, [test.within for test in panel.alterations]),
        biomarker_rate=rates(catalogue, "biomarker_rates.csv", "biomarker", biomarkers),
        biomarker_within=_positions(biomarkers, [test.within for test in panel.biomarkers]),
        biomarker_implied_by=_positions(biomarkers, [test.implied_by for test in panel.biomarkers]),
        biomarker_bit=_bits(catalogue, origins, panel.biomarkers),
        biomarker_follows=np.array([[name in test.follows for name in alterations] for test in panel.biomarkers]),
        histology_rate=_shares(catalogue, panel),
        failed=_by_organ(sampling.failed, sampling.failed_otherwise.value),
        ease=_by_organ(sampling.ease, sampling.ease_otherwise.value),
        limit=panel.sequencing.limit.value,
        purity_least=panel.sequencing.purity_least.value,
        purity_most=panel.sequencing.purity_most.value,
    )


def panel_of(catalogue: Catalogue) -> Panel:
    """Return the tissue panel; its origins are those of its registered cancers that the catalogue holds."""
    return catalogue.entry("panels", DEFAULT_PANEL, Panel)


def table(catalogue: Catalogue, name: str, columns: Sequence[str]) -> tuple[Path, list[Row]]:
    """Return the rows of a table that stands beside the panel.

    Parameters
    ----------
    catalogue
        The catalogue.
    name
        Name of the file.
    columns
        Columns that it must have.

    Returns
    -------
    path : Path
        Where it was found.
    rows : list of dict
        Its rows.

    Raises
    ------
    EntryError
        Where it is missing, or lacks a column.
    """
    places = [folder.path / "panels" / name for folder in reversed(catalogue.folders)]
    path = next((place for place in places if place.is_file()), places[-1])
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            lacking = [column for column in columns if column not in (reader.fieldnames or ())]
    except OSError as error:
        raise EntryError(
            f"This table cannot be read: {error.strerror}.", file=path, fix="add it beside the panel"
        ) from error
    if lacking:
        raise EntryError("The table lacks a column.", file=path, key=lacking[0], allowed=columns, fix="add the column")
    return path, rows


def rates(catalogue: Catalogue, name: str, key: str, names: Sequence[str]) -> Floats:
    """Return a table of rates, shape (O, len(names)), that has each pair of test and origin once.

    Parameters
    ----------
    catalogue
        The catalogue.
    name
        Name of the file.
    key
        Column that names the test.
    names
        All tests, in order.

    Raises
    ------
    EntryError
        Where a row is missing, stands twice or is out of range.
    """
    path, rows = table(catalogue, name, (key, "origin", "rate", "basis"))
    cells = _cells(panel_of(catalogue), path, rows, key, names)
    return np.array(
        [[share(path, cells[test, origin], "rate") for test in names] for origin in panel_of(catalogue).registered]
    )


def counted(catalogue: Catalogue, name: str, key: str, names: Sequence[str]) -> Floats:
    """Return a table of counts as shares, shape (O, len(names)); see `rates` and `POOLED_PATIENTS`."""
    path, rows = table(catalogue, name, (key, "origin", "carriers", "patients", "basis"))
    panel = panel_of(catalogue)
    cells = _cells(panel, path, rows, key, names)
    carriers, patients = (
        np.array([[number(path, cells[test, origin], column) for test in names] for origin in panel.registered])
        for column in ("carriers", "patients")
    )
    if (carriers > patients).any():
        raise EntryError("There are more carriers than patients.", file=path, key="carriers", fix="correct the counts")
    pooled = carriers.sum(axis=0) / np.maximum(patients.sum(axis=0), 1.0)
    return np.asarray((carriers + POOLED_PATIENTS * pooled) / (patients + POOLED_PATIENTS))


def number(path: Path, row: Row, column: str) -> float:
    """Return a number of 0 or more from a row, or raise `EntryError` naming the row."""
    text = row[column]
    try:
        value = float(text)
    except (TypeError, ValueError):
        value = -1.0
    if not 0.0 <= value < float("inf"):
        told = ", ".join(f"{name} {given}" for name, given in row.items() if name != column)
        raise EntryError(
            f"This is not a number: {told}.",
            file=path,
            key=column,
            value=text,
            allowed="a number of 0 or more",
            fix="correct the row",
        )
    return value


def share(path: Path, row: Row, column: str) -> float:
    """Return a share from a row, or raise `EntryError` naming the row."""
    value = number(path, row, column)
    if value > 1.0:
        raise EntryError(
            "A share is more than 1.", file=path, key=column, value=value, allowed="from 0 to 1", fix="correct the row"
        )
    return value


def _cells(panel: Panel, path: Path, rows: Sequence[Row], key: str, names: Sequence[str]) -> dict[tuple[str, str], Row]:
    cells: dict[tuple[str, str], Row] = {}
    for row in rows:
        for column, known in ((key, names), ("origin", tuple(panel.registered)), ("basis", tuple(panel.bases))):
            if row[column] not in known:
                raise EntryError(
                    f"{row[column]!r} is not known to the panel.",
                    file=path,
                    key=column,
                    value=row[column],
                    allowed=known,
                    meant=nearest(row[column] or "", known),
                    fix="correct the row, or add it to the panel",
                )
        if (row[key], row["origin"]) in cells:
            raise EntryError(
                f"{row[key]} in {row['origin']} stands twice.", file=path, key=key, fix="remove one of the rows"
            )
        cells[row[key], row["origin"]] = row
    for test in names:
        for origin in panel.registered:
            if (test, origin) not in cells:
                raise EntryError(f"{test} in {origin} is missing.", file=path, key=key, fix="add the row")
    return cells


def _shares(catalogue: Catalogue, panel: Panel) -> Floats:
    found = rates(catalogue, "histology_rates.csv", "histology", panel.histologies)
    if not np.allclose(found.sum(axis=1), 1.0, atol=1e-3):
        wrong = tuple(panel.registered)[int(np.abs(found.sum(axis=1) - 1.0).argmax())]
        raise EntryError(
            f"The shares of {wrong} do not sum to 1.",
            file="histology_rates.csv",
            key="rate",
            value=float(found.sum(axis=1)[tuple(panel.registered).index(wrong)]),
            allowed="1",
            fix="correct the rows of this origin",
        )
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def _conversions(panel: Panel, origins: Sequence[str], markers: Sequence[str]) -> tuple[Floats, Floats]:
    loss, gain = np.zeros((2, len(origins), len(markers)))
    for conversion in panel.conversions:
        column = markers.index(conversion.marker)
        for origin in conversion.cancers:
            row = origins.index(origin)
            loss[row, column], gain[row, column] = conversion.loss.value, conversion.gain.value
    return loss, gain


def _bits(catalogue: Catalogue, origins: Sequence[str], tests: Sequence[TissueTest]) -> NDArray[np.int64]:
    bits = np.full((len(origins), len(tests)), -1, np.int64)
    for row, origin in enumerate(origins):
        listed = [driver.id for driver in catalogue.cancer(origin).drivers]
        for column, test in enumerate(tests):
            driver = getattr(test, "driver", None)
            if driver in listed:
                bits[row, column] = listed.index(driver)
    return bits


def _positions(names: Sequence[str], named: Sequence[str | None]) -> NDArray[np.int64]:
    return np.array([-1 if name is None else names.index(name) for name in named], np.int64)


def _by_organ(given: Mapping[str, Share], otherwise: float) -> Floats:
    return np.array([given[organ].value if organ in given else otherwise for organ in layout.ORGANS])
