"""The host: burdens along the paths, the hazards they cause, clocks that run down, and watches."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.twin.clocks import Hazard, runs_out, spent
from tests.twin.growing import Path
from tests.twin.laws import NODES, STATIONS
from tests.twin.people import Lesion, Patient

from paget.model.layout import (
    ANY,
    CAUSES,
    N_ORGANS,
    N_SITES,
    ORGANS,
    PRIMARY,
    STREAM_HOST,
    STREAM_WATCH,
    WATCH_KINDS,
    WATCH_QUANTITIES,
)


def _table() -> list[list[float]]:
    """Return zeros by site and station."""
    return [[0.0] * 5 for _ in range(N_SITES)]


@dataclass
class Burden:
    """Cells, largest lesion and detectable lesions per site at the five stations of a stretch."""

    cells: list[list[float]] = field(default_factory=_table)
    largest: list[list[float]] = field(default_factory=_table)
    number: list[list[float]] = field(default_factory=_table)

    def add(self, lesion: Lesion, path: Path, log_detectable: float) -> None:
        """Add one lesion."""
        for site in [lesion.organ, N_SITES - 1] if lesion.route == 0 else [lesion.organ]:
            for j, x in enumerate(path.logs):
                cells = math.exp(x)
                self.cells[site][j] += cells
                self.largest[site][j] = max(self.largest[site][j], cells)
                self.number[site][j] += 1.0 if x >= log_detectable else 0.0

    def watched(self, quantity: str, organ: int, j: int) -> float:
        """Return a watched quantity of an organ, the primary or everything."""
        table = {"burden_cells": self.cells, "largest_cells": self.largest, "count_detectable": self.number}[quantity]
        if organ == PRIMARY:
            return table[N_SITES - 1][j]
        if organ != ANY:
            return table[organ][j]
        values = [table[o][j] for o in range(N_ORGANS)]
        return max(values) if quantity == "largest_cells" else sum(values)


@dataclass
class Watch:
    """One WATCH row."""

    kind: str
    organ: int
    quantity: str
    id: int
    at_day: float
    level: float
    rate_per_day: float
    exponent: float
    clock: float | None = None
    left: float | None = None
    since_day: float = 0.0
    done: bool = False
    hazard: Hazard = (0.0, 0.0, 0.0)

    def call(self, patient: Patient, burden: Burden, a: float, b: float) -> float | None:
        """Return the fraction of days a to b at which it calls, if it does."""
        if self.done:
            return None
        if self.kind == "clock":
            return (self.at_day - a) / (b - a) if a <= self.at_day <= b else None
        if self.kind == "threshold" and self.quantity == "count_detectable" and self.level <= 1.0:
            largest = [burden.watched("largest_cells", self.organ, j) for j in range(5)]
            return self._reached(largest, math.exp(patient.tables.log_detectable))
        if self.kind == "threshold":
            return self._reached([burden.watched(self.quantity, self.organ, j) for j in range(5)], self.level)
        ratios = [burden.watched(self.quantity, self.organ, j) / self.level for j in (1, 2, 3)]
        first, second, third = ((b - a) * self.rate_per_day * r**self.exponent if r > 0.0 else 0.0 for r in ratios)
        self.hazard = (first, second, third)
        return runs_out(self.hazard, (self.left or 0.0) + self._before(a, b))

    def recall(self, patient: Patient, now_day: float) -> None:
        """Draw the clock of a new hazard, which runs from today, and set it back to the start of the cell."""
        if self.kind == "hazard" and not self.clock and not self.done:
            self.clock = patient.named(STREAM_WATCH, self.id).exponential()
            self.since_day = now_day
        self.left = self.clock

    def _before(self, a: float, b: float) -> float:
        """Return the part of a stretch's hazard that lies before the watch was set."""
        return spent(self.hazard, min(1.0, (self.since_day - a) / (b - a))) if self.since_day > a else 0.0

    def _reached(self, values: list[float], level: float) -> float | None:
        """Return the fraction at which the quantity reaches the level, its logarithm on straight lines."""
        if values[0] >= level:
            return 0.0
        for k in range(1, 5):
            low, high = values[k - 1], values[k]
            if high >= level:
                if (level == self.level and self.quantity == "count_detectable") or low <= 0.0:
                    return STATIONS[k]
                share = math.log(level / low) / math.log(high / low)
                return STATIONS[k - 1] + (STATIONS[k] - STATIONS[k - 1]) * share
        return None

    def spend(self, a: float, b: float) -> None:
        """Run the clock of a hazard down over a stretch that was passed."""
        if self.kind == "hazard" and not self.done and self.left is not None:
            self.left = max(1e-300, self.left - max(0.0, spent(self.hazard, 1.0) - self._before(a, b)))


def read_watches(rows: list[dict[str, float]]) -> list[Watch]:
    """Return the watches that layout.WATCH rows, as dictionaries, stand for."""
    return [
        Watch(
            WATCH_KINDS[int(row["kind"])],
            int(row["organ"]),
            WATCH_QUANTITIES[int(row["quantity"])],
            int(row["id"]),
            row["at_day"],
            row["level"],
            row["rate_per_day"],
            row["exponent"],
            clock=None if row["clock"] <= 0.0 else row["clock"],
        )
        for row in rows
    ]


def hazards(patient: Patient, burden: Burden, j: int, day: float) -> dict[str, float]:
    """Return the hazard per day of each cause of death from the cancer at a station, organs in order."""
    tables, by_cause = patient.tables, {}
    for organ, name in enumerate(ORGANS):
        cells = burden.cells[organ][j]
        reserve = max(patient.outside.reserve(organ, day), 1e-6)
        felt = patient.own["frailty"] * cells / tables.lethal_burden[organ] / reserve
        by_cause[name] = tables.peak_per_day[organ] * _sigmoid(felt)
    whole = sum(burden.cells[organ][j] for organ in range(N_ORGANS))
    felt = patient.own["frailty"] * whole / tables.cachexia_burden
    by_cause["cachexia"] = tables.cachexia_per_day * _sigmoid(felt)
    return by_cause


def _sigmoid(q: float) -> float:
    """Return q**4 / (1 + q**4)."""
    fourth = q * q * q * q
    return fourth / (1.0 + fourth) if fourth < 1e12 else 1.0


def at_nodes(rate: Callable[[int, float], float], a: float, h: float) -> Hazard:
    """Return a rate per day, a function of station and day, times days at the three nodes."""
    first, second, third = (h * rate(k + 1, a + node * h) for k, node in enumerate(NODES))
    return first, second, third


def cause_of_death(patient: Patient, burden: Burden, day: float, fraction: float) -> str:
    """Return which of the cancer's hazards killed, drawn at the nearest node."""
    j = 1 if fraction <= 0.3 else 2 if fraction < 0.7 else 3
    rates = hazards(patient, burden, j, day)
    pick = patient.named(STREAM_HOST, 1).uniform() * sum(rates.values())
    for cause, rate in rates.items():
        pick -= rate
        if pick < 0.0 and cause in CAUSES:
            return cause
    return "cachexia"
