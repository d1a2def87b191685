"""The deterministic path of a lesion over one segment: what its size is at three nodes and at the end.

Clones of one lesion share its crowding, so that killing one releases the others. With s_c the clones'
shares, ln N follows `growth.march` with the mean growth of each piece, which is exact for one clone or
clones of equal growth, and the ratios between clones are exactly exponential. Clones of equal growth make one
class, so that the cost is that of the classes. An avascular lesion may gain vessels on the way, when its
exponential clock has run down by the integral of rate * N / N_avascular.
"""

from __future__ import annotations

import math

from paget.engine import effects
from paget.engine.clocks import fraction_at
from paget.engine.growth import LOG_SMALL, NODES, WEIGHTS, march
from paget.engine.immunity import FROM_PRIMARY, pressure
from paget.engine.kernel import kernel, leaf
from paget.engine.state import CLASSES
from paget.model.layout import MAX_CLONES, TRAITS

PROLIFERATION = TRAITS.index("proliferation")
RECRUITMENT = TRAITS.index("vessel_recruitment")
FROM, UNTIL, SWITCH, CROWDING, GAIN, SPENT = range(6)
"""Columns of a lesion's `ahead`: the days of its segment; the fraction at which vessels come, or -1; the deaths per
cell and day, beyond its own, that a small clone meets; the `class_gain` at the end; and the vessel hazard passed."""


@leaf
def base_growth(program, patient, organ, is_primary):
    """Return the net growth per day of a small lesion of a clone without drivers."""
    if is_primary:
        return patient.growth_per_day
    return patient.metastasis_growth_per_day * program.organ_growth[organ]


@leaf
def clone_growth(program, patient, genotype, organ, is_primary, key, effect, n, a, b):
    """Return a clone's net growth per day at small size, less the deaths that effects add."""
    growth = base_growth(program, patient, organ, is_primary) * program.traits[genotype, PROLIFERATION]
    if n > 0:
        traits = program.traits[genotype]
        growth *= effects.scaling(effect, n, effects.GROWTH, organ, is_primary, key, traits, a, b)
        growth -= effects.added_death(effect, n, organ, is_primary, key, traits, a, b)
    return growth


@kernel
def gather(ws, program, patient, lesion, clone, l, effect, n, a, b):
    """List the large clones of lesion `l` in the workspace with share and growth, and class them; return how many.

    Clone `k` of the list has `clone_at[k]`, `clone_share[k]` of the large clones' cells and `clone_net[k]`.
    """
    rec = lesion[l]
    is_primary = rec.route == FROM_PRIMARY
    found = 0
    total = 0.0
    c = rec.first_clone
    while c >= 0:
        if clone[c].count < 0.0 and found < MAX_CLONES:
            ws.clone_at[found] = c
            ws.clone_net[found] = clone_growth(
                program, patient, clone[c].genotype, rec.organ, is_primary, rec.key, effect, n, a, b
            )
            ws.clone_share[found] = clone[c].cells
            total += clone[c].cells
            found += 1
        c = clone[c].next_clone
    if found == 1:
        ws.clone_share[0] = 1.0
        ws.counts[CLASSES] = 1
        ws.class_net[0] = ws.clone_net[0]
        ws.class_share[0] = 1.0
    elif found > 1:
        for k in range(found):
            ws.clone_share[k] /= total
        classify(ws, found)
    return found


@kernel
def classify(ws, found):
    """Sum the listed clones' shares by net growth, the fastest first: factors relative to it cannot overflow."""
    fastest = ws.clone_net[0]
    for k in range(1, found):
        fastest = max(fastest, ws.clone_net[k])
    ws.class_net[0] = fastest
    ws.class_share[0] = 0.0
    classes = 1
    for k in range(found):
        m = 0
        while m < classes and ws.class_net[m] != ws.clone_net[k]:
            m += 1
        if m == classes:
            ws.class_net[m] = ws.clone_net[k]
            ws.class_share[m] = 0.0
            classes += 1
        ws.class_share[m] += ws.clone_share[k]
    ws.counts[CLASSES] = classes


@leaf
def class_of(ws, k):
    """Return the class of listed clone `k`."""
    m = 0
    while ws.class_net[m] != ws.clone_net[k]:
        m += 1
    return m


@kernel
def class_factors(ws, h):
    """Set each class's growth relative to the fastest at three nodes and the end of `h` days, and ln of their sum."""
    for j in range(4):
        ws.class_at[0, j] = 1.0
        ws.class_gain[j] = ws.class_share[0]
    for m in range(1, ws.counts[CLASSES]):
        gap = (ws.class_net[m] - ws.class_net[0]) * h
        early, fade = math.exp(gap * NODES[0]), math.exp(gap)
        ws.class_at[m, 0] = early
        ws.class_at[m, 1] = math.sqrt(fade)
        ws.class_at[m, 2] = fade / early if early > 1e-150 else math.exp(gap * NODES[2])
        ws.class_at[m, 3] = fade
        for j in range(4):
            ws.class_gain[j] += ws.class_share[m] * ws.class_at[m, j]
    for j in range(4):
        ws.class_gain[j] = math.log(ws.class_gain[j])


@kernel
def gain_at(ws, t):
    """Return ln of the factor by which a lesion without crowding grows in `t`, less the fastest class's part."""
    total = ws.class_share[0]
    for m in range(1, ws.counts[CLASSES]):
        total += ws.class_share[m] * math.exp((ws.class_net[m] - ws.class_net[0]) * t)
    return math.log(total)


@kernel
def trace(ws, program, patient, lesion, clone, l, effect, n, a, b):
    """Fill a lesion's `path`, `nodes` and `ahead` for days `a` to `b`.

    Returns
    -------
    found : int
        Large clones listed in the workspace; 0 for a lesion still counted cell by cell (nothing is filled).
    """
    rec = lesion[l]
    found = gather(ws, program, patient, lesion, clone, l, effect, n, a, b)
    h = b - a
    mixed = ws.counts[CLASSES] > 1
    if found > 1 and mixed:
        class_factors(ws, h)
    if found == 0 or (rec.ahead[FROM] == a and rec.ahead[UNTIL] == b and n == 0):
        # Foreseen already, over the same days, and nothing has touched it since.
        return found
    is_primary = rec.route == FROM_PRIMARY
    immune, speed = 0.0, 0.0
    for k in range(found):
        genotype = clone[ws.clone_at[k]].genotype
        speed += ws.clone_share[k] * program.traits[genotype, PROLIFERATION]
        immune += ws.clone_share[k] * pressure(
            program, patient, genotype, rec.organ, is_primary, rec.key, effect, n, a, b
        )
    beta = speed * base_growth(program, patient, rec.organ, is_primary)
    rec.path[0] = rec.log_cells
    fill(ws, program, rec.path, h, beta * program.inverse_span[crowding_of(rec.vascular, is_primary)], immune, mixed)
    set_nodes(rec)
    switch, spent = -1.0, 0.0
    if rec.vascular == 0:
        switch, spent = vessel_switch(ws, program, lesion, clone, l, effect, n, a, b, found)
        if switch >= 0.0:
            decay = beta * program.inverse_span[crowding_of(1, is_primary)]
            restart(ws, program, rec.path, switch, h, decay, immune, mixed)
            set_nodes(rec)
    gain = ws.class_gain[3] if mixed else 0.0
    rec.ahead[FROM] = a
    rec.ahead[UNTIL] = b
    rec.ahead[SWITCH] = switch
    rec.ahead[CROWDING] = ws.class_net[0] + (gain - rec.path[4] + rec.path[0]) / h
    rec.ahead[GAIN] = gain
    rec.ahead[SPENT] = spent
    return found


@leaf
def crowding_of(vascular, is_primary):
    """Return which capacity slows a lesion: without vessels (0), or with them the primary's (1) or another's (2)."""
    return vascular if is_primary else 2 * vascular


@kernel
def set_nodes(rec):
    """Set a lesion's cells at the nodes of its path."""
    for j in range(3):
        rec.nodes[j] = math.exp(rec.path[j + 1])


@kernel
def fill(ws, program, path, h, decay, immune, mixed):
    """March ln cells from `path[0]` to the nodes and the end of a segment of `h` days."""
    x = path[0]
    growth = ws.class_net[0]
    target = LOG_SMALL + growth / decay
    free = LOG_SMALL if immune <= 0.0 else program.log_immune
    if mixed:
        march_mixed(ws, program, path, 0, 0.0, 0.0, h, decay, immune)
    elif x >= free and target >= free:
        # One linear piece: the three nodes share two exponentials.
        early, fade = math.exp(-decay * h * NODES[0]), math.exp(-decay * h)
        path[1] = target + (x - target) * early
        path[2] = target + (x - target) * math.sqrt(fade)
        path[3] = target + (x - target) * fade / early
        path[4] = target + (x - target) * fade
    else:
        for j in range(4):
            to = (NODES[j] if j < 3 else 1.0) * h
            path[j + 1] = march(x, to, growth, decay, immune, program.log_immune)


@kernel
def march_mixed(ws, program, path, first, t, before, h, decay, immune):
    """March a lesion of several classes from `path[first]` at `t`, piece by piece, to the segment's end.

    `before` is `gain_at` of `t`.
    """
    x = path[first]
    for j in range(first, 4):
        to = (NODES[j] if j < 3 else 1.0) * h
        growth = ws.class_net[0] + (ws.class_gain[j] - before) / (to - t)
        x = march(x, to - t, growth, decay, immune, program.log_immune)
        path[j + 1] = x
        before = ws.class_gain[j]
        t = to


@kernel
def vessel_switch(ws, program, lesion, clone, l, effect, n, a, b, found):
    """Return the fraction at which an avascular lesion's vessel clock runs out (or -1), and the hazard of the whole."""
    scale = (b - a) * vessel_rate(ws, program, lesion, clone, l, effect, n, a, b, found)
    scale *= math.exp(-program.log_avascular)
    spent = 0.0
    for j in range(3):
        ws.vessel_hazard[j] = scale * lesion[l].nodes[j]
        spent += WEIGHTS[j] * ws.vessel_hazard[j]
    at = fraction_at(ws.vessel_hazard, lesion[l].vessel_clock)
    return at if at <= 1.0 else -1.0, spent


@kernel
def vessel_rate(ws, program, lesion, clone, l, effect, n, a, b, found):
    """Return the vessel hazard per day at the avascular capacity, by the clones' mean recruitment."""
    rec = lesion[l]
    recruitment = 0.0
    for k in range(found):
        recruitment += ws.clone_share[k] * program.traits[clone[ws.clone_at[k]].genotype, RECRUITMENT]
    rate = program.vessel_per_day * recruitment
    if n > 0:
        traits = program.traits[rec.founder_genotype]
        rate *= effects.scaling(effect, n, effects.VESSELS, rec.organ, rec.route == FROM_PRIMARY, rec.key, traits, a, b)
    return rate


@kernel
def restart(ws, program, path, switch, h, decay, immune, mixed):
    """Recompute the path after vessels came at fraction `switch` of the segment."""
    x = path[0]
    first = 0
    for j in range(4):
        at = NODES[j] if j < 3 else 1.0
        if at > switch:
            before = NODES[j - 1] if j > 0 else 0.0
            x = path[j] + (path[j + 1] - path[j]) * (switch - before) / (at - before)
            first = j
            break
    t = switch * h
    if mixed:
        kept = path[first]
        path[first] = x
        march_mixed(ws, program, path, first, t, gain_at(ws, t), h, decay, immune)
        path[first] = kept
        return
    for j in range(first, 4):
        to = (NODES[j] if j < 3 else 1.0) * h
        path[j + 1] = march(x, to - t, ws.class_net[0], decay, immune, program.log_immune)
