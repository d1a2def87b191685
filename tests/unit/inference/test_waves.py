"""The machinery of a calibration, held to simulators whose answer is known."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from scipy import stats

from paget.errors import SettingError
from paget.inference.aims import Aim, Figure
from paget.inference.emulator import Box, Emulator
from paget.inference.posterior import FREEDOM, Likelihood, sampled
from paget.inference.waves import Waves

SEED = 20
NAMES = ("early", "late", "size")
SHARE_SD, LOG_SD = 0.03, 0.15


def _truth(at: np.ndarray) -> np.ndarray:
    """Two shares and a time of a made-up cancer with two free numbers."""
    x, y = at
    early, late = (1.0 / (1.0 + math.exp(-value)) for value in (-1.0 + 2.0 * x, 1.0 - 1.5 * x + 1.2 * y))
    return np.array([early, late, math.exp(2.0 + 0.8 * y - 0.3 * x * y)])


def _toy(n: int, random: np.random.Generator) -> Callable[[np.ndarray], list[dict[str, Figure]]]:
    def simulate(design: np.ndarray) -> list[dict[str, Figure]]:
        found: list[dict[str, Figure]] = []
        for at in design:
            true = _truth(at)
            shares = random.binomial(n, true[:2]) / n
            time = true[2] * math.exp(random.normal(0.0, 1.0 / math.sqrt(n)))
            errors = [*np.sqrt(np.maximum(shares * (1.0 - shares), 0.25 / n) / n), time / math.sqrt(n)]
            told = zip(NAMES, [*shares, time], errors, strict=True)
            found.append({name: (float(value), float(error)) for name, value, error in told})
        return found

    return simulate


def _aims(observed: Sequence[float]) -> list[Aim]:
    return [
        Aim("early", observed[0], SHARE_SD**2, 1.0, is_share=True),
        Aim("late", observed[1], SHARE_SD**2, 1.0, is_share=True),
        Aim("size", math.log(observed[2]), LOG_SD**2, 1.0, is_share=False),
    ]


def _observed(at: np.ndarray, random: np.random.Generator) -> list[float]:
    true = _truth(at)
    shares = true[:2] + SHARE_SD * random.standard_t(FREEDOM, 2)
    return [*map(float, shares), float(true[2] * math.exp(LOG_SD * random.standard_t(FREEDOM)))]


def _surface(box: Box, weights: np.ndarray) -> Emulator:
    """Return a surface that is exactly known."""
    return Emulator(box, weights, np.zeros((weights.size, weights.size)), 0.0, 0.0, 1.0, 10)


def test_known_numbers_are_found_again() -> None:
    """Figures simulated at known values lead back to these values within three posterior standard deviations."""
    random, at = np.random.default_rng(SEED), np.array([0.3, 0.7])
    fit = Waves(np.full(2, 0.5), 48, SEED, steps=500)
    for _ in range(2):
        wave = fit.wave("both", (0, 1), _aims(list(_truth(at))), (), _toy(2000, random))
    sample = wave.posterior.points
    assert (np.abs(sample.mean(axis=0) - at) < 3.0 * sample.std(axis=0)).all()
    assert (sample.std(axis=0) < 0.15).all()


@pytest.mark.slow
def test_posteriors_are_calibrated() -> None:
    """Over 64 made-up cancers the rank of the true value in the posterior is even (chi-square, alpha 0.001, seed 20).

    Simulation-based calibration: true values are drawn from the prior, figures from the model that the fit assumes.
    """
    random = np.random.default_rng(SEED)
    ranks = []
    for case in range(64):
        at = random.uniform(size=2)
        fit = Waves(np.full(2, 0.5), 24, SEED + case, steps=250)
        fit.wave("both", (0, 1), _aims(_observed(at, random)), (), _toy(1000, random))
        ranks.append((fit.done[-1].posterior.points < at).mean(axis=0))
    for number in range(2):
        counts, _ = np.histogram([rank[number] for rank in ranks], bins=8, range=(0.0, 1.0))
        assert stats.chisquare(counts).pvalue > 0.001


def test_a_plane_has_the_posterior_of_the_textbook() -> None:
    """Where the emulator is a plane, the posterior of one figure is Student's law of its scale."""
    box = Box.whole(1)
    plane = _surface(box, np.array([0.5, 0.5, 0.0]))
    found = sampled(Likelihood([Aim("size", 0.4, 0.03**2, 1.0, is_share=False)], [plane], box), SEED, steps=2000)
    assert float(np.median(found.points)) == pytest.approx(0.4, abs=0.003)
    for quantile in (0.1, 0.25, 0.75, 0.9):
        expected = 0.4 + 0.03 * stats.t.ppf(quantile, FREEDOM)
        assert float(np.quantile(found.points, quantile)) == pytest.approx(expected, abs=0.005)
    assert found.effective > 1000


def test_a_figure_that_nothing_meets_does_not_outweigh_the_others() -> None:
    """Four figures at 0.3 hold a number although a fifth, which is far out of reach, would draw it away."""
    box = Box.whole(1)
    plane = _surface(box, np.array([0.5, 0.5, 0.0]))
    aims = [Aim(f"{k}", 0.3, 0.03**2, 1.0, is_share=False) for k in range(4)]
    aims.append(Aim("far", 5.0, 0.03**2, 1.0, is_share=False))
    found = sampled(Likelihood(aims, [plane] * 5, box), SEED, steps=500)
    assert float(found.points.mean()) == pytest.approx(0.3, abs=0.02)


def test_a_corner_that_hardly_any_point_tells_is_not_trusted() -> None:
    """Where a surface fits a figure but is itself unsure, a place that fits as well and is sure is more plausible."""
    box = Box.whole(1)
    unsure = Emulator(box, np.array([0.4, 0.0, 0.0]), np.diag([0.0, 0.5, 0.0]), 0.1, 0.0, 1.0, 10)
    density = Likelihood([Aim("size", 0.4, 0.01, 1.0, is_share=False)], [unsure], box)
    edge, middle = density(np.array([[1.0], [0.5]]))
    assert edge - middle == pytest.approx(-0.5 * math.log(0.51 / 0.01))


def test_a_figure_of_half_the_weight_pulls_half_as_much() -> None:
    """Two figures of half the weight pull as one of the whole."""
    box = Box.whole(1)
    plane = _surface(box, np.array([0.5, 0.5, 0.0]))
    at = np.linspace(0.0, 1.0, 5)[:, None]
    half = Likelihood([Aim("size", 0.4, 0.01, 0.5, is_share=False)] * 2, [plane] * 2, box)(at)
    whole = Likelihood([Aim("size", 0.4, 0.01, 1.0, is_share=False)], [plane], box)(at)
    assert half == pytest.approx(whole)


def test_nothing_outside_the_box_is_plausible() -> None:
    """A point outside the prior's bounds has no density."""
    box = Box.whole(1)
    plane = _surface(box, np.array([0.5, 0.5, 0.0]))
    density = Likelihood([Aim("size", 0.4, 0.01, 1.0, is_share=False)], [plane], box)
    assert density(np.array([[1.01], [-0.01]])).tolist() == [-math.inf, -math.inf]


def test_what_a_stage_does_not_move_stays_as_stated() -> None:
    """A stage that moves one number simulates all points with the other at its stated value."""
    random, tried = np.random.default_rng(SEED), []
    simulate = _toy(1000, random)

    def noting(design: np.ndarray) -> list[dict[str, Figure]]:
        tried.append(design)
        return simulate(design)

    fit = Waves(np.array([0.5, 0.25]), 16, SEED, steps=100)
    fit.wave("spread", (0,), _aims([0.5, 0.5, 9.0]), (), noting)
    assert set(tried[0][:, 1]) == {0.25}
    assert fit.median[1] == 0.25
    fit.wave("both", (0, 1), _aims([0.5, 0.5, 9.0]), (), noting)
    assert len(set(tried[1][:, 1])) == 16
    assert tried[1][:, 0].min() >= fit.done[1].box.low[0]


def test_a_later_stage_looks_beyond_an_earlier_one() -> None:
    """Where figures of a later stage draw a number out of the box that an earlier one left, it gets there by waves."""
    random = np.random.default_rng(SEED)
    fit = Waves(np.full(2, 0.5), 32, SEED, steps=300)
    fit.wave("early", (0, 1), [Aim("early", 0.38, 0.02**2, 1.0, is_share=True)], (), _toy(2000, random))
    assert fit.done[0].posterior.points[:, 0].max() < 0.95
    drawn = [Aim("early", 0.73, 0.02**2, 1.0, is_share=True)]
    for _ in range(3):
        fit.wave("late", (0, 1), drawn, (), _toy(2000, random))
    assert fit.done[-1].posterior.points[:, 0].mean() > 0.9


def test_a_figure_that_nothing_tells_is_left_out() -> None:
    """A figure that cannot be computed at most points is not fitted to; where none can, the reason is told."""
    aims = _aims([0.5, 0.5, 9.0])

    def silent(design: np.ndarray) -> list[dict[str, Figure]]:
        return [{"early": (math.nan, None), "late": (0.5, 0.01), "size": (9.0, 0.1)} for _ in design]

    fit = Waves(np.full(2, 0.5), 16, SEED, steps=100)
    wave = fit.wave("both", (0, 1), aims, (), silent)
    assert [aim.name for aim in wave.likelihood.aims] == ["late", "size"]
    with pytest.raises(SettingError, match="half of the simulated points"):
        fit.wave("other", (0, 1), aims[:1], (), silent)


def test_the_same_seed_gives_the_same_posterior() -> None:
    """A calibration that is done again gives the same bits."""

    def once() -> np.ndarray:
        fit = Waves(np.full(2, 0.5), 16, SEED, steps=100)
        fit.wave("both", (0, 1), _aims([0.5, 0.5, 9.0]), (), _toy(1000, np.random.default_rng(SEED)))
        return fit.done[-1].posterior.points

    assert (once() == once()).all()
