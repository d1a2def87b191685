"""Spread: what a lesion sheds, where it lands, who founds a lesion at once, who sleeps and wakes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from paget.model.layout import N_BEDS, N_ORGANS, ROUTES, STREAM_POOL, TRAITS
from tests.twin.growing import Path, replay
from tests.twin.laws import (
    MOST_OF_BIRTH,
    age_of_living_line,
    along,
    living_days,
    size_of_living_line,
)
from tests.twin.outside import Place
from tests.twin.people import Clone, Lesion, Patient, Pool
from tests.twin.streams import birth_key

(ENTRIES, ARRESTS, EXTRAVASATED, SURVIVED, DORMANT, WOKEN, FOUNDED, LIVING, LIVING_WOKEN, SHED, DRAWN, DRAWN_WOKEN) = (
    range(12)
)
LOG_REFERENCE = math.log(1e9)
WAYS = ("intravasation", "lymphatic_entry", "cavity_entry")


@dataclass
class Fate:
    """What becomes of one cell shed from one origin by one genotype over one segment.

    `shed` by way and beds by number; `survivors`, `net`, `days` (of a founder's line in the segment) by organ;
    `founding` is the founders alive at the end, at one cell shed a day.
    """

    by_way: list[float]
    shed: float
    entries: list[float]
    arrests: list[float]
    extravasated: list[float]
    survivors: list[float]
    net: list[float]
    days: list[float]
    founding: float

    @property
    def living(self) -> list[float]:
        """Founders alive at the end per organ, sleepers not taken off."""
        return [survivors * days for survivors, days in zip(self.survivors, self.days, strict=True)]


def by_ways(patient: Patient, origin: int, genotype: int, a: float, b: float) -> tuple[list[float], list[float]]:
    """Return by way how many cells leave per cell shed (share x trait), and how many of these survive effects."""
    tables, leaving, passing = patient.tables, [], []
    place = Place(tables.primary_organ if origin == 0 else origin - 1, origin == 0)
    survival = patient.scaled("circulation_survival", genotype, place, a, b)
    for way, name in enumerate(WAYS):
        share = tables.share[origin][way] * tables.trait(genotype, name)
        leaving.append(share * patient.scaled(name, genotype, place, a, b))
        passing.append(leaving[way] * (1.0 if name == "cavity_entry" else survival))
    return leaving, passing


def extravasating(patient: Patient, genotype: int, bed: int, a: float, b: float) -> float:
    """Return the chance that an arrested cell leaves the vessel."""
    tables = patient.tables
    chance = min(1.0, tables.extravasation * tables.trait(genotype, "extravasation"))
    return chance * patient.scaled("extravasation", genotype, Place(bed), a, b)


def arrests(patient: Patient, origin: int, genotype: int, way: int, bed: int) -> tuple[float, float]:
    """Return arrests in a bed per cell that left by a way: single, and in clusters."""
    tables, sex = patient.tables, patient.own["sex"]
    kind = tables.fate_class[genotype]
    return tables.single[sex][kind][way][origin][bed], tables.cluster[sex][kind][way][origin][bed]


def potency(patient: Patient, origin: int, genotype: int, way: int, organ: int) -> float:
    """Return arrests in an organ, a cluster counted by how much likelier it founds."""
    single, cluster = arrests(patient, origin, genotype, way, organ)
    return single + float(patient.tables.cluster_potential) * cluster


def line_in(patient: Patient, genotype: int, organ: int, a: float, b: float) -> tuple[float, float, float]:
    """Return the birth rate and the net rate of a founder's line in an organ, and the days it lives on average."""
    place = Place(organ)
    birth = patient.birth(place)
    net = patient.growth(genotype, place, a, b) - patient.immune(genotype, place, a, b)
    net = min(net, MOST_OF_BIRTH * birth)
    return birth, net, living_days(birth, net, b - a)


def fate_of(patient: Patient, origin: int, genotype: int, a: float, b: float) -> Fate:
    """Work out the fate of cells of one genotype from one origin."""
    tables, ways = patient.tables, range(3)
    leaving, by_way = by_ways(patient, origin, genotype, a, b)
    leave = [extravasating(patient, genotype, bed, a, b) for bed in range(N_BEDS)]
    entered = tables.entries[patient.own["sex"]][tables.fate_class[genotype]]
    entries = [sum(by_way[w] * entered[w][origin][bed] for w in ways) for bed in range(N_BEDS)]
    lodged = [sum(by_way[w] * sum(arrests(patient, origin, genotype, w, bed)) for w in ways) for bed in range(N_BEDS)]
    survivors, nets, days = [], [], []
    for organ in range(N_ORGANS):
        weighted = sum(by_way[w] * potency(patient, origin, genotype, w, organ) for w in ways)
        stay = tables.colonisation[organ] * patient.own["soil"][organ] * tables.trait(genotype, "colonisation")
        stay *= tables.trait(genotype, TRAITS[tables.colonise_trait[organ]])
        stay *= patient.scaled("colonisation", genotype, Place(organ), a, b)
        _, net, span = patient.remembered(line_in, genotype, organ, a, b)
        survivors.append(weighted * leave[organ] * min(1.0, stay))
        nets.append(net)
        days.append(span)
    return Fate(
        by_way=by_way,
        shed=sum(leaving),
        entries=entries,
        arrests=lodged,
        extravasated=[arrested * chance for arrested, chance in zip(lodged, leave, strict=True)],
        survivors=survivors,
        net=nets,
        days=days,
        founding=(1.0 - tables.sleep_share) * sum(n * span for n, span in zip(survivors, days, strict=True)),
    )


def shed(patient: Patient, lesion: Lesion, path: Path) -> None:
    """Shed from a vascular lesion: into the funnel and to the sleepers, and make lesions of living founders."""
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


def _found(
    patient: Patient, lesion: Lesion, path: Path, clone: Clone, fate: Fate, top: float, serial: int
) -> None:
    """Draw one candidate founder; make its lesion if the shedding at its time accepts it."""
    stream, a, b = patient.stream, path.a, path.b
    organ = _pick_organ(fate.living, stream.uniform())
    birth, net = patient.birth(Place(organ)), fate.net[organ]
    age = age_of_living_line(stream.uniform(), birth, net, path.h)
    if stream.uniform() * top >= _relative_shedding(patient, along(path.logs, 1.0 - age / path.h)):
        return
    cells = size_of_living_line(stream, birth, net, age)
    ways = [fate.by_way[way] * potency(patient, lesion.origin, clone.genotype, way, organ) for way in range(3)]
    way = _pick_way(ways, stream.uniform())
    single, _ = arrests(patient, lesion.origin, clone.genotype, way, organ)
    whole = potency(patient, lesion.origin, clone.genotype, way, organ)
    as_cluster = stream.uniform() * whole >= single
    key = birth_key(lesion.key, stream.state, serial)
    new = begin_lesion(patient, key, (lesion.key, clone.key), clone.genotype, organ, 1 + way, (b - age, b), cells, net)
    new.generation = lesion.generation + 1
    new.as_cluster = as_cluster
    patient.funnel[organ][DRAWN] += 1.0


def _pick_organ(weights: list[float], u: float) -> int:
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


def begin_lesion(
    patient: Patient,
    key: int,
    parents: tuple[int, int],
    genotype: int,
    organ: int,
    route: int,
    days: tuple[float, float],
    cells: int,
    net: float,
) -> Lesion:
    """Make a lesion of one clone, founded on days[0], as it is on days[1]; parents are a lesion's and a clone's key."""
    lesion = Lesion(
        key, parents[0], organ, route, 1, genotype, days[0], days[1],
        vessel_clock=0.0, clones=[], log_cells=math.log(max(cells, 1)),
    )  # fmt: skip
    clone = patient.add_lesion(lesion, parents[1], birth_key(key, parents[1], 0), float(cells))
    if cells >= 1000:
        since = min(math.log(cells / 1000.0) / net, days[1] - days[0]) if net > 0.0 else 0.0
        replay(patient, lesion, clone, since, days[1])
    lesion.peak_log_cells = lesion.log_cells
    return lesion


def wake(patient: Patient, start: float, end: float) -> None:
    """Pass a cell of the mesh for all sleepers: arrivals, losses, wakings, and lesions of those that live."""
    for genotype, pool in patient.pools.items():
        bounds, directions = _settle(patient, genotype, pool, start, end)
        mean = sum(bounds)
        if mean > 0.0:
            patient.stream = patient.named(STREAM_POOL, genotype, patient.cell)
            for serial in range(patient.stream.poisson(mean)):
                _wake_one(patient, genotype, pool, bounds, directions, (start, end), serial)
        pool.arrivals = [0.0] * N_ORGANS
    _cull_sleepers(patient, start, end)


def _settle(
    patient: Patient, genotype: int, pool: Pool, start: float, end: float
) -> tuple[list[float], list[tuple[float, float]]]:
    """Advance one genotype's sleepers; return upper bounds on living woken founders and waking at start and end."""
    tables, h = patient.tables, end - start
    bounds, directions = [0.0] * N_ORGANS, [(1.0, 1.0)] * N_ORGANS
    for organ in range(N_ORGANS):
        rate = tables.waking_per_day * tables.trait(genotype, "waking")
        rate *= patient.scaled("waking", genotype, Place(organ), start, end)
        leaving = rate + tables.loss_per_day
        before, arrivals = pool.asleep[organ], pool.arrivals[organ]
        if before + arrivals <= 0.0:
            continue
        after, sleeping = before + arrivals, before + 0.5 * arrivals
        if leaving > 0.0:
            fade = math.exp(-leaving * h)
            after = before * fade + arrivals * (1.0 - fade) / (leaving * h)
            sleeping = (arrivals + before - after) / (leaving * h)
        pool.asleep[organ] = after
        _, _, days = patient.remembered(line_in, genotype, organ, start, end)
        counts = patient.funnel[organ]
        counts[WOKEN] += rate * sleeping * h
        counts[FOUNDED] += rate * sleeping * h
        counts[LIVING_WOKEN] += rate * sleeping * days
        most = max(before, after)
        bounds[organ] = rate * most * days
        directions[organ] = (before / most, after / most)
    return bounds, directions


def _wake_one(
    patient: Patient,
    genotype: int,
    pool: Pool,
    bounds: list[float],
    directions: list[tuple[float, float]],
    days: tuple[float, float],
    serial: int,
) -> None:
    """Draw one candidate that woke; make its lesion if the number asleep at its time accepts it."""
    stream, (start, end) = patient.stream, days
    organ = _pick_organ(bounds, stream.uniform())
    birth, net, _ = line_in(patient, genotype, organ, start, end)
    age = age_of_living_line(stream.uniform(), birth, net, end - start)
    first, last = directions[organ]
    if stream.uniform() >= first + (last - first) * (1.0 - age / (end - start)):
        return
    cells = size_of_living_line(stream, birth, net, age)
    source, clone_key = pool.source or (0, 0)
    parent = next((lesion for lesion in patient.lesions if lesion.key == source), None)
    key = birth_key(source, stream.state, serial)
    blood = ROUTES.index("blood")
    new = begin_lesion(patient, key, (source, clone_key), genotype, organ, blood, (end - age, end), cells, net)
    new.generation = 1 if parent is None else parent.generation + 1
    new.woken = True
    patient.funnel[organ][DRAWN_WOKEN] += 1.0


def _cull_sleepers(patient: Patient, start: float, end: float) -> None:
    """Thin the sleepers of the organs culled in a cell, at its end."""
    for effect in patient.outside.effects:
        if effect.kind == "cull" and effect.lesion_key == 0 and start <= effect.on_day < end:
            for genotype, pool in patient.pools.items():
                weight = effect.weight(patient.tables.by_genotype[genotype])
                for organ in range(N_ORGANS):
                    if effect.touches(Place(organ)):
                        pool.asleep[organ] *= max(0.0, 1.0 - weight * (1.0 - effect.magnitude))
