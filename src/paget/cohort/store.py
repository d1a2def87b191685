"""The folder a run leaves: one folder per table, one part file per table and block of patients.

A part is written under a hidden temporary name and moved into place, the patients' part last. So a block
is complete when its patients' part is there, and a run killed at any moment leaves only whole parts.
Parts hold no clock time: the same block gives the same bytes wherever and whenever it is computed.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from paget.errors import FolderError

TABLES: Final = (
    *("lesions", "clones", "funnel", "findings", "tests"),
    *("treatments", "visits", "adverse_events", "patients"),
)
"""Names of the tables, in the order in which the parts of a block are moved into place."""

BLOCK_PATIENTS: Final = 2000
"""Patients in one block. Fixed, so that block b always holds the same patients whatever the run's size."""

PROVENANCE_NAME: Final = "provenance.json"
SUMMARY_NAME: Final = "summary.json"
LOCK_NAME: Final = ".lock"
OTHER_FOLDER: Final = "choose another folder (--out)"
"""The usual way out of a folder that cannot be used."""

_RUN_KEY: Final = b"paget.run"
_FIRST_KEY: Final = b"paget.first"
_COUNT_KEY: Final = b"paget.count"


class Tables(Protocol):
    """What a block function returns: the tables of a block of patients."""

    @property
    def patients(self) -> pa.Table:
        """One row per patient."""

    @property
    def lesions(self) -> pa.Table:
        """One row per lesion."""

    @property
    def clones(self) -> pa.Table:
        """One row per clone."""

    @property
    def funnel(self) -> pa.Table:
        """One row per patient and organ reached."""

    @property
    def findings(self) -> pa.Table:
        """One row per finding."""

    @property
    def tests(self) -> pa.Table:
        """One row per result of a test of blood or tissue."""

    @property
    def treatments(self) -> pa.Table:
        """One row per course of a therapy."""

    @property
    def visits(self) -> pa.Table:
        """One row per visit under care."""

    @property
    def adverse_events(self) -> pa.Table:
        """One row per unwanted effect of treatment."""


@dataclass(frozen=True)
class Block:
    """A run of consecutive patients that is computed, written and resumed as one."""

    number: int
    first: int
    count: int


def blocks_of(n: int, size: int = BLOCK_PATIENTS) -> tuple[Block, ...]:
    """Cut patients 0 to n - 1 into blocks.

    Parameters
    ----------
    n
        Number of patients.
    size
        Patients per block; the last block may hold fewer.

    Returns
    -------
    tuple of Block
        The blocks, in order.
    """
    starts = range(0, n, size)
    return tuple(Block(number, first, min(size, n - first)) for number, first in enumerate(starts))


@dataclass(frozen=True)
class JoinedTables:
    """The tables of a block that was computed in pieces."""

    patients: pa.Table
    lesions: pa.Table
    clones: pa.Table
    funnel: pa.Table
    findings: pa.Table
    tests: pa.Table
    treatments: pa.Table
    visits: pa.Table
    adverse_events: pa.Table


def joined(pieces: Sequence[Tables]) -> JoinedTables:
    """Put the tables of pieces of a block one after another.

    Parameters
    ----------
    pieces
        Tables of different patients.

    Returns
    -------
    JoinedTables
        Their rows, in the order of the pieces.
    """
    return JoinedTables(**{name: pa.concat_tables([getattr(piece, name) for piece in pieces]) for name in TABLES})


class RunFolder:
    """The files of one run.

    Parameters
    ----------
    path
        The folder.
    run
        Digest of what decides the run's result; every part carries it, so a part of another run is never
        taken for one of this run.
    """

    def __init__(self, path: Path, run: str) -> None:
        self.path = path
        self.run = run

    def prepare(self) -> None:
        """Make the folders of the tables.

        Raises
        ------
        FolderError
            If the folder cannot be made or written to.
        """
        with writing(self.path):
            for table in TABLES:
                self.table_path(table).mkdir(parents=True, exist_ok=True)

    def table_path(self, table: str) -> Path:
        """Return the folder of one table."""
        return table_path(self.path, table)

    def part_path(self, table: str, number: int) -> Path:
        """Return the file that holds block `number` of one table."""
        return self.table_path(table) / f"part-{number:05d}.parquet"

    def is_complete(self, block: Block) -> bool:
        """Tell whether every part of a block is there, readable, and of this run.

        The footer of each part is read, so a part cut short by a crash of the machine counts as missing.
        """
        return all(self._is_whole(self.part_path(table, block.number), block) for table in TABLES)

    def missing(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """Return the blocks that have yet to be computed."""
        return tuple(block for block in blocks if not self.is_complete(block))

    def write(self, block: Block, tables: Tables) -> None:
        """Write a block's parts, the patients' part last.

        Parameters
        ----------
        block : Block
            Which patients the tables are about.
        tables : Tables
            The block's tables.

        Raises
        ------
        FolderError
            If a part cannot be written.
        """
        stamp = self._stamp(block)
        with writing(self.path):
            for name in TABLES:
                table = _settled(getattr(tables, name))
                metadata = {**(table.schema.metadata or {}), **stamp}
                table = table.replace_schema_metadata(metadata)
                _replace_with(self.part_path(name, block.number), table)

    def clean(self) -> None:
        """Remove temporary files that a killed run left behind."""
        for table in TABLES:
            for leftover in self.table_path(table).glob(".part-*.tmp"):
                leftover.unlink(missing_ok=True)

    def _stamp(self, block: Block) -> dict[bytes, bytes]:
        return {
            _RUN_KEY: self.run.encode(),
            _FIRST_KEY: str(block.first).encode(),
            _COUNT_KEY: str(block.count).encode(),
        }

    def _is_whole(self, path: Path, block: Block) -> bool:
        try:
            metadata = pq.read_schema(path).metadata or {}
        except (OSError, pa.ArrowInvalid):
            return False
        return all(metadata.get(key) == value for key, value in self._stamp(block).items())


def table_path(folder: Path, table: str) -> Path:
    """Return the folder of one table inside a run's folder."""
    return folder / f"{table}.parquet"


def part_paths(folder: Path, table: str) -> list[Path]:
    """Return the part files of one table, in the order of their blocks."""
    return sorted(table_path(folder, table).glob("part-*.parquet"), key=lambda path: (len(path.name), path.name))


def write_text(path: Path, text: str) -> None:
    """Write a small text file so that it is there whole or not at all."""
    temporary = path.with_name(f".{path.name}.tmp")
    with writing(path.parent):
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn a failure to write into `folder` into a `FolderError` that says what to do."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        fault = f"The run's folder cannot be written to: {reason}."
        raise FolderError(
            fault, file=folder, allowed="a folder that can be made and written to", fix=OTHER_FOLDER
        ) from error


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn a failure to read what a run wrote into a `FolderError` that says what to do."""
    try:
        yield
    except (OSError, pa.ArrowInvalid) as error:
        raise FolderError(
            "A part of the run is damaged and cannot be read.",
            file=path,
            allowed="a Parquet file as the run wrote it",
            fix="remove the damaged file and start the same run again: it computes what is missing",
        ) from error


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a run's folder for this process, so that two runs never write into it at once.

    The lock is the operating system's, so it ends with the process, however that ends. On a system or file
    system without such locks nothing is held; two runs of one command then only repeat each other's work.

    Raises
    ------
    FolderError
        If another process is writing into the folder.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    with writing(folder):
        handle = (folder / LOCK_NAME).open("w")
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            fault = "Another run is writing into this folder now."
            raise FolderError(fault, file=folder, fix=f"wait for it or stop it, or {OTHER_FOLDER}") from error
        except OSError:
            pass
        yield
    finally:
        handle.close()


def _settled(table: pa.Table) -> pa.Table:
    """Return a table whose bytes depend on its rows alone: one chunk, names coded in order of appearance."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            names = pc.cast(table[field.name], field.type.value_type).combine_chunks()
            coded = pc.dictionary_encode(names)
            table = table.set_column(place, field.with_type(coded.type), coded)
    return table.combine_chunks()


def _names_in(schema: pa.Schema) -> list[str]:
    return [field.name for field in schema if pa.types.is_dictionary(field.type) or pa.types.is_string(field.type)]


def _replace_with(path: Path, table: pa.Table) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        # A dictionary pays for names; for numbers it costs a fifth in size and a third in time.
        pq.write_table(table, temporary, compression="zstd", use_dictionary=_names_in(table.schema))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
