"""What EFFECT rows do to a lesion, a place or the host over a segment of time.

Rates of `decay` effects are averaged over the segment, exactly; segments are cut at every switching day,
so that a constant effect is constant within its segment. A trait selector multiplies the magnitude by the
clone's trait, which is how resistance works without the engine knowing any drug.
"""

from __future__ import annotations

import math

import numpy as np

from paget.engine.kernel import kernel, leaf
from paget.model.layout import ANY, EFFECT_KINDS, PRIMARY, PROCESSES

ADD_DEATH = EFFECT_KINDS.index("add_death")
SMALL_DEATH = EFFECT_KINDS.index("add_small_death")
SCALE = EFFECT_KINDS.index("scale_process")
CULL = EFFECT_KINDS.index("cull")
HOST_HAZARD = EFFECT_KINDS.index("host_hazard")
HOST_RESERVE = EFFECT_KINDS.index("host_reserve")
GROWTH = PROCESSES.index("growth")
MUTATION = PROCESSES.index("mutation")
DETACHMENT = PROCESSES.index("detachment")
INTRAVASATION = PROCESSES.index("intravasation")
LYMPHATIC_ENTRY = PROCESSES.index("lymphatic_entry")
CAVITY_ENTRY = PROCESSES.index("cavity_entry")
CIRCULATION = PROCESSES.index("circulation_survival")
EXTRAVASATION = PROCESSES.index("extravasation")
COLONISATION = PROCESSES.index("colonisation")
WAKING = PROCESSES.index("waking")
VESSELS = PROCESSES.index("vessel_recruitment")
IMMUNITY = PROCESSES.index("immune_pressure")
ELSEWHERE = np.bool_(False)
"""A place that is not the primary's (typed: a literal would compile its callees again)."""
NO_KEY = np.uint64(0)
"""Key of a place rather than of a lesion; unsigned, like every key."""


@kernel
def matches(effect, organ, is_primary, key):
    """Return whether an effect's selectors match a lesion, or a place when `key` is 0."""
    if effect.lesion_key != 0 and effect.lesion_key != key:  # noqa: PLR1714 - compiled code knows no `in` of mixed keys
        return False
    if effect.organ == PRIMARY:
        return is_primary
    return effect.organ in (ANY, organ)


@leaf
def acts_between(row, a, b):
    """Return whether an effect acts between days `a` and `b`: a cull on its day alone, whatever its `off_day` says."""
    if row.kind == CULL:
        return a <= row.on_day < b
    return max(a, row.on_day) < min(b, row.off_day)


@kernel
def any_acts(effect, a, b):
    """Return whether any row acts between days `a` and `b`."""
    for k in range(effect.size):
        if acts_between(effect[k], a, b):
            return True
    return False


@leaf
def take(act, row):
    """Set a row of the table of acting effects."""
    act.kind = row.kind
    act.organ = row.organ
    act.lesion_key = row.lesion_key
    act.trait = row.trait
    act.process = row.process
    # By name: where this is not compiled, `shape` is also an attribute of numpy's.
    act["shape"] = row["shape"]
    act.on_day = row.on_day
    act.off_day = row.on_day if row.kind == CULL else row.off_day
    act.magnitude = row.magnitude
    act.half_life_day = row.half_life_day
    act.seen_from = np.nan


@kernel
def acting(effect, acts, a, b):
    """Copy the rows that act between days `a` and `b` to `acts`, in order of kind, and return how many.

    All others cost nothing.
    """
    n = 0
    for k in range(effect.size):
        if not acts_between(effect[k], a, b):
            continue
        kind = effect[k].kind
        m = n
        while m > 0 and acts[m - 1].kind > kind:
            acts[m] = acts[m - 1]
            m -= 1
        take(acts[m], effect[k])
        n += 1
    return n


@kernel
def strength(effect, a, b):
    """Return the mean of an effect's magnitude over days `a` to `b` (0 outside its time)."""
    return effect.magnitude * presence(effect, a, b)


@kernel
def presence(effect, a, b):
    """Return the mean over days `a` to `b` of what is left of an effect, 1 being all of it.

    Of an effect that decays it is kept, as most lesions of a cell ask for the same days.
    """
    if effect.seen_from == a and effect.seen_until == b:
        return effect.seen
    start = max(a, effect.on_day)
    stop = min(b, effect.off_day)
    if stop <= start or b <= a:
        return 0.0
    if effect["shape"] == 0:
        return (stop - start) / (b - a)
    decay = math.log(2.0) / effect.half_life_day
    lasting = math.exp(-decay * (start - effect.on_day)) - math.exp(-decay * (stop - effect.on_day))
    effect.seen_from, effect.seen_until, effect.seen = a, b, lasting / (decay * (b - a))
    return effect.seen


@kernel
def added_death(effect, n, organ, is_primary, key, traits, a, b):
    """Return deaths per cell and day that effects add for a clone of `traits`."""
    total = 0.0
    for k in range(n):
        if effect[k].kind != ADD_DEATH:
            break
        if matches(effect[k], organ, is_primary, key):
            weight = 1.0 if effect[k].trait == ANY else traits[effect[k].trait]
            total += weight * strength(effect[k], a, b)
    return total


@kernel
def added_small_death(effect, n, organ, is_primary, key, traits, a, b):
    """Return deaths per cell and day that effects add in a small metastasis, which fade as it grows."""
    total = 0.0
    for k in range(n):
        if effect[k].kind > SMALL_DEATH:
            break
        if effect[k].kind == SMALL_DEATH and matches(effect[k], organ, is_primary, key):
            weight = 1.0 if effect[k].trait == ANY else traits[effect[k].trait]
            total += weight * strength(effect[k], a, b)
    return total


@kernel
def scaling(effect, n, process, organ, is_primary, key, traits, a, b):
    """Return the factor that effects put on a process; a trait selector weakens it by the clone's trait."""
    factor = 1.0
    for k in range(n):
        if effect[k].kind > SCALE:
            break
        if effect[k].kind == SCALE and effect[k].process == process and matches(effect[k], organ, is_primary, key):
            share = max(0.0, min(b, effect[k].off_day) - max(a, effect[k].on_day)) / max(b - a, 1e-12)
            if share > 0.0:
                weight = 1.0 if effect[k].trait == ANY else traits[effect[k].trait]
                if effect[k]["shape"] == 1:
                    share = presence(effect[k], a, b)
                factor *= max(0.0, 1.0 + weight * share * (effect[k].magnitude - 1.0))
    return factor


@kernel
def next_cut(effect, n, organ, is_primary, key, after, end):
    """Return the first day after `after` at which an effect that touches the lesion switches, or `end`."""
    cut = end
    for k in range(n):
        if effect[k].kind > CULL:
            break
        if not matches(effect[k], organ, is_primary, key):
            continue
        for day in (effect[k].on_day, effect[k].off_day):
            if after < day < cut:
                cut = day
    return cut


@kernel
def next_switch(effect, n, after, end):
    """Return the first day after `after` at which any effect switches, or `end`."""
    cut = end
    for k in range(n):
        for day in (effect[k].on_day, effect[k].off_day):
            if after < day < cut:
                cut = day
    return cut


@kernel
def is_culled(effect, n, organ, is_primary, key, day):
    """Return whether a cull on `day` is aimed at a lesion."""
    for k in range(n):
        if effect[k].kind > CULL:
            break
        if effect[k].kind == CULL and effect[k].on_day == day and matches(effect[k], organ, is_primary, key):
            return True
    return False


@kernel
def surviving_fraction(effect, n, organ, is_primary, key, traits, day):
    """Return the product of the fractions that culls on `day` leave of a clone; its trait multiplies the log kill."""
    left = 1.0
    for k in range(n):
        if effect[k].kind == CULL and effect[k].on_day == day and matches(effect[k], organ, is_primary, key):
            weight = 1.0 if effect[k].trait == ANY else traits[effect[k].trait]
            left *= effect[k].magnitude ** weight
    return left


@kernel
def host_hazard(effect, n, day):
    """Return deaths per patient and day that effects cause on `day`."""
    total = 0.0
    for k in range(n):
        if effect[k].kind == HOST_HAZARD and effect[k].on_day <= day < effect[k].off_day:
            fade = 1.0
            if effect[k]["shape"] == 1:
                fade = 0.5 ** ((day - effect[k].on_day) / effect[k].half_life_day)
            total += effect[k].magnitude * fade
    return total


@kernel
def reserve(effect, n, organ, day):
    """Return the factor that effects put on an organ's reserve on `day`."""
    factor = 1.0
    for k in range(n):
        if (
            effect[k].kind == HOST_RESERVE
            and effect[k].on_day <= day < effect[k].off_day
            and effect[k].organ in (ANY, organ)
        ):
            factor *= effect[k].magnitude
    return factor
