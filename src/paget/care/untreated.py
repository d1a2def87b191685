"""No treatment at all, but visits: the natural history, with days that are counted and weighed as under any policy."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from paget.model import layout
from paget.model.chart import GOALS, PHASES, Charts, Orders

EVERY_DAY: Final = 60.0
"""Time between visits, as under best supportive care, so that the worth of days is known as well."""


class Untreated:
    """The policy that sees patients and gives them nothing (`model.chart.Policy`)."""

    therapies: tuple[str, ...] = ()

    def decide(self, charts: Charts) -> Orders:
        """Return that whatever is given stops, and when the patient is seen again.

        Parameters
        ----------
        charts
            Patients for whom a decision is due.
        """
        return replace(
            Orders.none(charts),
            stop=charts.on.copy(),
            phase=np.full(charts.count, layout.code(PHASES, "none")),
            goal=np.full(charts.count, layout.code(GOALS, "comfort")),
            next_visit_day=np.full(charts.count, EVERY_DAY),
        )
