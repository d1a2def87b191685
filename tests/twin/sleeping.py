"""Sleep: deposits that rest, expected numbers by genotype and organ, of which some are lost and some wake."""

from __future__ import annotations

from dataclasses import dataclass

from tests.twin.fates import DRAWN_WOKEN, FOUNDED, LIVING_WOKEN, WOKEN, line_in
from tests.twin.laws import age_of_living_line, drift, size_of_living_line
from tests.twin.outside import Place
from tests.twin.people import Patient, Pool
from tests.twin.spreading import Founder, after_culls, begin_lesion, pick_organ
from tests.twin.streams import birth_key

from paget.model.layout import N_ORGANS, ROUTES, STREAM_POOL


@dataclass(frozen=True)
class Sleepers:
    """Sleepers of one genotype in one organ within a cell, some arriving and some leaving at even rates."""

    before: float = 0.0
    arriving: float = 0.0
    leaving: float = 0.0

    def after(self, days: float) -> float:
        """Return the number asleep after some days of the cell."""
        return drift(self.before, days, self.arriving, self.leaving)


def wake(patient: Patient, start: float, end: float) -> None:
    """Pass a cell of the mesh for all sleepers: arrivals, losses, wakings, and lesions of those that live."""
    for genotype, pool in patient.pools.items():
        bounds, sleepers = _settle(patient, genotype, pool, start, end)
        mean = sum(bounds)
        if mean > 0.0:
            patient.stream = patient.named(STREAM_POOL, genotype, patient.cell)
            for serial in range(patient.stream.poisson(mean)):
                _wake_one(patient, genotype, pool, bounds, sleepers, (start, end), serial)
        pool.arrivals = [0.0] * N_ORGANS
    _cull_sleepers(patient, start, end)


def _settle(
    patient: Patient, genotype: int, pool: Pool, start: float, end: float
) -> tuple[list[float], list[Sleepers]]:
    """Advance one genotype's sleepers; return by organ a bound on living founders, and the sleepers."""
    tables, h = patient.tables, end - start
    bounds, sleepers = [0.0] * N_ORGANS, [Sleepers()] * N_ORGANS
    for organ in range(N_ORGANS):
        rate = tables.waking_per_day * tables.trait(genotype, "waking")
        rate *= patient.scaled("waking", genotype, Place(organ), start, end)
        leaving = rate + tables.loss_per_day
        before, arrivals = pool.asleep[organ], pool.arrivals[organ]
        if before + arrivals <= 0.0:
            continue
        sleepers[organ] = Sleepers(before, arrivals / h, leaving)
        after = sleepers[organ].after(h)
        # What came, was there and is gone has left, at a rate in proportion to those asleep.
        sleeping = (arrivals + before - after) / (leaving * h) if leaving > 0.0 else before + 0.5 * arrivals
        pool.asleep[organ] = after
        _, _, days = patient.remembered(line_in, genotype, organ, start, end)
        counts = patient.funnel[organ]
        counts[WOKEN] += rate * sleeping * h
        counts[FOUNDED] += rate * sleeping * h
        counts[LIVING_WOKEN] += rate * sleeping * days
        bounds[organ] = rate * max(before, after) * days
    return bounds, sleepers


def _wake_one(
    patient: Patient,
    genotype: int,
    pool: Pool,
    bounds: list[float],
    sleepers: list[Sleepers],
    days: tuple[float, float],
    serial: int,
) -> None:
    """Draw one candidate that woke; make its lesion if the number asleep at its time accepts it."""
    stream, (start, end) = patient.stream, days
    organ = pick_organ(bounds, stream.uniform())
    birth, net, _ = line_in(patient, genotype, organ, start, end)
    age = age_of_living_line(stream.uniform(), birth, net, end - start)
    there, h = sleepers[organ], end - start
    if stream.uniform() * max(there.before, there.after(h)) >= there.after(h - age):
        return
    cells = after_culls(patient, genotype, organ, (end - age, end), size_of_living_line(stream, birth, net, age))
    if cells == 0:
        return
    source, clone_key = pool.source or (0, 0)
    parent = next((lesion for lesion in patient.lesions if lesion.key == source), None)
    key = birth_key(source, stream.state, serial)
    blood = ROUTES.index("blood")
    founder = Founder((source, clone_key), genotype, organ, blood, end - age, net)
    new = begin_lesion(patient, key, founder, cells, end)
    new.generation = 1 if parent is None else parent.generation + 1
    new.woken = True
    patient.funnel[organ][DRAWN_WOKEN] += 1.0


def _cull_sleepers(patient: Patient, start: float, end: float) -> None:
    """Thin the sleepers of the organs culled in a cell, at its end."""
    for effect in patient.outside.effects:
        if effect.kind == "cull" and effect.lesion_key == 0 and start <= effect.on_day < end:
            for genotype, pool in patient.pools.items():
                left = effect.leaves(patient.tables.by_genotype[genotype])
                for organ in range(N_ORGANS):
                    if effect.touches(Place(organ)):
                        pool.asleep[organ] *= left
