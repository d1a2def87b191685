"""A lesion over one segment: the path of its large clones, the draws of its small ones, its vessels."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tests.twin.clocks import Hazard, runs_out, spent
from tests.twin.laws import (
    LOG_SHRUNK,
    LOG_SMALL,
    MOST_OF_BIRTH,
    NODES,
    STATIONS,
    WEIGHTS,
    after,
    along,
    first_reach,
    grow,
)
from tests.twin.people import Clone, Lesion, Patient


@dataclass
class Member:
    """One clone on a path: its share of the cells and its net rate without crowding."""

    clone: Clone
    share: float
    net: float


@dataclass
class Path:
    """ln cells at the start, three nodes and the end of days a to b, and the clones that make it up."""

    a: float
    b: float
    logs: list[float]
    members: list[Member]
    crowding: float = 0.0
    vessels_at: float | None = None
    vessel_hazard: Hazard = (0.0, 0.0, 0.0)

    @property
    def h(self) -> float:
        """Days."""
        return self.b - self.a

    @property
    def is_mixed(self) -> bool:
        """Whether its clones grow at different rates."""
        return len({member.net for member in self.members}) > 1

    def gain(self, t: float) -> float:
        """Return ln of the free growth in t days beyond that of the first clone."""
        first = self.members[0].net
        return math.log(sum(m.share * math.exp((m.net - first) * t) for m in self.members))

    def mean_of(self, log_divisor: float, power: float = 1.0) -> float:
        """Return the mean of (N / divisor)**power over the segment."""
        return sum(w * math.exp(power * (x - log_divisor)) for w, x in zip(WEIGHTS, self.logs[1:4], strict=True))


def trace(patient: Patient, lesion: Lesion, a: float, b: float) -> Path | None:
    """Return the path of a lesion with large clones; None for one that is counted cell by cell."""
    if not lesion.is_large:
        return None
    tables, place, members = patient.tables, lesion.place, []
    immune, speed = 0.0, 0.0
    total = sum(clone.cells for clone in lesion.clones if clone.count is None)
    for clone in lesion.clones:
        if clone.count is None:
            share = clone.cells / total
            members.append(Member(clone, share, patient.growth(clone.genotype, place, a, b)))
            speed += share * tables.trait(clone.genotype, "proliferation")
            immune += share * patient.immune(clone.genotype, place, a, b)
    path = Path(a, b, [lesion.log_cells] * 5, members)
    crowding = speed * patient.base_growth(place)
    _march(patient, path, 0.0, lesion.log_cells, crowding * _span(patient, lesion, lesion.vascular), immune)
    if not lesion.vascular:
        path.vessel_hazard = _vessel_hazard(patient, lesion, path)
        path.vessels_at = runs_out(path.vessel_hazard, lesion.vessel_clock)
        if path.vessels_at is not None:
            size = along(path.logs, path.vessels_at)
            _march(patient, path, path.vessels_at, size, crowding * _span(patient, lesion, 1), immune)
    gain = path.gain(path.h) / path.h if path.is_mixed else 0.0
    path.crowding = members[0].net + gain - (path.logs[4] - path.logs[0]) / path.h
    return path


def _span(patient: Patient, lesion: Lesion, vascular: int) -> float:
    """Return the inverse of the logarithms between a thousand cells and what the lesion tends to."""
    without, primary, metastasis = patient.tables.inverse_span
    return float((primary if lesion.route == 0 else metastasis) if vascular else without)


def _march(patient: Patient, path: Path, start: float, x: float, crowding: float, immune: float) -> None:
    """Fill the stations after fraction `start`, where ln cells is x, each piece at its mean free growth."""
    t = start * path.h
    for k in range(1, 5):
        if STATIONS[k] > start:
            to = STATIONS[k] * path.h
            growth = path.members[0].net
            if path.is_mixed:
                growth += (path.gain(to) - (path.gain(t) if t > 0.0 else 0.0)) / (to - t)
            x = grow(x, to - t, growth, crowding, immune, patient.tables.log_immune)
            path.logs[k] = x
            t = to


def _vessel_hazard(patient: Patient, lesion: Lesion, path: Path) -> Hazard:
    """Return the hazard of gaining vessels at the nodes, in proportion to the cells."""
    tables = patient.tables
    recruitment = sum(m.share * tables.trait(m.clone.genotype, "vessel_recruitment") for m in path.members)
    rate = path.h * tables.vessel_per_day * recruitment
    rate *= patient.scaled("vessel_recruitment", lesion.genotype, lesion.place, path.a, path.b)
    first, second, third = (rate * math.exp(x - tables.log_avascular) for x in path.logs[1:4])
    return first, second, third


def follow(patient: Patient, lesion: Lesion, path: Path) -> None:
    """Move a lesion's large clones along its path, and note vessels and milestones."""
    tables = patient.tables
    shift = path.logs[4] - path.logs[0]
    if path.is_mixed:
        shift -= path.gain(path.h)
    for member in path.members:
        member.clone.log_cells += shift + (member.net - path.members[0].net) * path.h
    lesion.log_cells = path.logs[4]
    lesion.peak_log_cells = max(lesion.peak_log_cells, path.logs[4])
    if path.vessels_at is not None:
        lesion.vascular = True
        lesion.vascular_day = path.a + path.vessels_at * path.h
    elif not lesion.vascular:
        lesion.vessel_clock = max(0.0, lesion.vessel_clock - spent(path.vessel_hazard, 1.0))
    detectable = first_reach(path.logs, tables.log_detectable)
    if lesion.detectable_day is None and detectable is not None:
        lesion.detectable_day = path.a + detectable * path.h
    one_cm = first_reach(path.logs, tables.log_one_cm)
    if lesion.one_cm_day is None and one_cm is not None:
        lesion.one_cm_day = path.a + one_cm * path.h


def until_large(patient: Patient, lesion: Lesion, a: float, b: float) -> float:
    """Return the day an e-fold after several small clones are expected to be a thousand cells, or the end if sooner."""
    if len(lesion.clones) < 2 or lesion.is_large:
        return b
    nets = [
        patient.growth(clone.genotype, lesion.place, a, b) - patient.immune(clone.genotype, lesion.place, a, b)
        for clone in lesion.clones
    ]
    if max(nets) <= 0.0:
        return b
    cells = max(1.0, sum(clone.cells for clone in lesion.clones))
    return min(b, a + (max(0.0, LOG_SMALL - math.log(cells)) + 1.0) / max(nets))


def step_small(patient: Patient, lesion: Lesion, path: Path | None, a: float, b: float) -> Path | None:
    """Draw a lesion's small clones; without large ones, return the path that their sum makes."""
    place, h = lesion.place, b - a
    birth = patient.birth(place)
    before, left_over, members = 0.0, 0.0, []
    for clone in lesion.clones:
        if clone.count is None or clone.count == 0.0:
            continue
        count = clone.count
        net = patient.growth(clone.genotype, place, a, b)
        net -= patient.immune(clone.genotype, place, a, b) if path is None else path.crowding
        if path is None:
            members.append(Member(clone, count, net))
        net = min(net, MOST_OF_BIRTH * birth)
        left = after(patient.stream, int(count), birth, net, h)
        before += count
        left_over += left
        clone.count = float(left)
        if left >= 1000:
            clone.make_large(math.log(left))
            if path is None:
                since = min(math.log(left / 1000.0) / net, h) if net > 0.0 else 0.0
                if len(lesion.clones) == 1:
                    clone.make_large(LOG_SMALL)
                    lesion.since_day = b - since
                if lesion.established_day is None:
                    lesion.established_day = b - since
    if path is not None or before == 0.0:
        return path
    for member in members:
        member.share /= before
    start, stop = math.log(before), math.log(max(left_over, 1.0))
    lesion.add_up()
    return Path(a, b, [start, *(start + (stop - start) * node for node in NODES), stop], members)


def to_middle(path: Path) -> None:
    """Turn the clones' shares at a path's start into those at its middle."""
    if path.is_mixed:
        half = 0.5 * path.h
        total = math.exp(path.gain(half))
        first = path.members[0].net
        for member in path.members:
            member.share *= math.exp((member.net - first) * half) / total


def tidy(patient: Patient, lesion: Lesion, day: float) -> None:
    """Count shrunken clones cell by cell again, and end what is empty."""
    for clone in lesion.clones:
        if clone.count is None and clone.log_cells < LOG_SHRUNK:
            clone.count = float(math.floor(math.exp(clone.log_cells) + patient.stream.uniform()))
    patient.end_if_empty(lesion, day)


def cull(patient: Patient, lesion: Lesion, day: float) -> None:
    """Apply the culls of a day: draws for small clones, a factor for large ones."""
    touched = False
    for clone in lesion.clones:
        left = patient.outside.left(lesion.place, patient.tables.by_genotype[clone.genotype], day)
        if left < 1.0:
            touched = True
            _thin(patient, clone, left)
    if touched:
        lesion.log_cells = math.log(max(lesion.total(), 1.0))
        tidy(patient, lesion, day)


def _thin(patient: Patient, clone: Clone, left: float) -> None:
    """Leave each cell of a clone with a chance."""
    if clone.count is not None:
        clone.count = float(patient.stream.binomial(int(clone.count), left))
    elif left <= 0.0:
        clone.count = 0.0
    elif clone.log_cells + math.log(left) > LOG_SMALL:
        clone.log_cells += math.log(left)
    else:
        clone.count = float(patient.stream.poisson(math.exp(clone.log_cells + math.log(left))))


def look_ahead(patient: Patient, lesion: Lesion, a: float, b: float) -> Path | None:
    """Move a copied lesion without draws: large clones along their path, small ones not at all."""
    if not lesion.alive or lesion.since_day > a:
        return None
    touched = False
    for clone in lesion.clones:
        left = patient.outside.left(lesion.place, patient.tables.by_genotype[clone.genotype], a)
        touched = touched or left < 1.0
        if clone.count is not None:
            clone.count *= left
        else:
            clone.log_cells += math.log(max(left, 1e-300))
    if touched:
        total = lesion.total()
        lesion.log_cells = math.log(total) if total > 0.0 else -math.inf
    path = trace(patient, lesion, a, b)
    if path is not None:
        follow(patient, lesion, path)
    lesion.since_day = b
    return path
