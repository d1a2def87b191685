"""One patient's own draws, one stream each."""

from __future__ import annotations

import bisect
import math
from itertools import accumulate
from typing import Any

from tests.twin.laws import LOG_SMALL
from tests.twin.people import Tables
from tests.twin.streams import Stream, name_key

from paget.model.cancer import Cancer
from paget.model.layout import ORGANS, SEXES, STREAM_PATIENT
from paget.model.population import Mortality

YEAR_DAY = 365.25
YOUNGEST, OLDEST, LAST = 5.0, 100.0, 115
"""Years of age: at the first cell, at diagnosis, at death."""
SEX, AGE, OTHER_DEATH, GROWTH, SHEDDING, IMMUNITY, FRAILTY = range(1, 8)
FIRST_DRIVER, FIRST_SOIL = 16, 64


def draw_own(tables: Tables, cancer: Cancer, mortality: Mortality, seed: int, index: int) -> dict[str, Any]:
    """Return the columns of one patient."""

    def of(which: int) -> Stream:
        return Stream(name_key(seed, index, STREAM_PATIENT, which, 0))

    def spread(which: int, sigma: float) -> float:
        return math.exp(sigma * of(which).normal())

    speed = of(GROWTH).normal()
    factor = math.exp(-cancer.growth.doubling_time.sigma * speed)
    tie = cancer.spread.growth_correlation.value
    leak = math.sqrt(1.0 - tie * tie) * of(SHEDDING).normal() - tie * speed
    genotype = sum(
        1 << bit
        for bit, driver in enumerate(cancer.drivers)
        if of(FIRST_DRIVER + bit).uniform() < driver.prevalence.value
    )
    own = {
        "index": index,
        "sex": int(of(SEX).uniform() < cancer.population.female_share.value),
        "growth_per_day": tables.growth_per_day * factor,
        "metastasis_growth_per_day": tables.metastasis_growth_per_day * factor,
        "shedding": tables.shed_per_day * math.exp(cancer.spread.shedding.sigma * leak),
        "immune_pressure_per_day": cancer.immunity.pressure.value
        * tables.metastasis_growth_per_day
        * spread(IMMUNITY, cancer.immunity.pressure.sigma),
        "frailty": cancer.host.frailty.value * spread(FRAILTY, cancer.host.frailty.sigma),
        "founder_genotype": genotype,
        "soil": [spread(FIRST_SOIL + o, cancer.colonisation.soil_variation.value) for o in range(len(ORGANS))],
    }
    at_diagnosis = cancer.population.age_at_diagnosis
    year = min(max(at_diagnosis.value + at_diagnosis.sigma * of(AGE).normal(), YOUNGEST + 1.0), OLDEST)
    wait = _days_to_diagnosis(tables, cancer, own["growth_per_day"] * tables.trait(genotype, "proliferation"))
    own["onset_day"] = max(year * YEAR_DAY - wait, YOUNGEST * YEAR_DAY)
    alive_year = min((own["onset_day"] + wait) / YEAR_DAY, OLDEST)
    hazard = of(OTHER_DEATH).exponential()
    own["other_death_day"] = _other_death_year(mortality, SEXES[own["sex"]], alive_year, hazard) * YEAR_DAY
    return own


def _days_to_diagnosis(tables: Tables, cancer: Cancer, growth: float) -> float:
    """Return days from the first cell to the diameter at diagnosis, as if vessels had been there."""
    centimetres = cancer.growth.diameter_at_diagnosis.value / 10.0
    cells = cancer.growth.cell_density.value * math.pi * centimetres**3 / 6.0
    span = 1.0 / tables.inverse_span[1]
    share = min((math.log(cells) - LOG_SMALL) / span, 0.95)
    return float((LOG_SMALL - span * math.log(1.0 - share)) / growth)


def _other_death_year(mortality: Mortality, sex: str, alive_year: float, hazard: float) -> float:
    """Return the age at which the yearly hazards beyond an age add up to a draw of mean 1."""
    table: tuple[float, ...] = getattr(mortality, sex)
    logs = [math.log(-math.log1p(-min(max(chance, 1e-9), 0.999))) for chance in table]
    yearly = [math.exp(_line(age + 0.5, mortality.age_year, logs)) for age in range(LAST)]
    ages = [float(age) for age in range(LAST + 1)]
    summed = [0.0, *accumulate(yearly)]
    return _line(_line(alive_year, ages, summed) + hazard, summed, ages)


def _line(x: float, xs: Any, ys: Any) -> float:
    """Return y at x on straight lines between points, level beyond the ends."""
    if x <= xs[0]:
        return float(ys[0])
    if x >= xs[-1]:
        return float(ys[-1])
    k = bisect.bisect_right(xs, x) - 1
    return float(ys[k] + (ys[k + 1] - ys[k]) * (x - xs[k]) / (xs[k + 1] - xs[k]))
