"""Fates: what becomes of a cell that a genotype sheds from an origin, way by way and organ by organ."""

from __future__ import annotations

from dataclasses import dataclass

from tests.twin.laws import MOST_OF_BIRTH, living_days
from tests.twin.outside import Place
from tests.twin.people import Patient

from paget.model.layout import N_BEDS, N_ORGANS, TRAITS

(
    ENTRIES,
    ARRESTS,
    EXTRAVASATED,
    SURVIVED,
    DORMANT,
    WOKEN,
    FOUNDED,
    LIVING,
    LIVING_WOKEN,
    SHED,
    DRAWN,
    DRAWN_WOKEN,
) = range(12)
WAYS = ("intravasation", "lymphatic_entry", "cavity_entry")


@dataclass
class Fate:
    """What becomes of one cell shed from one origin by one genotype over one segment.

    `survivors`, `net` rate and living `days` of a founder's line are by organ; `founding` is the founders
    alive at the end, at one cell shed a day.
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
    """Return by way how many cells leave per cell shed, and how many of these effects let pass."""
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
    return float(chance) * patient.scaled("extravasation", genotype, Place(bed), a, b)


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
    """Return a founder's birth rate and net rate in an organ, and the days its line lives on average."""
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
