"""What a calibration fits to what: the free numbers of a cancer or group, and its published figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

import paget
from paget import catalogue
from paget.errors import SettingError
from paget.inference import targets as published
from paget.inference.free import axes_of, settings_at
from paget.inference.quantities import quantity
from paget.inference.targets import Target
from paget.inference.validate import plan_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paget.inference.free import Axis
    from paget.model.cancer import Cancer

AT_DIAGNOSIS: Final = (
    *("stage_share", "site_at_diagnosis", "primary_doubling_time_median", "primary_doubling_time_mean"),
    *("primary_diameter_median", "node_positive_by_diameter"),
)
"""Quantities that are over by diagnosis, so that care does not change them."""

_LEFT_TO_GROUP: Final = "a figure of a group, fitted with all its members: paget calibrate "


@dataclass(frozen=True)
class Problem:
    """What is fitted to what.

    Parameters
    ----------
    name
        Cancer or group.
    members
        Its cancers with their weights.
    axes
        Its free numbers.
    targets
        The figures.
    outcomes
        What sensitivity is asked of; figures like those, though nothing may have been published.
    left_out
        Figures that are left out, each with the reason.
    """

    name: str
    members: tuple[tuple[str, float], ...]
    axes: tuple[Axis, ...]
    targets: tuple[Target, ...]
    outcomes: tuple[Target, ...]
    left_out: tuple[tuple[str, str], ...]

    def early(self, figures: Sequence[Target]) -> tuple[Target, ...]:
        """Return those of some figures that are over by diagnosis."""
        return tuple(target for target in figures if target.quantity in AT_DIAGNOSIS)


def problem_of(name: str) -> Problem:
    """Return the problem of a cancer or group.

    Parameters
    ----------
    name
        Cancer or group. The figures of a group are fitted with all its members together, those of its members too.

    Raises
    ------
    UnknownEntryError
        If no cancer or group has this name.
    SettingError
        If it has no figures, or no number is free.
    EntryError
        If a free number breaks a rule.
    """
    members = catalogue.resolve(name)
    ids = {cancer.id for cancer, _ in members}
    shipped = published.shipped()
    groups = [group for group in catalogue.list_groups() if len(ids) == 1 and ids <= _ids_of(group)]
    left = [(target.name, f"{_LEFT_TO_GROUP}{target.cancer}") for target in shipped if target.cancer in groups]
    able: list[Target] = []
    for target in shipped:
        if target.cancer in {name, *ids}:
            plan = plan_of(target)
            if isinstance(plan, str):
                left.append((target.name, plan))
            else:
                able.append(target)
    if not able:
        raise SettingError(f"There is no figure to fit {name} to.", value=name, fix="see: paget targets")
    cancers = [cancer for cancer, _ in members]
    weights = tuple((cancer.id, weight) for cancer, weight in members)
    # A run without care is made for a figure, not for an outcome alone.
    runs = {quantity(target.quantity).run for target in able} | {"treated"}
    outcomes = tuple(each for each in _outcomes(name, cancers) if quantity(each.quantity).run in runs)
    return Problem(name, weights, axes_of(cancers), tuple(able), outcomes, tuple(left))


def _ids_of(group: str) -> set[str]:
    return {cancer.id for cancer, _ in catalogue.resolve(group)}


def _outcomes(name: str, cancers: Sequence[Cancer]) -> tuple[Target, ...]:
    """Return the main outcomes: stage IV at diagnosis, survival with and without treatment, and the main site."""
    site = cancers[0].expect.main_sites.organs[0]
    asked = (
        ("stage_share", "stage=IV"),
        ("cause_specific_survival", "stage=any;months=60"),
        ("site_ever", f"site={site}"),
        ("untreated_survival_median", "from=diagnosis;stage=any"),
    )
    return tuple(Target(name, measured, stratum, 0.5) for measured, stratum in asked)


def identity_of(problem: Problem, n: int, seed: int) -> dict[str, Any]:
    """Return what all simulated points of a calibration have in common, besides their values.

    Parameters
    ----------
    problem
        The problem.
    n, seed
        Patients per point and seed.
    """
    middle = np.full(len(problem.axes), 0.5)
    digests = {}
    for name, _ in problem.members:
        # With the free numbers at one fixed point, so that a fit which has been shipped changes nothing here.
        fixed = catalogue.override(catalogue.cancer(name), settings_at(problem.axes, middle, name))
        digests[name] = catalogue.digest(fixed.model_copy(update={"free": ()}))
    return {
        "paget_version": paget.__version__,
        "cancer": problem.name,
        "catalogue_digest": digests,
        "free": [axis.key for axis in problem.axes],
        "targets": [target.name for target in problem.targets],
        "patients": n,
        "seed": seed,
    }
