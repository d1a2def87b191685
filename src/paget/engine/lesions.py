"""One lesion over one cell of the mesh: path, clones, mutants, founders, in this order.

1. culls of the day  2. deterministic path of large clones  3. small clones, cell by cell
4. mutants  5. shedding and founders  6. milestones.
All draws of a lesion in a cell come from its own stream, so that another lesion, effect or stop that does
not touch it leaves it as it was.
"""

from __future__ import annotations

import math

from paget.engine import birth_death, effects
from paget.engine import rng as draws
from paget.engine.evolution import mutate
from paget.engine.growth import LOG_SMALL, NODES, SMALLEST_LARGE, crossing
from paget.engine.immunity import FROM_PRIMARY, pressure
from paget.engine.kernel import kernel
from paget.engine.path import CROWDING, GAIN, SPENT, SWITCH, base_growth, class_of, clone_growth, trace
from paget.engine.seeding import shed
from paget.engine.state import ALIVE, CLASSES, ENDED, FREE, FREED
from paget.model.layout import MAX_CLONES, STREAM_LESION

ONE_FOLD = 1.0
"""E-folds beyond a thousand cells to which several small clones are drawn at once."""


@kernel
def evolve(ws, program, patient, course, lesion, clone, pools, l, end, effect, n):
    """Bring lesion `l` from the day it stands at to `end`, in segments cut where an effect switches."""
    rec = lesion[l]
    if rec.status != ALIVE or rec.since_day >= end:
        return
    draws.open_stream(ws.rng, draws.key_from(ws.stem[STREAM_LESION], rec.key, course.cell_index))
    is_primary = rec.route == FROM_PRIMARY
    while rec.since_day < end and rec.status == ALIVE:
        a = rec.since_day
        b = end
        if n > 0:
            b = effects.next_cut(effect, n, rec.organ, is_primary, rec.key, a, end)
            cull(ws, program, lesion, clone, l, effect, n, a)
            if rec.status != ALIVE:
                return
        if rec.clones > 1:
            b = until_large(program, patient, lesion, clone, l, effect, n, a, b)
        found = trace(ws, program, patient, lesion, clone, l, effect, n, a, b)
        day = until_vessels(rec, found, a, b)
        if day < b:
            found = trace(ws, program, patient, lesion, clone, l, effect, n, a, day)
        rec.since_day = day
        segment(ws, program, patient, course, lesion, clone, pools, l, found, effect, n, a, day)
        if day < b and rec.vascular == 0:
            rec.vascular = 1
            rec.vascular_day = day


@kernel
def until_large(program, patient, lesion, clone, l, effect, n, a, b):
    """Return the day soon after which several small clones together are expected to be large, or `b` if that is sooner.

    Drawn without crowding, they would in a whole cell outgrow what any organ holds.
    """
    rec = lesion[l]
    is_primary = rec.route == FROM_PRIMARY
    cells, fastest = 0.0, 0.0
    c = rec.first_clone
    while c >= 0:
        if clone[c].count < 0.0:
            return b
        cells += clone[c].count
        genotype = clone[c].genotype
        net = clone_growth(program, patient, genotype, rec.organ, is_primary, rec.key, effect, n, a, b)
        net -= pressure(program, patient, genotype, rec.organ, is_primary, rec.key, effect, n, a, b)
        fastest = max(fastest, net)
        c = clone[c].next_clone
    if fastest <= 0.0:
        return b
    return min(b, a + (max(0.0, LOG_SMALL - math.log(max(cells, 1.0))) + ONE_FOLD) / fastest)


@kernel
def until_vessels(rec, found, a, b):
    """Return the day on which an avascular lesion gains vessels on its path, or `b` if it does not.

    The segment ends there, so that what the new vessels change begins that very day.
    """
    if found == 0 or rec.vascular != 0 or rec.log_cells < LOG_SMALL or rec.ahead[SWITCH] < 0.0:
        return b
    day = a + rec.ahead[SWITCH] * (b - a)
    return day if a < day < b else b


@kernel
def segment(ws, program, patient, course, lesion, clone, pools, l, found, effect, n, a, b):
    """Bring one lesion, just traced, through one segment of constant effects."""
    path = lesion[l].path
    rec = lesion[l]
    vascular = rec.vascular
    crowding = rec.ahead[CROWDING]
    if found > 0:
        finish_path(ws, program, lesion, clone, l, found, a, b)
    large, clones, held = found > 0, rec.clones, found
    found = step_small(ws, program, patient, lesion, clone, l, found, crowding, effect, n, a, b, path)
    if found > 0 and rec.since_day == b:
        if large:
            middle_shares(ws, found)
        mutate(ws, program, patient, course, lesion, clone, l, found, large, crowding, effect, n, a, b, path)
        if vascular == 1:
            shed(ws, program, patient, course, lesion, clone, pools, l, found, effect, n, a, b, path)
    if math.isnan(rec.established_day):
        note_established(lesion, clone, l, b)
    tidy(ws, lesion, clone, l, b)
    if rec.clones > 1 or clones > 1 or found != held:
        add_up(lesion, clone, l)


@kernel
def add_up(lesion, clone, l):
    """Set a lesion's size to the sum of its clones, small ones included."""
    rec = lesion[l]
    if rec.clones == 0:
        return
    total = 0.0
    c = rec.first_clone
    while c >= 0:
        total += clone[c].count if clone[c].count >= 0.0 else clone[c].cells
        c = clone[c].next_clone
    rec.log_cells = math.log(max(total, 1.0))
    rec.peak_log_cells = max(rec.peak_log_cells, rec.log_cells)


@kernel
def note_established(lesion, clone, l, day):
    """Note that mutants alone have made a small lesion a thousand cells."""
    c = lesion[l].first_clone
    while c >= 0:
        if clone[c].count < 0.0:
            lesion[l].established_day = day
        c = clone[c].next_clone


@kernel
def middle_shares(ws, found):
    """Turn the listed large clones' shares at the segment's start into those at its middle."""
    if ws.counts[CLASSES] < 2:
        return
    total = math.exp(ws.class_gain[1])
    for k in range(found):
        ws.clone_share[k] *= ws.class_at[class_of(ws, k), 1] / total


@kernel
def finish_path(ws, program, lesion, clone, l, found, a, b):
    """Move a lesion's large clones to the end of its path and note the milestones passed."""
    rec = lesion[l]
    h = b - a
    path = rec.path
    factor = math.exp(path[4] - path[0] - rec.ahead[GAIN])
    mixed = ws.counts[CLASSES] > 1
    for k in range(found):
        clone[ws.clone_at[k]].cells *= factor * ws.class_at[class_of(ws, k), 3] if mixed else factor
    rec.log_cells = path[4]
    rec.peak_log_cells = max(rec.peak_log_cells, path[4])
    if rec.vascular == 0:
        switch = rec.ahead[SWITCH]
        if switch >= 0.0:
            rec.vascular = 1
            rec.vascular_day = a + switch * h
        else:
            rec.vessel_clock = max(0.0, rec.vessel_clock - rec.ahead[SPENT])
    if math.isnan(rec.detectable_day):
        at = crossing(path, program.log_detectable)
        if at >= 0.0:
            rec.detectable_day = a + at * h
    if math.isnan(rec.one_cm_day):
        at = crossing(path, program.log_one_cm)
        if at >= 0.0:
            rec.one_cm_day = a + at * h


@kernel
def step_small(ws, program, patient, lesion, clone, l, found, crowding, effect, n, a, b, path):
    """Draw the small clones of a lesion; where it has no large one, list them and fill its path.

    Returns the number of clones listed: `found` unchanged for a large lesion.
    """
    rec = lesion[l]
    h = b - a
    is_primary = rec.route == FROM_PRIMARY
    birth = base_growth(program, patient, rec.organ, is_primary) * program.birth_factor
    before, after, listed = 0.0, 0.0, found
    c = rec.first_clone
    while c >= 0:
        count = clone[c].count
        if count > 0.0:
            genotype = clone[c].genotype
            net = clone_growth(program, patient, genotype, rec.organ, is_primary, rec.key, effect, n, a, b)
            if found > 0:
                net -= crowding
            else:
                net -= pressure(program, patient, genotype, rec.organ, is_primary, rec.key, effect, n, a, b)
                if listed < MAX_CLONES:
                    ws.clone_at[listed] = c
                    ws.clone_share[listed] = count
                    ws.clone_net[listed] = net
                    listed += 1
            net = min(net, 0.999 * birth)
            left = birth_death.step(ws.rng, count, birth, net, h)
            before += count
            after += left
            hand_over(lesion, clone, l, c, left, net, found == 0, a, b)
        c = clone[c].next_clone
    if found > 0 or before <= 0.0:
        return found
    for k in range(listed):
        ws.clone_share[k] /= before
    start, stop = math.log(before), math.log(max(after, 1.0))
    path[0], path[4] = start, stop
    for j in range(3):
        path[j + 1] = start + (stop - start) * NODES[j]
    add_up(lesion, clone, l)
    return listed


@kernel
def hand_over(lesion, clone, l, c, left, net, alone, a, b):
    """Store a small clone's new count; past a thousand cells it is large from the day of the crossing."""
    if left < 1000.0:
        clone[c].count = left
        return
    rec = lesion[l]
    clone[c].count = -1.0
    clone[c].cells = left
    if not alone:
        return
    since = min(math.log(left / 1000.0) / net, b - a) if net > 0.0 else 0.0
    if rec.clones == 1:
        # Alone, it goes on from the day of the crossing, by the law of large lesions.
        rec.since_day = b - since
        clone[c].cells = 1000.0
    if math.isnan(rec.established_day):
        rec.established_day = b - since


@kernel
def tidy(ws, lesion, clone, l, day):
    """Count shrunken clones cell by cell again, unlink empty ones, and end a lesion without cells."""
    rec = lesion[l]
    previous = -1
    c = rec.first_clone
    while c >= 0:
        after = clone[c].next_clone
        if clone[c].count < 0.0 and clone[c].cells < SMALLEST_LARGE:
            clone[c].count = math.floor(clone[c].cells + draws.uniform(ws.rng))
        if clone[c].count == 0.0:
            if previous < 0:
                rec.first_clone = after
            else:
                clone[previous].next_clone = after
            clone[c].lesion = -1
            rec.clones -= 1
            ws.counts[FREED] += 1
        else:
            previous = c
        c = after
    if rec.clones == 0:
        end_lesion(ws, lesion, l, day)


@kernel
def end_lesion(ws, lesion, l, day):
    """Mark a lesion without cells as ended, or free its slot if it never reached a thousand cells."""
    rec = lesion[l]
    rec.ended_day = day
    rec.first_clone = -1
    rec.clones = 0
    rec.log_cells = -math.inf
    if math.isnan(rec.established_day):
        rec.status = FREE
        ws.counts[FREED] += 1
    else:
        rec.status = ENDED


@kernel
def cull(ws, program, lesion, clone, l, effect, n, day):
    """Apply the culls of `day` to each clone of a lesion: exact thinning while small, a factor while large."""
    rec = lesion[l]
    if not effects.is_culled(effect, n, rec.organ, rec.route == FROM_PRIMARY, rec.key, day):
        return
    total = 0.0
    touched = False
    c = rec.first_clone
    while c >= 0:
        traits = program.traits[clone[c].genotype]
        left = effects.surviving_fraction(effect, n, rec.organ, rec.route == FROM_PRIMARY, rec.key, traits, day)
        if left < 1.0:
            touched = True
            thin(ws, clone, c, left)
        total += clone[c].count if clone[c].count >= 0.0 else clone[c].cells
        c = clone[c].next_clone
    if touched:
        rec.log_cells = math.log(max(total, 1.0))
        tidy(ws, lesion, clone, l, day)


@kernel
def thin(ws, clone, c, left):
    """Leave each cell of a clone with probability `left`."""
    if clone[c].count >= 0.0:
        clone[c].count = draws.binomial(ws.rng, clone[c].count, left)
        return
    if left <= 0.0:
        clone[c].count = 0.0
        return
    cells = clone[c].cells * left
    if cells > 1000.0:
        clone[c].cells = cells
    else:
        clone[c].count = draws.poisson(ws.rng, cells)


@kernel
def coast(ws, program, patient, lesion, clone, l, effect, n, a, b):
    """Move a copied lesion from `a` to `b` without any draw; its path stays with it.

    Used to look ahead inside a cell and for snapshots: large clones move exactly, small ones stand still.
    """
    rec = lesion[l]
    if rec.status != ALIVE or rec.since_day > a:
        rec.path[:] = -math.inf
        rec.nodes[:] = 0.0
        return
    if n > 0:
        coast_cull(program, lesion, clone, l, effect, n, a)
    found = trace(ws, program, patient, lesion, clone, l, effect, n, a, b)
    if found > 0:
        finish_path(ws, program, lesion, clone, l, found, a, b)
    else:
        rec.path[:] = -math.inf
        rec.nodes[:] = 0.0
    rec.since_day = b


@kernel
def coast_cull(program, lesion, clone, l, effect, n, day):
    """Apply the culls of `day` to a copied lesion at their mean."""
    rec = lesion[l]
    if not effects.is_culled(effect, n, rec.organ, rec.route == FROM_PRIMARY, rec.key, day):
        return
    total = 0.0
    touched = False
    c = rec.first_clone
    while c >= 0:
        traits = program.traits[clone[c].genotype]
        left = effects.surviving_fraction(effect, n, rec.organ, rec.route == FROM_PRIMARY, rec.key, traits, day)
        touched = touched or left < 1.0
        if clone[c].count >= 0.0:
            clone[c].count *= left
            total += clone[c].count
        else:
            clone[c].cells *= max(left, 1e-300)
            total += clone[c].cells
        c = clone[c].next_clone
    if touched:
        rec.log_cells = math.log(total) if total > 0.0 else -math.inf
