"""Courses: which therapies are under way in a block of patients, at which dose, and the EFFECT rows they hold.

A course starts, may be reduced or delayed, and ends; its rows in the table of effects follow. A row that is over is
used again, so that the table stays as wide as the patient with the most under way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from paget.care.mechanisms import CULL, Hosts, Lowered, lower, scaled
from paget.model import layout
from paget.model.positions import position_in_run
from paget.model.therapy import Therapy

Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

ENDINGS: Final = ("alive", "completed", "progression", "toxicity", "decline", "death", "changed")
"""Why a course ended; "alive" where it had not ended as the patient was last seen."""
STILL_ON, COMPLETED, PROGRESSION, TOXICITY, DECLINE, DEATH, CHANGED = range(len(ENDINGS))
REDUCED: Final = 0.75
"""Dose after a reduction as a share of the dose before: the usual step of labels, from 100 to 75 to about 50 %."""
LONGEST_CELL_DAY: Final = 400.0
"""Rows that were over for longer than any cell of the engine's mesh are free."""
FREE: Final = -1
DECAY: Final = layout.code(layout.EFFECT_SHAPES, "decay")
NO_EFFECT: Final = np.zeros(1, layout.EFFECT)
MORE_ROWS: Final = 8


@dataclass(frozen=True)
class Ended:
    """Courses that are over, as flat columns: whose, which, in which line and phase, when, at which dose, and why."""

    row: Integers
    therapy: Integers
    line: Integers
    phase: Integers
    start_day: Floats
    end_day: Floats
    dose: Floats
    ending: Integers
    best: Integers


class Courses:
    """The courses of P patients over T therapies.

    Parameters
    ----------
    therapies
        The therapies, in the order of every therapy axis.
    tests
        Names of the alterations and biomarkers that decide what acts.
    cancer
        Name of the cancer, which feels some drugs more than others.
    seed
        The run's seed.
    patients
        Number of patients, P.
    on_end
        Is told of courses that end: rows of patients, therapies, and days.
    """

    def __init__(
        self,
        therapies: Sequence[Therapy],
        tests: tuple[str, ...],
        cancer: str,
        seed: int,
        patients: int,
        on_end: Callable[[Integers, Integers, Floats], None] | None = None,
    ) -> None:
        self.therapies, self.tests, self.cancer, self.seed = tuple(therapies), tests, cancer, seed
        shape = patients, len(self.therapies)
        self.start_day = np.full(shape, np.nan)
        self.end_day = np.full(shape, np.inf)
        self.dose = np.ones(shape)
        self.dose_days = np.zeros(shape)
        self.dosed_until_day = np.full(shape, np.nan)
        self.given = np.zeros(shape, np.int64)
        self.line = np.zeros(shape, np.int64)
        self.phase = np.zeros(shape, np.int64)
        self.free_since_day = np.full(patients, -np.inf)
        self.effect = np.zeros((patients, 0), layout.EFFECT)
        self.owner = np.full((patients, 0), FREE, np.int16)
        self.ended: list[Ended] = []
        self.on_end = on_end
        self.planned_day = np.array([each.schedule.planned_day for each in self.therapies])
        self.is_systemic = np.array([not each.is_local and each.kind != "supportive" for each in self.therapies], bool)
        kinds = ("supportive", "bone_agent")
        self.treats = np.array([each.kind not in kinds for each in self.therapies], bool)
        self.is_bone_agent = np.array([each.kind == "bone_agent" for each in self.therapies], bool)

    @property
    def on(self) -> Flags:
        """What is under way, or ordered, shape (P, T)."""
        return np.asarray(~np.isnan(self.start_day))

    def start(
        self, therapy: int, who: Integers, hosts: Hosts, line: Integers, phase: Integers, now_day: Floats
    ) -> None:
        """Start one therapy in some patients.

        Parameters
        ----------
        therapy
            Position of the therapy.
        who
            Rows of the patients, K of them.
        hosts
            What mechanisms need of them.
        line, phase
            Line and phase that it belongs to, shape (K,).
        now_day
            Patient ages in days; rows of effects that were over before may be used again, shape (K,).
        """
        self.start_day[who, therapy] = hosts.on_day
        self.end_day[who, therapy] = hosts.off_day
        self.dose[who, therapy] = 1.0
        self.dose_days[who, therapy] = 0.0
        self.dosed_until_day[who, therapy] = hosts.on_day
        self.given[who, therapy] += 1
        self.line[who, therapy] = line
        self.phase[who, therapy] = phase
        self._place(lower(self.therapies[therapy], self.tests, self.cancer, self.seed, hosts), therapy, who, now_day)

    def _place(self, lowered: Lowered, therapy: int, who: Integers, now_day: Floats) -> None:
        for which, rows in lowered:
            at, slot = who[which], self._room(who[which], now_day[which])
            self.effect[at, slot] = rows
            self.owner[at, slot] = therapy

    def _room(self, who: Integers, now_day: Floats) -> Integers:
        """Return a free row of effects for each of some patients, of whom one may stand there several times in a row.

        Makes room where there is none.
        """
        # A stop inside a cell of the engine's mesh plays the cell again, so that rows that were over just now stay.
        over = (self.owner[who] == FREE) | (self.effect["off_day"][who] < now_day[:, None] - LONGEST_CELL_DAY)
        before = position_in_run(who)
        if before.any():
            over = np.cumsum(over, axis=1) > before[:, None]
        if not self.owner.shape[1] or not over.any(axis=1).all():
            patients = self.owner.shape[0]
            self.effect = np.concatenate([self.effect, np.zeros((patients, MORE_ROWS), layout.EFFECT)], axis=1)
            self.owner = np.concatenate([self.owner, np.full((patients, MORE_ROWS), FREE, np.int16)], axis=1)
            return self._room(who, now_day)
        return np.asarray(over.argmax(axis=1))

    def stop(self, which: Flags, who: Integers, day: Floats, ending: int | Integers, best: Integers) -> None:
        """End courses of some patients on a day.

        Parameters
        ----------
        which
            What ends, shape (K, T); what is not under way is passed over.
        who
            Rows of the patients, K of them.
        day
            Patient ages in days, shape (K,).
        ending
            Codes of `ENDINGS`, shape (K,), or one for all.
        best
            Best response so far, shape (K,).
        """
        which = which & self.on[who]
        place, therapy = np.nonzero(which)
        if not place.size:
            return
        row, now = who[place], day[place]
        # What was ordered and has not begun never took place.
        begun = self.start_day[row, therapy] <= now
        self._dosed(row, therapy, now)
        length = np.maximum(now - self.start_day[row, therapy], 1e-9)
        why = np.broadcast_to(np.asarray(ending), who.shape)[place]
        self.ended.append(
            Ended(
                row[begun],
                therapy[begun],
                self.line[row, therapy][begun],
                self.phase[row, therapy][begun],
                self.start_day[row, therapy][begun],
                now[begun],
                np.minimum(1.0, self.dose_days[row, therapy] / length)[begun],
                why[begun],
                best[place][begun],
            )
        )
        systemic = begun & self.is_systemic[therapy] & ~self.is_bone_agent[therapy]
        np.maximum.at(self.free_since_day, row[systemic], now[systemic])
        self.start_day[row, therapy] = np.nan
        self.end_day[row, therapy] = np.inf
        self._switch_off(which, who, day)
        if self.on_end is not None:
            self.on_end(row, therapy, now)

    def _switch_off(self, which: Flags, who: Integers, day: Floats) -> None:
        owner = self.owner[who]
        mine = (owner != FREE) & np.take_along_axis(which, np.maximum(owner, 0), axis=1)
        place, slot = np.nonzero(mine)
        row, now = who[place], day[place]
        rows = self.effect[row, slot]
        future = rows["on_day"] > now
        rows["off_day"] = np.where(rows["kind"] == CULL, rows["off_day"], np.minimum(rows["off_day"], now))
        rows[future] = NO_EFFECT
        self.effect[row, slot] = rows
        self.owner[row[future], slot[future]] = FREE

    def change_dose(
        self, which: Flags, who: Integers, day: Floats, factor: float, pause_day: Floats | float = 0.0
    ) -> None:
        """Reduce the dose of courses from a day on, or pause them.

        Parameters
        ----------
        which
            Courses, shape (K, T).
        who
            Rows of the patients.
        day
            Patient ages in days, shape (K,).
        factor
            New dose over the old one.
        pause_day
            Days without the drug before it goes on, one number or one for each therapy.
        """
        which = which & self.on[who]
        place, therapy = np.nonzero(which)
        if not place.size:
            return
        self._dosed(who[place], therapy, day[place])
        pause = np.broadcast_to(pause_day, len(self.therapies))
        self.dosed_until_day[who[place], therapy] += pause[therapy]
        self.dose[who[place], therapy] *= factor
        owner = self.owner[who]
        mine = (owner != FREE) & np.take_along_axis(which, np.maximum(owner, 0), axis=1)
        mine &= (self.effect["kind"][who] != CULL) & (self.effect["off_day"][who] > day[:, None])
        place, slot = np.nonzero(mine)
        if place.size:
            self._renew(who[place], slot, day[place], factor, pause[owner[place, slot]])

    def _renew(self, who: Integers, slot: Integers, day: Floats, factor: float, pause_day: Floats) -> None:
        """End rows of effects in some patients and go on with them at another dose."""
        old = self.effect[who, slot]
        new = scaled(old, np.full(who.size, factor))
        begun = old["on_day"] < day
        decays = np.flatnonzero(old["shape"] == DECAY)
        if decays.size:
            half = np.maximum(old["half_life_day"][decays], 1e-9)
            left = np.where(begun[decays], 0.5 ** ((day - old["on_day"])[decays] / half), 1.0)
            new[decays] = scaled(new[decays], left)
        new["on_day"] = np.maximum(old["on_day"], day + pause_day)
        new["off_day"] = np.maximum(old["off_day"], new["on_day"])
        therapy = self.owner[who, slot]
        ended = self.effect[who, slot]
        ended["off_day"] = np.minimum(ended["off_day"], day)
        if not begun.all():
            ended[~begun] = NO_EFFECT
            self.owner[who[~begun], slot[~begun]] = FREE
        self.effect[who, slot] = ended
        room = self._room(who, day)
        self.effect[who, room] = new
        self.owner[who, room] = therapy

    def _dosed(self, row: Integers, therapy: Integers, day: Floats) -> None:
        """Count the days at full dose until now."""
        since = np.maximum(0.0, day - self.dosed_until_day[row, therapy])
        self.dose_days[row, therapy] += since * self.dose[row, therapy]
        self.dosed_until_day[row, therapy] = np.maximum(day, self.dosed_until_day[row, therapy])

    def over(self, who: Integers, day: Floats) -> Flags:
        """Return which courses of some patients have come to their planned end, shape (K, T)."""
        return np.asarray(self.on[who] & (self.end_day[who] <= day[:, None]))

    def next_end_day(self, who: Integers) -> Floats:
        """Return the earliest planned end of what is under way in some patients, infinite where there is none."""
        return np.asarray(np.where(self.on[who], self.end_day[who], np.inf).min(axis=1, initial=np.inf))

    def free_day(self, who: Integers, day: Floats) -> Floats:
        """Return days since systemic therapy ended: 0 while it goes on, infinite where there was none."""
        busy = (self.on[who] & self.is_systemic & ~self.is_bone_agent).any(axis=1)
        return np.where(busy, 0.0, day - self.free_since_day[who])
