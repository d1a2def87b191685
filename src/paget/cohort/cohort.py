"""A finished run, read when it is asked for.

The tables stay in their Parquet files; a data frame is read the first time it is used and then kept. For
runs too large for that, `Cohort.arrow` reads chosen columns, and `Cohort.path` is a plain folder of Parquet
that polars, duckdb or R read without this package.
"""

from __future__ import annotations

import json
import shutil
import weakref
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from paget.analysis import phylogeny
from paget.cohort import provenance
from paget.cohort.store import OTHER_FOLDER, SUMMARY_NAME, TABLES, part_paths, reading, table_path
from paget.cohort.summing import summary_of
from paget.errors import FolderError, SettingError, nearest
from paget.model.layout import LAYOUT_VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import pyarrow as pa
    import pyarrow.dataset as ds


class Cohort:
    """The tables of a finished run, as data frames.

    Parameters
    ----------
    path
        The folder that the run left.
    temporary
        Whether to remove the folder when the cohort is no longer used.

    Raises
    ------
    FolderError
        If the folder holds no finished run, or one that this version cannot read.

    Examples
    --------
    >>> cohort = Cohort.open("runs/colorectal-10000-1")  # doctest: +SKIP
    >>> cohort.lesions.groupby("organ").size()  # doctest: +SKIP
    >>> polars.from_arrow(cohort.arrow("lesions"))  # doctest: +SKIP
    """

    def __init__(self, path: str | Path, *, temporary: bool = False) -> None:
        self.path = Path(path)
        self.provenance = _finished(self.path)
        if temporary:
            weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open the folder that a run left.

        Parameters
        ----------
        path
            The folder.

        Returns
        -------
        Cohort
            The run's tables.

        Raises
        ------
        FolderError
            If the folder holds no finished run, or one that this version cannot read.
        """
        return cls(path)

    @cached_property
    def patients(self) -> pd.DataFrame:
        """One row per patient."""
        return self._frame("patients")

    @cached_property
    def lesions(self) -> pd.DataFrame:
        """One row per lesion, the primary included."""
        return self._frame("lesions")

    @cached_property
    def clones(self) -> pd.DataFrame:
        """One row per clone of a lesion."""
        return self._frame("clones")

    @cached_property
    def funnel(self) -> pd.DataFrame:
        """One row per patient and organ: how many cells passed each step of the cascade."""
        return self._frame("funnel")

    @cached_property
    def findings(self) -> pd.DataFrame:
        """One row per finding that led to a diagnosis; `lesion` is the truth behind it, 0 where it was false."""
        return self._frame("findings")

    @cached_property
    def tests(self) -> pd.DataFrame:
        """One row per result of a test of blood or tissue at diagnosis, in the unit of the marker's entry."""
        return self._frame("tests")

    @cached_property
    def treatments(self) -> pd.DataFrame:
        """One row per course of a therapy: in which line, from when to when, at which dose, and why it ended."""
        return self._frame("treatments")

    @cached_property
    def visits(self) -> pd.DataFrame:
        """One row per visit under care: fitness, measured disease, response, and the rule that decided."""
        return self._frame("visits")

    @cached_property
    def adverse_events(self) -> pd.DataFrame:
        """One row per unwanted effect of treatment, with its grade (1 to 4)."""
        return self._frame("adverse_events")

    def summary(self) -> dict[str, Any]:
        """Return the run's summary as plain values, with shares, medians and the funnel."""
        try:
            kept: dict[str, Any] = json.loads((self.path / SUMMARY_NAME).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            # Gone or damaged: the tables hold the same.
            return summary_of(self.path, self.provenance)
        return kept

    def dataset(self, table: str) -> ds.Dataset:
        """Return a table as an Arrow dataset, for reading part by part.

        Parameters
        ----------
        table
            ``patients``, ``lesions``, ``clones``, ``funnel``, ``findings``, ``tests``, ``treatments``, ``visits`` or
            ``adverse_events``.

        Raises
        ------
        SettingError
            If there is no such table.
        """
        import pyarrow.dataset as ds

        if table not in TABLES:
            raise SettingError("There is no such table.", value=table, allowed=TABLES, meant=nearest(table, TABLES))
        return ds.dataset([str(path) for path in part_paths(self.path, table)], format="parquet")

    def arrow(self, table: str, columns: Sequence[str] | None = None, patient: int | None = None) -> pa.Table:
        """Read a table, or some columns of it, without pandas.

        Parameters
        ----------
        table
            ``patients``, ``lesions``, ``clones``, ``funnel``, ``findings``, ``tests``, ``treatments``, ``visits`` or
            ``adverse_events``.
        columns
            Which columns; all if None.
        patient
            Only this patient's rows.

        Returns
        -------
        pyarrow.Table
            The rows, in the order of the patients. Libraries that speak Arrow take it as it is.

        Raises
        ------
        SettingError
            If there is no such table or patient.
        """
        import pyarrow.dataset as ds

        chosen = None
        if patient is not None:
            if not 0 <= patient < len(self):
                raise SettingError("There is no such patient.", value=patient, allowed=f"0 to {len(self) - 1}")
            chosen = ds.field("patient") == patient
        found = self.dataset(table)
        with reading(table_path(self.path, table)):
            return found.to_table(columns=None if columns is None else list(columns), filter=chosen)

    def newick(self, patient: int) -> str:
        """Return a patient's clone tree in Newick form; branches are in days."""
        return phylogeny.clone_newick(self.arrow("clones", patient=patient), self.arrow("lesions", patient=patient))

    def migrations(self, patient: int) -> pd.DataFrame:
        """Return a patient's seedings, one row per metastasis: from where to where, how and when."""
        return phylogeny.migrations(self.arrow("lesions", patient=patient))

    def __len__(self) -> int:
        """Return the number of patients."""
        return int(self.provenance["n"])

    def __repr__(self) -> str:
        """Say what was run, how large it is and where it lies."""
        made = self.provenance
        settings = "".join(f", {key} = {value}" for key, value in made["settings"].items())
        return f"Cohort({made['cancer']}, {len(self):,} patients, seed {made['seed']}{settings}, {self.path})"

    def _frame(self, table: str) -> pd.DataFrame:
        frame: pd.DataFrame = self.arrow(table).to_pandas()
        return frame


def _finished(path: Path) -> dict[str, Any]:
    found = provenance.read(path)
    if found is None:
        raise FolderError("There is no run in this folder.", file=path, allowed="a folder that `paget run` left")
    if not found.get("finished"):
        raise FolderError(
            "The run in this folder is not finished.", file=path, fix="start the same run again: it goes on"
        )
    held = found.get("layout_version")
    if held != LAYOUT_VERSION:
        raise FolderError(
            f"The run has layout {held}, and this version reads layout {LAYOUT_VERSION}.",
            file=path,
            fix=f"read it with version {found.get('paget_version')}, or {OTHER_FOLDER}",
        )
    return found
