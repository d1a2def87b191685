"""Toxicity: what therapies cost the patients who get them, as events with a grade, a beginning and an end.

How bad a toxicity is comes from one draw of the patient, the toxicity and the course, on one scale from grade 4 down
to none; prevention shortens that scale, so that who is spared by it would have fared worse without it. It stops being
true where toxicities of one patient come together: here each is drawn by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, get_args
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from paget.model import layout
from paget.model.draws import normals, stream_keys, uniforms
from paget.model.therapy import Relieve, Therapy, Toxicity

Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

ACTIONS: Final[tuple[str, ...]] = get_args(Toxicity.model_fields["then"].annotation)
"""What is done with the therapy at grade 3 or worse, by code."""
NONE, DELAY, REDUCE, STOP = range(len(ACTIONS))
SEVERE_GRADE: Final = 3
GRADE_4_OF_SEVERE: Final = 0.2
GRADE_2_OF_MILD: Final = 0.5
"""Assumed: trials report grades 3 and 4, and 1 and 2, mostly as one."""
MILD_LOSS: Final = 0.25
"""Loss of utility at grade 1 or 2 as a share of that at grade 3 (`model/therapy.py`)."""
_SEVERITY, _ONSET = 1, 2
"""Counters of one toxicity's stream: severity, and onset (two draws)."""


@dataclass(frozen=True)
class Table:
    """All toxicities of T therapies as flat arrays over X of them, those of one therapy together.

    Parameters
    ----------
    ids : tuple of str
        Names of the toxicities; one name may come with several therapies.
    therapy : ndarray of int64, shape (X,)
        Positions of their therapies.
    first : ndarray of int64, shape (T + 1,)
        Position of each therapy's first toxicity, and X at the end.
    mild, severe : ndarray of float64, shape (X,)
        Shares of patients with grades 1 or 2 and no worse, and with 3 or worse.
    onset_day, onset_sigma : ndarray of float64, shape (X,)
        Median days from start to onset, and the lognormal width.
    lasts_day : ndarray of float64, shape (X,)
        How long it lasts.
    loss : ndarray of float64, shape (X,)
        Loss of utility at grade 3.
    action : ndarray of int64, shape (X,)
        Codes of `ACTIONS`.
    lineage : ndarray of int64, shape (X,)
        Key of its draws.
    prevents : ndarray of float64, shape (T, X)
        Share of each toxicity's events that each therapy prevents while it is given.
    """

    ids: tuple[str, ...]
    therapy: Integers
    first: Integers
    mild: Floats
    severe: Floats
    onset_day: Floats
    onset_sigma: Floats
    lasts_day: Floats
    loss: Floats
    action: Integers
    lineage: Integers
    prevents: Floats

    @classmethod
    def of(cls, therapies: Sequence[Therapy]) -> Table:
        """Return the table of some therapies, whose positions are those of every therapy axis.

        Parameters
        ----------
        therapies
            T therapies.
        """
        listed = [(at, each.id, toxicity) for at, each in enumerate(therapies) for toxicity in each.toxicities]
        all_of = [toxicity for _, _, toxicity in listed]
        ids = tuple(toxicity.id for toxicity in all_of)
        return cls(
            ids=ids,
            therapy=np.array([at for at, _, _ in listed], np.int64),
            first=np.cumsum([0, *(len(each.toxicities) for each in therapies)], dtype=np.int64),
            mild=np.array([each.mild.value for each in all_of], np.float64),
            severe=np.array([each.severe.value for each in all_of], np.float64),
            onset_day=np.array([each.onset.value for each in all_of], np.float64),
            onset_sigma=np.array([each.onset.sigma for each in all_of], np.float64),
            lasts_day=np.array([each.lasts.value for each in all_of], np.float64),
            loss=np.array([each.loss.value for each in all_of], np.float64),
            action=np.array([ACTIONS.index(each.then) for each in all_of], np.int64),
            lineage=np.array([crc32(f"{name}/{each.id}".encode()) for _, name, each in listed], np.int64),
            prevents=np.array([_prevents(each, ids) for each in therapies], np.float64).reshape(
                len(therapies), len(ids)
            ),
        )

    @property
    def count(self) -> int:
        """Number of toxicities, X."""
        return len(self.ids)

    def prevention(self, on: Flags) -> Floats:
        """Return the share of each toxicity's events that what is given prevents, shape (K, X).

        Several therapies prevent independently: what one lets through, the next may stop.

        Parameters
        ----------
        on
            Therapies that are being given, shape (K, T).
        """
        passes = np.ones((on.shape[0], self.count))
        for at in np.flatnonzero(self.prevents.any(axis=1) & on.any(axis=0)):
            given = np.flatnonzero(on[:, at])
            passes[given] *= 1.0 - self.prevents[at]
        return np.asarray(1.0 - passes)


@dataclass(frozen=True)
class Events:
    """Toxicities that come, as flat arrays over E of them.

    Parameters
    ----------
    row : ndarray of int64, shape (E,)
        Which of the courses that started.
    toxicity : ndarray of int64, shape (E,)
        Position in the table.
    grade : ndarray of int64, shape (E,)
        1 to 4.
    onset_day, until_day : ndarray of float64, shape (E,)
        Patient age in days at which it begins and ends. It does not come where the course is over before its onset.
    loss : ndarray of float64, shape (E,)
        Loss of utility while it lasts.
    """

    row: Integers
    toxicity: Integers
    grade: Integers
    onset_day: Floats
    until_day: Floats
    loss: Floats


def draw(
    seed: int,
    table: Table,
    patient: Integers,
    therapy: Integers,
    number: Integers,
    start_day: Floats,
    prevented: Floats,
) -> Events:
    """Return the toxicities of courses that start.

    Parameters
    ----------
    seed
        The run's seed.
    table
        X toxicities.
    patient
        Patient of each of K courses, shape (K,).
    therapy
        Its therapy's position, shape (K,).
    number
        How often the patient was started on it before, shape (K,).
    start_day
        Patient age in days at its start, shape (K,).
    prevented
        Share of each toxicity's events that is prevented (`Table.prevention`), shape (K, X).
    """
    each = table.first[therapy + 1] - table.first[therapy]
    row = np.repeat(np.arange(therapy.size), each)
    within = np.arange(row.size) - np.repeat(np.cumsum(each) - each, each)
    toxicity = table.first[therapy][row] + within
    keys = stream_keys(seed, patient[row], layout.STREAM_TOXICITY, table.lineage[toxicity], number[row])
    passes = 1.0 - prevented[row, toxicity]
    grade = _grades(uniforms(keys, _SEVERITY), table.mild[toxicity] * passes, table.severe[toxicity] * passes)
    comes = grade > 0
    row, toxicity, grade = row[comes], toxicity[comes], grade[comes]
    wait_day = table.onset_day[toxicity] * np.exp(table.onset_sigma[toxicity] * normals(keys[comes], _ONSET))
    onset_day = start_day[row] + wait_day
    return Events(
        row=row,
        toxicity=toxicity,
        grade=grade,
        onset_day=onset_day,
        until_day=onset_day + table.lasts_day[toxicity],
        loss=table.loss[toxicity] * np.where(grade >= SEVERE_GRADE, 1.0, MILD_LOSS),
    )


def _prevents(therapy: Therapy, ids: tuple[str, ...]) -> list[float]:
    """Return the share of each toxicity's events that one therapy prevents."""
    passes = dict.fromkeys(ids, 1.0)
    for act in therapy.acts:
        if isinstance(act, Relieve):
            for name, share in act.toxicities.items():
                if name in passes:
                    passes[name] *= 1.0 - share.value
    return [1.0 - passes[name] for name in ids]


def _grades(u: Floats, mild: Floats, severe: Floats) -> Integers:
    """Return grades, 0 for none: the smaller the draw, the worse."""
    any_grade = severe + mild
    bounds = (any_grade, severe + GRADE_2_OF_MILD * mild, severe, GRADE_4_OF_SEVERE * severe)
    return np.asarray(np.sum([u < bound for bound in bounds], axis=0, dtype=np.int64))
