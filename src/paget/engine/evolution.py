"""Evolution: dividing cells gain drivers, and their lines are followed if they live.

New clones arise at rate u b N(t), u per division; only lines alive at the end of the segment are drawn
(thinning by the birth-death survival, exact for any step), and pooled by genotype within the lesion. Where
more than four lines are expected in a segment, they are pooled as they arise: those of a genotype already
large are added at their mean, those of a new one are Poisson in number with a gamma-spread size. Mutation of
clones too small to matter (a small clone inside a large lesion) is neglected, which stops being right for
rates above about 1e-4 per division, and mutants of mutants of the same segment wait for the next.
"""

from __future__ import annotations

import math

import numpy as np

from paget.engine import birth_death, effects
from paget.engine import rng as draws
from paget.engine.growth import NODES, WEIGHTS, interpolate
from paget.engine.immunity import FROM_PRIMARY, pressure
from paget.engine.kernel import kernel, leaf
from paget.engine.path import PROLIFERATION, base_growth, clone_growth
from paget.engine.state import KEPT, LAST_ROOM, MAX_KEPT, OVERFLOW
from paget.model.layout import MAX_CLONES

RARE = 0.2
"""Expected living lines of one clone below which they are drawn for all drivers at once."""
PRESENT, ABSENT = np.bool_(True), np.bool_(False)
BULK = 4.0
"""Expected living lines of one segment above which a large lesion's mutants are pooled by genotype."""
MANY = 30.0
"""Expected living lines of one genotype above which their number is the mean itself."""


@leaf
def missing_rate(program, genotype):
    """Return the summed rate per division of the drivers that a genotype lacks."""
    return program.missing_rate[genotype]


@leaf
def find_clone(lesion, clone, l, genotype):
    """Return the index of the lesion's clone of a genotype, or -1."""
    c = lesion[l].first_clone
    while c >= 0:
        if clone[c].genotype == genotype:
            return c
        c = clone[c].next_clone
    return -1


@kernel
def add_clone(ws, course, lesion, clone, l, parent, genotype, bit, day, serial):
    """Append an empty clone to lesion `l` and return its index, or -1 if it cannot be followed."""
    if lesion[l].clones >= MAX_CLONES:
        course.untracked_clones += 1
        return -1
    c = course.clones
    if c >= clone.size:
        if ws.counts[LAST_ROOM] != 0:
            course.untracked_clones += 1
        else:
            ws.counts[OVERFLOW] = 1
        return -1
    course.clones += 1
    clone[c].key = draws.child_key(clone[parent].key, ws.rng[0], serial)
    clone[c].parent_key = clone[parent].key
    clone[c].lesion = l
    clone[c].genotype = genotype
    clone[c].driver = bit
    clone[c].count = 0.0
    clone[c].cells = 0.0
    clone[c].origin_day = day
    clone[c].origins = 0.0
    clone[c].row = -1
    clone[c].moved = -1
    clone[c].next_clone = lesion[l].first_clone
    lesion[l].first_clone = c
    lesion[l].clones += 1
    return c


@leaf
def grow_clone(clone, c, cells, origins):
    """Add cells and origins to a clone, handing it over to the deterministic law at a thousand cells."""
    clone[c].origins += origins
    if clone[c].count < 0.0:
        clone[c].cells += cells
        return
    # The mean of many lines is no whole number of cells.
    clone[c].count += math.floor(cells + 0.5)
    if clone[c].count >= 1000.0:
        clone[c].cells = clone[c].count
        clone[c].count = -1.0


@leaf
def mutant_net(program, patient, lesion, l, genotype, crowding, large, effect, n, a, b):
    """Return the net rate of a mutant's line: its own growth less crowding (large lesion) or immunity (small)."""
    rec = lesion[l]
    is_primary = rec.route == FROM_PRIMARY
    net = clone_growth(program, patient, genotype, rec.organ, is_primary, rec.key, effect, n, a, b)
    if large:
        return net - crowding
    return net - pressure(program, patient, genotype, rec.organ, is_primary, rec.key, effect, n, a, b)


@kernel
def fastest_mutant(program, patient, lesion, l, proliferation, effect, n, a, b):
    """Return an upper bound on the growth of any mutant: no kills, and the fastest driver gained."""
    rec = lesion[l]
    is_primary = rec.route == FROM_PRIMARY
    bound = base_growth(program, patient, rec.organ, is_primary) * proliferation * program.fastest_driver
    if n > 0:
        traits = program.traits[rec.founder_genotype]
        factor = effects.scaling(effect, n, effects.GROWTH, rec.organ, is_primary, rec.key, traits, a, b)
        bound *= max(1.0, factor)
    return bound


@kernel
def mutate(ws, program, patient, course, lesion, clone, l, found, large, crowding, effect, n, a, b, path):
    """Draw the mutants of one lesion over a segment and add them to its clones.

    `found` clones are listed in the workspace with shares of the cells whose ln is `path`.
    """
    rec = lesion[l]
    h = b - a
    is_primary = rec.route == FROM_PRIMARY
    birth = base_growth(program, patient, rec.organ, is_primary) * program.birth_factor
    fastest = 0.0
    weight = 0.0
    for k in range(found):
        fastest = max(fastest, program.traits[clone[ws.clone_at[k]].genotype, PROLIFERATION])
        weight += ws.clone_share[k] * missing_rate(program, clone[ws.clone_at[k]].genotype)
    bound = fastest_mutant(program, patient, lesion, l, fastest, effect, n, a, b)
    bound = min(0.999 * birth, bound - (crowding if large else 0.0))
    scale = birth
    if n > 0:
        traits = program.traits[rec.founder_genotype]
        scale *= effects.scaling(effect, n, effects.MUTATION, rec.organ, is_primary, rec.key, traits, a, b)
    top = max(path[0], path[4])
    divisions = weight * scale * math.exp(top)
    # A line lives with a chance of at most 1: most often the draw tells none before the chance is worked out.
    drawn = draw_unless_none(ws, divisions * h)
    if drawn < 0.0:
        return
    area = birth_death.alive_integral(birth, bound, h)
    mean = divisions * area
    if large and mean > BULK:
        mutate_in_bulk(ws, program, patient, course, lesion, clone, l, found, crowding, bound, effect, n, a, b, scale)
        return
    lines = int(draws.poisson(ws.rng, mean) if drawn >= 2.0 else draws.poisson_by_inversion(drawn, mean))
    for line in range(lines):
        pick = draws.uniform(ws.rng) * weight
        parent = ws.clone_at[found - 1]
        for k in range(found):
            pick -= ws.clone_share[k] * missing_rate(program, clone[ws.clone_at[k]].genotype)
            if pick < 0.0:
                parent = ws.clone_at[k]
                break
        age = birth_death.age_within(draws.uniform(ws.rng), birth, bound, area)
        bit = draw_driver(ws, program, clone[parent].genotype)
        genotype = clone[parent].genotype | (1 << bit)
        net = min(
            0.999 * birth,
            mutant_net(program, patient, lesion, l, genotype, crowding, large, effect, n, a, b),
        )
        chance = math.exp(interpolate(path, 1.0 - age / h) - top)
        fade = math.exp(-net * age)
        chance *= birth_death.alive_share_of(birth, net, fade, age) / birth_death.alive_share(birth, bound, age)
        if draws.uniform(ws.rng) >= chance:
            continue
        cells = birth_death.survivor_size_of(ws.rng, birth, net, fade, age)
        add_line(ws, course, lesion, clone, l, parent, genotype, bit, b - age, line, cells)


@kernel
def add_line(ws, course, lesion, clone, l, parent, genotype, bit, day, serial, cells):
    """Add one living mutant line to the lesion's clone of its genotype, making the clone if it is new."""
    c = find_clone(lesion, clone, l, genotype)
    if c < 0:
        c = add_clone(ws, course, lesion, clone, l, parent, genotype, bit, day, serial)
    if c >= 0:
        grow_clone(clone, c, cells, 1.0)


@kernel
def draw_driver(ws, program, genotype):
    """Return the bit of the driver gained, by rate among those that the genotype lacks."""
    pick = draws.uniform(ws.rng) * missing_rate(program, genotype)
    last = 0
    for bit in range(program.drivers):
        if (genotype >> bit) & 1 == 0 and program.mutation_rate[bit] > 0.0:
            last = bit
            pick -= program.mutation_rate[bit]
            if pick < 0.0:
                return bit
    return last


@kernel
def mutate_in_bulk(ws, program, patient, course, lesion, clone, l, found, crowding, bound, effect, n, a, b, scale):
    """Add the mutants of a large lesion: at their mean to clones already large, drawn where they are new."""
    h = b - a
    birth = base_growth(program, patient, lesion[l].organ, lesion[l].route == FROM_PRIMARY) * program.birth_factor
    ws.counts[KEPT] = 0
    for j in range(3):
        ws.bulk_born[j] = WEIGHTS[j] * lesion[l].nodes[j] * scale * h
    index_slots(ws, lesion, clone, l, PRESENT)
    for k in range(found):
        clone[ws.clone_at[k]].moved = k
        ws.bulk_share[k] = 0.0
    weigh_births(ws, birth, bound, h)
    most = ws.bulk_sums[0]
    for k in range(found):
        absent = mutants_present(ws, program, patient, course, lesion, clone, l, k, most, crowding, birth, effect, n,
                                 a, b)  # fmt: skip
        if absent <= 0.0:
            continue
        if lesion[l].clones >= MAX_CLONES:
            course.untracked_clones += 1
            continue
        mutants_absent(ws, program, patient, course, lesion, clone, l, k, absent, most, crowding, birth, effect, n,
                       a, b)  # fmt: skip
    for k in range(found):
        if ws.bulk_share[k] > 0.0:
            weigh_births(ws, birth, min(ws.clone_net[k] - crowding, 0.999 * birth), h)
            grow_clone(clone, ws.clone_at[k], ws.bulk_share[k] * ws.bulk_sums[1], ws.bulk_share[k] * ws.bulk_sums[0])
    index_slots(ws, lesion, clone, l, ABSENT)


@kernel
def mutants_present(ws, program, patient, course, lesion, clone, l, k, most, crowding, birth, effect, n, a, b):
    """Add listed clone `k`'s mutants to clones that are there; return the rate of those that are not."""
    parent = ws.clone_at[k]
    absent = 0.0
    for bit in range(program.drivers):
        genotype = clone[parent].genotype | (1 << bit)
        rate = program.mutation_rate[bit]
        if genotype == clone[parent].genotype or rate <= 0.0:
            continue
        c = ws.slot[genotype]
        if c < 0:
            absent += rate
        elif clone[c].moved >= 0:
            ws.bulk_share[clone[c].moved] += ws.clone_share[k] * rate
        else:
            share = ws.clone_share[k] * rate
            drawn = draw_unless_none(ws, share * most)
            if drawn >= 0.0:
                draw_mutants(ws, program, patient, course, lesion, clone, l, parent, bit, share, drawn, crowding,
                             birth, effect, n, a, b)  # fmt: skip
    return absent


@kernel
def mutants_absent(ws, program, patient, course, lesion, clone, l, k, absent, most, crowding, birth, effect, n, a, b):
    """Draw listed clone `k`'s mutants of genotypes that the lesion lacks, summed rate `absent`.

    `most` bounds the living lines if all divisions mutated; few lines are drawn for all drivers at once.
    """
    parent = ws.clone_at[k]
    mean = ws.clone_share[k] * absent * most
    if mean >= RARE:
        for bit in range(program.drivers):
            genotype = clone[parent].genotype | (1 << bit)
            if ws.slot[genotype] < 0 and program.mutation_rate[bit] > 0.0:
                share = ws.clone_share[k] * program.mutation_rate[bit]
                drawn = draw_unless_none(ws, share * most)
                if drawn >= 0.0:
                    draw_mutants(ws, program, patient, course, lesion, clone, l, parent, bit, share, drawn, crowding,
                                 birth, effect, n, a, b)  # fmt: skip
        return
    for _ in range(int(draws.poisson(ws.rng, mean))):
        pick = draws.uniform(ws.rng) * absent
        chosen = -1
        for bit in range(program.drivers):
            if ws.slot[clone[parent].genotype | (1 << bit)] < 0 and program.mutation_rate[bit] > 0.0:
                chosen = bit
                pick -= program.mutation_rate[bit]
                if pick < 0.0:
                    break
        if chosen < 0:
            return
        genotype = clone[parent].genotype | (1 << chosen)
        net = mutant_net(program, patient, lesion, l, genotype, crowding, PRESENT, effect, n, a, b)
        weigh_births(ws, birth, min(net, 0.999 * birth), b - a)
        if draws.uniform(ws.rng) * most < ws.bulk_sums[0]:
            size = ws.bulk_sums[1] / ws.bulk_sums[0]
            cells = draws.geometric(ws.rng, 1.0 - 1.0 / max(size, 1.0))
            pool_line(ws, course, lesion, clone, l, parent, genotype, chosen, 0.5 * (a + b), cells, 1.0)


@leaf
def draw_unless_none(ws, ceiling):
    """Return the draw that will tell a Poisson number whose mean is `ceiling` at most, or -1 if it tells none.

    The draw is not taken, and the answer is 2, where the ceiling is too high to tell.
    """
    if ceiling >= 1.0:
        return 2.0
    if ceiling <= 0.0:
        return -1.0
    drawn = draws.uniform(ws.rng)
    return drawn if drawn < ceiling else -1.0


@kernel
def draw_mutants(ws, program, patient, course, lesion, clone, l, parent, bit, share, drawn, crowding, birth, effect, n,
                 a, b):  # fmt: skip
    """Draw the living lines of one genotype, for its `share` of all divisions, and add them to its clone.

    Their number is Poisson (its mean above thirty), told by `drawn` if that is below 2; up to three are drawn one
    by one, more as a gamma sum.
    """
    genotype = clone[parent].genotype | (1 << bit)
    net = mutant_net(program, patient, lesion, l, genotype, crowding, PRESENT, effect, n, a, b)
    weigh_births(ws, birth, min(net, 0.999 * birth), b - a)
    living = share * ws.bulk_sums[0]
    if drawn < 2.0:
        lines = draws.poisson_by_inversion(drawn, living)
    else:
        lines = draws.poisson(ws.rng, living) if living < MANY else living
    if lines < 1.0:
        return
    size = ws.bulk_sums[1] / ws.bulk_sums[0]
    cells = 0.0
    if lines <= 3.0:
        cells = draws.geometric_sum(ws.rng, 1.0 - 1.0 / max(size, 1.0), lines)
    elif living < MANY:
        cells = max(lines, draws.gamma(ws.rng, lines) * size)
    else:
        cells = lines * size
    day = 0.5 * (a + b) if lines <= 3.0 else a
    pool_line(ws, course, lesion, clone, l, parent, genotype, bit, day, cells, lines)


@leaf
def weigh_births(ws, birth, net, h):
    """Set the lines alive at a segment's end, and their cells, that its divisions would give if all mutated.

    Mutants differ in few net rates: the sums of each are kept for the segment.
    """
    for k in range(ws.counts[KEPT]):
        if ws.kept_net[k] == net:
            ws.bulk_sums[0] = ws.kept_sums[k, 0]
            ws.bulk_sums[1] = ws.kept_sums[k, 1]
            return
    ws.bulk_sums[:] = 0.0
    for j in range(3):
        fade = math.exp(-net * (1.0 - NODES[j]) * h)
        ws.bulk_sums[0] += ws.bulk_born[j] * birth_death.alive_share_of(birth, net, fade, (1.0 - NODES[j]) * h)
        ws.bulk_sums[1] += ws.bulk_born[j] / fade
    if ws.counts[KEPT] < MAX_KEPT:
        k = ws.counts[KEPT]
        ws.counts[KEPT] = k + 1
        ws.kept_net[k] = net
        ws.kept_sums[k, 0] = ws.bulk_sums[0]
        ws.kept_sums[k, 1] = ws.bulk_sums[1]


@kernel
def pool_line(ws, course, lesion, clone, l, parent, genotype, bit, day, cells, origins):
    """Add cells to the lesion's clone of a genotype, found by the workspace's table or made."""
    c = ws.slot[genotype]
    if c < 0:
        c = add_clone(ws, course, lesion, clone, l, parent, genotype, bit, day, genotype)
        if c < 0:
            return
        ws.slot[genotype] = c
    grow_clone(clone, c, cells, origins)


@kernel
def index_slots(ws, lesion, clone, l, present):
    """Set (or clear) the workspace's table from genotype to clone for lesion `l`."""
    c = lesion[l].first_clone
    while c >= 0:
        ws.slot[clone[c].genotype] = c if present else -1
        clone[c].moved = -1
        c = clone[c].next_clone
