"""The funnel of each patient: how many cells passed each step of the cascade, organ by organ.

Given the life of the lesions, the cells that got nowhere are Poisson at every step with the expected counts
that the engine summed; they are drawn once, from the founders drawn alive upwards, so that every step has at
least as many cells as the next. Means above 1e8 are drawn as rounded normals.
"""

from __future__ import annotations

from paget.engine import rng as draws
from paget.engine.kernel import entry, kernel
from paget.engine.state import (
    ARRESTS,
    DORMANT,
    DRAWN,
    DRAWN_WOKEN,
    ENTRIES,
    EXTRAVASATED,
    FOUNDED,
    LIVING,
    LIVING_WOKEN,
    SHED,
    SURVIVED,
    WOKEN,
)
from paget.model.layout import FUNNEL_STEPS, N_BEDS, STREAM_FUNNEL

STEP_SHED = FUNNEL_STEPS.index("shed")
STEP_SURVIVED_CIRCULATION = FUNNEL_STEPS.index("survived_circulation")
STEP_ARRESTED = FUNNEL_STEPS.index("arrested")
STEP_EXTRAVASATED = FUNNEL_STEPS.index("extravasated")
STEP_SURVIVED = FUNNEL_STEPS.index("survived")
STEP_DORMANT = FUNNEL_STEPS.index("dormant")
STEP_WOKEN = FUNNEL_STEPS.index("woken")
STEP_FOUNDED = FUNNEL_STEPS.index("founded")


@kernel
def beyond(rng, expected, of_which):
    """Return a Poisson count of what is expected beyond a part of it."""
    return draws.poisson(rng, max(0.0, expected - of_which))


@entry
def draw_funnel(seed, patient, pools, rng, out):
    """Fill `out` (patients, beds, steps) with the steps that cells pass, from the sums of the engine."""
    for p in range(patient.size):
        draws.open_stream(rng, draws.stream_key(seed, patient[p].index, STREAM_FUNNEL, 0, 0))
        for bed in range(N_BEDS):
            row = pools[p].funnel[:, bed]
            if row[ENTRIES] <= 0.0 and row[SHED] <= 0.0:
                continue
            at_once = row[DRAWN] + beyond(rng, row[FOUNDED] - row[WOKEN], row[LIVING])
            woken = row[DRAWN_WOKEN] + beyond(rng, row[WOKEN], row[LIVING_WOKEN])
            dormant = woken + beyond(rng, row[DORMANT], row[WOKEN])
            survived = dormant + at_once
            extravasated = survived + beyond(rng, row[EXTRAVASATED], row[SURVIVED])
            arrested = extravasated + beyond(rng, row[ARRESTS], row[EXTRAVASATED])
            out[p, bed, STEP_FOUNDED] = at_once + woken
            out[p, bed, STEP_WOKEN] = woken
            out[p, bed, STEP_DORMANT] = dormant
            out[p, bed, STEP_SURVIVED] = survived
            out[p, bed, STEP_EXTRAVASATED] = extravasated
            out[p, bed, STEP_ARRESTED] = arrested
            out[p, bed, STEP_SURVIVED_CIRCULATION] = arrested + beyond(rng, row[ENTRIES], row[ARRESTS])
            out[p, bed, STEP_SHED] = draws.poisson(rng, row[SHED])
