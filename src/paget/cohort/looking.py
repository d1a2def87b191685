"""Patients who are looked at on days of their own: the search for their cancers, stopped to note what is the case.

A stop changes no draw. Patients run in one block, so that looking at a few takes hardly longer than looking at one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from paget import engine
from paget.cohort.search import CLOCK, Search
from paget.model import layout
from paget.observation.symptoms import N_PLACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paget.cohort.diagnosis import Eyes
    from paget.engine import Program, State

LOOK: Final = 99
"""Id of the watch by which the engine is stopped to be looked at; those of examinations and symptoms differ."""
ALIVE: Final = 1


@dataclass
class Sight:
    """What was seen of one patient.

    Parameters
    ----------
    day
        Patient age in days at each look, rising.
    sizes
        Living cells of each lesion, by its key, at each look.
    asleep
        Cells expected to sleep in each organ at each look.
    first
        Patient age in days at which an examination first showed a lesion, by its key.
    """

    day: list[float] = field(default_factory=list)
    sizes: list[dict[int, float]] = field(default_factory=list)
    asleep: list[NDArray[np.float64]] = field(default_factory=list)
    first: dict[int, float] = field(default_factory=dict)


class Looking(Search):
    """A search for the cancers of a few patients, each stopped on certain days to be looked at.

    Parameters
    ----------
    program, eyes, seed, state, plan
        As for `Search`.
    days
        Patient ages in days, rising, for each patient.
    """

    def __init__(
        self,
        program: Program,
        eyes: Eyes,
        seed: int,
        state: State,
        plan: object,
        *,
        days: Sequence[NDArray[np.float64]],
    ) -> None:
        self._days = days
        self._next = np.zeros(len(days), np.int64)
        self._read = 0
        self.sights = [Sight() for _ in days]
        super().__init__(program, eyes, seed, state, plan)  # type: ignore[arg-type]
        self._column = self.state.watch.shape[1] - N_PLACES - 1
        self._arm(np.arange(len(days)))

    def _watches(self, state: State) -> np.ndarray:
        rows = super()._watches(state)
        own = np.zeros((len(rows), 1), layout.WATCH)
        own["kind"], own["id"], own["at_day"] = CLOCK, LOOK, np.inf
        # Those of symptoms stay the last: they are found by their place from the end.
        return np.concatenate([rows[:, :-N_PLACES], own, rows[:, -N_PLACES:]], axis=1)

    def answer(self, called: np.ndarray, watch_id: np.ndarray) -> None:
        """Look at those who are called for it, and answer the others as any search does."""
        looked_at = watch_id == LOOK
        if looked_at.any():
            self.look(called[looked_at])
            self._next[called[looked_at]] += 1
        rest = called[~looked_at]
        if rest.size:
            super().answer(rest, watch_id[~looked_at])
            self._learn(rest)
        self._arm(called)

    def _arm(self, who: np.ndarray) -> None:
        """Set the next day; whoever is found has the watches of examinations switched off, this one among them."""
        watch, now = self.state.watch, self.state.course["now_day"]
        for place in who.tolist():
            days, number = self._days[place], int(self._next[place])
            while number < days.size and days[number] < now[place]:
                number += 1
            self._next[place] = number
            watch["at_day"][place, self._column] = days[number] if number < days.size else np.inf
            watch["done"][place, self._column] = number >= days.size

    def _learn(self, who: np.ndarray) -> None:
        """Note the lesions that are known now for the first time."""
        now = self.state.course["now_day"]
        for findings, audit in self.known.findings[self._read :]:
            for place, key in zip(findings.row.tolist(), audit.lesion.tolist(), strict=True):
                self._note(place, key, float(now[place]))
        self._read = len(self.known.findings)
        if self.care is not None:
            for place in who.tolist():
                for key in self.care.ward.tracked.key[place].tolist():
                    self._note(place, key, float(now[place]))

    def _note(self, place: int, key: int, day: float) -> None:
        if key:
            self.sights[place].first.setdefault(key, day)

    def look(self, who: np.ndarray) -> None:
        """Note what is the case now.

        Parameters
        ----------
        who : ndarray of int64
            Places of the patients.
        """
        seen = engine.look(self.program, self.state, who)
        pools = self.state.pools["asleep"]
        for row, place in enumerate(who.tolist()):
            course = self.state.course[place]
            lesions = seen.lesion[row, : course["lesions"]]
            there = (lesions["status"] == ALIVE) & (lesions["since_day"] <= course["now_day"])
            cells = np.exp(lesions["log_cells"][there]).tolist()
            sight = self.sights[place]
            sight.day.append(float(course["now_day"]))
            sight.sizes.append(dict(zip(lesions["key"][there].tolist(), cells, strict=True)))
            sight.asleep.append(pools[place, : course["pools"]].sum(axis=0))
