"""The runs of one folder: which there are, opened by their name, and their rows page by page.

A name is a name and never a path: it has no separators, and what it leads to has to lie in the folder itself.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from paget.cohort.cohort import Cohort
from paget.cohort.store import PROVENANCE_NAME, TABLES, part_paths, reading
from paget.errors import PagetError, SettingError, nearest
from paget.web.rows import readable

if TYPE_CHECKING:
    from paget.web.app.asks import RunAsk

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class NoSuchError(PagetError):
    """There is nothing of that name here."""


class Runs:
    """The runs in a folder.

    Parameters
    ----------
    folder
        Where they lie; it need not be there yet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def names(self) -> list[str]:
        """Return the names of all finished runs, in order."""
        if not self.folder.is_dir():
            return []
        return sorted(each.name for each in self.folder.iterdir() if (each / PROVENANCE_NAME).is_file())

    def listed(self) -> list[dict[str, Any]]:
        """Return every finished run in a line; what cannot be read is left out."""
        rows = []
        for name in self.names():
            try:
                made = self.open(name).provenance
            except PagetError:
                continue
            rows.append({"run": name, **{key: made[key] for key in ("title", "cancer", "care", "n", "seed")}})
        return rows

    def path(self, name: str) -> Path:
        """Return the folder of a run, whether it is there or not.

        Raises
        ------
        NoSuchError
            If the name is none, or leads out of the folder.
        """
        path = self.folder / name if _NAME.fullmatch(name) else None
        if path is None or path.resolve().parent != self.folder:
            raise self._no_run(name)
        return path

    def open(self, name: str) -> Cohort:
        """Return a finished run.

        Raises
        ------
        NoSuchError
            If there is none of that name.
        FolderError
            If it is not finished, or cannot be read.
        """
        path = self.path(name)
        if not (path / PROVENANCE_NAME).is_file():
            raise self._no_run(name)
        return Cohort.open(path)

    def rows(self, name: str, table: str, offset: int, limit: int, patient: int | None) -> dict[str, Any]:
        """Return some rows of a table; only what holds them is read.

        Raises
        ------
        NoSuchError
            If there is no such run or table.
        SettingError
            If there is no such patient.
        """
        if table not in TABLES:
            raise NoSuchError("There is no such table.", value=table, allowed=TABLES, meant=nearest(table, TABLES))
        cohort = self.open(name)
        if patient is not None:
            own = cohort.arrow(table, patient=patient)
            total, found = own.num_rows, own.slice(offset, limit)
        else:
            total, found = _page(part_paths(cohort.path, table), offset, limit)
        return {
            "table": table,
            "columns": found.column_names,
            "rows": readable(found),
            "offset": offset,
            "total": total,
        }

    def _no_run(self, name: str) -> NoSuchError:
        names = self.names()
        return NoSuchError("There is no run of that name here.", value=name, allowed=names, meant=nearest(name, names))


def _page(parts: list[Path], offset: int, limit: int) -> tuple[int, pa.Table]:
    """Return how many rows there are, and some of them."""
    total, found = 0, []
    for path in parts:
        with reading(path), pq.ParquetFile(path) as part:
            rows = part.metadata.num_rows
            first, last = max(offset - total, 0), min(offset + limit - total, rows)
            if first < last:
                found.append(part.read(use_threads=False).slice(first, last - first))
            elif not found and path == parts[-1]:
                found.append(part.schema_arrow.empty_table())
            total += rows
    return total, pa.concat_tables(found)


def name_for(ask: RunAsk) -> str:
    """Return the name of a run: what is asked in words, and a digest of whatever is not in the words.

    Parameters
    ----------
    ask
        What is asked.
    """
    other = [ask.years, ask.settings, ask.screening]
    digest = hashlib.sha256(json.dumps(other, sort_keys=True).encode()).hexdigest()[:6]
    return f"{ask.cancer}-{ask.care}-{ask.n}-{ask.seed}" + (f"-{digest}" if any(other) else "")


def check_page(offset: int, limit: int, most: int) -> None:
    """Raise unless a page of rows lies in its range.

    Parameters
    ----------
    offset, limit
        Rows to skip, and to return.
    most
        Most rows of a page.

    Raises
    ------
    SettingError
        If one does not.
    """
    for key, value, least, largest in (("offset", offset, 0, 2**62), ("limit", limit, 1, most)):
        if not least <= value <= largest:
            raise SettingError(
                f"{key} is not in its range.", key=key, value=value, allowed=f"a whole number from {least} to {largest}"
            )
