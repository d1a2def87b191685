"""Shedding: how many cells leave a lesion, and the table of what becomes of them.

A vascular lesion of N cells sheds c (N / 1e9)**alpha cells a day (Iwata 2000, doi:10.1006/jtbi.2000.1075),
split among its clones by their share and by their traits. What becomes of a cell depends only on where it
was shed and on its genotype: one row of the workspace holds, per organ, the chance that a shed cell survives
there (route x arrest x extravasation x soil), so that a lesion costs one number and a row one loop.
"""

from __future__ import annotations

import math

import numpy as np

from paget.engine import effects
from paget.engine.circulation import BLOOD, CAVITY, LYMPH
from paget.engine.founders import prepare_gene
from paget.engine.immunity import FROM_PRIMARY
from paget.engine.kernel import kernel, leaf
from paget.engine.state import (
    ARRESTS,
    BARRED,
    DORMANT,
    ENTRIES,
    EXTRAVASATED,
    FOUNDED,
    LIVING,
    NEXT_SPAN,
    ROWS,
    SERIAL,
    SHED,
    SPANS,
    SURVIVED,
)
from paget.model.layout import MAX_GENOTYPES, MAX_ROWS, N_BEDS, N_ORGANS, TRAITS

DETACHMENT = TRAITS.index("detachment")
INTRAVASATION = TRAITS.index("intravasation")
LYMPHATIC = TRAITS.index("lymphatic_entry")
CAVITARY = TRAITS.index("cavity_entry")
LEAVING = TRAITS.index("extravasation")
COLONISING = TRAITS.index("colonisation")
NO_EFFECTS = np.int64(0)
ROUTE_TRAITS = (INTRAVASATION, LYMPHATIC, CAVITARY)
ROUTE_PROCESSES = (effects.INTRAVASATION, effects.LYMPHATIC_ENTRY, effects.CAVITY_ENTRY)


@leaf
def origin_of(lesion, l):
    """Return the origin of a lesion's cells: 0 for the primary, else 1 + organ."""
    return 0 if lesion[l].route == FROM_PRIMARY else 1 + lesion[l].organ


@kernel
def route_share(program, origin, genotype, route, effect, n, a, b):
    """Return the share of a route among cells shed, times the genotype's trait for that route."""
    trait, process = INTRAVASATION, effects.INTRAVASATION
    if route == LYMPH:
        trait, process = LYMPHATIC, effects.LYMPHATIC_ENTRY
    elif route == CAVITY:
        trait, process = CAVITARY, effects.CAVITY_ENTRY
    factor = program.share[origin, route] * program.traits[genotype, trait]
    if n > 0 and factor > 0.0:
        organ = program.primary_organ if origin == 0 else origin - 1
        factor *= effects.scaling(
            effect, n, process, organ, origin == 0, effects.NO_KEY, program.traits[genotype], a, b
        )
    return factor


@kernel
def passage(program, origin, genotype, route, effect, n, a, b):
    """Return the factor that effects put on the chance to survive circulation."""
    if n == 0 or route == CAVITY:
        return 1.0
    organ = program.primary_organ if origin == 0 else origin - 1
    return effects.scaling(
        effect, n, effects.CIRCULATION, organ, origin == 0, effects.NO_KEY, program.traits[genotype], a, b
    )


@kernel
def route_factor(program, origin, genotype, route, effect, n, a, b):
    """Return what a route brings to the beds per cell shed: its share, the trait for it, and what survives."""
    share = route_share(program, origin, genotype, route, effect, n, a, b)
    return share * passage(program, origin, genotype, route, effect, n, a, b)


@kernel
def soil_chance(program, patient, genotype, organ, effect, n, a, b):
    """Return the chances (extravasation, survival after it) of a cell arrested in an organ."""
    leave = min(1.0, program.extravasation * program.traits[genotype, LEAVING])
    stay = program.colonisation[organ] * patient.soil[organ] * program.traits[genotype, COLONISING]
    stay *= program.traits[genotype, program.colonise_trait[organ]]
    if n > 0:
        traits = program.traits[genotype]
        leave *= effects.scaling(
            effect, n, effects.EXTRAVASATION, organ, effects.ELSEWHERE, effects.NO_KEY, traits, a, b
        )
        stay *= effects.scaling(effect, n, effects.COLONISATION, organ, effects.ELSEWHERE, effects.NO_KEY, traits, a, b)
    return leave, min(1.0, stay)


@leaf
def potency(program, sex, c, origin, route, organ):
    """Return arrests per cell of class `c` in an organ by a route, clusters weighted by their founding potential."""
    single = program.single[sex, c, route, origin, organ]
    return single + program.cluster_potential * program.cluster[sex, c, route, origin, organ]


@kernel
def gene_row(ws, pools, course, genotype):
    """Return the index of a genotype among those that have shed, adding it if new.

    Without room, the nearest genotype (fewest differing drivers) stands for it.
    """
    for g in range(course.pools):
        if pools.genotype[g] == genotype:
            return g
    g = course.pools
    if g < MAX_GENOTYPES:
        course.pools += 1
        pools.genotype[g] = genotype
        pools.source[g] = 0
        pools.asleep[g] = 0.0
        for s in range(SPANS):
            ws.gene_serial[s, g] = 0
        return g
    nearest, fewest = 0, 64
    for g in range(course.pools):
        gap = bits(pools.genotype[g] ^ genotype)
        if gap < fewest:
            nearest, fewest = g, gap
    return nearest


@kernel
def bits(word):
    """Return how many bits of a genotype are set."""
    count = 0
    while word > 0:
        count += word & 1
        word >>= 1
    return count


@kernel
def find_span(ws, program, patient, pools, effect, n, a, b):
    """Return the number under which tables of days `a` to `b` are kept; without effects, only their length counts."""
    h = b - a
    begin = a
    if n == 0:
        if h == program.interval_day:
            return 0
        begin = -1.0
    for s in range(1, SPANS):
        if ws.span_days[s] == h and ws.span_from[s] == begin:
            return s
    s = ws.counts[NEXT_SPAN]
    ws.counts[NEXT_SPAN] = s + 1 if s + 1 < SPANS else 1
    if ws.span_days[s] >= 0.0 and ws.span_from[s] >= 0.0:
        settle_span(ws, program, patient, pools, s, effect, n)
    ws.span_from[s] = begin
    ws.span_days[s] = h
    ws.counts[SERIAL] += 1
    ws.span_serial[s] = ws.counts[SERIAL]
    return s


@kernel
def settle_span(ws, program, patient, pools, s, effect, n):
    """Count what was shed under effects over a span, and lay its sleepers."""
    a, b = ws.span_from[s], ws.span_from[s] + ws.span_days[s]
    w = weights_of(ws, s, n)
    for row in range(ws.counts[ROWS]):
        if ws.row_exposure[s, row] > 0.0:
            record_row(ws, program, patient, pools, row, s, w, ws.row_exposure[s, row], effect, n, a, b)
            lay_to_sleep(ws, program, row, s, w)


@kernel
def settle_spans(ws, program, patient, pools, effect, n):
    """Close a cell under effects: count what was shed, and forget the tables."""
    for s in range(1, SPANS):
        if ws.span_days[s] < 0.0:
            continue
        if ws.span_from[s] >= 0.0:
            settle_span(ws, program, patient, pools, s, effect, n)
            ws.span_days[s] = -1.0


@leaf
def weights_of(ws, s, n):
    """Return the span whose weights of rows hold for span `s`: its own only where effects bear on the way of cells."""
    return s if n > 0 and ws.counts[BARRED] != 0 else 0


@kernel
def bars_the_way(effect, n):
    """Return whether one of the effects bears on what becomes of shed cells until they have founded."""
    for k in range(n):
        if effect[k].kind == effects.SCALE and effect[k].lesion_key == 0:
            process = effect[k].process
            if process == effects.INTRAVASATION or process == effects.LYMPHATIC_ENTRY:  # noqa: PLR1714
                return True
            if process == effects.CAVITY_ENTRY or process == effects.CIRCULATION:  # noqa: PLR1714
                return True
            if process == effects.EXTRAVASATION or process == effects.COLONISATION:  # noqa: PLR1714
                return True
    return False


@kernel
def find_row(ws, origin, genotype):
    """Return the row of an origin and a genotype, or -1."""
    for row in range(ws.counts[ROWS]):
        if ws.row_origin[row] == origin and ws.row_genotype[row] == genotype:
            return row
    return -1


@kernel
def shed_row(ws, pools, course, origin, genotype):
    """Return the row of cells shed from an origin by a genotype.

    Beyond `MAX_ROWS` pairs, which no simulated patient has come near, the patient's first row stands in.
    """
    row = find_row(ws, origin, genotype)
    if row < 0:
        g = gene_row(ws, pools, course, genotype)
        genotype = pools.genotype[g]
        row = find_row(ws, origin, genotype)
    if row < 0:
        if ws.counts[ROWS] >= MAX_ROWS:
            return 0
        row = ws.counts[ROWS]
        ws.counts[ROWS] += 1
        ws.row_origin[row] = origin
        ws.row_genotype[row] = genotype
        ws.row_gene[row] = g
        ws.row_total[row] = 0.0
        for s in range(SPANS):
            ws.row_exposure[s, row] = 0.0
            ws.row_serial[s, row] = 0
            ws.weight_serial[s, row] = 0
    return row


@kernel
def ready_row(ws, program, patient, pools, row, s, effect, n, a, b):
    """Fill a row's survivors per shed cell and organ, and its founders alive at the span's end."""
    if ws.row_serial[s, row] == ws.span_serial[s]:
        return
    ws.row_serial[s, row] = ws.span_serial[s]
    g = ws.row_gene[row]
    prepare_gene(ws, program, patient, pools, s, g, effect, n, a, b)
    w = weights_of(ws, s, n)
    if ws.weight_serial[w, row] != ws.span_serial[w]:
        ws.weight_serial[w, row] = ws.span_serial[w]
        weigh_row(ws, program, patient, row, w, effect, n if w > 0 else NO_EFFECTS, a, b)
    living = 0.0
    for organ in range(N_ORGANS):
        living += ws.row_weight[w, row, organ] * ws.gene_integral[s, g, organ]
    ws.row_founders[s, row] = living
    ws.row_living[s, row] = living * (1.0 - program.sleep_share)


@kernel
def weigh_row(ws, program, patient, row, w, effect, n, a, b):
    """Fill a row's survivors per shed cell and organ."""
    origin, genotype = ws.row_origin[row], ws.row_genotype[row]
    factors = (
        route_factor(program, origin, genotype, BLOOD, effect, n, a, b),
        route_factor(program, origin, genotype, LYMPH, effect, n, a, b),
        route_factor(program, origin, genotype, CAVITY, effect, n, a, b),
    )
    c, sex = program.fate_class[genotype], patient.sex
    for organ in range(N_ORGANS):
        lodged = 0.0
        for route in range(3):
            if factors[route] > 0.0:
                lodged += factors[route] * potency(program, sex, c, origin, route, organ)
        leave, stay = soil_chance(program, patient, genotype, organ, effect, n, a, b)
        ws.row_weight[w, row, organ] = lodged * leave * stay


@kernel
def record_row(ws, program, patient, pools, row, s, w, exposure, effect, n, a, b):
    """Add `exposure` shed cells of a row to the expected counts of the funnel; `w` is the span of its weights."""
    if exposure <= 0.0:
        return
    n = n if w > 0 else NO_EFFECTS
    origin, genotype = ws.row_origin[row], ws.row_genotype[row]
    h = b - a
    c = program.fate_class[genotype]
    g = ws.row_gene[row]
    for route in range(3):
        share = route_share(program, origin, genotype, route, effect, n, a, b)
        if share <= 0.0:
            continue
        pools.funnel[SHED, program.primary_organ if origin == 0 else origin - 1] += exposure * share
        factor = share * passage(program, origin, genotype, route, effect, n, a, b)
        for bed in range(N_BEDS):
            entries = program.entries[patient.sex, c, route, origin, bed]
            arrests = program.single[patient.sex, c, route, origin, bed]
            arrests += program.cluster[patient.sex, c, route, origin, bed]
            pools.funnel[ENTRIES, bed] += exposure * factor * entries
            pools.funnel[ARRESTS, bed] += exposure * factor * arrests
            leave = min(1.0, program.extravasation * program.traits[genotype, LEAVING])
            if n > 0:
                leave *= effects.scaling(
                    effect, n, effects.EXTRAVASATION, bed, effects.ELSEWHERE, effects.NO_KEY,
                    program.traits[genotype], a, b,
                )  # fmt: skip
            pools.funnel[EXTRAVASATED, bed] += exposure * factor * arrests * leave
    for organ in range(N_ORGANS):
        survived = exposure * ws.row_weight[w, row, organ]
        founded = survived * (1.0 - program.sleep_share)
        pools.funnel[SURVIVED, organ] += survived
        pools.funnel[DORMANT, organ] += survived - founded
        pools.funnel[FOUNDED, organ] += founded
        pools.funnel[LIVING, organ] += founded * ws.gene_integral[s, g, organ] / h


@kernel
def lay_to_sleep(ws, program, row, s, w):
    """Turn a row's shed cells into arrivals of sleepers per organ, and clear its exposure."""
    exposure = ws.row_exposure[s, row] * program.sleep_share
    ws.row_exposure[s, row] = 0.0
    g = ws.row_gene[row]
    for organ in range(N_ORGANS):
        ws.pool_input[g, organ] += exposure * ws.row_weight[w, row, organ]


@leaf
def shed_per_day(program, patient, lesion, clone, l, c, effect, n, a, b):
    """Return what a clone sheds per day if it were all of a lesion of 1e9 cells."""
    genotype = clone[c].genotype
    rate = patient.shedding * program.traits[genotype, DETACHMENT]
    if n > 0:
        rec = lesion[l]
        rate *= effects.scaling(
            effect,
            n,
            effects.DETACHMENT,
            rec.organ,
            rec.route == FROM_PRIMARY,
            rec.key,
            program.traits[genotype],
            a,
            b,
        )
    return rate


@leaf
def size_factor(program, x):
    """Return (N / 1e9)**alpha for x = ln N."""
    return math.exp(program.size_exponent * (x - 20.72326583694641))
