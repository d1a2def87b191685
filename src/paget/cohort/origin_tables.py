"""What the posterior over origins is made of, put together from the catalogue.

Incidence comes from a registry for ages 50 to 69, by sex and five years of age. Outside these ages the cases of an
origin follow the ages at diagnosis of its own entry, joined on at the edge. Multiplied by the share of cases with
distant spread at diagnosis, it gives what is known of a metastatic patient before anything is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from paget.catalogue.panels import number, panel_of, share, table, tissue
from paget.errors import EntryError
from paget.model import layout
from paget.model.tissue import Tissue
from paget.observation.origin import AGES_YEAR, SITES, OriginTables

if TYPE_CHECKING:
    from paget.catalogue.registry import Catalogue

Floats = NDArray[np.float64]

YEARS: Final = np.arange(AGES_YEAR) + 0.5
"""Middle of each year of age."""
_HALF: Final = 0.5
"""Carriers, and patients without, that are added to counts of simulated patients (Jeffreys' prior)."""


@cache
def origin_tables(catalogue: Catalogue) -> OriginTables:
    """Return the tables of the posterior over origins.

    Parameters
    ----------
    catalogue
        The catalogue that holds the tissue panel.

    Returns
    -------
    OriginTables
        Prior, sites, rates of all tests and looks of the tumour; tests are markers, then alterations.

    Raises
    ------
    EntryError
        Where a table of the panel lacks a row.
    """
    rates = tissue(catalogue)
    markers = len(rates.markers)
    weight, shares = _classes(catalogue, rates.origins)
    within = rates.alteration_within
    with np.errstate(divide="ignore"):
        prior = np.log(_prior(catalogue, rates.origins))
    return OriginTables(
        origins=rates.origins,
        tests=(*rates.markers, *rates.alterations),
        histologies=rates.histologies,
        within=np.concatenate([np.full(markers, -1, np.int64), np.where(within >= 0, within + markers, -1)]),
        log_prior=prior,
        rate=_test_rates(catalogue, rates),
        class_weight=weight,
        class_share=shares,
        sex_has_site=sites_by_sex(catalogue),
        histology_rate=np.maximum(rates.histology_rate, 1e-6),
    )


def cases_by_year(catalogue: Catalogue, origins: Sequence[str]) -> Floats:
    """Return cases with distant spread at diagnosis, by sex, year of age and origin, shape (2, AGES_YEAR, O).

    Only ratios between origins mean anything: a population's numbers at each age stand in all of them alike.

    Parameters
    ----------
    catalogue
        The catalogue.
    origins
        Names of the origins.

    Raises
    ------
    EntryError
        Where the registry's table lacks an origin's cases.
    """
    panel = panel_of(catalogue)
    path, rows = table(catalogue, "incidence.csv", ("registry", "sex", "from_year", "to_year", "cases"))
    out = np.zeros((len(layout.SEXES), AGES_YEAR, len(origins)))
    for column, origin in enumerate(origins):
        registered = panel.registered[origin]
        own = [row for row in rows if row["registry"] == registered.registry]
        if not own:
            raise EntryError(
                f"The registry has no cases of {registered.registry!r}.",
                file=path,
                key=f"registered.{origin}.registry",
                value=registered.registry,
                allowed=sorted({row["registry"] for row in rows}),
                fix="add its rows, or correct the name in the panel",
            )
        for code, sex in enumerate(layout.SEXES):
            bands = [
                (int(number(path, row, "from_year")), int(number(path, row, "to_year")), number(path, row, "cases"))
                for row in own
                if row["sex"] == sex
            ]
            law = catalogue.cancer(origin).population.age_at_diagnosis
            out[code, :, column] = _by_year(sorted(bands), law.value, law.sigma)
        out[:, :, column] *= registered.part.value * registered.distant.value
    return out


def _by_year(bands: Sequence[tuple[int, int, float]], mean_year: float, sigma_year: float) -> Floats:
    """Return cases by year of age: the bands' own inside them, the normal law joined on at their edges outside."""
    cases = np.zeros(AGES_YEAR)
    if not bands:
        return cases
    law = np.exp(-0.5 * ((YEARS - mean_year) / sigma_year) ** 2)
    for start, end, count in bands:
        cases[start:end] = count / (end - start)
    (first, first_end, _), (last, last_end, _) = bands[0], bands[-1]
    cases[:first] = cases[first] * law[:first] / law[first:first_end].mean()
    cases[last_end:] = cases[last] * law[last_end:] / law[last:last_end].mean()
    return cases


def _prior(catalogue: Catalogue, origins: Sequence[str]) -> Floats:
    """Return shares of origins by sex and year of age, unknown ones last, shape (3, AGES_YEAR + 1, O)."""
    cases = cases_by_year(catalogue, origins)
    cases = np.concatenate([cases, cases.sum(axis=1, keepdims=True)], axis=1)
    cases = np.concatenate([cases, cases.sum(axis=0, keepdims=True)], axis=0)
    return np.asarray(cases / cases.sum(axis=2, keepdims=True))


def sites_by_sex(catalogue: Catalogue) -> NDArray[np.bool_]:
    """Return which sites a patient can have, shape (3, S), by sex as in `observation.origin.SEXES`.

    A site that blood does not reach in a sex, because that sex lacks it, says nothing about the origin.

    Parameters
    ----------
    catalogue
        The catalogue that holds the body.
    """
    organs = catalogue.body().organs
    named = ["distant_lymph_node" if site == "lymph_node" else site for site in SITES]
    able = np.ones((len(layout.SEXES) + 1, len(SITES)), np.bool_)
    for row, sex in enumerate(layout.SEXES):
        able[row] = [getattr(organs[name].flow, sex).value > 0.0 or name.endswith("lymph_node") for name in named]
    return able


def _classes(catalogue: Catalogue, origins: Sequence[str]) -> tuple[Floats, Floats]:
    path, rows = table(catalogue, "site_classes.csv", ("origin", "class", "weight", *SITES))
    weights, shares = [], []
    for origin in origins:
        own = [row for row in rows if row["origin"] == origin]
        if not own or len(own) * len(origins) > len(rows):
            raise EntryError(
                f"The origin {origin} has {len(own)} classes of patients.",
                file=path,
                key="origin",
                allowed="as many classes for each origin",
                fix="write the table anew: python -m paget.cohort.site_patterns",
            )
        weights.append([share(path, row, "weight") for row in own])
        shares.append([[share(path, row, site) for site in SITES] for row in own])
    weight = np.array(weights)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True)), np.clip(np.array(shares), 1e-6, 1.0 - 1e-6)


def _test_rates(catalogue: Catalogue, rates: Tissue) -> Floats:
    """Return chances of a positive result in a metastasis, shape (O, T)."""
    path, rows = table(catalogue, "driver_shares.csv", ("origin", "driver", "carriers", "patients"))
    carried = {
        (row["origin"], row["driver"]): (number(path, row, "carriers") + _HALF) / (number(path, row, "patients") + 1.0)
        for row in rows
    }
    markers = _with_drivers(catalogue, rates.origins, rates.marker_rate, rates.marker_bit, carried)
    markers = markers * (1.0 - rates.loss) + (1.0 - markers) * rates.gain
    alterations = _with_drivers(catalogue, rates.origins, rates.alteration_rate, rates.alteration_bit, carried)
    # A mutation in every tumour cell is called where the sample holds enough of them.
    spread = rates.purity_most - rates.purity_least
    called = np.clip((rates.purity_most - 2.0 * rates.limit) / max(spread, 1e-9), 0.0, 1.0)
    alterations = alterations * np.where(rates.alteration_within >= 0, 1.0, called)
    floor = panel_of(catalogue).floor.value
    return np.asarray(np.clip(np.concatenate([markers, alterations], axis=1), floor, 1.0 - floor))


def _with_drivers(
    catalogue: Catalogue,
    origins: Sequence[str],
    rate: Floats,
    bit: NDArray[np.int64],
    carried: dict[tuple[str, str], float],
) -> Floats:
    """Return rates, replaced by the share of simulated carriers where a driver of the entry decides the result."""
    out = rate.copy()
    for row, column in zip(*np.nonzero(bit >= 0), strict=True):
        origin = origins[row]
        driver = catalogue.cancer(origin).drivers[bit[row, column]].id
        if (origin, driver) not in carried:
            raise EntryError(
                f"{driver} in {origin} is missing.",
                file="driver_shares.csv",
                key="driver",
                value=driver,
                fix="write the table anew: python -m paget.cohort.site_patterns",
            )
        out[row, column] = carried[origin, driver]
    return out
