"""Shedding: how many cells leave a lesion, and the table of what becomes of them.

A vascular lesion of N cells sheds c (N / 1e9)**alpha cells a day (Iwata 2000, doi:10.1006/jtbi.2000.1075),
split among its clones by their share and by their traits. What becomes of a cell depends only on where it
was shed and on its genotype: one row of the workspace holds, per organ, the chance that a shed cell survives
there (route x arrest x extravasation x soil), so that a lesion costs one number and a row one loop.
"""

from __future__ import annotations

import math

from paget.engine import birth_death, effects
from paget.engine.circulation import BLOOD, CAVITY, LYMPH
from paget.engine.immunity import FROM_PRIMARY, VISIBILITY
from paget.engine.kernel import kernel, leaf
from paget.engine.path import PROLIFERATION
from paget.engine.state import (
    ARRESTS,
    DORMANT,
    ENTRIES,
    EXTRAVASATED,
    FOUNDED,
    LIVING,
    ROWS,
    SHED,
    SURVIVED,
)
from paget.model.layout import MAX_GENOTYPES, MAX_ROWS, N_BEDS, N_ORGANS, TRAITS

DETACHMENT = TRAITS.index("detachment")
INTRAVASATION = TRAITS.index("intravasation")
LYMPHATIC = TRAITS.index("lymphatic_entry")
CAVITARY = TRAITS.index("cavity_entry")
LEAVING = TRAITS.index("extravasation")
COLONISING = TRAITS.index("colonisation")
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


@kernel
def potency(program, patient, origin, genotype, route, organ):
    """Return arrests per shed cell in an organ by a route, clusters weighted by their founding potential."""
    c = program.fate_class[genotype]
    single = program.single[patient.sex, c, route, origin, organ]
    return single + program.cluster_potential * program.cluster[patient.sex, c, route, origin, organ]


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
        ws.gene_span[g, 1] = -1.0
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
def prepare_gene(ws, program, patient, pools, g, effect, n, a, b):
    """Fill a genotype's founder tables: net rate per organ and the integral of survival over the segment."""
    h = b - a
    slow = n > 0
    if ws.gene_span[g, 1] == h and (not slow or ws.gene_span[g, 0] == a):
        return
    ws.gene_span[g, 0] = a
    ws.gene_span[g, 1] = h
    genotype = pools.genotype[g]
    traits = program.traits[genotype]
    immune = patient.immune_pressure_per_day * program.traits[genotype, VISIBILITY]
    for organ in range(N_ORGANS):
        net = patient.metastasis_growth_per_day * program.organ_growth[organ]
        net *= program.traits[genotype, PROLIFERATION]
        pressed = immune
        if slow:
            net *= effects.scaling(effect, n, effects.GROWTH, organ, effects.ELSEWHERE, effects.NO_KEY, traits, a, b)
            net -= effects.added_death(effect, n, organ, effects.ELSEWHERE, effects.NO_KEY, traits, a, b)
            pressed *= effects.scaling(
                effect, n, effects.IMMUNITY, organ, effects.ELSEWHERE, effects.NO_KEY, traits, a, b
            )
        birth = ws.birth[organ]
        net = min(net - pressed, 0.999 * birth)
        ws.gene_net[g, organ] = net
        if organ > 0 and net == ws.gene_net[g, organ - 1] and birth == ws.birth[organ - 1]:
            ws.gene_integral[g, organ] = ws.gene_integral[g, organ - 1]
        else:
            ws.gene_integral[g, organ] = birth_death.alive_integral(birth, net, h)


@kernel
def find_row(ws, origin, genotype):
    """Return the row of an origin and a genotype, or -1."""
    for row in range(ws.counts[ROWS]):
        if ws.row_origin[row] == origin and ws.row_genotype[row] == genotype:
            return row
    return -1


@kernel
def shed_row(ws, program, patient, course, pools, origin, genotype, effect, n, a, b):
    """Return the row of cells shed from an origin by a genotype, made ready for the segment.

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
        ws.row_exposure[row] = 0.0
        ws.row_total[row] = 0.0
        ws.row_span[row, 1] = -1.0
    ready_row(ws, program, patient, pools, row, effect, n, a, b)
    return row


@kernel
def ready_row(ws, program, patient, pools, row, effect, n, a, b):
    """Fill a row's survivors per shed cell and organ, and its founders alive at the segment's end."""
    h = b - a
    g = ws.row_gene[row]
    # Another row of the genotype may have filled its tables for another span.
    prepare_gene(ws, program, patient, pools, g, effect, n, a, b)
    if ws.row_span[row, 1] == h and (n == 0 or ws.row_span[row, 0] == a):
        return
    new = ws.row_span[row, 1] < 0.0
    ws.row_span[row, 0] = a
    ws.row_span[row, 1] = h
    origin, genotype = ws.row_origin[row], ws.row_genotype[row]
    if new or n > 0:
        factors = (
            route_factor(program, origin, genotype, BLOOD, effect, n, a, b),
            route_factor(program, origin, genotype, LYMPH, effect, n, a, b),
            route_factor(program, origin, genotype, CAVITY, effect, n, a, b),
        )
        for organ in range(N_ORGANS):
            lodged = 0.0
            for route in range(3):
                if factors[route] > 0.0:
                    lodged += factors[route] * potency(program, patient, origin, genotype, route, organ)
            leave, stay = soil_chance(program, patient, genotype, organ, effect, n, a, b)
            ws.row_weight[row, organ] = lodged * leave * stay
    living = 0.0
    for organ in range(N_ORGANS):
        living += ws.row_weight[row, organ] * ws.gene_integral[g, organ]
    ws.row_living[row] = living * (1.0 - program.sleep_share)


@kernel
def record_row(ws, program, patient, pools, row, exposure, effect, n, a, b):
    """Add `exposure` shed cells of a row to the expected counts of the funnel."""
    if exposure <= 0.0:
        return
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
        survived = exposure * ws.row_weight[row, organ]
        founded = survived * (1.0 - program.sleep_share)
        pools.funnel[SURVIVED, organ] += survived
        pools.funnel[DORMANT, organ] += survived - founded
        pools.funnel[FOUNDED, organ] += founded
        pools.funnel[LIVING, organ] += founded * ws.gene_integral[g, organ] / h


@kernel
def lay_to_sleep(ws, program, row):
    """Turn a row's shed cells into arrivals of sleepers per organ, and clear its exposure."""
    exposure = ws.row_exposure[row] * program.sleep_share
    ws.row_exposure[row] = 0.0
    g = ws.row_gene[row]
    for organ in range(N_ORGANS):
        ws.pool_input[g, organ] += exposure * ws.row_weight[row, organ]


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
