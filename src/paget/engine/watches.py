"""WATCH rows: when the engine must hand the patient back, by a date, a threshold or a hazard."""

from __future__ import annotations

import math

import numpy as np

from paget.engine import rng as draws
from paget.engine.clocks import fraction_at, integral_to
from paget.engine.growth import NODES
from paget.engine.host import FIRST_WATCH, is_felt
from paget.engine.kernel import kernel
from paget.model.layout import ANY, N_SITES, PRIMARY, STREAM_WATCH, WATCH_KINDS, WATCH_QUANTITIES

FIRST = np.int64(0)
CLOCK = WATCH_KINDS.index("clock")
THRESHOLD = WATCH_KINDS.index("threshold")
HAZARD = WATCH_KINDS.index("hazard")
BURDEN = WATCH_QUANTITIES.index("burden_cells")
LARGEST = WATCH_QUANTITIES.index("largest_cells")
NUMBER = WATCH_QUANTITIES.index("count_detectable")


@kernel
def quantity(ws, what, organ, j):
    """Return a watched quantity of an organ, of the primary or (ANY) of all organs, at time `j`."""
    table = ws.burden
    if what == LARGEST:
        table = ws.largest
    elif what == NUMBER:
        table = ws.number
    if organ == PRIMARY:
        return table[N_SITES - 1, j]
    if organ != ANY:
        return table[organ, j]
    total = 0.0
    for k in range(ws.felt_organs):
        o = ws.felt[k]
        total = max(total, table[o, j]) if what == LARGEST else total + table[o, j]
    return total


@kernel
def read_watch(ws, program, watch, k, a, b):
    """Return the fraction of days `a` to `b` at which watch `k` calls, or 2; hazards are left in the workspace."""
    row = watch[k]
    if row.done != 0:
        return 2.0
    if row.kind == CLOCK:
        return (row.at_day - a) / (b - a) if a <= row.at_day <= b else 2.0
    if row.kind == THRESHOLD:
        if row.quantity == NUMBER and row.level <= 1.0:
            # The first detectable lesion is the largest: its size tells the day within the segment.
            return reached(ws, LARGEST, row.organ, math.exp(program.log_detectable))
        return reached(ws, row.quantity, row.organ, row.level)
    if not is_felt(ws, row.organ):
        return 2.0
    for j in range(3):
        ratio = quantity(ws, row.quantity, row.organ, j + 1) / row.level
        ws.hazard[FIRST_WATCH + k, j] = (b - a) * row.rate_per_day * ratio**row.exponent if ratio > 0.0 else 0.0
    return fraction_at(ws.hazard[FIRST_WATCH + k], row.left + before_watch(ws, row, k, a, b))


@kernel
def reached(ws, what, organ, level):
    """Return the fraction of the segment at which a quantity first reaches `level`, or 2."""
    before = quantity(ws, what, organ, 0)
    if before >= level:
        return 0.0
    at = 0.0
    for j in range(1, 5):
        to = NODES[j - 1] if j < 4 else 1.0
        now = quantity(ws, what, organ, j)
        if now >= level:
            if what == NUMBER or before <= 0.0:
                return to
            return at + (to - at) * math.log(level / before) / math.log(now / before)
        before = now
        at = to
    return 2.0


@kernel
def before_watch(ws, row, k, a, b):
    """Return the integral of a watch's hazard from `a` to the day it was set, if that lies within `a` to `b`."""
    if row.since_day <= a:
        return 0.0
    return integral_to(ws.hazard[FIRST_WATCH + k], min(1.0, (row.since_day - a) / (b - a)))


@kernel
def recall_watches(program, patient, watch, ws, now_day):
    """Draw the clocks of new hazard watches, which run from `now_day`, and set all back to the cell's start."""
    for k in range(watch.size):
        row = watch[k]
        if row.kind == HAZARD and row.clock <= 0.0 and row.done == 0:
            draws.open_stream(ws.rng, draws.stream_key(program.seed, patient.index, STREAM_WATCH, row.id, FIRST))
            row.clock = draws.exponential(ws.rng)
            row.since_day = now_day
        row.left = row.clock


@kernel
def spend_watches(ws, watch, a, b):
    """Run the hazard clocks down over a stretch that was passed without a stop."""
    for k in range(watch.size):
        row = watch[k]
        if row.kind == HAZARD and row.done == 0 and is_felt(ws, row.organ):
            spent = integral_to(ws.hazard[FIRST_WATCH + k], 1.0) - before_watch(ws, row, k, a, b)
            row.left = max(1e-300, row.left - max(0.0, spent))


@kernel
def keep_watches(watch):
    """Let the clocks stand where they are at the end of a cell."""
    for k in range(watch.size):
        watch[k].clock = watch[k].left
