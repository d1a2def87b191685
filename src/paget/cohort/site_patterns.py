"""Which sites are found together, counted in simulated patients: the tables by which the origin is inferred.

    python -m paget.cohort.site_patterns

simulates every origin of the tissue panel without care, looks at each patient once, on a day between the first
detectable distant metastasis and death (uniform), and writes beside the panel:

- site_patterns.csv: share of metastatic patients with each site;
- site_classes.csv: a mixture of classes of patients, within which sites are independent, fitted to the patterns, so
  that patients with much disease have many sites at once;
- driver_shares.csv: how many of the sampled metastases carry each driver.

Run it again whenever a cancer, the body or the engine has changed.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from paget.catalogue.folders import BUILT_IN
from paget.cohort.origin_tables import sites_by_sex
from paget.model import layout
from paget.model.draws import stream_keys, uniforms
from paget.observation.origin import SITES, sites_from_organs

if TYPE_CHECKING:
    from paget.cohort.recipe import Recipe
    from paget.cohort.store import Tables

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

PATIENTS: Final = 4000
"""Metastatic patients of each origin."""
SEED: Final = 20260101
BATCH: Final = 500
MOST: Final = 60
"""Patients that are simulated for one metastatic patient at most."""
CLASSES: Final = 12
STARTS: Final = 3
ROUNDS: Final = 300
PRIOR_PATIENTS: Final = 8.0
"""Weight, in patients, by which the shares of a class are drawn to those of all patients of the origin."""
_LOOK: Final = 7
"""Lineage of the draw of the day on which a patient is looked at."""


@dataclass(frozen=True)
class Patterns:
    """What was found in N metastatic patients of one origin.

    Parameters
    ----------
    drivers : tuple of str
        Drivers of the origin's entry, by bit.
    patient : ndarray of int64, shape (N,)
        Indices.
    sex : ndarray of int64, shape (N,)
        Codes of `layout.SEXES`.
    age_year : ndarray of float64, shape (N,)
        Ages on the day of the look.
    sites : ndarray of bool, shape (N, S)
        Sites in which a metastasis is detectable, in the order of `SITES`.
    lesion : ndarray of uint64, shape (N,)
        Key of the distant metastasis that was detectable first: the one that is sampled.
    genotype : ndarray of int64, shape (N,)
        Its founder's drivers, as bits.
    """

    drivers: tuple[str, ...]
    patient: NDArray[np.int64]
    sex: NDArray[np.int64]
    age_year: Floats
    sites: Flags
    lesion: NDArray[np.uint64]
    genotype: NDArray[np.int64]


def first_of(parts: Sequence[Patterns], count: int) -> Patterns:
    """Join what was found in several batches and return the first `count` patients."""
    return Patterns(
        drivers=parts[0].drivers,
        patient=np.concatenate([part.patient for part in parts])[:count],
        sex=np.concatenate([part.sex for part in parts])[:count],
        age_year=np.concatenate([part.age_year for part in parts])[:count],
        sites=np.concatenate([part.sites for part in parts])[:count],
        lesion=np.concatenate([part.lesion for part in parts])[:count],
        genotype=np.concatenate([part.genotype for part in parts])[:count],
    )


def metastatic_patients(cancer: str, count: int, seed: int) -> Patterns:
    """Simulate patients of one cancer until `count` of them have been seen with a distant metastasis.

    Parameters
    ----------
    cancer
        Name of the entry.
    count
        Patients that are wanted; fewer come back where spread is rarer than 1 in `MOST`.
    seed
        Seed of all draws.

    Returns
    -------
    Patterns
        What was found, in order of the patients' indices.
    """
    from paget.cohort.recipe import make_recipe
    from paget.cohort.runner import available_cores

    recipe = make_recipe(cancer, seed=seed, care="none")
    at_once = min(available_cores(), -(-count // BATCH))
    parts: list[Patterns] = []
    first = 0
    with ThreadPoolExecutor(at_once) as pool:
        while sum(part.sex.size for part in parts) < count and first < MOST * count:
            starts = range(first, first + at_once * BATCH, BATCH)
            parts += pool.map(lambda start: _looked_at(recipe, recipe(start, BATCH), seed), starts)
            first = starts.stop
    return first_of(parts, count)


def _looked_at(recipe: Recipe, tables: Tables, seed: int) -> Patterns:
    """Return what is seen of one batch on each patient's day."""
    from paget.model.calendar import YEAR_DAY

    people, lesions = tables.patients, tables.lesions
    patient, death = (people[name].to_numpy() for name in ("patient", "death_age_day"))
    row = np.searchsorted(patient, lesions["patient"].to_numpy())
    organ = _codes(lesions["organ"], layout.ORGANS)
    seen, ended = (lesions[f"{name}_age_day"].to_numpy() for name in ("detectable", "ended"))
    spread = (_codes(lesions["route"], layout.ROUTES) != layout.ROUTES.index("primary")) & ~np.isnan(seen)
    distant = spread & (organ != layout.ORGANS.index("regional_lymph_node"))
    first = np.full(patient.size, np.inf)
    np.minimum.at(first, row[distant], seen[distant])
    u = uniforms(stream_keys(seed, patient, layout.STREAM_TISSUE, _LOOK))
    day = np.where(np.isfinite(first), first, 0.0)
    day += u * np.maximum(death - day, 0.0)
    there = (seen <= day[row]) & ~(ended <= day[row])
    organs = np.zeros((patient.size, layout.N_ORGANS), np.int8)
    organs[row[spread & there], organ[spread & there]] = 1
    which = np.flatnonzero(distant & there)
    which = which[np.lexsort((seen[which], row[which]))]
    who, at = np.unique(row[which], return_index=True)
    drivers = tuple(driver.id for driver in recipe.members[0][0].drivers)
    return Patterns(
        drivers=drivers,
        patient=patient[who].astype(np.int64),
        sex=_codes(people["sex"], layout.SEXES)[who],
        age_year=day[who] / YEAR_DAY,
        sites=sites_from_organs(organs[who]) == 1,
        lesion=lesions["lesion"].to_numpy()[which[at]].astype(np.uint64),
        genotype=_genotypes(lesions["drivers"].to_pylist(), drivers)[which[at]],
    )


def _codes(column: object, names: Sequence[str]) -> NDArray[np.int64]:
    texts = np.asarray(column.to_pylist())  # type: ignore[attr-defined]  # an Arrow column
    codes = np.zeros(texts.size, np.int64)
    for code, name in enumerate(names):
        codes[texts == name] = code
    return codes


def _genotypes(texts: Sequence[str], drivers: Sequence[str]) -> NDArray[np.int64]:
    bits = {text: sum(1 << drivers.index(name) for name in text.split("+") if name) for text in set(texts)}
    return np.array([bits[text] for text in texts], np.int64)


def fitted_classes(sites: Flags, told: Flags, seed: int = SEED) -> tuple[Floats, Floats]:
    """Fit a mixture of classes, within which sites are independent, by expectation and maximisation.

    Dempster, Laird & Rubin (1977, J. R. Stat. Soc. B 39:1-38), from several starts; the shares of a class
    are drawn to those of the whole by `PRIOR_PATIENTS`, so that a rare site never gets a chance of 0.

    Parameters
    ----------
    sites : ndarray of bool, shape (N, S)
        What was found.
    told : ndarray of bool, shape (N, S)
        Which sites say anything in that patient.
    seed
        Seed of the starts.

    Returns
    -------
    weight : ndarray, shape (K,)
        Shares of the classes, greatest first.
    share : ndarray, shape (K, S)
        Chance that a site is found.
    """
    best: tuple[float, Floats, Floats] | None = None
    for start in range(STARTS):
        keys = stream_keys(seed, np.arange(sites.shape[0]), layout.STREAM_TISSUE, start)
        member = uniforms(keys[:, None], np.arange(1, CLASSES + 1)) ** 4
        found = _maximised(sites, told, member / member.sum(axis=1, keepdims=True))
        if best is None or found[0] > best[0]:
            best = found
    assert best is not None  # noqa: S101 - there is at least one start
    order = np.argsort(-best[1], kind="stable")
    return best[1][order], best[2][order]


def _maximised(sites: Flags, told: Flags, member: Floats) -> tuple[float, Floats, Floats]:
    found, seen = (sites & told).astype(np.float64), told.astype(np.float64)
    clear = seen - found
    whole = (found.sum(axis=0) + 1.0) / (seen.sum(axis=0) + 2.0)
    last = -np.inf
    for _ in range(ROUNDS):
        weight = (member.sum(axis=0) + 1.0) / (sites.shape[0] + CLASSES)
        share = (member.T @ found + PRIOR_PATIENTS * whole) / (member.T @ seen + PRIOR_PATIENTS)
        log = found @ np.log(share).T + clear @ np.log1p(-share).T + np.log(weight)
        top = log.max(axis=1, keepdims=True)
        each = np.exp(log - top)
        total = each.sum(axis=1, keepdims=True)
        member = each / total
        fit = float((top + np.log(total)).sum())
        if fit - last < 1e-6 * abs(fit):
            break
        last = fit
    return fit, weight, share


def write_tables(folder: Path, origins: Iterable[str], count: int, seed: int) -> None:
    """Simulate all origins and write the three tables.

    Parameters
    ----------
    folder
        Where to.
    origins
        Names of the cancers.
    count
        Metastatic patients of each.
    seed
        Seed of all draws.
    """
    from paget import catalogue

    patterns: list[list[object]] = []
    classes: list[list[object]] = []
    drivers: list[list[object]] = []
    has = sites_by_sex(catalogue.current())
    for origin in origins:
        seen = metastatic_patients(origin, count, seed)
        told = has[seen.sex]
        number = seen.sex.size
        for column, site in enumerate(SITES):
            able = int(told[:, column].sum())
            share = seen.sites[told[:, column], column].mean() if able else 0.0
            patterns.append([origin, site, f"{share:.4f}", able])
        weight, shares = fitted_classes(seen.sites, told)
        for k, row in enumerate(shares):
            classes.append([origin, k + 1, f"{weight[k]:.6f}", *(f"{value:.6f}" for value in row)])
        for bit, driver in enumerate(seen.drivers):
            drivers.append([origin, driver, int(((seen.genotype >> bit) & 1).sum()), number])
        sys.stdout.write(f"{origin}: {number} metastatic patients\n")
        sys.stdout.flush()
    _write(folder / "site_patterns.csv", ("origin", "site", "share", "patients"), patterns)
    _write(folder / "site_classes.csv", ("origin", "class", "weight", *SITES), classes)
    _write(folder / "driver_shares.csv", ("origin", "driver", "carriers", "patients"), drivers)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def main() -> None:
    """Write the tables anew; see the module."""
    from paget import catalogue
    from paget.catalogue.panels import panel_of

    parser = argparse.ArgumentParser(description="Count which sites are found together, in simulated patients.")
    parser.add_argument("--patients", type=int, default=PATIENTS, help="metastatic patients of each origin")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of all draws")
    parser.add_argument("--out", type=Path, default=BUILT_IN / "panels", help="folder to write to")
    given = parser.parse_args()
    write_tables(given.out, panel_of(catalogue.current()).registered, given.patients, given.seed)


if __name__ == "__main__":
    main()
