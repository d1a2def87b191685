"""Which patients a published figure is about: by age, sex, stage and size at diagnosis."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.inference.strata import NotComputableError, one_of, span
from paget.model.stage import STAGE_GROUPS, STAGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paget.inference.outcomes import Outcomes

    Flags = NDArray[np.bool_]

Pick = Callable[["Outcomes"], "Flags"]

FILTERS: Final = ("age", "sex", "stage")
"""Keys by which any stratum may narrow the patients."""

_GROUPS: Final = ("I", "II", "III", "IV")
_TN: Final = re.compile(r"(?:T(?P<t>[1-4](?:-[1-4])?))?(?:N(?P<n>[0-3]|\+|1-3|4-9|4plus|10plus))?(?:M0)?")
_NODES: Final = {"+": (1, 3), "1-3": (1, 1), "4-9": (2, 2), "4plus": (2, 3), "10plus": (3, 3)}
"""Counts of positive nodes, as trials of breast cancer give them, and the N categories that they are."""


def in_stage(text: str) -> Pick:
    """Return what picks the patients of a stage: ``III``, ``IIIA``, ``unknown``, or ``any`` for all diagnosed.

    Raises
    ------
    NotComputableError
        If there is no such stage.
    """
    one_of("stage", text, ("any", *_GROUPS, *(stage for stage in STAGES if stage not in _GROUPS)))
    if text == "any":
        return lambda patients: patients.diagnosed
    if text in _GROUPS:
        codes = [code for code, group in enumerate(STAGE_GROUPS) if group == _GROUPS.index(text) + 1]
    else:
        codes = [STAGES.index(text)]
    return lambda patients: patients.diagnosed & np.isin(patients.stage, codes)


def of_age(text: str) -> Pick:
    """Return what picks the patients of an age at diagnosis, in whole years; see `strata.span`."""
    low, high = span("age", text)
    return lambda patients: (patients.age_year >= low) & (patients.age_year < high)


def of_diameter(text: str) -> Pick:
    """Return what picks the patients whose primary measured so many mm at diagnosis; see `strata.span`."""
    low, high = span("mm", text)
    return lambda patients: (patients.diameter_mm >= low) & (patients.diameter_mm < high)


def of_group(text: str) -> Pick:
    """Return what picks the patients without metastases of a group: ``T1N0``, ``T2N1-3``, ``N+`` or a stage.

    N1-3 and N4-9 are counts of nodes, as trials give them: categories N1 and N2.

    Raises
    ------
    NotComputableError
        If the group is of another form.
    """
    found = _TN.fullmatch(text)
    if not found or not (found["t"] or found["n"]):
        if text in STAGES:
            picked = in_stage(text)
            return lambda patients: picked(patients) & (patients.m == 0)
        fault = f"group={text} is not known; allowed: T1N0, T2N1-3, N+ and the like, or a stage"
        raise NotComputableError(fault)
    t_low, t_high = _ends(found["t"], 1, 4)
    n_low, n_high = _NODES.get(found["n"] or "", None) or _ends(found["n"], 0, 3)
    return lambda patients: (
        (patients.m == 0)
        & (patients.t >= t_low)
        & (patients.t <= t_high)
        & (patients.n >= n_low)
        & (patients.n <= n_high)
    )


def _ends(text: str | None, least: int, most: int) -> tuple[int, int]:
    if text is None:
        return least, most
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def of_sex(text: str) -> Pick:
    """Return what picks the patients of a sex.

    Raises
    ------
    NotComputableError
        If it is none of male and female.
    """
    female = one_of("sex", text, ("male", "female")) == "female"
    return lambda patients: patients.female == female


_PICKS: Final[Mapping[str, Callable[[str], Pick]]] = {"age": of_age, "sex": of_sex, "stage": in_stage}


def narrowed(filters: Mapping[str, str]) -> Callable[[Outcomes], Outcomes]:
    """Return what narrows patients to those whom all filters pick.

    Parameters
    ----------
    filters
        Values by key, of `FILTERS`.
    """
    picks = [_PICKS[key](value) for key, value in filters.items()]

    def narrow(patients: Outcomes) -> Outcomes:
        if not picks:
            return patients
        return patients.where(np.logical_and.reduce([pick(patients) for pick in picks]))

    return narrow
