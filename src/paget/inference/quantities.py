"""The quantities that published figures measure, each computed from a run exactly as its definition says.

A quantity is bound to a stratum before anything is simulated, so that what cannot be computed is known at once,
with the reason. Any stratum may also narrow the patients by ``age`` (years at diagnosis), ``sex`` and ``stage``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from paget.errors import nearest
from paget.inference import courses_after, extent
from paget.inference.estimates import Estimate, mean_of, median_of, share_of
from paget.inference.patients import FILTERS, in_stage, narrowed
from paget.inference.strata import NotComputableError, one_of, parse

if TYPE_CHECKING:
    from paget.inference.outcomes import Outcomes

Compute = Callable[["Outcomes"], Estimate]
Run = Literal["treated", "untreated"]
Scale = Literal["share", "ratio"]


@dataclass(frozen=True)
class Quantity:
    """What a published figure measures.

    Parameters
    ----------
    name
        Its name in a file of targets.
    words
        Its name for people.
    unit
        Unit of its figures.
    bind
        Returns what computes it, given the stratum.
    needed, optional
        Keys that its stratum must have, and those that it may have.
    run
        The run that tells it: patients under standard care, or without any.
    """

    name: str
    words: str
    unit: str
    bind: Callable[[Mapping[str, str]], Compute]
    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    run: Run = "treated"

    @property
    def scale(self) -> Scale:
        """Whether it is compared by difference, as shares are, or by ratio, as times and sizes are."""
        return "share" if self.unit == "fraction" else "ratio"

    def bound(self, stratum: str) -> Compute:
        """Return what computes it in a stratum.

        Parameters
        ----------
        stratum
            Such as ``stage=III;age=50-69``.

        Returns
        -------
        Callable
            Takes the outcomes of a run and returns the estimate; raises `NotComputableError` where nobody is left.

        Raises
        ------
        NotComputableError
            If the stratum names something that this quantity does not know.
        """
        keys = parse(stratum)
        allowed = tuple(dict.fromkeys((*self.needed, *self.optional, *FILTERS)))
        for key in keys:
            one_of("key", key, allowed)
        missing = [key for key in self.needed if key not in keys]
        if missing:
            fault = f"the stratum of {self.name} does not say {missing[0]}; it needs {', '.join(self.needed)}"
            raise NotComputableError(fault)
        own = {key: value for key, value in keys.items() if key in (*self.needed, *self.optional)}
        filters = {key: value for key, value in keys.items() if key not in own}
        return partial(_computed, self.bind(own), narrowed(filters))


def _computed(compute: Compute, narrow: Callable[[Outcomes], Outcomes], outcomes: Outcomes) -> Estimate:
    return compute(narrow(outcomes))


def quantity(name: str) -> Quantity:
    """Return a quantity.

    Parameters
    ----------
    name
        Its name.

    Raises
    ------
    NotComputableError
        If there is none of that name; the nearest is named.
    """
    if name not in QUANTITIES:
        meant = nearest(name, QUANTITIES)
        fault = f"no quantity is called {name!r}" + (f"; nearest: {meant}" if meant else "")
        raise NotComputableError(fault)
    return QUANTITIES[name]


def _stage_share(keys: Mapping[str, str]) -> Compute:
    picked = in_stage(keys["stage"])
    return lambda patients: share_of(picked(patients), patients.stage > 0)


def _at_diagnosis(keys: Mapping[str, str]) -> None:
    one_of("at", keys.get("at", "diagnosis"), ("diagnosis",))


def _doubling(keys: Mapping[str, str], summed: Callable[[np.ndarray], Estimate]) -> Compute:
    _at_diagnosis(keys)
    return lambda patients: summed(patients.doubling_day[np.isfinite(patients.doubling_day)])


def _diameter(keys: Mapping[str, str]) -> Compute:
    _at_diagnosis(keys)
    return lambda patients: median_of(patients.diameter_mm[np.isfinite(patients.diameter_mm)])


_ALL: Final = (
    Quantity("stage_share", "stage at diagnosis", "fraction", _stage_share, ("stage",)),
    Quantity(
        "cause_specific_survival",
        "cause-specific survival",
        "fraction",
        courses_after.cause_specific_survival,
        ("stage", "months"),
    ),
    Quantity(
        "untreated_survival_median",
        "median survival without treatment",
        "months",
        courses_after.survival_median,
        ("stage",),
        ("from",),
        run="untreated",
    ),
    Quantity("site_ever", "site ever found", "fraction", extent.site_ever, ("site",)),
    Quantity("site_at_diagnosis", "site at diagnosis", "fraction", extent.site_at_diagnosis, ("site",), ("base",)),
    Quantity("site_at_death", "site at death", "fraction", extent.site_at_death, ("site",), ("base",)),
    Quantity("site_count", "number of sites", "fraction", extent.site_count, ("sites",)),
    Quantity(
        "primary_doubling_time_median",
        "median doubling time of the primary",
        "days",
        partial(_doubling, summed=median_of),
        (),
        ("at",),
    ),
    Quantity(
        "primary_doubling_time_mean",
        "mean doubling time of the primary",
        "days",
        partial(_doubling, summed=mean_of),
        (),
        ("at",),
    ),
    Quantity("primary_diameter_median", "median diameter of the primary", "mm", _diameter, (), ("at",)),
    Quantity(
        "distant_metastasis_by_diameter",
        "distant metastasis by diameter",
        "fraction",
        courses_after.distant_metastasis_by_diameter,
        ("mm", "years"),
    ),
    Quantity(
        "node_positive_by_diameter", "positive nodes by diameter", "fraction", extent.node_positive_by_diameter, ("mm",)
    ),
    Quantity(
        "distant_recurrence",
        "distant recurrence",
        "fraction",
        courses_after.distant_recurrence,
        ("group", "years"),
    ),
)

QUANTITIES: Final[Mapping[str, Quantity]] = {each.name: each for each in _ALL}
"""All quantities by name."""
