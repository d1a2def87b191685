"""The host: burden per organ, the hazards it causes, and the day something happens.

Each organ's death hazard is peak x q**4 / (1 + q**4), q = frailty x burden / lethal burden (less reserve
where an effect lowers it); cachexia is the same of the whole burden. The power of 4 is what reserve means: half
of the lethal burden brings 6 % of the hazard, a tenth next to none. Hazards are read at three nodes of a
segment, and clocks of mean 1 run down by their integral; within the segment the hazard is the parabola
through the nodes. It stops being true for sudden deaths that size does not foretell (bleeding, embolism).
"""

from __future__ import annotations

import math

from paget.engine import effects
from paget.engine import rng as draws
from paget.engine.immunity import FROM_PRIMARY
from paget.engine.kernel import kernel, leaf
from paget.engine.state import ALIVE
from paget.model.layout import CAUSES, N_ORGANS, N_SITES, STREAM_HOST

CACHEXIA = CAUSES.index("cachexia")
BY_EFFECT = CAUSES.index("effect")
BY_OTHER = CAUSES.index("other")
LOG_FELT = math.log(1e5)
"""Half a millimetre at the start of a cell of the mesh: at its end still too small for any hazard or watch."""
CANCER_HAZARD, EFFECT_HAZARD, FIRST_WATCH = 0, 1, 2


@kernel
def clear_burden(ws):
    """Set burdens, largest lesions and numbers of lesions to zero."""
    for k in range(ws.felt_organs):
        ws.burden[ws.felt[k]] = 0.0
        ws.largest[ws.felt[k]] = 0.0
        ws.number[ws.felt[k]] = 0.0
    ws.burden[N_SITES - 1] = 0.0
    ws.largest[N_SITES - 1] = 0.0
    ws.number[N_SITES - 1] = 0.0
    ws.felt_organs = 0
    ws.felt_mask = 0


@kernel
def feel(ws, organ):
    """Add an organ to the ordered list of those that hold a lesion."""
    ws.felt_mask |= 1 << organ
    k = ws.felt_organs
    while k > 0 and ws.felt[k - 1] > organ:
        ws.felt[k] = ws.felt[k - 1]
        k -= 1
    ws.felt[k] = organ
    ws.felt_organs += 1


@leaf
def is_felt(ws, organ):
    """Return whether an organ (or PRIMARY, or ANY) may hold cells."""
    return organ < 0 or (ws.felt_mask >> organ) & 1 != 0


@leaf
def add_burden(ws, program, lesion, l, watched):
    """Add one lesion's cells at the three nodes (and at start and end, if watched) to its organ."""
    organ = lesion[l].organ
    path = lesion[l].path
    is_primary = lesion[l].route == FROM_PRIMARY
    if (ws.felt_mask >> organ) & 1 == 0:
        feel(ws, organ)
    first, last = (0, 5) if watched else (1, 4)
    for j in range(first, last):
        cells = lesion[l].nodes[j - 1] if 0 < j < 4 else math.exp(path[j])
        ws.burden[organ, j] += cells
        if is_primary:
            ws.burden[N_SITES - 1, j] += cells
        if watched:
            detectable = 1.0 if path[j] >= program.log_detectable else 0.0
            ws.largest[organ, j] = max(ws.largest[organ, j], cells)
            ws.number[organ, j] += detectable
            if is_primary:
                ws.largest[N_SITES - 1, j] = max(ws.largest[N_SITES - 1, j], cells)
                ws.number[N_SITES - 1, j] += detectable


@leaf
def failure(q):
    """Return the share of an organ's peak hazard at `q` lethal burdens, q**4 / (1 + q**4)."""
    fourth = q * q * q * q
    return fourth / (1.0 + fourth) if fourth < 1e12 else 1.0


@kernel
def organ_hazard(program, patient, ws, organ, j, effect, n, day):
    """Return one organ's hazard per day at node `j`."""
    burden = ws.burden[organ, j]
    if burden <= 0.0:
        return 0.0
    q = patient.frailty * burden / program.lethal_burden[organ]
    if n > 0:
        q /= max(effects.reserve(effect, n, organ, day), 1e-6)
    return program.peak_per_day[organ] * failure(q)


@kernel
def cancer_hazard(program, patient, ws, j, effect, n, day):
    """Return the hazard of death from the cancer per day at node `j`: organs that hold a lesion, and cachexia."""
    hazard, total = 0.0, 0.0
    for k in range(ws.felt_organs):
        organ = ws.felt[k]
        burden = ws.burden[organ, j]
        if burden > 0.0:
            total += burden
            hazard += organ_hazard(program, patient, ws, organ, j, effect, n, day)
    return hazard + program.cachexia_per_day * failure(patient.frailty * total / program.cachexia_burden)


@kernel
def death_cause(ws, program, patient, effect, n, day, fraction):
    """Return the cause (layout.CAUSES) of a death from the cancer, by share of the hazard at the nearest node."""
    j = 1
    if fraction > 0.3:
        j = 2 if fraction < 0.7 else 3
    draws.open_stream(ws.rng, draws.stream_key(program.seed, patient.index, STREAM_HOST, 1, 0))
    pick = draws.uniform(ws.rng) * cancer_hazard(program, patient, ws, j, effect, n, day)
    for organ in range(N_ORGANS):
        pick -= organ_hazard(program, patient, ws, organ, j, effect, n, day)
        if pick < 0.0:
            return 1 + organ
    return CACHEXIA


@leaf
def is_growing(lesion, l, day):
    """Return whether a lesion stands at `day`, a cell's start, or before, and is large enough to count for the host."""
    return lesion[l].status == ALIVE and lesion[l].since_day <= day and lesion[l].log_cells >= LOG_FELT
