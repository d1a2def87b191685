"""Two policies of one's own, one a file and one a class, against the standard of care, for the same patients.

Run it with: python examples/policies/own_policies.py
"""

# ruff: noqa: INP001, T201 - a script beside the package, which prints what it shows

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import paget
from paget.model.chart import EVENTS, GOALS, PHASES, Charts, Orders

PATIENTS, SEED = 100, 1
FILE = Path(__file__).with_name("capecitabine_only.toml")


@dataclass(frozen=True)
class OperateOnce:
    """Everybody who is fit is operated on; nothing else is ever done. Arrays are over patients: no loop is needed."""

    worst_fitness: int = 2
    therapies: tuple[str, ...] = ("surgery_primary", "surgery_nodes")

    def decide(self, charts: Charts) -> Orders:
        """Say what is done for each of the patients for whom a decision is due."""
        at_diagnosis = charts.event == EVENTS.index("diagnosis")
        operate = at_diagnosis & (charts.fitness <= self.worst_fitness) & (charts.metastases == 0)
        phase = np.where(operate, PHASES.index("local"), PHASES.index("watching"))
        return replace(
            Orders.none(charts),
            start=np.repeat(operate[:, None], len(charts.therapies), axis=1),
            stop=charts.on & ~operate[:, None],
            wait_day=np.full(charts.count, 28.0),
            phase=phase,
            goal=np.full(charts.count, GOALS.index("control")),
            next_visit_day=np.full(charts.count, 180.0),
        )


standard = paget.simulate("colorectal", PATIENTS, seed=SEED)
for name, care in (("the file", str(FILE)), ("the class", OperateOnce())):
    found = paget.compare(standard, paget.simulate("colorectal", PATIENTS, seed=SEED, care=care))
    gain = found.gain
    print(f"{name}: {gain['mean_year']:+.1f} years ({gain['low']:+.1f} to {gain['high']:+.1f}) against standard care,")
    print(f"  {gain['gaining']['share']:.0%} live longer and {gain['losing']['share']:.0%} shorter")

late = paget.branch(standard, str(FILE), at="progression")
print(f"the file from progression on: {paget.compare(standard, late).gain['mean_year']:+.1f} years")
