"""Draws of a cancer's fitted numbers: what its calibration left of their uncertainty.

A table in CSV in the folder ``posteriors`` of a catalogue folder, named like the cancer: one column per number, by the
key that `override` takes and in the unit of its field, one draw a line. A later folder's table replaces an earlier one.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

from paget.catalogue.folders import all_folders
from paget.catalogue.settings import settable
from paget.errors import EntryError, nearest
from paget.model.cancer import Cancer

FOLDER: Final = "posteriors"
_FORM: Final = "a table in CSV: keys of numbers in the first row, a draw in every other"


def posterior(cancer: Cancer) -> tuple[dict[str, float], ...]:
    """Return the draws of a cancer's fitted numbers.

    Parameters
    ----------
    cancer
        The cancer.

    Returns
    -------
    tuple of dict
        Value by key for each draw, in the unit of each number's field; none where it was not calibrated.

    Raises
    ------
    EntryError
        If the table breaks a rule.
    """
    files = [folder.path / FOLDER / f"{cancer.id}.csv" for folder in all_folders()]
    held = [file for file in files if file.exists()]
    return _read(held[-1], cancer) if held else ()


def _read(file: Path, cancer: Cancer) -> tuple[dict[str, float], ...]:
    try:
        rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise EntryError(f"The draws of a posterior cannot be read: {error}.", file=file, allowed=_FORM) from error
    if len(rows) <= 1:
        raise EntryError("This table holds no draws.", file=file, allowed=_FORM, fix="calibrate the cancer again")
    known = settable(cancer)
    for key in rows[0]:
        if key.removesuffix(".sigma") not in known:
            raise EntryError(
                f"{key!r} is not a number of {cancer.id}.",
                file=file,
                key="row 1",
                value=key,
                allowed="a key that `paget show " + cancer.id + "` prints",
                meant=nearest(key, known),
            )
    return tuple(_draw(file, place, rows[0], row) for place, row in enumerate(rows[1:], start=2))


def _draw(file: Path, place: int, keys: list[str], row: list[str]) -> dict[str, float]:
    try:
        return {key: float(value) for key, value in zip(keys, row, strict=True)}
    except ValueError as error:
        raise EntryError(
            "A draw is not one number for each key.", file=file, key=f"row {place}", value=",".join(row), allowed=_FORM
        ) from error
