"""The state of a block of patients between stops, and the scratch space of one compiled call.

State is persistent and plain: rows of `model/layout.py`, one slice per patient. The workspace holds what
can be worked out again (rows of shedding, growth tables of founders) and is made anew for every call, so
that nothing leaks between patients, threads or rounds. Both travel as records, a pointer each: compiled
functions with dozens of array arguments take minutes to compile.
"""

from __future__ import annotations

import math
import mmap
import sys
import threading
from contextlib import suppress
from typing import NamedTuple

import numpy as np

from paget.model.layout import (
    CLONE,
    EFFECT,
    LESION,
    MAX_CLONES,
    MAX_DRIVERS,
    MAX_GENOTYPES,
    MAX_ROWS,
    N_ORGANS,
    N_SITES,
)

(ENTRIES, ARRESTS, EXTRAVASATED, SURVIVED, DORMANT, WOKEN, FOUNDED, LIVING, LIVING_WOKEN) = range(9)
"""Expected counts kept per bed; what dies out is drawn from them once, at the end (`funnel.py`)."""
SHED, DRAWN, DRAWN_WOKEN = 9, 10, 11
"""Cells shed (by organ shed from), and founders drawn alive, at once and woken."""

FREE, ALIVE, ENDED = 0, 1, 2
ROWS, OVERFLOW, FREED, LAST_ROOM, CLASSES, KEPT, SERIAL, NEXT_SPAN, BARRED, READY = range(10)
"""Entries of the workspace's `counts`: rows in use, whether room ran out, lesions and clones freed, whether there is
no larger room to run again in, classes of growth among the clones listed, sums of births kept, the last serial number
of a span, the span to be given up next, whether an effect bears on the way of shed cells, and whether the workspace
holds the patient."""

SPANS = 12
"""Stretches of days whose tables of founders are kept at once; number 0 is a whole cell without effects."""

N_STEMS = 8
"""Kinds of streams for whose keys the patient's part is kept, by their number."""

MAX_KEPT = 16
"""Net rates for which a segment's sums of births are kept."""
ACT = np.dtype([*EFFECT.descr, ("seen_from", np.float64), ("seen_until", np.float64), ("seen", np.float64)])
"""An EFFECT row that acts in a cell, and what was last worked out of it: its mean presence over some days."""
MAX_WATCHES = 96
"""WATCH rows that one patient may carry."""

WORKSPACE = np.dtype(
    [
        ("rng", np.uint64, (2,)),
        ("stem", np.uint64, (N_STEMS,)),
        ("counts", np.int64, (10,)),
        ("span_from", np.float64, (SPANS,)),
        ("span_days", np.float64, (SPANS,)),
        ("span_serial", np.int64, (SPANS,)),
        ("birth", np.float64, (N_ORGANS,)),
        ("row_origin", np.int64, (MAX_ROWS,)),
        ("row_genotype", np.int64, (MAX_ROWS,)),
        ("row_gene", np.int64, (MAX_ROWS,)),
        ("row_total", np.float64, (MAX_ROWS,)),
        ("row_weight", np.float64, (SPANS, MAX_ROWS, N_ORGANS)),
        ("weight_serial", np.int64, (SPANS, MAX_ROWS)),
        ("row_living", np.float64, (SPANS, MAX_ROWS)),
        ("row_founders", np.float64, (SPANS, MAX_ROWS)),
        ("row_serial", np.int64, (SPANS, MAX_ROWS)),
        ("row_exposure", np.float64, (SPANS, MAX_ROWS)),
        ("gene_integral", np.float64, (SPANS, MAX_GENOTYPES, N_ORGANS)),
        ("gene_net", np.float64, (SPANS, MAX_GENOTYPES, N_ORGANS)),
        ("gene_serial", np.int64, (SPANS, MAX_GENOTYPES)),
        ("clone_at", np.int64, (MAX_CLONES,)),
        ("clone_share", np.float64, (MAX_CLONES,)),
        ("clone_net", np.float64, (MAX_CLONES,)),
        ("class_net", np.float64, (MAX_CLONES,)),
        ("class_share", np.float64, (MAX_CLONES,)),
        ("class_at", np.float64, (MAX_CLONES, 4)),
        ("class_gain", np.float64, (4,)),
        ("slot", np.int16, (2**MAX_DRIVERS,)),
        ("bulk_born", np.float64, (3,)),
        ("bulk_sums", np.float64, (2,)),
        ("kept_net", np.float64, (MAX_KEPT,)),
        ("kept_sums", np.float64, (MAX_KEPT, 2)),
        ("bulk_share", np.float64, (MAX_CLONES,)),
        ("vessel_hazard", np.float64, (3,)),
        ("pool_input", np.float64, (MAX_GENOTYPES, N_ORGANS)),
        ("pool_bound", np.float64, (N_ORGANS,)),
        ("pool_decay", np.float64, (N_ORGANS,)),
        ("pool_before", np.float64, (N_ORGANS,)),
        ("pool_limit", np.float64, (N_ORGANS,)),
        ("woken", np.float64, (N_ORGANS,)),
        ("woken_living", np.float64, (N_ORGANS,)),
        ("burden", np.float64, (N_SITES, 5)),
        ("largest", np.float64, (N_SITES, 5)),
        ("number", np.float64, (N_SITES, 5)),
        ("felt", np.int64, (N_SITES,)),
        ("felt_organs", np.int64),
        ("felt_mask", np.int64),
        ("hazard", np.float64, (MAX_WATCHES + 2, 3)),
    ]
)
"""Scratch space of one compiled call."""


class Capacity(NamedTuple):
    """Room per patient; one who needs more is run again with more."""

    lesions: int = 256
    clones: int = 1280

    def larger(self) -> Capacity:
        """Return four times the room."""
        if self.is_last:
            return self
        return Capacity(min(self.lesions * 4, LARGEST_LESIONS), min(self.clones * 4, LARGEST_CLONES))

    @property
    def is_last(self) -> bool:
        """Whether this is the largest room: beyond it, lesions are counted as untracked."""
        return self.lesions >= LARGEST_LESIONS and self.clones >= LARGEST_CLONES


LARGEST_LESIONS = 128 * 4**2 * 2
LARGEST_CLONES = 320 * 4**2 * 2
LARGEST = Capacity(LARGEST_LESIONS, LARGEST_CLONES)
NO_RESERVE = 0x4000
"""Linux's flag for memory that is promised but not set aside, which `mmap` does not name."""


class State(NamedTuple):
    """A block of patients: arrays whose first axis is the patient."""

    seed: int
    patient: np.ndarray
    course: np.ndarray
    lesion: np.ndarray
    clone: np.ndarray
    pools: np.ndarray
    effect: np.ndarray
    watch: np.ndarray

    def of(self, which: np.ndarray) -> State:
        """Return the state of some of the patients, named by a mask, without room that none of them uses."""
        course = self.course[which]
        lesions, clones = course["lesions"].max(initial=1), course["clones"].max(initial=1)
        lesion, clone = rows_of(self.lesion, which, lesions), rows_of(self.clone, which, clones)
        others = (self.pools[which], self.effect[which], self.watch[which])
        return State(self.seed, self.patient[which], course, lesion, clone, *others)

    @property
    def capacity(self) -> Capacity:
        """Room per patient."""
        return Capacity(self.lesion.shape[1], self.clone.shape[1])


def has_sparse_memory() -> bool:
    """Return whether the system gives room that takes up memory only where it is written, as Linux does."""
    return sys.platform == "linux" and hasattr(mmap, "MADV_NOHUGEPAGE")


def roomy(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return zeros that take up memory only where they are written, page by page.

    Most patients use a few of the places kept for each. Pages of two megabytes, which numpy asks the system for,
    would be filled with zeros for a place or two.
    """
    size = math.prod(shape) * dtype.itemsize
    if size == 0 or not has_sparse_memory():
        return np.zeros(shape, dtype)
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | NO_RESERVE)
    # A kernel without large pages knows no such advice.
    with suppress(OSError):
        memory.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(memory, dtype).reshape(shape)


def give_back(array: np.ndarray, kept: int) -> None:
    """Hand the memory of all but the first `kept` records of each row of a `roomy` array back to the system."""
    memory: object = array
    while isinstance(memory, np.ndarray | memoryview):
        memory = memory.base if isinstance(memory, np.ndarray) else memory.obj
    if not isinstance(memory, mmap.mmap) or array.shape[1] <= kept:
        return
    row, first = array.strides[0], kept * array.strides[1]
    first = -(-first // mmap.PAGESIZE) * mmap.PAGESIZE
    if row % mmap.PAGESIZE == 0 and first < row:
        for p in range(array.shape[0]):
            memory.madvise(mmap.MADV_DONTNEED, p * row + first, row - first)


def rows_of(array: np.ndarray, which: np.ndarray, used: int) -> np.ndarray:
    """Return the first `used` records of some patients: copied as bytes, which is quicker than record by record."""
    size = array.dtype.itemsize
    raw = array.view(np.uint8).reshape(array.shape[0], array.shape[1] * size)
    return raw[:, : used * size][which].view(array.dtype)


def used_rows(array: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the first records of each patient, as many as `counts` says, one patient's after another's."""
    size = array.dtype.itemsize
    raw = array.view(np.uint8).reshape(array.shape[0], array.shape[1] * size)
    parts = [row[: count * size] for row, count in zip(raw, counts.tolist(), strict=True)]
    return np.concatenate(parts).view(array.dtype) if parts else array.reshape(-1)[:0]


class Scratch(threading.local):
    """Scratch space of each thread, made once: what one call leaves there, the next does not read."""

    def __init__(self) -> None:
        self.space = np.zeros(1, WORKSPACE)
        self.room = Capacity(0, 0)
        self.lesion = np.zeros(0, LESION)
        self.clone = np.zeros(0, CLONE)

    def workspace(self, *, last_room: bool = False) -> np.ndarray:
        """Return scratch space for one call: an array of one WORKSPACE record."""
        self.space["slot"] = -1
        self.space["counts"] = 0
        self.space["counts"][0, LAST_ROOM] = last_room
        self.space["gene_serial"] = 0
        return self.space

    def copies(self, room: Capacity) -> tuple[np.ndarray, np.ndarray]:
        """Return room for copies of one patient's lesions and clones."""
        if room != self.room:
            self.room = room
            self.lesion, self.clone = np.zeros(room.lesions, LESION), np.zeros(room.clones, CLONE)
        return self.lesion, self.clone


SCRATCH = Scratch()
