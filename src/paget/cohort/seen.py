"""The engine's state as the truth that observation reads: codes and logarithms become organs, sizes and rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from paget.engine.compile import diameter_from_cells
from paget.engine.growth import LOG_SMALL
from paget.model.layout import ROUTES
from paget.model.truth import Truth

if TYPE_CHECKING:
    from paget.engine import Program, State, View

ALIVE = 1
PRIMARY = ROUTES.index("primary")


def truth_of(program: Program, state: State, density_per_cm3: float) -> Truth:
    """Return what is the case in a block of patients on each one's own current day.

    Parameters
    ----------
    program : Program
        The compiled cancer.
    state : State
        What `engine.look` returned.
    density_per_cm3 : float
        Cells per cubic centimetre, for diameters.
    """
    lesion, course = state.lesion, state.course
    used = np.arange(lesion.shape[1])[None, :] < course["lesions"][:, None]
    alive = used & (lesion["status"] == ALIVE)
    cells = np.where(alive, np.exp(lesion["log_cells"]), 0.0)
    primary = lesion["route"] == PRIMARY
    birth, net = _rates(program, state, primary)
    return Truth(
        patient=state.patient["index"],
        sex=state.patient["sex"],
        day=course["now_day"],
        key=lesion["key"],
        organ=lesion["organ"],
        is_primary=primary & used,
        cells=cells,
        diameter_mm=diameter_from_cells(cells, density_per_cm3),
        genotype=_largest_clone(state),
        birth_per_day=birth,
        death_per_day=birth - net,
    )


def truth_in_view(program: Program, view: View, density_per_cm3: float) -> Truth:
    """Return what is the case in patients of whom only lesions of a certain size were asked for.

    Parameters
    ----------
    program : Program
        The compiled cancer.
    view : View
        What `engine.view` returned.
    density_per_cm3 : float
        Cells per cubic centimetre, for diameters.
    """
    lesions = view.lesions
    there = np.arange(lesions.shape[1])[None, :] < view.count[:, None]
    log_cells, primary = lesions["log_cells"], lesions["is_primary"] == 1
    cells = np.where(there, np.exp(log_cells), 0.0)
    own = view.patient
    growth = np.where(primary, own["growth_per_day"][:, None], own["metastasis_growth_per_day"][:, None])
    span = program.inverse_span[np.where(primary, 1, 2) * lesions["vascular"]]
    birth = growth * program.birth_factor
    return Truth(
        patient=own["index"],
        sex=own["sex"],
        day=view.course["now_day"],
        key=lesions["key"],
        organ=lesions["organ"],
        is_primary=primary & there,
        cells=cells,
        diameter_mm=diameter_from_cells(cells, density_per_cm3),
        genotype=lesions["genotype"],
        birth_per_day=birth,
        death_per_day=birth - growth * np.maximum(1.0 - span * np.maximum(log_cells - LOG_SMALL, 0.0), 0.0),
    )


def _rates(program: Program, state: State, primary: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return birth and net rates per cell and day, by the law of large lesions, of founder cells without effects."""
    own, lesion = state.patient, state.lesion
    growth = np.where(primary, own["growth_per_day"][:, None], own["metastasis_growth_per_day"][:, None])
    span = program.inverse_span[np.where(primary, 1, 2) * lesion["vascular"]]
    above = np.maximum(lesion["log_cells"] - LOG_SMALL, 0.0)
    return growth * program.birth_factor, growth * np.maximum(1.0 - span * above, 0.0)


def _largest_clone(state: State) -> np.ndarray:
    """Return the genotype of each lesion's largest clone, shape (P, L)."""
    clone = state.clone
    used = (np.arange(clone.shape[1])[None, :] < state.course["clones"][:, None]) & (clone["lesion"] >= 0)
    who, slot = np.nonzero(used)
    rows = clone[who, slot]
    order = np.argsort(np.where(rows["count"] >= 0.0, rows["count"], rows["cells"]), kind="stable")
    genotype = state.lesion["founder_genotype"].copy()
    # The last to be written is the largest.
    genotype[who[order], rows["lesion"][order]] = rows["genotype"][order]
    return np.asarray(genotype)
