"""The host: burden per organ, the hazards it causes, and the day something happens.

Each organ's death hazard is frailty x peak x q**2 / (1 + q**2), q = burden / lethal burden (less reserve
where an effect lowers it); cachexia is the same of the whole burden. Hazards are read at three nodes of a
segment, and clocks of mean 1 run down by their integral; within the segment the hazard is the parabola
through the nodes. It stops being true for sudden deaths that size does not foretell (bleeding, embolism).
"""

from __future__ import annotations

import math

from paget.engine import effects
from paget.engine import rng as draws
from paget.engine.growth import NODES
from paget.engine.immunity import FROM_PRIMARY
from paget.engine.kernel import kernel
from paget.engine.state import ALIVE
from paget.model.layout import CAUSES, N_ORGANS, N_SITES, STREAM_HOST

CACHEXIA = CAUSES.index("cachexia")
BY_EFFECT = CAUSES.index("effect")
BY_OTHER = CAUSES.index("other")
CANCER_HAZARD, EFFECT_HAZARD, FIRST_WATCH = 0, 1, 2
HALF_WIDTH = NODES[2] - NODES[1]


@kernel
def clear_burden(ws):
    """Set burdens, largest lesions and numbers of lesions to zero."""
    ws.burden[:] = 0.0
    ws.largest[:] = 0.0
    ws.number[:] = 0.0


@kernel
def add_burden(ws, program, lesion, l, path, watched):
    """Add one lesion's cells at the three nodes (and at start and end, if watched) to its organ."""
    organ = lesion[l].organ
    is_primary = lesion[l].route == FROM_PRIMARY
    first, last = (0, 5) if watched else (1, 4)
    for j in range(first, last):
        cells = math.exp(path[j])
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


@kernel
def organ_hazard(program, ws, organ, j, effect, n, day):
    """Return one organ's hazard per day, before frailty, at node `j`."""
    burden = ws.burden[organ, j]
    if burden <= 0.0:
        return 0.0
    q = burden / program.lethal_burden[organ]
    if n > 0:
        q /= max(effects.reserve(effect, n, organ, day), 1e-6)
    return program.peak_per_day[organ] * q * q / (1.0 + q * q)


@kernel
def cachexia_hazard(program, ws, j):
    """Return the hazard of cachexia per day, before frailty, at node `j`."""
    total = 0.0
    for organ in range(N_ORGANS):
        total += ws.burden[organ, j]
    q = total / program.cachexia_burden
    return program.cachexia_per_day * q * q / (1.0 + q * q)


@kernel
def cancer_hazard(program, patient, ws, j, effect, n, day):
    """Return the hazard of death from the cancer per day at node `j`."""
    total = cachexia_hazard(program, ws, j)
    for organ in range(N_ORGANS):
        total += organ_hazard(program, ws, organ, j, effect, n, day)
    return patient.frailty * total


@kernel
def death_cause(ws, program, patient, effect, n, day, fraction):
    """Return the cause (layout.CAUSES) of a death from the cancer, by share of the hazard at the nearest node."""
    j = 1
    if fraction > 0.3:
        j = 2 if fraction < 0.7 else 3
    draws.open_stream(ws.rng, draws.stream_key(program.seed, patient.index, STREAM_HOST, 1, 0))
    pick = draws.uniform(ws.rng) * cancer_hazard(program, patient, ws, j, effect, n, day)
    for organ in range(N_ORGANS):
        pick -= patient.frailty * organ_hazard(program, ws, organ, j, effect, n, day)
        if pick < 0.0:
            return 1 + organ
    return CACHEXIA


@kernel
def integral_to(f, s):
    """Return the integral over [0, s] of the parabola through the three nodes of `f` (hazard times days)."""
    z, z0 = (s - 0.5) / HALF_WIDTH, -0.5 / HALF_WIDTH
    slope = 0.25 * (f[2] - f[0])
    bend = (f[2] - 2.0 * f[1] + f[0]) / 6.0
    upper = z * (f[1] + z * (slope + z * bend))
    lower = z0 * (f[1] + z0 * (slope + z0 * bend))
    return max(0.0, HALF_WIDTH * (upper - lower))


@kernel
def fraction_at(f, clock):
    """Return the fraction s at which the integral of `f` over [0, s] reaches `clock`, or 2 if it does not."""
    if integral_to(f, 1.0) <= clock:
        return 2.0
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        if integral_to(f, middle) > clock:
            high = middle
        else:
            low = middle
    return high


@kernel
def is_growing(lesion, clone, l, day):
    """Return whether a lesion stands at `day` or before and is large enough to count for the host."""
    return lesion[l].status == ALIVE and lesion[l].since_day <= day and lesion[l].log_cells >= 6.9
