"""Mutants of one lesion over one segment: living lines are drawn, or taken at their mean where many."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tests.twin.growing import Member, Path
from tests.twin.laws import (
    MOST_OF_BIRTH,
    NODES,
    WEIGHTS,
    age_of_living_line,
    along,
    living_days,
    living_share,
    size_of_living_line,
)
from tests.twin.people import Clone, Lesion, Patient

from paget.model.layout import MAX_CLONES

POOLED = 4.0
"""Expected living lines of a segment from which a large lesion's are pooled by genotype."""
MANY = 30.0
SELDOM = 0.2
"""Expected living lines of one clone: from MANY on their number is the mean; below SELDOM drivers share a draw."""


def mutate(patient: Patient, lesion: Lesion, path: Path, *, large: bool) -> None:
    """Add the mutants born on a path to the clones of a lesion that was large at its start, or was not."""
    tables, place, members = patient.tables, lesion.place, path.members
    birth = patient.birth(place)
    weights = [m.share * sum(tables.missing(m.clone.genotype).values()) for m in members]
    bound = _fastest(patient, lesion, path)
    bound = min(MOST_OF_BIRTH * birth, bound - (path.crowding if large else 0.0))
    divisions = birth * patient.scaled("mutation", lesion.genotype, place, path.a, path.b)
    top = max(path.logs[0], path.logs[4])
    expected = sum(weights) * divisions * math.exp(top) * living_days(birth, bound, path.h)
    if large and expected > POOLED:
        _mutate_many(patient, lesion, path, divisions, bound)
        return
    for line in range(patient.stream.poisson(expected)):
        parent = _pick(members, weights, patient.stream.uniform() * sum(weights)).clone
        age = age_of_living_line(patient.stream.uniform(), birth, bound, path.h)
        bit = _pick_driver(patient, parent.genotype)
        genotype = parent.genotype | 1 << bit
        net = min(MOST_OF_BIRTH * birth, _net(patient, lesion, path, genotype, large=large))
        chance = math.exp(along(path.logs, 1.0 - age / path.h) - top)
        chance *= living_share(birth, net, age) / living_share(birth, bound, age)
        if patient.stream.uniform() < chance:
            cells = size_of_living_line(patient.stream, birth, net, age)
            clone = lesion.clone_of(genotype)
            if clone is None:
                clone = patient.add_clone(lesion, parent, genotype, bit, path.b - age, line)
            if clone is not None:
                clone.gain(cells, 1.0)


def _fastest(patient: Patient, lesion: Lesion, path: Path) -> float:
    """Return growth that no mutant exceeds: the fastest clone with the fastest driver, never slowed."""
    tables, place = patient.tables, lesion.place
    fastest = max(tables.trait(m.clone.genotype, "proliferation") for m in path.members)
    growth = patient.base_growth(place) * fastest * tables.fastest_driver
    return float(growth * max(1.0, patient.scaled("growth", lesion.genotype, place, path.a, path.b)))


def _net(patient: Patient, lesion: Lesion, path: Path, genotype: int, *, large: bool) -> float:
    """Return a mutant's net rate: crowded in a large lesion, under immune pressure in a small one."""
    net = patient.growth(genotype, lesion.place, path.a, path.b)
    if large:
        return net - path.crowding
    return net - patient.immune(genotype, lesion.place, path.a, path.b)


def _pick(members: list[Member], weights: list[float], pick: float) -> Member:
    """Return the member in whose part of the summed weights a number lies."""
    for member, weight in zip(members, weights, strict=True):
        pick -= weight
        if pick < 0.0:
            return member
    return members[-1]


def _pick_driver(patient: Patient, genotype: int) -> int:
    """Return the bit of a driver that a genotype lacks, by rate."""
    rates = {bit: rate for bit, rate in patient.tables.missing(genotype).items() if rate > 0.0}
    pick = patient.stream.uniform() * sum(patient.tables.missing(genotype).values())
    for bit, rate in rates.items():
        pick -= rate
        if pick < 0.0:
            return bit
    return max(rates, default=0)


@dataclass
class Births:
    """Divisions near each node of a path, and what they leave at its end if each makes a mutant."""

    birth: float
    h: float
    born: list[float]

    def lines(self, net: float) -> float:
        """Return the lines that live, of mutants that grow at a net rate."""
        return sum(n * living_share(self.birth, net, age) for n, age in self._ages())

    def cells_per_line(self, net: float) -> float:
        """Return the mean size of a living line."""
        return sum(n * math.exp(net * age) for n, age in self._ages()) / self.lines(net)

    def _ages(self) -> list[tuple[float, float]]:
        return [(n, (1.0 - node) * self.h) for n, node in zip(self.born, NODES, strict=True)]


def _mutate_many(patient: Patient, lesion: Lesion, path: Path, scale: float, bound: float) -> None:
    """Add the mutants of a large lesion with many divisions; no net rate exceeds `bound`.

    Mutants of a genotype that a large clone has come at their mean, when all others are drawn.
    """
    birth = patient.birth(lesion.place)
    births = Births(birth, path.h, [scale * path.h * w * math.exp(x) for w, x in _nodes(path)])
    most = births.lines(bound)
    large = {m.clone.genotype: m for m in path.members}
    shares = dict.fromkeys(large, 0.0)
    for member in path.members:
        absent: dict[int, float] = {}
        for bit, rate in patient.tables.missing(member.clone.genotype).items():
            genotype = member.clone.genotype | 1 << bit
            if rate <= 0.0:
                continue
            if lesion.clone_of(genotype) is None:
                absent[bit] = rate
            elif genotype in large:
                shares[genotype] += member.share * rate
            else:
                _draw(patient, lesion, path, member.clone, births, bit, member.share * rate)
        if absent and len(lesion.clones) >= MAX_CLONES:
            patient.untracked_clones += 1
        elif absent:
            _new_mutants(patient, lesion, path, member, births, absent, most)
    for genotype, share in shares.items():
        if share > 0.0:
            net = min(large[genotype].net - path.crowding, MOST_OF_BIRTH * birth)
            lines = births.lines(net)
            large[genotype].clone.gain(share * lines * births.cells_per_line(net), share * lines)


def _nodes(path: Path) -> list[tuple[float, float]]:
    """Return the weight of each node and ln cells there."""
    return list(zip(WEIGHTS, path.logs[1:4], strict=True))


def _new_mutants(
    patient: Patient,
    lesion: Lesion,
    path: Path,
    member: Member,
    births: Births,
    absent: dict[int, float],
    most: float,
) -> None:
    """Draw one clone's mutants of genotypes that the lesion lacks, all drivers at once if lines are seldom."""
    parent = member.clone
    expected = member.share * sum(absent.values()) * most
    if expected >= SELDOM:
        for bit, rate in absent.items():
            _draw(patient, lesion, path, parent, births, bit, member.share * rate)
        return
    for _ in range(patient.stream.poisson(expected)):
        pick = patient.stream.uniform() * sum(absent.values())
        lacking = [bit for bit in absent if lesion.clone_of(parent.genotype | 1 << bit) is None]
        if not lacking:
            return
        chosen = lacking[-1]
        for bit in lacking:
            pick -= absent[bit]
            if pick < 0.0:
                chosen = bit
                break
        net = _capped_net(patient, lesion, path, parent.genotype | 1 << chosen)
        if patient.stream.uniform() * most < births.lines(net):
            cells = _line(patient, births.cells_per_line(net))
            _pool(patient, lesion, parent, chosen, 0.5 * (path.a + path.b), cells, 1.0)


def _capped_net(patient: Patient, lesion: Lesion, path: Path, genotype: int) -> float:
    """Return a mutant's net rate in a large lesion."""
    return min(_net(patient, lesion, path, genotype, large=True), MOST_OF_BIRTH * patient.birth(lesion.place))


def _draw(patient: Patient, lesion: Lesion, path: Path, parent: Clone, births: Births, bit: int, share: float) -> None:
    """Draw the lines of one driver: Poisson many, each drawn up to three, above as a gamma sum or the mean."""
    net = _capped_net(patient, lesion, path, parent.genotype | 1 << bit)
    living, size = share * births.lines(net), births.cells_per_line(net)
    if living >= MANY:
        _pool(patient, lesion, parent, bit, path.a, living * size, living)
        return
    lines = patient.stream.poisson(living)
    if 1 <= lines <= 3:
        cells = float(sum(_line(patient, size) for _ in range(lines)))
        _pool(patient, lesion, parent, bit, 0.5 * (path.a + path.b), cells, lines)
    elif lines > 3:
        cells = max(float(lines), patient.stream.gamma(lines) * size)
        _pool(patient, lesion, parent, bit, path.a, cells, lines)


def _line(patient: Patient, mean: float) -> int:
    """Return the size of one living line of a mean size."""
    return patient.stream.geometric(1.0 - 1.0 / max(mean, 1.0))


def _pool(patient: Patient, lesion: Lesion, parent: Clone, bit: int, day: float, cells: float, lines: float) -> None:
    """Add lines to the lesion's clone of their genotype."""
    genotype = parent.genotype | 1 << bit
    clone = lesion.clone_of(genotype) or patient.add_clone(lesion, parent, genotype, bit, day, genotype)
    if clone is not None:
        clone.gain(cells, lines)
