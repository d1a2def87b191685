"""What stands in some patients on their own current days: a few columns of the lesions large enough to matter.

Where `start.look` copies whole records, this reads them and writes plain columns, so that visits cost little.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from paget.engine.advance import earliest
from paget.engine.effects import GROWTH, SCALE, acting, next_switch
from paget.engine.immunity import FROM_PRIMARY
from paget.engine.kernel import entry, kernel, leaf
from paget.engine.lesions import coast
from paget.engine.path import PROLIFERATION, base_growth
from paget.engine.state import ACT, ALIVE, SCRATCH
from paget.model import layout

if TYPE_CHECKING:
    from paget.engine.compile import Program
    from paget.engine.state import State

FASTEST = 3.0
"""No trait makes a clone feel an effect on growth by more."""
NONE = np.int64(0)

WIDE = 100_000
"""Places of a padded table above which patients with many lesions are looked at by themselves."""
BOUNDS = (48, 400)

COLUMN = np.dtype(
    [
        ("key", np.uint64),
        ("organ", np.int64),
        ("is_primary", np.int64),
        ("vascular", np.int64),
        ("genotype", np.int64),
        ("log_cells", np.float64),
    ]
)
"""One lesion as it is seen; all zeros in a place without one."""


class View(NamedTuple):
    """The lesions of Q patients, one after another, `count` of each; `course` and `patient` hold their own rows."""

    patient: np.ndarray
    course: np.ndarray
    rows: np.ndarray
    count: np.ndarray

    @property
    def lesions(self) -> np.ndarray:
        """The lesions as a table of shape (Q, L), padded."""
        there = np.arange(max(1, self.count.max(initial=1))) < self.count[:, None]
        table = np.zeros(there.shape, COLUMN)
        table[there] = self.rows
        return table

    def of(self, which: np.ndarray) -> View:
        """Return some of the patients, by their places in rising order."""
        if which.size == self.count.size:
            return self
        chosen = np.zeros(self.count.size, bool)
        chosen[which] = True
        rows = self.rows[np.repeat(chosen, self.count)]
        return View(self.patient[which], self.course[which], rows, self.count[which])

    def by_size(self) -> list[np.ndarray]:
        """Return the places of patients with few and with many lesions, apart where together they waste much room."""
        if self.count.size * self.count.max(initial=1) <= WIDE:
            return [np.arange(self.count.size)]
        group = np.digitize(self.count, BOUNDS)
        return [np.flatnonzero(group == number) for number in np.unique(group)]


@kernel
def fastest_growth(effect, n):
    """Return the most by which effects speed up growth."""
    boost = 1.0
    for k in range(n):
        if effect[k].kind == SCALE and effect[k].process == GROWTH and effect[k].magnitude > 1.0:
            weight = 1.0 + (effect[k].magnitude - 1.0) * (1.0 if effect[k].trait == layout.ANY else FASTEST)
            boost *= weight
    return boost


@leaf
def fastest_clone(program, patient, rec, clone):
    """Return the growth per day of a lesion's fastest clone, which the lesion does not outgrow."""
    fastest = 0.0
    c = rec.first_clone
    while c >= 0:
        fastest = max(fastest, program.traits[clone[c].genotype, PROLIFERATION])
        c = clone[c].next_clone
    return fastest * base_growth(program, patient, rec.organ, rec.route == FROM_PRIMARY)


@entry
def view_block(table, scratch, acts, spare_lesion, spare_clone, patient, course, lesion, clone, effect, which, least,
               out, count):  # fmt: skip
    """Write the lesions of each patient that reach `least` ln cells on the patient's current day."""
    written = 0
    for q in range(which.size):
        p = which[q]
        now = course[p].now_day
        n = acting(effect[p], acts, earliest(course[p], lesion[p], now), now) if effect.shape[1] else NONE
        boost = fastest_growth(acts, n)
        for l in range(course[p].lesions):
            rec = lesion[p][l]
            if rec.status != ALIVE or rec.since_day > now:
                continue
            if rec.log_cells < least:
                rate = boost * fastest_clone(table[0], patient[p], rec, clone[p])
                if rec.log_cells + rate * (now - rec.since_day) < least:
                    continue
            spare_lesion[l] = rec
            c = rec.first_clone
            while c >= 0:
                spare_clone[c] = clone[p][c]
                c = clone[p][c].next_clone
            at = rec.since_day
            while at < now:
                to = next_switch(acts, n, at, now)
                coast(scratch[0], table[0], patient[p], spare_lesion, spare_clone, l, acts, n, at, to)
                at = to
            seen = spare_lesion[l]
            if seen.status != ALIVE or seen.log_cells < least:
                continue
            row = out[written]
            written += 1
            count[q] += 1
            row.key = seen.key
            row.organ = seen.organ
            row.is_primary = 1 if seen.route == 0 else 0
            row.vascular = seen.vascular
            row.log_cells = seen.log_cells
            row.genotype = seen.founder_genotype
            largest = -1.0
            c = seen.first_clone
            while c >= 0:
                cells = spare_clone[c].count if spare_clone[c].count >= 0.0 else spare_clone[c].cells
                if cells > largest:
                    largest = cells
                    row.genotype = spare_clone[c].genotype
                c = spare_clone[c].next_clone


def view(program: Program, state: State, which: np.ndarray, least_cells: float = 1.0) -> View:
    """Return the lesions of some patients that hold at least so many cells, on their own current days.

    Parameters
    ----------
    program : Program
        The compiled cancer.
    state : State
        Where the block stands.
    which : ndarray of int64, shape (Q,)
        Places of the patients looked at.
    least_cells : float
        Lesions of fewer cells are left out; 0 for none.
    """
    course = state.course[which]
    least = math.log(least_cells) if least_cells > 0.0 else -math.inf
    out, count = np.zeros(course["lesions"].sum(), COLUMN), np.zeros(which.size, np.int64)
    view_block(
        program.seeded(state.seed), SCRATCH.workspace(), np.zeros(max(1, state.effect.shape[1]), ACT),
        *SCRATCH.copies(state.capacity),
        state.patient, state.course, state.lesion, state.clone, state.effect, which, least, out, count,
    )  # fmt: skip
    return View(state.patient[which], course, out[: count.sum()], count)
