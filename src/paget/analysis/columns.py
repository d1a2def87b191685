"""Columns of a run's tables as arrays and texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from paget.model.stage import STAGE_GROUPS, STAGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GROUP_OF = dict(zip(STAGES, STAGE_GROUPS, strict=True))


def numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Return a column of numbers as floats, nulls as not a number."""
    return np.asarray(pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def whole(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return a column of whole numbers without nulls."""
    return np.asarray(column.to_numpy(), dtype=np.int64)


def texts(column: pa.ChunkedArray) -> list[str]:
    """Return a column of names as texts."""
    return [str(text) for text in pc.cast(column, pa.string()).to_pylist()]


def stage_groups(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return a column of stages as groups 1 to 4, 0 where the stage is unknown."""
    return np.array([_GROUP_OF[name] for name in texts(column)], np.int64)


def codes(column: pa.ChunkedArray, names: tuple[str, ...], *, strict: bool = True) -> NDArray[np.int64]:
    """Return the position of each name in `names`; -1 for others, which are an error if `strict`."""
    found = pc.index_in(pc.cast(column, pa.string()), value_set=pa.array(names, pa.string()))
    positions = np.asarray(pc.fill_null(found, -1).to_numpy(), dtype=np.int64)
    if strict and np.any(positions < 0):
        unknown = column.to_pylist()[int(np.argmin(positions))]
        fault = f"unknown name {unknown!r} in a table; known are {', '.join(names)}"
        raise ValueError(fault)
    return positions
