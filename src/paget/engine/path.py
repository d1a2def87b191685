"""The deterministic path of a lesion over one segment: what its size is at three nodes and at the end.

Clones of one lesion share its crowding, so that killing one releases the others. With s_c the clones'
shares, ln N follows `growth.march` with the mean growth of each piece, which is exact for one clone or
clones of equal growth, and the ratios between clones are exactly exponential. An avascular lesion may gain
vessels on the way, when its exponential clock has run down by the integral of rate * N / N_avascular.
"""

from __future__ import annotations

import math

from paget.engine import effects
from paget.engine.clocks import fraction_at
from paget.engine.growth import LOG_SMALL, NODES, WEIGHTS, march
from paget.engine.immunity import FROM_PRIMARY, pressure
from paget.engine.kernel import kernel
from paget.model.layout import MAX_CLONES, TRAITS

PROLIFERATION = TRAITS.index("proliferation")
RECRUITMENT = TRAITS.index("vessel_recruitment")


@kernel
def base_growth(program, patient, organ, is_primary):
    """Return the net growth per day of a small lesion of a clone without drivers."""
    if is_primary:
        return patient.growth_per_day
    return patient.metastasis_growth_per_day * program.organ_growth[organ]


@kernel
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
    """List the large clones of lesion `l` in the workspace with share and growth; return how many.

    Clone `k` of the list has `clone_at[k]`, `clone_share[k]` of the lesion's cells and `clone_net[k]`.
    """
    rec = lesion[l]
    is_primary = rec.route == FROM_PRIMARY
    found = 0
    c = rec.first_clone
    while c >= 0:
        if clone[c].count < 0.0 and found < MAX_CLONES:
            ws.clone_at[found] = c
            ws.clone_net[found] = clone_growth(
                program, patient, clone[c].genotype, rec.organ, is_primary, rec.key, effect, n, a, b
            )
            ws.clone_share[found] = 1.0 if rec.clones == 1 else math.exp(clone[c].log_cells - rec.log_cells)
            ws.clone_factor[found] = 1.0
            found += 1
        c = clone[c].next_clone
    return found


@kernel
def relative_growth(ws, found, t):
    """Return ln of the factor by which a lesion without crowding grows in `t`, less the first clone's part."""
    first = ws.clone_net[0]
    total = 0.0
    last, factor = 0.0, 1.0
    for k in range(found):
        gap = ws.clone_net[k] - first
        if gap != last:
            # Clones with the same drivers of growth share one exponential.
            last, factor = gap, math.exp(gap * t) if gap != 0.0 else 1.0
        ws.clone_factor[k] = factor
        total += ws.clone_share[k] * factor
    return math.log(total)


@kernel
def unequal(ws, found):
    """Return whether the listed clones differ in growth."""
    for k in range(1, found):
        if ws.clone_net[k] != ws.clone_net[0]:
            return True
    return False


@kernel
def trace(ws, program, patient, lesion, clone, l, effect, n, a, b, path):
    """Fill `path` (start, three nodes, end) with ln cells of lesion `l` over days `a` to `b`.

    Returns
    -------
    found : int
        Large clones listed in the workspace; 0 for a lesion still counted cell by cell (`path` unset).
    switch : float
        Fraction of the segment at which vessels come, or -1.
    crowding : float
        Mean deaths per cell and day, beyond its own, that a small clone of the lesion meets.
    gain : float
        The segment's `relative_growth` of unequal clones, whose factors at its end are in the workspace.
    """
    found = gather(ws, program, patient, lesion, clone, l, effect, n, a, b)
    if found == 0:
        return 0, -1.0, 0.0, 0.0
    rec = lesion[l]
    h = b - a
    is_primary = rec.route == FROM_PRIMARY
    immune, speed = 0.0, 0.0
    for k in range(found):
        genotype = clone[ws.clone_at[k]].genotype
        speed += ws.clone_share[k] * program.traits[genotype, PROLIFERATION]
        immune += ws.clone_share[k] * pressure(
            program, patient, genotype, rec.organ, is_primary, rec.key, effect, n, a, b
        )
    beta = speed * base_growth(program, patient, rec.organ, is_primary)
    path[0] = rec.log_cells
    mixed = found > 1 and unequal(ws, found)
    gain = fill(ws, program, path, h, beta * program.inverse_span[rec.vascular], immune, mixed, found)
    switch = -1.0
    if rec.vascular == 0:
        switch = vessel_switch(ws, program, lesion, clone, l, effect, n, a, b, path, found)
        if switch >= 0.0:
            restart(ws, program, path, switch, h, beta * program.inverse_span[1], immune, mixed, found)
    crowding = ws.clone_net[0] + (gain - path[4] + path[0]) / h
    return found, switch, crowding, gain


@kernel
def fill(ws, program, path, h, decay, immune, mixed, found):
    """March ln cells from `path[0]` to the nodes and the end of a segment of `h` days.

    Returns the segment's `relative_growth` of unequal clones (0 for equal ones).
    """
    x = path[0]
    if mixed:
        return march_mixed(ws, program, path, 0, 0.0, h, decay, immune, found)
    growth = ws.clone_net[0]
    target = LOG_SMALL + growth / decay
    free = LOG_SMALL if immune <= 0.0 else program.log_immune
    if x >= free and target >= free:
        # One linear piece: the three nodes share two exponentials.
        early, fade = math.exp(-decay * h * NODES[0]), math.exp(-decay * h)
        path[1] = target + (x - target) * early
        path[2] = target + (x - target) * math.sqrt(fade)
        path[3] = target + (x - target) * fade / early
        path[4] = target + (x - target) * fade
        return 0.0
    for j in range(4):
        to = (NODES[j] if j < 3 else 1.0) * h
        path[j + 1] = march(x, to, growth, decay, immune, program.log_immune)
    return 0.0


@kernel
def march_mixed(ws, program, path, first, t, h, decay, immune, found):
    """March a lesion of unequal clones from `path[first]` at `t`, piece by piece, to the segment's end."""
    x = path[first]
    before = relative_growth(ws, found, t) if t > 0.0 else 0.0
    for j in range(first, 4):
        to = (NODES[j] if j < 3 else 1.0) * h
        after = relative_growth(ws, found, to)
        growth = ws.clone_net[0] + (after - before) / (to - t)
        x = march(x, to - t, growth, decay, immune, program.log_immune)
        path[j + 1] = x
        before = after
        t = to
    return before


@kernel
def vessel_switch(ws, program, lesion, clone, l, effect, n, a, b, path, found):
    """Return the fraction of the segment at which an avascular lesion's vessel clock runs out, or -1."""
    rate = vessel_rate(ws, program, lesion, clone, l, effect, n, a, b, found)
    for j in range(3):
        ws.vessel_hazard[j] = (b - a) * rate * math.exp(path[j + 1] - program.log_avascular)
    at = fraction_at(ws.vessel_hazard, lesion[l].vessel_clock)
    return at if at <= 1.0 else -1.0


@kernel
def vessel_load(program, path):
    """Return the mean of N / N_avascular over a path."""
    load = 0.0
    for j in range(3):
        load += WEIGHTS[j] * math.exp(path[j + 1] - program.log_avascular)
    return load


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
def restart(ws, program, path, switch, h, decay, immune, mixed, found):
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
        march_mixed(ws, program, path, first, t, h, decay, immune, found)
        path[first] = kept
        return
    for j in range(first, 4):
        to = (NODES[j] if j < 3 else 1.0) * h
        path[j + 1] = march(x, to - t, ws.clone_net[0], decay, immune, program.log_immune)
