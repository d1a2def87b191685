"""A whole life: the order of a cell of the mesh is foresee, host, commit lesion by lesion, sleepers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from tests.twin.clocks import Hazard, runs_out, spent
from tests.twin.fates import (
    ARRESTS,
    DORMANT,
    DRAWN,
    DRAWN_WOKEN,
    ENTRIES,
    EXTRAVASATED,
    FOUNDED,
    LIVING,
    LIVING_WOKEN,
    SHED,
    SURVIVED,
    WOKEN,
)
from tests.twin.growing import cull, follow, look_ahead, step_small, tidy, to_middle, trace, until_large
from tests.twin.hosting import Burden, Watch, at_nodes, cause_of_death, hazards
from tests.twin.laws import LOG_SMALL, MOST_OF_BIRTH
from tests.twin.mutating import mutate
from tests.twin.outside import Outside
from tests.twin.people import Lesion, Patient, Tables
from tests.twin.sleeping import wake
from tests.twin.spreading import shed
from tests.twin.streams import Stream, birth_key, name_key

from paget.model.layout import (
    FUNNEL_STEPS,
    STREAM_FUNNEL,
    STREAM_HOST,
    STREAM_LESION,
    STREAM_PATIENT,
)

HOST_SIZE = math.log(1e5)
"""ln cells from which a lesion counts for the host."""


@dataclass
class Stop:
    """Why and when a life was handed back."""

    reason: str
    day: float = 0.0
    watch_id: int = -1


@dataclass
class Life:
    """One patient's course."""

    patient: Patient
    now_day: float
    cancer_clock: float
    effect_clock: float
    cancer_left: float = 0.0
    effect_left: float = 0.0
    watches: list[Watch] = field(default_factory=list)
    cause: str = "alive"
    death_day: float | None = None
    finished: bool = False

    @property
    def interval(self) -> float:
        """Days of one cell."""
        return float(self.patient.tables.interval_day)

    def advance(self, until_day: float = math.inf) -> Stop:
        """Live to the next stop."""
        if self.finished:
            return Stop("none")
        while True:
            start, end = self.patient.cell * self.interval, (self.patient.cell + 1) * self.interval
            stop = self._host(start, min(end, until_day))
            if stop is not None and stop.reason == "watch":
                return stop
            if stop is None and until_day <= end:
                stop = Stop("horizon", until_day)
            close = end if stop is None else stop.day
            self._commit(start, close)
            self.now_day = close
            if stop is not None:
                self.finished = True
                return stop
            self.patient.cell += 1
            self.cancer_clock, self.effect_clock = self.cancer_left, self.effect_left
            for watch in self.watches:
                watch.clock = watch.left

    def _commit(self, start: float, end: float) -> None:
        """Bring every lesion, those founded meanwhile too, and the sleepers to a day."""
        patient = self.patient
        for lesion in patient.lesions:
            if lesion.alive and lesion.since_day < end:
                patient.stream = patient.named(STREAM_LESION, lesion.key, patient.cell)
            while lesion.alive and lesion.since_day < end:
                self._segment(lesion, end)
        if patient.pools and end > start:
            wake(patient, start, end)

    def _segment(self, lesion: Lesion, end: float) -> None:
        """Bring a lesion to the next switch of an effect on it, or to a day."""
        patient, a = self.patient, lesion.since_day
        b = patient.outside.next_cut(lesion.place, a, end)
        cull(patient, lesion, a)
        if not lesion.alive:
            return
        b = until_large(self.patient, lesion, a, b)
        day = self._until_vessels(lesion, a, b)
        lesion.since_day = day
        self._grow(lesion, a, day)
        if day < b and not lesion.vascular:
            lesion.vascular, lesion.vascular_day = True, day

    def _until_vessels(self, lesion: Lesion, a: float, b: float) -> float:
        """Return the day on which an avascular lesion gains vessels, else the end."""
        if lesion.vascular or lesion.log_cells < LOG_SMALL:
            return b
        path = trace(self.patient, lesion, a, b)
        if path is None or path.vessels_at is None:
            return b
        day = a + path.vessels_at * (b - a)
        return day if a < day < b else b

    def _grow(self, lesion: Lesion, a: float, b: float) -> None:
        """Bring a lesion through one segment."""
        patient = self.patient
        was_vascular, several = lesion.vascular, len(lesion.clones) > 1
        path = trace(patient, lesion, a, b)
        if path is not None:
            follow(patient, lesion, path)
        was_large = path is not None
        path = step_small(patient, lesion, path, a, b)
        if path is not None and lesion.since_day == b:
            if was_large:
                to_middle(path)
            mutate(patient, lesion, path, large=was_large)
            if was_vascular:
                shed(patient, lesion, path)
        if lesion.established_day is None and lesion.is_large:
            lesion.established_day = b
        tidy(patient, lesion, b)
        if several or len(lesion.clones) > 1 or (path is not None and not was_large):
            lesion.add_up()

    def _host(self, start: float, end: float) -> Stop | None:
        """Look for the first call or death before a day, on copies of the lesions that move without draws."""
        outside = self.patient.outside
        copies = [lesion.copy() for lesion in self.patient.lesions if _counts_for_host(lesion, start)]
        self.cancer_left, self.effect_left = self.cancer_clock, self.effect_clock
        for watch in self.watches:
            watch.recall(self.patient, self.now_day)
        a = start
        while a < end:
            b = outside.next_switch(a, end)
            burden = Burden()
            for lesion in copies:
                path = look_ahead(self.patient, lesion, a, b)
                if path is not None:
                    burden.add(lesion, path, self.patient.tables.log_detectable)
            stop = self._stretch(burden, a, b)
            if stop is not None:
                return stop
            a = b
        return None

    def _stretch(self, burden: Burden, a: float, b: float) -> Stop | None:  # noqa: C901 - one stretch, told in order
        """Run all clocks over a stretch of days, and stop at the first that runs out."""
        patient, h = self.patient, b - a
        if h <= 0.0:
            return None
        cancer: Hazard = at_nodes(lambda j, day: sum(hazards(patient, burden, j, day).values()), a, h)
        effect: Hazard = at_nodes(lambda _, day: patient.outside.host_hazard(day), a, h)
        other_day = patient.own["other_death_day"]
        passed = (self.now_day - a) / h
        deaths = {
            "cancer": runs_out(cancer, self.cancer_left),
            "effect": runs_out(effect, self.effect_left),
            "other": (other_day - a) / h if other_day <= b else None,
        }
        # Nobody dies before today, into however many stretches the past of the cell is cut.
        death, soonest = min(
            ((c, max(f, passed, 0.0)) for c, f in deaths.items() if f is not None),
            key=lambda p: p[1],
            default=("", 2.0),
        )
        called = None
        for watch in self.watches:
            fraction = watch.call(patient, burden, a, b)
            if fraction is None:
                continue
            if watch.kind == "threshold":
                fraction = max(fraction, passed)
            due = fraction >= passed or (watch.kind == "clock" and a + fraction * h >= self.now_day)
            if fraction <= 1.0 and fraction < soonest and due:
                called, soonest = watch, fraction
        if soonest > 1.0:
            self.cancer_left = max(0.0, self.cancer_left - spent(cancer, 1.0))
            self.effect_left = max(0.0, self.effect_left - spent(effect, 1.0))
            for watch in self.watches:
                watch.spend(a, b)
            return None
        if called is not None:
            called.done = True
        day = a + soonest * h
        self.now_day = day
        if called is not None:
            if called.kind == "clock":
                self.now_day = called.at_day
            return Stop("watch", self.now_day, called.id)
        self.death_day = day
        self.cause = cause_of_death(patient, burden, day, soonest) if death == "cancer" else death
        return Stop("death", day)

    def snapshot(self) -> list[Lesion]:
        """Return copies of the lesions that live, as they stand today."""
        copies = [lesion.copy() for lesion in self.patient.lesions if lesion.alive]
        for lesion in copies:
            while lesion.since_day < self.now_day:
                a = lesion.since_day
                look_ahead(self.patient, lesion, a, self.patient.outside.next_switch(a, self.now_day))
        return copies

    def draw_funnel(self) -> list[list[float]]:
        """Return counts by bed and step: the founders drawn, and upwards from them what died at each step."""
        stream = self.patient.named(STREAM_FUNNEL, 0)
        return [_draw_steps(stream, row) for row in self.patient.funnel]


def _counts_for_host(lesion: Lesion, day: float) -> bool:
    """Whether a lesion has begun and is large enough to matter."""
    return lesion.alive and lesion.since_day <= day and lesion.log_cells >= HOST_SIZE


def _draw_steps(stream: Stream, row: list[float]) -> list[float]:
    """Return one bed's counts by step."""
    if row[ENTRIES] <= 0.0 and row[SHED] <= 0.0:
        return [0.0] * len(FUNNEL_STEPS)
    counts: dict[str, float] = dict.fromkeys(FUNNEL_STEPS, 0.0)
    at_once = row[DRAWN] + stream.poisson(row[FOUNDED] - row[WOKEN] - row[LIVING])
    counts["woken"] = row[DRAWN_WOKEN] + stream.poisson(row[WOKEN] - row[LIVING_WOKEN])
    counts["founded"] = at_once + counts["woken"]
    counts["dormant"] = counts["woken"] + stream.poisson(row[DORMANT] - row[WOKEN])
    counts["survived"] = counts["dormant"] + at_once
    counts["extravasated"] = counts["survived"] + stream.poisson(row[EXTRAVASATED] - row[SURVIVED])
    counts["arrested"] = counts["extravasated"] + stream.poisson(row[ARRESTS] - row[EXTRAVASATED])
    counts["survived_circulation"] = counts["arrested"] + stream.poisson(row[ENTRIES] - row[ARRESTS])
    counts["shed"] = float(stream.poisson(row[SHED]))
    return list(counts.values())


def begin(
    tables: Tables,
    seed: int,
    own: dict[str, Any],
    outside: Outside | None = None,
    watches: list[Watch] | None = None,
) -> Life:
    """Return a life at the first malignant cell.

    The primary is known to survive. Its size tends to (birth / net) W exp(net t), W exponential: it is
    placed on the day on which that is a thousand cells.
    """
    patient = Patient(tables, seed, own, outside or Outside())
    onset, genotype = own["onset_day"], own["founder_genotype"]
    patient.cell = math.floor(onset / tables.interval_day)
    birth = own["growth_per_day"] * tables.birth_factor
    net = min(own["growth_per_day"] * tables.trait(genotype, "proliferation"), MOST_OF_BIRTH * birth)
    head = max(patient.named(STREAM_PATIENT, 0).exponential(), 1e-12)
    day = onset + max(0.0, math.log(1000.0 * net / (birth * head)) / net)
    key = birth_key(name_key(seed, own["index"], STREAM_LESION, 0, 0), 0, 0)
    primary = Lesion(
        key, 0, tables.primary_organ, 0, 0, genotype, onset, day,
        vessel_clock=0.0, clones=[], log_cells=LOG_SMALL, peak_log_cells=LOG_SMALL, established_day=day,
    )  # fmt: skip
    patient.add_lesion(primary, 0, birth_key(key, 0, 0), None).log_cells = LOG_SMALL
    host = patient.named(STREAM_HOST, 0)
    return Life(patient, onset, host.exponential(), host.exponential(), watches=watches or [])
