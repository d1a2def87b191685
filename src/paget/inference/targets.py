"""Targets: published figures with their sources, from the catalogue or from any file in its format.

A file of targets is CSV with the columns ``cancer, quantity, stratum, value, low, high, n, unit, confidence,
source``. Whether a figure can be computed is not asked here: a row of an unknown quantity is a target too, and is
reported as one that cannot be computed.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from paget.catalogue.folders import all_folders
from paget.errors import EntryError, nearest
from paget.inference.quantities import QUANTITIES
from paget.inference.strata import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS: Final = ("cancer", "quantity", "stratum", "value", "low", "high", "n", "unit", "confidence", "source")
NEEDED: Final = ("cancer", "quantity", "stratum", "value")
CONFIDENCES: Final = ("high", "medium", "low")
FOLDER: Final = "targets"
"""Folder of a catalogue folder that holds files of targets."""

_FORM: Final = f"a table in CSV with the columns {', '.join(COLUMNS)}"


@dataclass(frozen=True)
class Target:
    """A published figure.

    Parameters
    ----------
    cancer, quantity, stratum
        What it is of, as written.
    value
        The figure, in `unit`.
    low, high
        Ends of its published interval.
    n
        Patients it rests on.
    unit
        Its unit.
    confidence
        ``high``, ``medium`` or ``low``; empty if the file does not say.
    source
        Where it comes from, in words.
    """

    cancer: str
    quantity: str
    stratum: str
    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None
    unit: str = ""
    confidence: str = ""
    source: str = ""

    @property
    def name(self) -> str:
        """Its name, by which a fitted number tells what it was fitted to."""
        return f"{self.cancer}/{self.quantity}/{canonical(self.stratum)}"


def shipped() -> tuple[Target, ...]:
    """Return the targets of the catalogue: built in, of installed packages and of the user's own folder."""
    paths = [path for folder in all_folders() for path in sorted((folder.path / FOLDER).glob("*.csv"))]
    return tuple(target for path in paths for target in read(path))


def read(path: str | Path) -> tuple[Target, ...]:
    """Read a file of targets.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    tuple of Target
        One per row.

    Raises
    ------
    EntryError
        If the file cannot be read, or a column or value breaks a rule; names file, row and column.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EntryError(
            f"The file of targets cannot be read: {error.strerror}.", file=file, allowed=_FORM, fix="correct its name"
        ) from error
    except UnicodeDecodeError as error:
        raise EntryError("This file is not UTF-8 text.", file=file, fix="save it as UTF-8") from error
    lines = csv.reader(text.splitlines())
    try:
        head = [name.strip() for name in next(lines, [])]
        _check_head(file, head)
        found = [
            _target(file, lines.line_num, head, [cell.strip() for cell in row])
            for row in lines
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise EntryError(f"This file is not valid CSV: {error}.", file=file, allowed=_FORM) from error
    if not found:
        raise EntryError("This file holds no targets.", file=file, allowed=_FORM, fix="add a row")
    return tuple(found)


def _check_head(file: Path, head: list[str]) -> None:
    twice = [name for name in head if head.count(name) > 1]
    if twice:
        raise EntryError(f"The column {twice[0]} stands twice.", file=file, key=f"row 1, column {twice[0]}")
    missing = [name for name in NEEDED if name not in head]
    unknown = [name for name in head if name not in COLUMNS]
    slip = next((name for name in unknown if nearest(name, [each for each in COLUMNS if each not in head])), None)
    if missing or slip:
        meant = nearest(slip, COLUMNS) if slip else None
        raise EntryError(
            f"There is no column called {slip}." if slip else f"The column {missing[0]} is missing.",
            file=file,
            key=f"row 1, column {slip or missing[0]}",
            value=", ".join(head) or None,
            allowed=COLUMNS,
            meant=meant,
            fix="rename the column" if meant else "add the column",
        )


def _target(file: Path, row: int, head: list[str], cells: list[str]) -> Target:
    if len(cells) > len(head):
        raise EntryError(
            "A row has more values than there are columns.",
            file=file,
            key=f"row {row}",
            value=",".join(cells),
            allowed=f"{len(head)} values",
            fix="put values that hold a comma in double quotes",
        )
    told = dict(zip(head, cells, strict=False))
    for name in ("cancer", "quantity"):
        if not told.get(name):
            raise EntryError("A value is missing.", file=file, key=f"row {row}, column {name}", allowed="a name")
    value = _number(file, row, "value", told)
    if value is None:
        raise EntryError("A value is missing.", file=file, key=f"row {row}, column value", allowed="a number")
    target = Target(
        cancer=told["cancer"],
        quantity=told["quantity"],
        stratum=told.get("stratum", ""),
        value=value,
        low=_number(file, row, "low", told),
        high=_number(file, row, "high", told),
        n=_count(file, row, told),
        unit=told.get("unit", ""),
        confidence=_word(file, row, "confidence", told, CONFIDENCES),
        source=told.get("source", ""),
    )
    _check_range(file, row, target)
    return _with_unit(file, row, target)


def _number(file: Path, row: int, column: str, told: Mapping[str, str]) -> float | None:
    text = told.get(column, "")
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise EntryError(
            "A value is not a number.",
            file=file,
            key=f"row {row}, column {column}",
            value=text,
            allowed="a number such as 0.25" + ("" if column == "value" else ", or nothing"),
            fix="write it with a point and without a unit",
        )
    return found


def _count(file: Path, row: int, told: Mapping[str, str]) -> int | None:
    found = _number(file, row, "n", told)
    if found is not None and (found < 1.0 or found != round(found)):
        raise EntryError(
            "A number of patients is no whole number above 0.",
            file=file,
            key=f"row {row}, column n",
            value=told["n"],
            allowed="a whole number from 1, or nothing",
        )
    return None if found is None else int(found)


def _word(file: Path, row: int, column: str, told: Mapping[str, str], allowed: tuple[str, ...]) -> str:
    text = told.get(column, "")
    if text and text not in allowed:
        raise EntryError(
            f"There is no {column} called {text!r}.",
            file=file,
            key=f"row {row}, column {column}",
            value=text,
            allowed=allowed,
            meant=nearest(text, allowed),
        )
    return text


def _check_range(file: Path, row: int, target: Target) -> None:
    known = QUANTITIES.get(target.quantity)
    most = 1.0 if known is not None and known.scale == "share" else math.inf
    # A time or size of 0 has no ratio to another.
    least_text = "0 to 1" if most == 1.0 else "more than 0"
    for column, number in (("value", target.value), ("low", target.low), ("high", target.high)):
        if known is None or number is None:
            continue
        too_small = number < 0.0 or (number == 0.0 and known.scale == "ratio" and column == "value")
        if too_small or number > most:
            raise EntryError(
                f"A figure of {target.quantity} is out of range.",
                file=file,
                key=f"row {row}, column {column}",
                value=number,
                allowed=least_text,
                fix="write shares as fractions, such as 0.25 for 25 %" if most == 1.0 else None,
            )
    if target.low is not None and target.high is not None and target.low > target.high:
        raise EntryError(
            "An interval ends before it begins.",
            file=file,
            key=f"row {row}, column low",
            value=f"{target.low:g} to {target.high:g}",
            allowed="low at most high",
            fix="exchange the two",
        )


def _with_unit(file: Path, row: int, target: Target) -> Target:
    known = QUANTITIES.get(target.quantity)
    if known is not None and target.unit not in ("", known.unit):
        raise EntryError(
            f"Figures of {target.quantity} are not in {target.unit}.",
            file=file,
            key=f"row {row}, column unit",
            value=target.unit,
            allowed=known.unit,
            meant=nearest(target.unit, (known.unit,)),
            fix=f"convert the figure to {known.unit}",
        )
    return target
