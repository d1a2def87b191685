"""Outcomes do not depend on the numeric interval: two-sample tests against an interval of a week.

Patients are the same (same seed) at every interval, but their later draws differ. Alpha is 1e-3 over all
comparisons of one test (Bonferroni). A paired test is the sharper one, as the primary's life is shared.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from scipy import stats

import paget.engine
from paget import catalogue
from paget.cohort.population import draw_patients
from paget.model.layout import ORGANS

if TYPE_CHECKING:
    from tests.statistical.conftest import World

engine: Any = paget.engine
ALPHA = 1e-3
SEED = 7
COUNT = 400


class Outcome(NamedTuple):
    """Established metastases, vascular ones, clones, and days of death and of first founding, by patient."""

    established: np.ndarray
    vascular: np.ndarray
    clones: np.ndarray
    death_day: np.ndarray
    first_day: np.ndarray


def outcome(state: Any) -> Outcome:
    """Read the end of a block's course."""
    lesion, course = state.lesion, state.course
    spread = (np.arange(lesion.shape[1]) < course["lesions"][:, None]) & (lesion["generation"] > 0)
    spread &= ~np.isnan(lesion["established_day"])
    founded = np.where(spread, lesion["founded_day"], np.inf).min(axis=1)
    vascular = spread & ~np.isnan(lesion["vascular_day"])
    own = (np.arange(state.clone.shape[1]) < course["clones"][:, None]) & (state.clone["lesion"] == 0)
    return Outcome(spread.sum(axis=1), vascular.sum(axis=1), own.sum(axis=1), course["death_day"], founded)


def compared(week: Outcome, other: Outcome) -> dict[str, float]:
    """Return the p value of every comparison of two intervals."""
    table = [[int(np.sum(arm.established > 0)), int(np.sum(arm.established == 0))] for arm in (week, other)]
    found = [arm.first_day[np.isfinite(arm.first_day)] for arm in (week, other)]
    out = {
        "ever spread": stats.fisher_exact(table).pvalue if min(map(min, table)) else 1.0,
        "death": stats.ks_2samp(week.death_day, other.death_day, method="asymp").pvalue,
        "first spread": stats.ks_2samp(*found, method="asymp").pvalue,
    }
    for name in ("established", "vascular", "clones"):
        one, two = getattr(week, name), getattr(other, name)
        out[name] = stats.mannwhitneyu(one, two).pvalue
        gap = np.log1p(one) - np.log1p(two)
        out[f"{name}, paired"] = stats.ttest_1samp(gap, 0.0).pvalue if gap.std() > 0.0 else 1.0
    return {name: float(p) for name, p in out.items()}


@cache
def made_up(world: World, net: float, interval: float) -> Outcome:
    """Run a made-up cancer with every process on: growth `net` a day, and all other rates in proportion."""
    pace = net / 0.06
    peaks, lethal = np.zeros(len(ORGANS)), np.full(len(ORGANS), 1e30)
    at = [ORGANS.index("bowel"), ORGANS.index("lung")]
    peaks[at], lethal[at] = 0.02 * pace, 2e11
    rates = np.zeros(12)
    rates[:2] = 1e-8
    traits = np.ones((4096, 32))
    traits[[1, 3], 0] = 1.2
    compiled = world.program(
        interval_day=interval, peak_per_day=peaks, lethal_burden=lethal, mutation_rate=rates, drivers=2,
        traits=traits, fastest_driver=1.2, colonisation=0.03, size_exponent=0.5, sleep_share=0.3,
        waking_per_day=0.002 * pace, loss_per_day=0.002 * pace, vessel_per_day=0.03 * pace,
    )  # fmt: skip
    who = world.patients(
        COUNT, growth_per_day=net, metastasis_growth_per_day=1.3 * net, shedding=0.6 * pace,
        immune_pressure_per_day=0.2 * net,
    )  # fmt: skip
    state = world.engine.start(compiled, SEED, who)
    return outcome(world.run(compiled, state, 20_000.0)[0])


@pytest.mark.parametrize("interval", [30.0, 91.0, 182.0])
@pytest.mark.parametrize("net", [0.015, 0.06])
def test_made_up_patients_fare_alike_at_every_interval(world: World, net: float, interval: float) -> None:
    """Seed 7, 400 patients, against 7 days, slow and fast growth, alpha 1e-3 over nine comparisons."""
    found = compared(made_up(world, net, 7.0), made_up(world, net, interval))
    assert {what: p for what, p in found.items() if p < ALPHA / len(found)} == {}


@cache
def entry_at(name: str, count: int, interval: float) -> Outcome:
    """Run patients of a catalogue entry to death."""
    cancer = catalogue.cancer(name)
    compiled = engine.compile_program(cancer, catalogue.body(), catalogue.drivers(), interval_days=interval)
    parts = []
    for first in range(0, count, 100):
        who = draw_patients(compiled, cancer, catalogue.population(), SEED, np.arange(first, first + 100))
        state, _ = engine.advance(compiled, engine.start(compiled, SEED, who))
        parts.append(outcome(state))
    return Outcome(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


@pytest.mark.parametrize("interval", [91.0, 182.0])
def test_colorectal_patients_fare_alike_at_a_quarter_and_half_a_year(interval: float) -> None:
    """Seed 7, 300 patients, against 30 days, alpha 1e-3 over nine comparisons."""
    found = compared(entry_at("colorectal", 300, 30.0), entry_at("colorectal", 300, interval))
    assert {what: p for what, p in found.items() if p < ALPHA / len(found)} == {}


@pytest.mark.slow
@pytest.mark.parametrize("interval", [30.0, 91.0, 182.0])
@pytest.mark.parametrize("name", ["colorectal", "lung_small_cell"])
def test_thousands_of_patients_fare_alike_at_every_interval(name: str, interval: float) -> None:
    """Seed 7, 3,000 patients, against 7 days, alpha 1e-3 over nine comparisons."""
    found = compared(entry_at(name, 3_000, 7.0), entry_at(name, 3_000, interval))
    assert {what: p for what, p in found.items() if p < ALPHA / len(found)} == {}
