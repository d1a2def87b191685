"""Sensitivity: which free numbers move the main outcomes, as Sobol indices on the emulators.

The first-order index is the share of an outcome's variance that a number explains on its own, the total index that with
all it does together with others (Saltelli et al. 2010, by SALib), where all move evenly within a box.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paget.inference.aims import Aim
    from paget.inference.emulator import Box, Emulator

_SAMPLES: Final = 1024
_LEAST_SD: Final = 1e-9
"""An outcome that does not move at all has no indices."""


@dataclass(frozen=True)
class Index:
    """How far an outcome depends on a number.

    Parameters
    ----------
    outcome
        Name of the outcome.
    key
        The number.
    first, total
        Sobol indices, 0 to 1 but for the error of the sample.
    error
        Half-width of the 95 % interval of the total index, by bootstrap.
    sd
        Standard deviation of the outcome within the box: of a share, or of the logarithm of a time.
    explained
        How much of the outcome's variance between points its emulator predicts; indices rest on it.
    """

    outcome: str
    key: str
    first: float
    total: float
    error: float
    sd: float
    explained: float


def sensitivity(
    aims: Sequence[Aim], emulators: Mapping[str, Emulator], box: Box, keys: Sequence[str], seed: int
) -> tuple[Index, ...]:
    """Return the Sobol indices of some outcomes.

    Parameters
    ----------
    aims
        The outcomes.
    emulators
        Their emulators by name; outcomes without one are left out.
    box
        Where the numbers move.
    keys
        The numbers, in the order of the coordinates.
    seed
        Seed of the sample.

    Raises
    ------
    MissingExtraError
        If SALib is not installed.
    """
    try:
        from SALib.analyze import sobol as analysis
        from SALib.sample import sobol as sample
    except ImportError as error:
        raise MissingExtraError("A calibration", "SALib", "calibrate") from error
    bounds = np.stack([box.low, box.high], axis=1).tolist()
    problem = {"num_vars": len(keys), "names": list(keys), "bounds": bounds}
    points = sample.sample(problem, _SAMPLES, calc_second_order=False, seed=seed)
    found: list[Index] = []
    for aim in aims:
        made = emulators.get(aim.name)
        if made is None:
            continue
        values = aim.compared(made(points))
        sd = float(values.std())
        if sd < _LEAST_SD:
            continue
        told = analysis.analyze(problem, values, calc_second_order=False, seed=seed)
        rows = zip(keys, told["S1"], told["ST"], told["ST_conf"], strict=True)
        found += [
            Index(aim.name, key, float(first), float(total), float(error), sd, made.explained)
            for key, first, total, error in rows
        ]
    return tuple(found)
