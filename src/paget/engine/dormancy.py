"""Dormancy: sleepers per organ and genotype, of which some wake years later.

Arrivals are Poisson, and each sleeper wakes or is lost at constant rates, so that wakings are a Poisson
process with intensity w D(t), where D(t) is the expected number asleep, dD/dt = arrivals - (w + l) D: the
pool need not be drawn, and is exact as a number that is no whole number (Aguirre-Ghiso 2007 for the biology,
doi:10.1038/nrc2256). A woken cell founds a birth-death line like any other. It stops being true where
sleepers wake one another. A sleeper's parent is given as the lesion that first shed its genotype.
"""

from __future__ import annotations

import math

import numpy as np

from paget.engine import birth_death, effects
from paget.engine import rng as draws
from paget.engine.founders import prepare_gene
from paget.engine.kernel import kernel, leaf
from paget.engine.seeding import add_lesion, after_culls, is_full
from paget.engine.shedding import find_span, lay_to_sleep
from paget.engine.state import DRAWN_WOKEN, FOUNDED, LIVING_WOKEN, OVERFLOW, ROWS, WOKEN
from paget.model.layout import N_ORGANS, ROUTES, STREAM_POOL, TRAITS

WAKING = TRAITS.index("waking")
BY_BLOOD = np.int64(ROUTES.index("blood"))
FIRST_ORGAN = np.int64(0)


@kernel
def collect_sleepers(ws, program):
    """Turn the cell's shed cells into arrivals of sleepers per genotype and organ, and clear the exposures."""
    for row in range(ws.counts[ROWS]):
        if ws.row_exposure[0, row] > 0.0:
            lay_to_sleep(ws, program, row, FIRST_ORGAN, FIRST_ORGAN)


@kernel
def wake(ws, program, patient, course, lesion, clone, pools, effect, n, a, b):
    """Pass one cell of the mesh for all sleepers: arrivals, losses, wakings, and the lesions of living founders."""
    if program.sleep_share <= 0.0:
        for row in range(ws.counts[ROWS]):
            ws.row_exposure[0, row] = 0.0
        return
    collect_sleepers(ws, program)
    s = find_span(ws, program, patient, pools, effect, n, a, b)
    ws.woken[:] = 0.0
    ws.woken_living[:] = 0.0
    for g in range(course.pools):
        if pools.source[g, 0] == 0:
            continue
        mean = settle_pool(ws, program, patient, pools, g, s, effect, n, a, b)
        ws.pool_input[g] = 0.0
        if mean <= 0.0:
            continue
        draws.open_stream(ws.rng, draws.key_from(ws.stem[STREAM_POOL], pools.genotype[g], course.cell_index))
        woken = int(draws.poisson(ws.rng, mean))
        for serial in range(woken):
            if is_full(ws, course, lesion):
                course.untracked_lesions += woken - serial
                break
            wake_one(ws, program, course, lesion, clone, pools, g, s, mean,
                     effect, n, a, b, serial)  # fmt: skip
            if ws.counts[OVERFLOW] != 0:
                return
    for organ in range(N_ORGANS):
        pools.funnel[WOKEN, organ] += ws.woken[organ]
        pools.funnel[FOUNDED, organ] += ws.woken[organ]
        pools.funnel[LIVING_WOKEN, organ] += ws.woken_living[organ] / (b - a)
    if n > 0:
        cull_sleepers(program, course, pools, effect, n, a, b)


@leaf
def waking_rate(program, genotype, organ, effect, n, a, b):
    """Return wakings per sleeper and day."""
    rate = program.waking_per_day * program.traits[genotype, WAKING]
    if n > 0:
        traits = program.traits[genotype]
        rate *= effects.scaling(effect, n, effects.WAKING, organ, effects.ELSEWHERE, effects.NO_KEY, traits, a, b)
    return rate


@kernel
def settle_pool(ws, program, patient, pools, g, s, effect, n, a, b):
    """Advance one genotype's sleepers and return the upper bound on its living woken founders.

    On return `pool_bound` holds that bound per organ.
    """
    prepare_gene(ws, program, patient, pools, s, g, effect, n, a, b)
    h = b - a
    genotype = pools.genotype[g]
    rate = waking_rate(program, genotype, FIRST_ORGAN, effect, n, a, b)
    if n == 0 and rate + program.loss_per_day > 0.0:
        return settle_evenly(ws, program, pools, g, s, rate, h)
    mean = 0.0
    for organ in range(N_ORGANS):
        rate = waking_rate(program, genotype, organ, effect, n, a, b)
        leaving = rate + program.loss_per_day
        fade = math.exp(-leaving * h)
        before = pools.asleep[g, organ]
        arrivals = ws.pool_input[g, organ]
        if leaving > 0.0:
            limit = arrivals / (h * leaving)
            after = limit + (before - limit) * fade
            slept = (arrivals + before - after) / leaving
        else:
            limit, after = before, before + arrivals
            slept = (before + 0.5 * arrivals) * h
        pools.asleep[g, organ] = after
        ws.woken[organ] += rate * slept
        ws.woken_living[organ] += rate * slept * ws.gene_integral[s, g, organ]
        bound = rate * max(before, after) * ws.gene_integral[s, g, organ]
        # Kept for the draw: the bound, and D(s) = limit + (before - limit) exp(-leaving s) over it.
        ws.pool_bound[organ] = bound
        ws.pool_decay[organ] = leaving
        ws.pool_before[organ] = before
        ws.pool_limit[organ] = limit
        mean += bound
    return mean


@kernel
def settle_evenly(ws, program, pools, g, s, rate, h):
    """Do what `settle_pool` does where sleepers leave every organ at one rate: one exponential, no branches."""
    leaving = rate + program.loss_per_day
    fade = math.exp(-leaving * h)
    per_day, share = 1.0 / (leaving * h), rate / leaving
    for organ in range(N_ORGANS):
        before, arrivals = pools.asleep[g, organ], ws.pool_input[g, organ]
        limit = arrivals * per_day
        after = limit + (before - limit) * fade
        woken = (arrivals + before - after) * share
        pools.asleep[g, organ] = after
        ws.woken[organ] += woken
        ws.woken_living[organ] += woken * ws.gene_integral[s, g, organ]
        ws.pool_bound[organ] = rate * max(before, after) * ws.gene_integral[s, g, organ]
        ws.pool_before[organ] = before
        ws.pool_limit[organ] = limit
    ws.pool_decay[:] = leaving
    # Two sums, as each addition waits for the one before.
    even, odd = 0.0, 0.0
    for pair in range(N_ORGANS // 2):
        even += ws.pool_bound[2 * pair]
        odd += ws.pool_bound[2 * pair + 1]
    return even + odd


@kernel
def wake_one(ws, program, course, lesion, clone, pools, g, s, mean,
             effect, n, a, b, serial):  # fmt: skip
    """Draw one candidate woken founder; make its lesion if it is accepted."""
    pick = draws.uniform(ws.rng) * mean
    organ = 0
    for o in range(N_ORGANS):
        if ws.pool_bound[o] > 0.0:
            organ = o
            pick -= ws.pool_bound[o]
            if pick < 0.0:
                break
    h = b - a
    birth, net = ws.birth[organ], ws.gene_net[s, g, organ]
    age = birth_death.age_within(draws.uniform(ws.rng), birth, net, ws.gene_integral[s, g, organ])
    before, limit, decay = ws.pool_before[organ], ws.pool_limit[organ], ws.pool_decay[organ]
    asleep = limit + (before - limit) * math.exp(-decay * (h - age))
    most = max(before, limit + (before - limit) * math.exp(-decay * h))
    if draws.uniform(ws.rng) * most >= asleep:
        return
    cells = birth_death.survivor_size(ws.rng, birth, net, age)
    if n > 0:
        cells = after_culls(ws, program, effect, n, organ, pools.genotype[g], b - age, b, cells)
        if cells <= 0.0:
            return
    source = pools.source[g, 0]
    generation = 1
    for l in range(course.lesions):
        if lesion[l].key == source:
            generation = lesion[l].generation + 1
            break
    key = draws.child_key(source, ws.rng[0], serial)
    new = add_lesion(
        ws, course, lesion, clone, key, source, pools.source[g, 1], pools.genotype[g],
        organ, BY_BLOOD, generation, b - age, b, cells, net,
    )  # fmt: skip
    if new >= 0:
        lesion[new].woken = 1
        pools.funnel[DRAWN_WOKEN, organ] += 1.0


@kernel
def cull_sleepers(program, course, pools, effect, n, a, b):
    """Thin the sleepers of organs culled during the cell (at its end, at most one interval late)."""
    for k in range(n):
        if effect[k].kind != effects.CULL or effect[k].lesion_key != 0 or not (a <= effect[k].on_day < b):
            continue
        for g in range(course.pools):
            for organ in range(N_ORGANS):
                if effects.matches(effect[k], organ, effects.ELSEWHERE, effects.NO_KEY):
                    traits = program.traits[pools.genotype[g]]
                    left = effects.surviving_fraction(
                        effect[k : k + 1],
                        1,
                        organ,
                        effects.ELSEWHERE,
                        effects.NO_KEY,
                        traits,
                        effect[k].on_day,
                    )
                    pools.asleep[g, organ] *= left
