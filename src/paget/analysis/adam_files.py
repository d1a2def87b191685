"""ADaM data sets as files, with the labels of their variables."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from paget.errors import FolderError, SettingError, nearest

if TYPE_CHECKING:
    import pandas as pd

FORMATS: Final = ("parquet", "csv")
DEFINITIONS: Final = "define.csv"
"""The file that says what every variable of every data set is."""


def write_adam(folder: Path, frames: Mapping[str, pd.DataFrame], formats: Sequence[str] = FORMATS) -> tuple[Path, ...]:
    """Write data sets as ``adsl.parquet``, ``adsl.csv`` and so on, and what their variables mean as ``define.csv``.

    A Parquet file carries the label of each variable in the metadata of its field, and that of the data set.

    Parameters
    ----------
    folder
        Where to; made if it does not exist.
    frames
        Data sets by name, as `paget.analysis.adam` gives them.
    formats
        Some of `FORMATS`.

    Returns
    -------
    tuple of Path
        The files.

    Raises
    ------
    SettingError
        Where a format is unknown.
    FolderError
        Where the folder cannot be written.
    """
    for unknown in (name for name in formats if name not in FORMATS):
        raise SettingError(
            "ADaM data sets cannot be written in this format.",
            key="formats",
            value=unknown,
            allowed=FORMATS,
            meant=nearest(unknown, FORMATS),
            fix="name one of the formats",
        )
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, frame in frames.items():
            for kind in formats:
                path = folder / f"{name.lower()}.{kind}"
                _write(frame, path)
                written.append(path)
        written.append(_define(folder / DEFINITIONS, frames))
    except OSError as error:
        raise FolderError(
            f"ADaM data sets cannot be written: {error.strerror or error}.",
            file=folder,
            fix="name a folder that you may write to",
        ) from error
    return tuple(written)


def _write(frame: pd.DataFrame, path: Path) -> None:
    if path.suffix == ".csv":
        frame.to_csv(path, index=False, lineterminator="\n")
        return
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.Table.from_pandas(frame, preserve_index=False)
    labels = frame.attrs.get("labels", {})
    fields = [field.with_metadata({"label": labels.get(field.name, "")}) for field in table.schema]
    metadata = {**(table.schema.metadata or {}), b"label": str(frame.attrs.get("label", "")).encode()}
    parquet.write_table(table.cast(pa.schema(fields, metadata=metadata)), path)


def _define(path: Path, frames: Mapping[str, pd.DataFrame]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["dataset", "variable", "label", "type"])
        for name, frame in frames.items():
            for column, kind in frame.dtypes.items():
                label = frame.attrs.get("labels", {}).get(column, "")
                writer.writerow([name.upper(), column, label, "Num" if kind.kind in "iuf" else "Char"])
    return path
