"""Seeding: the founders that live, and the lesions they make.

From a lesion that sheds at rate s(t), founders alive at the end of a segment form a Poisson count with mean
the integral of s(t) w P_alive(t_end - t); they are drawn by age from the integrated survival and accepted by
s(t) / max s, which is exact for any step. Founders that die out are counted in the funnel, not made.
A founder starts one clone; a cluster's several genotypes are not followed.
"""

from __future__ import annotations

import math

import numpy as np

from paget.engine import birth_death, effects
from paget.engine import rng as draws
from paget.engine.circulation import BLOOD, CAVITY, LYMPH
from paget.engine.growth import LOG_SMALL, WEIGHTS, interpolate
from paget.engine.kernel import kernel, leaf
from paget.engine.shedding import (
    find_span,
    origin_of,
    potency,
    ready_row,
    record_row,
    route_factor,
    shed_per_day,
    shed_row,
    size_factor,
    weights_of,
)
from paget.engine.state import ALIVE, DRAWN, LAST_ROOM, OVERFLOW
from paget.model.layout import N_ORGANS, STREAM_CLOCK

FIRST = np.int64(0)
CLOCK = np.int64(STREAM_CLOCK)


@kernel
def shed(ws, program, patient, course, lesion, clone, pools, l, found, effect, n, a, b, path):
    """Shed from one vascular lesion over a segment: exposures for the funnel and pools, and living founders."""
    h = b - a
    origin = origin_of(lesion, l)
    load = 0.0
    for j in range(3):
        load += WEIGHTS[j] * size_factor(program, path[j + 1])
    load *= h
    top = size_factor(program, max(path[0], path[4]))
    mean = 0.0
    s = find_span(ws, program, patient, pools, effect, n, a, b)
    serial = ws.span_serial[s]
    for k in range(found):
        c = ws.clone_at[k]
        row = clone[c].row
        if row < 0:
            row = shed_row(ws, pools, course, origin, clone[c].genotype)
            clone[c].row = row
        if ws.row_serial[s, row] != serial:
            ready_row(ws, program, patient, pools, row, s, effect, n, a, b)
        rate = ws.clone_share[k] * shed_per_day(program, patient, lesion, clone, l, c, effect, n, a, b)
        expose(ws, program, patient, lesion, clone, pools, l, c, row, s, rate * load, effect, n, a, b)
        ws.clone_net[k] = rate * ws.row_living[s, row]
        mean += ws.clone_net[k]
    founders = int(draws.poisson(ws.rng, mean * top))
    for number in range(founders):
        if ws.counts[OVERFLOW] != 0:
            return
        if is_full(ws, course, lesion):
            course.untracked_lesions += founders - number
            return
        pick = draws.uniform(ws.rng) * mean
        c = ws.clone_at[found - 1]
        for k in range(found):
            pick -= ws.clone_net[k]
            if pick < 0.0:
                c = ws.clone_at[k]
                break
        found_one(
            ws,
            program,
            patient,
            course,
            lesion,
            clone,
            pools,
            l,
            c,
            origin,
            effect,
            n,
            a,
            b,
            path,
            top,
            number,
            s,
        )


@kernel
def is_full(ws, course, lesion):
    """Return whether no more lesions are followed: what comes on top is counted as it is drawn, without thinning."""
    return ws.counts[LAST_ROOM] != 0 and course.lesions >= lesion.size


@leaf
def expose(ws, program, patient, lesion, clone, pools, l, c, row, s, exposure, effect, n, a, b):
    """Add shed cells to a row; part cells and effects are accounted for at once, at their own rates."""
    g = ws.row_gene[row]
    if exposure > 0.0 and pools.source[g, 0] == 0:
        pools.source[g, 0] = lesion[l].key
        pools.source[g, 1] = clone[c].key
    if n > 0:
        ws.row_exposure[s, row] += exposure
        return
    ws.row_exposure[0, row] += exposure
    if s == 0:
        ws.row_total[row] += exposure
    else:
        record_row(ws, program, patient, pools, row, s, FIRST, exposure, effect, n, a, b)


@kernel
def found_one(ws, program, patient, course, lesion, clone, pools, l, c, origin, effect, n, a, b, path, top, serial, s):
    """Draw one candidate founder from clone `c`; make its lesion if it is accepted."""
    h = b - a
    row = clone[c].row
    g = ws.row_gene[row]
    organ = draw_organ(ws, row, g, s, weights_of(ws, s, n))
    birth, net = ws.birth[organ], ws.gene_net[s, g, organ]
    age = birth_death.age_within(draws.uniform(ws.rng), birth, net, ws.gene_integral[s, g, organ])
    if draws.uniform(ws.rng) * top >= size_factor(program, interpolate(path, 1.0 - age / h)):
        return
    cells = birth_death.survivor_size(ws.rng, birth, net, age)
    if n > 0:
        cells = after_culls(ws, program, effect, n, organ, clone[c].genotype, b - age, b, cells)
        if cells <= 0.0:
            return
    route, as_cluster = draw_route(ws, program, patient, origin, clone[c].genotype, organ, effect, n, a, b)
    key = draws.child_key(lesion[l].key, ws.rng[0], serial)
    new = add_lesion(
        ws,
        course,
        lesion,
        clone,
        key,
        lesion[l].key,
        clone[c].key,
        clone[c].genotype,
        organ,
        route,
        lesion[l].generation + 1,
        b - age,
        b,
        cells,
        net,
    )
    if new >= 0:
        lesion[new].as_cluster = as_cluster
        pools.funnel[DRAWN, organ] += 1.0


@kernel
def after_culls(ws, program, effect, n, organ, genotype, founded, day, cells):
    """Return what culls of the organ after the founding leave of a new line."""
    for k in range(n):
        on = effect[k].on_day
        if effect[k].kind == effects.CULL and founded < on < day:
            left = effects.surviving_fraction(
                effect[k : k + 1], 1, organ, effects.ELSEWHERE, effects.NO_KEY, program.traits[genotype], on
            )
            cells = draws.binomial(ws.rng, cells, left)
    return cells


@kernel
def draw_organ(ws, row, g, s, w):
    """Return an organ drawn by its expected living founders in one row."""
    pick = draws.uniform(ws.rng) * ws.row_founders[s, row]
    last = 0
    for organ in range(N_ORGANS):
        weight = ws.row_weight[w, row, organ] * ws.gene_integral[s, g, organ]
        if weight > 0.0:
            last = organ
            pick -= weight
            if pick < 0.0:
                return organ
    return last


@kernel
def draw_route(ws, program, patient, origin, genotype, organ, effect, n, a, b):
    """Return the route (layout.ROUTES) a founder took, and whether it came as a cluster."""
    c, sex = program.fate_class[genotype], patient.sex
    blood = route_factor(program, origin, genotype, BLOOD, effect, n, a, b)
    blood *= potency(program, sex, c, origin, BLOOD, organ)
    lymph = route_factor(program, origin, genotype, LYMPH, effect, n, a, b)
    lymph *= potency(program, sex, c, origin, LYMPH, organ)
    cavity = route_factor(program, origin, genotype, CAVITY, effect, n, a, b)
    cavity *= potency(program, sex, c, origin, CAVITY, organ)
    pick = draws.uniform(ws.rng) * (blood + lymph + cavity)
    route = BLOOD
    if pick >= blood:
        route = LYMPH if pick < blood + lymph else CAVITY
    if route == CAVITY and cavity <= 0.0:
        route = LYMPH if lymph > 0.0 else BLOOD
    whole = potency(program, sex, c, origin, route, organ)
    single = program.single[sex, c, route, origin, organ]
    as_cluster = 1 if draws.uniform(ws.rng) * whole >= single else 0
    return route + 1, as_cluster


@kernel
def add_lesion(
    ws, course, lesion, clone, key, parent_key, clone_key, genotype,
    organ, route, generation, founded, day, cells, net,
):  # fmt: skip
    """Make a lesion of one clone of `cells` cells on `day`, founded on `founded`; return it or -1."""
    l = course.lesions
    c = course.clones
    if l >= lesion.size or c >= clone.size:
        if ws.counts[LAST_ROOM] != 0:
            course.untracked_lesions += 1
        else:
            ws.counts[OVERFLOW] = 1
        return -1
    course.lesions += 1
    course.clones += 1
    rec = lesion[l]
    rec.key = key
    rec.parent_key = parent_key
    rec.organ = organ
    rec.route = route
    rec.generation = generation
    rec.status = ALIVE
    rec.vascular = 0
    rec.woken = 0
    rec.as_cluster = 0
    rec.founder_genotype = genotype
    rec.first_clone = c
    rec.clones = 1
    rec.since_day = day
    rec.founded_day = founded
    rec.established_day = np.nan
    rec.vascular_day = np.nan
    rec.detectable_day = np.nan
    rec.one_cm_day = np.nan
    rec.ended_day = np.nan
    rec.ahead[:] = 0.0
    before0, before1 = ws.rng[0], ws.rng[1]
    draws.open_stream(ws.rng, draws.key_from(ws.stem[CLOCK], key, FIRST))
    rec.vessel_clock = draws.exponential(ws.rng)
    ws.rng[0] = before0
    ws.rng[1] = before1
    clone[c].key = draws.child_key(key, clone_key, FIRST)
    clone[c].parent_key = clone_key
    clone[c].lesion = l
    clone[c].next_clone = -1
    clone[c].genotype = genotype
    clone[c].driver = -1
    clone[c].origin_day = founded
    clone[c].origins = 1.0
    clone[c].row = -1
    settle(lesion, clone, l, c, cells, net)
    return l


@kernel
def settle(lesion, clone, l, c, cells, net):
    """Give a lesion's only clone its size; past a thousand cells the lesion stands at the day of the crossing."""
    rec = lesion[l]
    clone[c].count = cells
    clone[c].cells = 0.0
    rec.log_cells = math.log(max(cells, 1.0))
    if cells >= 1000.0:
        since = 0.0
        if net > 0.0:
            since = min(math.log(cells / 1000.0) / net, rec.since_day - rec.founded_day)
        rec.since_day -= since
        rec.established_day = rec.since_day
        rec.log_cells = LOG_SMALL
        clone[c].count = -1.0
        clone[c].cells = 1000.0
    rec.peak_log_cells = rec.log_cells
