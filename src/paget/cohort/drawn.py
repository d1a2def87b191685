"""Patients by draws of a posterior: what is not known of a cancer's numbers shows in the results.

Every 100 patients share one of up to 20 draws, by turns: patient i has the same draw in a run of any size, and any few
thousand patients have them all alike. Which draws of the posterior these are is a pure function of the seed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy as np

from paget.catalogue import override
from paget.catalogue.posteriors import posterior as posterior_of
from paget.cohort.care_plan import STANDARD, make_plan
from paget.cohort.drawing import STRETCH_PATIENTS, draw_numbers
from paget.cohort.recipe import Recipe, make_recipe, merged
from paget.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from paget.cohort.care_plan import Planner
    from paget.cohort.provenance import Identity
    from paget.cohort.store import Tables
    from paget.model.cancer import Cancer
    from paget.model.chart import Policy
    from paget.model.protocol import Protocol

Parameters = Literal["stated", "posterior"]
"""Where the numbers of a run come from: the catalogue's values, or draws of their posterior."""

DRAWS_MOST: Final = 20


@dataclass(frozen=True)
class DrawnRecipe(Recipe):
    """A recipe whose patients have the numbers of several draws.

    Parameters
    ----------
    drawn
        A recipe for each draw.
    posterior
        Digest of the draws.
    """

    drawn: tuple[Recipe, ...] = ()
    posterior: str = ""

    @property
    def identity(self) -> Identity:
        """What decides the tables' bits."""
        return replace(super().identity, posterior=self.posterior)

    def patients(self, indices: NDArray[np.int64]) -> Tables:
        """Compute some patients; see `Recipe.patients`."""
        numbers = draw_numbers(indices, len(self.drawn))
        pieces = [self.drawn[number].patients(indices[numbers == number]) for number in np.unique(numbers)]
        return pieces[0] if len(pieces) == 1 else merged(pieces)

    def of_patient(self, index: int) -> Recipe:
        """Return the recipe of the draw that a patient has; see `Recipe.of_patient`."""
        return self.drawn[int(draw_numbers(np.array([index], np.int64), len(self.drawn))[0])]


def recipe_by(parameters: str, name: str, **options: Any) -> Recipe:  # noqa: ANN401 - handed on as they are
    """Look everything up that a run needs, and check it.

    Parameters
    ----------
    parameters
        Where its numbers come from: ``stated`` or ``posterior``.
    name, **options
        See `make_recipe`.

    Raises
    ------
    SettingError
        If numbers do not come from there, or no cancer of the mixture has a posterior; else see `make_recipe`.
    """
    allowed = get_args(Parameters)
    if parameters not in allowed:
        raise SettingError(
            "Numbers of a run do not come from there.", key="parameters", value=parameters, allowed=allowed
        )
    return make_recipe(name, **options) if parameters == "stated" else make_drawn(name, **options)


def parameters_of(made: Mapping[str, Any]) -> Parameters:
    """Return where the numbers of a run come from, by its provenance."""
    return "posterior" if made.get("posterior") else "stated"


def make_drawn(
    name: str,
    *,
    seed: int = 1,
    settings: Mapping[str, str] | None = None,
    care: str | Policy | Protocol | Planner = STANDARD,
    **options: Any,  # noqa: ANN401 - handed on to make_recipe as they are
) -> Recipe:
    """Look everything up that a run by draws of a posterior needs, and check it.

    Parameters
    ----------
    name
        A cancer or a group of cancers. Members of a group that was calibrated as one have draws of the same number.
    seed, settings, care, **options
        See `make_recipe`. Numbers that are set stay as they are set in all draws.

    Raises
    ------
    SettingError
        If no cancer of the mixture has a posterior; else see `make_recipe`.
    """
    base = make_recipe(name, seed=seed, settings=settings, care=care, **options)
    held = {cancer.id: posterior_of(cancer) for cancer, _ in base.members}
    rows = min((len(draws) for draws in held.values() if draws), default=0)
    if not rows:
        raise SettingError(
            f"The numbers of {name} have no posterior.",
            key="parameters",
            value="posterior",
            allowed="a cancer with a table in the folder posteriors of the catalogue",
            fix="leave --parameters out, or calibrate it: paget calibrate",
        )
    chosen = chosen_rows(rows, seed)
    kept = dict(settings or {})
    drawn = []
    for row in chosen:
        members = tuple((_at(cancer, held[cancer.id], row, kept), weight) for cancer, weight in base.members)
        watched = base.watched
        plans = (make_plan(care, cancer, watched.tissue, watched.modalities, base.seed) for cancer, _ in members)
        drawn.append(replace(base, members=members, plans=tuple(plans)))
    draws = [{cancer: table[row] for cancer, table in held.items() if table} for row in chosen]
    told = {"draws": draws, "draw_stretch_patients": STRETCH_PATIENTS}
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    parts: dict[str, Any] = {field.name: getattr(base, field.name) for field in fields(base)}
    parts["origin"] = {**base.origin, **told}
    return DrawnRecipe(**parts, drawn=tuple(drawn), posterior=digest)


def chosen_rows(rows: int, seed: int) -> tuple[int, ...]:
    """Return which draws a seed picks, in their order.

    Parameters
    ----------
    rows
        How many there are.
    seed
        The run's seed.
    """
    order = sorted(range(rows), key=lambda row: hashlib.sha256(f"{seed}/{row}".encode()).digest())
    return tuple(sorted(order[:DRAWS_MOST]))


def _at(cancer: Cancer, draws: tuple[dict[str, float], ...], row: int, settings: Mapping[str, str]) -> Cancer:
    if not draws:
        return cancer
    return override(cancer, {key: value for key, value in draws[row].items() if key not in settings})
