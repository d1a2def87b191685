"""Mutants of one lesion over one segment: their living lines are drawn, or taken at their mean where they are many."""

from __future__ import annotations

import math

from tests.twin.growing import Member, Path
from tests.twin.laws import (
    MOST_OF_BIRTH,
    age_of_living_line,
    along,
    living_days,
    living_share,
    size_of_living_line,
)
from tests.twin.people import Clone, Lesion, Patient

MANY = 30.0


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
    if expected > MANY:
        _mutate_many(patient, lesion, path, divisions * path.mean_of(0.0) * path.h)
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


def _mutate_many(patient: Patient, lesion: Lesion, path: Path, divisions: float) -> None:
    """Add the mutants of a lesion with many divisions, clone by clone and driver by driver."""
    birth = patient.birth(lesion.place)
    for member in path.members:
        parent = member.clone
        for bit, rate in patient.tables.missing(parent.genotype).items():
            genotype = parent.genotype | 1 << bit
            born = divisions * member.share * rate
            clone = lesion.clone_of(genotype)
            if born < 1e-9 or (clone is not None and clone.count is None and born < 1e-3 * clone.cells):
                continue
            net = min(_net(patient, lesion, path, genotype, large=True), MOST_OF_BIRTH * birth)
            living = born / path.h * living_days(birth, net, path.h)
            if living > MANY:
                clone = clone or patient.add_clone(lesion, parent, genotype, bit, path.a, genotype)
                if clone is not None:
                    clone.gain(born * _mean_growth(net * path.h), living)
            else:
                _draw_lines(patient, lesion, path, parent, bit, net, living)


def _mean_growth(exponent: float) -> float:
    """Return the mean factor by which lines begun at an even rate have grown."""
    return math.expm1(exponent) / exponent if abs(exponent) > 1e-9 else 1.0


def _draw_lines(
    patient: Patient, lesion: Lesion, path: Path, parent: Clone, bit: int, net: float, living: float
) -> None:
    """Draw a few living lines of one genotype, begun at an even rate over a path."""
    genotype, birth = parent.genotype | 1 << bit, patient.birth(lesion.place)
    for _ in range(patient.stream.poisson(living)):
        age = age_of_living_line(patient.stream.uniform(), birth, net, path.h)
        cells = size_of_living_line(patient.stream, birth, net, age)
        clone = lesion.clone_of(genotype)
        if clone is None:
            clone = patient.add_clone(lesion, parent, genotype, bit, path.b - age, genotype)
        if clone is not None:
            clone.gain(cells, 1.0)
