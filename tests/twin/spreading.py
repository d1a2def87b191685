"""Spread: what a lesion sheds goes to the funnel and the sleepers, and founders that live make lesions."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tests.twin.fates import (
    ARRESTS,
    DORMANT,
    DRAWN,
    ENTRIES,
    EXTRAVASATED,
    FOUNDED,
    LIVING,
    SHED,
    SURVIVED,
    Fate,
    arrests,
    fate_of,
    potency,
)
from tests.twin.growing import Path
from tests.twin.laws import LOG_SMALL, age_of_living_line, along, size_of_living_line
from tests.twin.outside import Place
from tests.twin.people import Clone, Lesion, Patient, Pool
from tests.twin.streams import birth_key

from paget.model.layout import N_BEDS, N_ORGANS

LOG_REFERENCE = math.log(1e9)


def shed(patient: Patient, lesion: Lesion, path: Path) -> None:
    """Shed from a vascular lesion: to the funnel and the sleepers, and make lesions of founders."""
    tables, a, b = patient.tables, path.a, path.b
    load = path.mean_of(LOG_REFERENCE, tables.size_exponent) * path.h
    top = _relative_shedding(patient, max(path.logs[0], path.logs[4]))
    fates, founding = [], []
    for member in path.members:
        genotype = member.clone.genotype
        fate = patient.remembered(fate_of, lesion.origin, genotype, a, b)
        pool = patient.pools.setdefault(genotype, Pool())
        rate = member.share * patient.own["shedding"] * tables.trait(genotype, "detachment")
        rate *= patient.scaled("detachment", genotype, lesion.place, a, b)
        fates.append(fate)
        founding.append(rate * fate.founding)
        if rate * load > 0.0:
            pool.source = pool.source or (lesion.key, member.clone.key)
            _count(patient, pool, fate, lesion.origin, rate * load, path.h)
    mean = sum(founding)
    for serial in range(patient.stream.poisson(mean * top)):
        pick = patient.stream.uniform() * mean
        chosen = len(founding) - 1
        for k, weight in enumerate(founding):
            pick -= weight
            if pick < 0.0:
                chosen = k
                break
        _found(patient, lesion, path, path.members[chosen].clone, fates[chosen], top, serial)


def _relative_shedding(patient: Patient, log_cells: float) -> float:
    """Return shedding relative to that of a billion cells."""
    return math.exp(patient.tables.size_exponent * (log_cells - LOG_REFERENCE))


def _count(patient: Patient, pool: Pool, fate: Fate, origin: int, exposure: float, h: float) -> None:
    """Add cells shed over h days to the funnel's expected counts and to the sleepers' arrivals."""
    tables, funnel = patient.tables, patient.funnel
    funnel[tables.primary_organ if origin == 0 else origin - 1][SHED] += exposure * fate.shed
    for bed in range(N_BEDS):
        funnel[bed][ENTRIES] += exposure * fate.entries[bed]
        funnel[bed][ARRESTS] += exposure * fate.arrests[bed]
        funnel[bed][EXTRAVASATED] += exposure * fate.extravasated[bed]
    for organ in range(N_ORGANS):
        survived = exposure * fate.survivors[organ]
        at_once = survived * (1.0 - tables.sleep_share)
        funnel[organ][SURVIVED] += survived
        funnel[organ][DORMANT] += survived * tables.sleep_share
        funnel[organ][FOUNDED] += at_once
        funnel[organ][LIVING] += at_once * fate.days[organ] / h
        pool.arrivals[organ] += survived * tables.sleep_share


def _found(patient: Patient, lesion: Lesion, path: Path, clone: Clone, fate: Fate, top: float, serial: int) -> None:
    """Draw one candidate founder; make its lesion if the shedding at its time accepts it."""
    stream, b = patient.stream, path.b
    organ = pick_organ(fate.living, stream.uniform())
    birth, net = patient.birth(Place(organ)), fate.net[organ]
    age = age_of_living_line(stream.uniform(), birth, net, path.h)
    if stream.uniform() * top >= _relative_shedding(patient, along(path.logs, 1.0 - age / path.h)):
        return
    cells = size_of_living_line(stream, birth, net, age)
    cells = after_culls(patient, clone.genotype, organ, (path.b - age, path.b), cells)
    if cells == 0:
        return
    ways = [fate.by_way[way] * potency(patient, lesion.origin, clone.genotype, way, organ) for way in range(3)]
    way = _pick_way(ways, stream.uniform())
    single, _ = arrests(patient, lesion.origin, clone.genotype, way, organ)
    whole = potency(patient, lesion.origin, clone.genotype, way, organ)
    as_cluster = stream.uniform() * whole >= single
    key = birth_key(lesion.key, stream.state, serial)
    founder = Founder((lesion.key, clone.key), clone.genotype, organ, 1 + way, b - age, net)
    new = begin_lesion(patient, key, founder, cells, b)
    new.generation = lesion.generation + 1
    new.as_cluster = as_cluster
    patient.funnel[organ][DRAWN] += 1.0


def after_culls(patient: Patient, genotype: int, organ: int, days: tuple[float, float], cells: int) -> int:
    """Return what culls between the founding and the end leave of a new line."""
    place, traits = Place(organ), patient.tables.by_genotype[genotype]
    for effect in patient.outside.of_kind("cull", place):
        if days[0] < effect.on_day < days[1]:
            cells = patient.stream.binomial(cells, effect.leaves(traits))
    return cells


def pick_organ(weights: list[float], u: float) -> int:
    """Return an organ by weight, never one of weight 0."""
    pick = u * sum(weights)
    for organ, weight in enumerate(weights):
        pick -= weight
        if weight > 0.0 and pick < 0.0:
            return organ
    return max((organ for organ, weight in enumerate(weights) if weight > 0.0), default=0)


def _pick_way(weights: list[float], u: float) -> int:
    """Return blood (0), lymph (1) or cavity (2) by weight."""
    pick = u * sum(weights)
    way = 0 if pick < weights[0] else 1 if pick < weights[0] + weights[1] else 2
    if way == 2 and weights[2] <= 0.0:
        return 1 if weights[1] > 0.0 else 0
    return way


@dataclass(frozen=True)
class Founder:
    """One cell that founds a lesion: whose it was and what becomes of it."""

    parents: tuple[int, int]
    genotype: int
    organ: int
    route: int
    day: float
    net: float


def begin_lesion(patient: Patient, key: int, founder: Founder, cells: int, day: float) -> Lesion:
    """Make the lesion of a founder, which has become some cells on a day."""
    parent, parent_clone = founder.parents
    lesion = Lesion(
        key, parent, founder.organ, founder.route, 1, founder.genotype, founder.day, day,
        vessel_clock=0.0, clones=[], log_cells=math.log(max(cells, 1)),
    )  # fmt: skip
    clone = patient.add_lesion(lesion, parent_clone, birth_key(key, parent_clone, 0), float(cells))
    if cells >= 1000:
        grown = math.log(cells / 1000.0)
        since = min(grown / founder.net, day - founder.day) if founder.net > 0.0 else 0.0
        clone.make_large(LOG_SMALL)
        lesion.log_cells = LOG_SMALL
        lesion.since_day = lesion.established_day = day - since
    lesion.peak_log_cells = lesion.log_cells
    return lesion
