"""Who goes to which arm, when, and how long each patient is seen: draws of a trial that are not of its patients' lives.

Every draw is a pure function of the seed and the patient, or of the seed and the block, so that the same trial is
randomised in the same way again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zlib import crc32

import numpy as np

from paget.analysis.durations import MONTH_DAY
from paget.model import layout
from paget.model.calendar import YEAR_DAY
from paget.model.draws import choices, exponentials, stream_keys, uniforms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paget.model.trial import Trial

_ENTRY, _BLOCK, _ARM, _DROP_OUT = (crc32(f"trial {what}".encode()) for what in ("entry", "block", "arm", "drop-out"))
ROUNDS: Final = 2
"""How often each arm's weight fits into one permuted block."""


@dataclass(frozen=True)
class Randomised:
    """What randomisation does with P patients.

    Parameters
    ----------
    arm
        Number of each patient's arm, shape (P,).
    entry_day
        Day of randomisation since the trial opened, shape (P,).
    seen_day
        Days from randomisation to the data cut-off or to drop-out, whichever comes first, shape (P,).
    """

    arm: NDArray[np.int64]
    entry_day: NDArray[np.float64]
    seen_day: NDArray[np.float64]


def randomise(trial: Trial, patients: NDArray[np.int64], seed: int) -> Randomised:
    """Return arms, days of entry and lengths of follow-up.

    Parameters
    ----------
    trial
        The trial.
    patients
        Indices of the eligible, at least one.
    seed
        Seed of all draws.
    """
    design = trial.design
    entry = uniforms(stream_keys(seed, patients, layout.STREAM_CARE, _ENTRY)) * design.accrual_month * MONTH_DAY
    cutoff = float(entry.max()) + design.follow_up_month * MONTH_DAY
    seen = cutoff - entry
    if design.drop_out_per_year > 0.0:
        rate_per_day = -np.log1p(-design.drop_out_per_year) / YEAR_DAY
        lost = exponentials(stream_keys(seed, patients, layout.STREAM_CARE, _DROP_OUT)) / rate_per_day
        seen = np.minimum(seen, lost)
    weights = [arm.weight for arm in trial.arms]
    arm = by_blocks(weights, entry, seed) if design.blocks else by_itself(weights, patients, seed)
    return Randomised(arm, entry, seen)


def by_blocks(weights: list[int], entry_day: NDArray[np.float64], seed: int) -> NDArray[np.int64]:
    """Return arms in permuted blocks, in the order in which patients come in.

    Parameters
    ----------
    weights
        Of the arms.
    entry_day
        Days of entry, shape (P,).
    seed
        Seed of all draws.
    """
    one = np.repeat(np.arange(len(weights)), np.array(weights) * ROUNDS)
    count = -(-entry_day.size // one.size)
    block, place = np.arange(count)[:, None], np.arange(one.size)[None, :]
    drawn = uniforms(stream_keys(seed, block, layout.STREAM_CARE, _BLOCK, place))
    listed = one[np.argsort(drawn, axis=1, kind="stable")].ravel()[: entry_day.size]
    arm = np.empty(entry_day.size, np.int64)
    arm[np.argsort(entry_day, kind="stable")] = listed
    return arm


def by_itself(weights: list[int], patients: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Return arms, each patient's by a draw of his own.

    Parameters
    ----------
    weights
        Of the arms.
    patients
        Indices, shape (P,).
    seed
        Seed of all draws.
    """
    drawn = uniforms(stream_keys(seed, patients, layout.STREAM_CARE, _ARM))
    shares = np.tile(np.array(weights, float), (patients.size, 1))
    return choices(drawn, shares).astype(np.int64)
