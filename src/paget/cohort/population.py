"""Who the patients are: sex, ages, and how fast, leaky, visible and frail each one's disease is.

Every quantity is one draw of a stream named by (seed, patient), so that patient 17 is the same in a run of
18 and of a million. Age at diagnosis places the first malignant cell before it: the patient's own primary
takes a known time to its cancer's usual diameter at diagnosis, and was begun that long before. The patient is
alive at that age as far as other causes go, because the cohort is of people whose cancer comes to matter.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from paget.engine.compile import cells_from_diameter
from paget.engine.growth import LOG_SMALL
from paget.engine.rng import normals, uniforms
from paget.model import layout
from paget.model.calendar import YEAR_DAY

if TYPE_CHECKING:
    from paget.engine import Program
    from paget.model.cancer import Cancer
    from paget.model.population import Population

(SEX, AGE, OTHER_DEATH, GROWTH, SHEDDING, IMMUNITY, FRAILTY) = range(1, 8)
FIRST_DRIVER = 16
FIRST_SOIL = 64
YOUNGEST_ONSET_YEAR = 5.0
OLDEST_DIAGNOSIS_YEAR = 100.0
LATEST_DEATH_YEAR = 115.0


def _uniform(seed: int, patients: np.ndarray, which: int) -> np.ndarray:
    return np.asarray(uniforms(seed, patients, layout.STREAM_PATIENT, which))


def _normal(seed: int, patients: np.ndarray, which: int) -> np.ndarray:
    return np.asarray(normals(seed, patients, layout.STREAM_PATIENT, which))


def _lognormal(seed: int, patients: np.ndarray, which: int, sigma: float) -> np.ndarray:
    return np.exp(sigma * _normal(seed, patients, which))


def time_to_diagnosis_day(program: Program, cancer: Cancer, growth_per_day: np.ndarray) -> np.ndarray:
    """Return days from the first cell to the cancer's median diameter at diagnosis, of a vascular primary.

    Exponential to a thousand cells, then Gompertz; the wait for vessels is left out, so that real patients
    reach that size somewhat later.
    """
    density = cancer.growth.cell_density.value
    target = math.log(cells_from_diameter(cancer.growth.diameter_at_diagnosis.value, density)) - LOG_SMALL
    span = 1.0 / program.inverse_span[1]
    share = min(target / span, 0.95)
    return np.asarray((LOG_SMALL - span * math.log1p(-share)) / growth_per_day)


def _other_death_day(population: Population, sex: np.ndarray, alive_at_day: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return the age at death of other causes, given that the patient is alive at a stated age."""
    out = np.empty(sex.size)
    edges = np.arange(0.0, LATEST_DEATH_YEAR + 1.0)
    for code, name in enumerate(layout.SEXES):
        table = population.other_cause_mortality
        chance = np.clip(getattr(table, name), 1e-9, 0.999)
        # Death rates rise about exponentially between the ages of the table (Gompertz's law).
        yearly = np.exp(np.interp(edges[:-1] + 0.5, table.age_year, np.log(-np.log1p(-chance))))
        cumulative = np.concatenate([[0.0], np.cumsum(yearly)])
        who = sex == code
        reached = np.interp(alive_at_day[who] / YEAR_DAY, edges, cumulative)
        out[who] = np.interp(reached - np.log1p(-u[who]), cumulative, edges, right=LATEST_DEATH_YEAR)
    return out * YEAR_DAY


def draw_patients(
    program: Program, cancer: Cancer, population: Population, seed: int, indices: np.ndarray
) -> np.ndarray:
    """Draw the patients of a cohort.

    Parameters
    ----------
    program : Program
        The compiled cancer.
    cancer : Cancer
        Its entry, for the spreads between patients.
    population : Population
        Mortality from other causes.
    seed : int
        The run's seed.
    indices : ndarray of int64
        Which patients; each one's draws depend on the seed and on its own index alone.

    Returns
    -------
    ndarray of layout.PATIENT
    """
    out = np.zeros(indices.size, layout.PATIENT)
    out["index"] = indices
    female = _uniform(seed, indices, SEX) < cancer.population.female_share.value
    out["sex"] = female.astype(np.int64)
    score = _normal(seed, indices, GROWTH)
    factor = np.exp(-cancer.growth.doubling_time.sigma * score)
    out["growth_per_day"] = program.growth_per_day * factor
    out["metastasis_growth_per_day"] = program.metastasis_growth_per_day * factor
    correlation = cancer.spread.growth_correlation.value
    own = _normal(seed, indices, SHEDDING)
    mixed = -correlation * score + math.sqrt(1.0 - correlation**2) * own
    out["shedding"] = program.shed_per_day * np.exp(cancer.spread.shedding.sigma * mixed)
    pressure = cancer.immunity.pressure
    varied = _lognormal(seed, indices, IMMUNITY, pressure.sigma)
    out["immune_pressure_per_day"] = pressure.value * program.metastasis_growth_per_day * varied
    frailty = cancer.host.frailty
    out["frailty"] = frailty.value * _lognormal(seed, indices, FRAILTY, frailty.sigma)
    genotype = np.zeros(indices.size, np.int64)
    for bit, driver in enumerate(cancer.drivers):
        carried = _uniform(seed, indices, FIRST_DRIVER + bit) < driver.prevalence.value
        genotype |= carried.astype(np.int64) << bit
    out["founder_genotype"] = genotype
    variation = cancer.colonisation.soil_variation.value
    for organ in range(layout.N_ORGANS):
        out["soil"][:, organ] = _lognormal(seed, indices, FIRST_SOIL + organ, variation)
    _place_in_life(out, program, cancer, population, seed)
    return out


def _place_in_life(out: np.ndarray, program: Program, cancer: Cancer, population: Population, seed: int) -> None:
    """Set the ages at the first malignant cell and at death of other causes."""
    age = cancer.population.age_at_diagnosis
    year = age.value + age.sigma * _normal(seed, out["index"], AGE)
    year = np.clip(year, YOUNGEST_ONSET_YEAR + 1.0, OLDEST_DIAGNOSIS_YEAR)
    growth = out["growth_per_day"] * program.traits[out["founder_genotype"], 0]
    wait = time_to_diagnosis_day(program, cancer, growth)
    out["onset_day"] = np.maximum(year * YEAR_DAY - wait, YOUNGEST_ONSET_YEAR * YEAR_DAY)
    alive_at = np.minimum(out["onset_day"] + wait, OLDEST_DIAGNOSIS_YEAR * YEAR_DAY)
    u = _uniform(seed, out["index"], OTHER_DEATH)
    out["other_death_day"] = _other_death_day(population, out["sex"], alive_at, u)
