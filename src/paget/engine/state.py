"""The state of a block of patients between stops, and the scratch space of one compiled call.

State is persistent and plain: rows of `model/layout.py`, one slice per patient. The workspace holds what
can be worked out again (rows of shedding, growth tables of founders) and is made anew for every call, so
that nothing leaks between patients, threads or rounds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from paget.model import layout

FUNNEL_SUMS = 9
"""Expected counts kept per bed: entries, arrests, extravasated, survived, dormant, woken, founded, alive
at once, alive woken. What dies out is drawn from them once, at the end (`funnel.py`)."""
(ENTRIES, ARRESTS, EXTRAVASATED, SURVIVED, DORMANT, WOKEN, FOUNDED, LIVING, LIVING_WOKEN) = range(FUNNEL_SUMS)
SHED = FUNNEL_SUMS
DRAWN = FUNNEL_SUMS + 1
DRAWN_WOKEN = FUNNEL_SUMS + 2
FUNNEL_COLUMNS = FUNNEL_SUMS + 3
"""Further columns: cells shed (by organ shed from), and founders drawn alive, at once and woken."""

FREE, ALIVE, ENDED = 0, 1, 2


class Capacity(NamedTuple):
    """Room per patient; a patient who needs more is run again with more."""

    lesions: int = 48
    clones: int = 112
    genotypes: int = 32

    def larger(self) -> Capacity:
        """Return four times the room."""
        return Capacity(self.lesions * 4, self.clones * 4, self.genotypes * 4)


class State(NamedTuple):
    """A block of patients: arrays whose first axis is the patient."""

    seed: int
    patient: np.ndarray
    course: np.ndarray
    lesion: np.ndarray
    clone: np.ndarray
    pool: np.ndarray
    pool_genotype: np.ndarray
    pool_source: np.ndarray
    funnel: np.ndarray
    effect: np.ndarray
    effects: np.ndarray
    watch: np.ndarray
    watches: np.ndarray

    @property
    def capacity(self) -> Capacity:
        """Room per patient."""
        return Capacity(self.lesion.shape[1], self.clone.shape[1], self.pool.shape[1])


class Workspace(NamedTuple):
    """Scratch space of one compiled call; axis names: L lesions, R rows, G genotypes, O organs."""

    rng: np.ndarray
    path: np.ndarray
    cells: np.ndarray
    fade: np.ndarray
    birth: np.ndarray
    counts: np.ndarray
    row_origin: np.ndarray
    row_genotype: np.ndarray
    row_gene: np.ndarray
    row_weight: np.ndarray
    row_living: np.ndarray
    row_exposure: np.ndarray
    row_total: np.ndarray
    row_span: np.ndarray
    gene_integral: np.ndarray
    gene_net: np.ndarray
    gene_span: np.ndarray
    clone_at: np.ndarray
    clone_share: np.ndarray
    clone_net: np.ndarray
    clone_factor: np.ndarray
    slot: np.ndarray
    remap: np.ndarray
    pool_input: np.ndarray
    pool_ratio: np.ndarray
    burden: np.ndarray
    largest: np.ndarray
    number: np.ndarray
    hazard: np.ndarray
    lesion_copy: np.ndarray
    clone_copy: np.ndarray


ROWS, OVERFLOW, FREED = 0, 1, 2
"""Entries of `Workspace.counts`: rows in use, whether room ran out, lesions and clones freed."""


def workspace(capacity: Capacity, genotypes: int, watches: int) -> Workspace:
    """Return fresh scratch space for one call."""
    rows = 4 * capacity.genotypes
    organs, sites = layout.N_ORGANS, layout.N_SITES
    clones = layout.MAX_CLONES
    return Workspace(
        rng=np.zeros(2, dtype=np.uint64),
        path=np.zeros((capacity.lesions, 5)),
        cells=np.zeros((capacity.lesions, 5)),
        fade=np.zeros((2, 2, 4)),
        birth=np.zeros(organs + 1),
        counts=np.zeros(4, dtype=np.int64),
        row_origin=np.zeros(rows, dtype=np.int64),
        row_genotype=np.zeros(rows, dtype=np.int64),
        row_gene=np.zeros(rows, dtype=np.int64),
        row_weight=np.zeros((rows, organs)),
        row_living=np.zeros(rows),
        row_exposure=np.zeros(rows),
        row_total=np.zeros(rows),
        row_span=np.zeros((rows, 2)),
        gene_integral=np.zeros((capacity.genotypes, organs)),
        gene_net=np.zeros((capacity.genotypes, organs)),
        gene_span=np.zeros((capacity.genotypes, 2)),
        clone_at=np.zeros(clones, dtype=np.int64),
        clone_share=np.zeros(clones),
        clone_net=np.zeros(clones),
        clone_factor=np.zeros(clones),
        slot=np.full(max(1, genotypes), -1, dtype=np.int64),
        remap=np.zeros(capacity.clones, dtype=np.int64),
        pool_input=np.zeros((capacity.genotypes, organs)),
        pool_ratio=np.zeros((capacity.genotypes, organs)),
        burden=np.zeros((sites, 5)),
        largest=np.zeros((sites, 5)),
        number=np.zeros((sites, 5)),
        hazard=np.zeros((watches + 2, 3)),
        lesion_copy=np.zeros(capacity.lesions, dtype=layout.LESION),
        clone_copy=np.zeros(capacity.clones, dtype=layout.CLONE),
    )
