"""The posterior of free numbers given published figures, sampled on emulators.

The sampler is the affine-invariant ensemble of Goodman & Weare (2010) with moves by differential evolution, as
`emcee` has it (Foreman-Mackey et al. 2013): it needs no gradient and no tuning, whatever the numbers' correlations.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.errors import MissingExtraError
from paget.inference.emulator import terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from paget.inference.aims import Aim
    from paget.inference.emulator import Box, Emulator

    Floats = NDArray[np.float64]

FREEDOM: Final = 4.0
"""Degrees of freedom of Student's law, by which figures scatter about a model: one that nothing meets pulls little."""

_WALKERS_EACH: Final = 4
_WALKERS_LEAST: Final = 32
_BURN_SHARE: Final = 0.33
"""Steps that are thrown away at the start, by those that are kept."""


@dataclass(frozen=True)
class Likelihood:
    """How well points agree with the published figures, by emulators.

    Figures scatter about the model by Student's law and not by the normal one, under which a single figure that no
    value of the free numbers meets would outweigh all others.

    Parameters
    ----------
    aims
        The figures.
    emulators
        What a simulation would give for each.
    box
        Where the prior and all emulators hold.
    """

    aims: Sequence[Aim]
    emulators: Sequence[Emulator]
    box: Box

    def emulated(self, points: Floats) -> Floats:
        """Return the figures at points, on the scale on which they are compared, shape (N, T)."""
        return self._compared(terms(self.box.centred(points)))

    def __call__(self, points: Floats) -> Floats:
        """Return the logarithm of the posterior density at points, shape (N,)."""
        inside = self.box.holds(points)
        found = np.full(len(points), -np.inf)
        if inside.any():
            features = terms(self.box.centred(points[inside]))
            off = self._compared(features) - self._value
            variance = self._fixed + np.square(features @ self._factors).sum(axis=2).T * self._slopes2
            tails = (FREEDOM + 1.0) * np.log1p(off**2 / (FREEDOM * variance))
            found[inside] = -0.5 * (tails + np.log(variance)) @ self._counts
        return found

    def _compared(self, features: Floats) -> Floats:
        found = features @ self._weights
        shares = [place for place, aim in enumerate(self.aims) if aim.is_share]
        found[:, shares] = 1.0 / (1.0 + np.exp(-found[:, shares]))
        return np.asarray(found)

    @cached_property
    def _weights(self) -> Floats:
        """Coefficients of all emulators, which hold in the same box, shape (K, T)."""
        return np.stack([made.weights for made in self.emulators], axis=1)

    @cached_property
    def _factors(self) -> Floats:
        """Factors of the coefficients' covariances; features times them, squared, sum to variances, (T, K, K)."""
        least = 1e-12 * np.eye(len(self._weights))
        return np.stack([np.linalg.cholesky(made.covariance + least) for made in self.emulators])

    @cached_property
    def _value(self) -> Floats:
        return np.array([aim.value for aim in self.aims])

    @cached_property
    def _counts(self) -> Floats:
        return np.array([aim.weight for aim in self.aims])

    @cached_property
    def _slopes2(self) -> Floats:
        return np.array([aim.slope() ** 2 for aim in self.aims])

    @cached_property
    def _fixed(self) -> Floats:
        """Variance of the published figure and the model, and of what no quadratic follows."""
        form = np.array([made.form for made in self.emulators])
        return np.asarray(np.array([aim.variance for aim in self.aims]) + self._slopes2 * form)


@dataclass(frozen=True)
class Posterior:
    """A sample of the posterior.

    Parameters
    ----------
    points : ndarray of float64, shape (S, D)
        The sample, each coordinate from 0 to 1.
    steps_between
        Autocorrelation time of the chains, in steps: the longest of all coordinates.
    effective
        Independent draws that the chains are worth.
    """

    points: Floats
    steps_between: float
    effective: int

    @property
    def median(self) -> Floats:
        """Median of each coordinate."""
        return np.asarray(np.median(self.points, axis=0))


def sampled(likelihood: Likelihood, seed: int, steps: int = 1500, draws: int = 4000) -> Posterior:
    """Return a sample of the posterior.

    Parameters
    ----------
    likelihood
        The density.
    seed
        Seed of the sampler.
    steps
        Steps of each walker that are kept.
    draws
        How many points to keep.

    Raises
    ------
    MissingExtraError
        If emcee is not installed.
    """
    try:
        import emcee
    except ImportError as error:
        raise MissingExtraError("A calibration", "emcee", "calibrate") from error
    size, burn = likelihood.box.low.size, int(_BURN_SHARE * steps)
    walkers = max(_WALKERS_EACH * size, _WALKERS_LEAST)
    start = _starts(likelihood, walkers, seed)
    moves = [(emcee.moves.DEMove(), 0.7), (emcee.moves.DESnookerMove(), 0.1), (emcee.moves.StretchMove(), 0.2)]
    sampler = emcee.EnsembleSampler(walkers, size, likelihood, vectorize=True, moves=moves)
    state = emcee.State(start, random_state=np.random.MT19937(seed).state)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sampler.run_mcmc(state, burn + steps)
        apart = float(np.max(sampler.get_autocorr_time(discard=burn, tol=0)))
    apart = apart if np.isfinite(apart) else float(steps)
    chain = sampler.get_chain(discard=burn, flat=True)
    kept = np.linspace(0, len(chain) - 1, min(draws, len(chain))).astype(np.int64)
    return Posterior(np.asarray(chain[kept]), apart, int(walkers * steps / max(apart, 1.0)))


def _starts(likelihood: Likelihood, walkers: int, seed: int) -> Floats:
    """Return where the walkers start: points of the box, picked by their density."""
    box, random = likelihood.box, np.random.default_rng(seed)
    tried = random.uniform(box.low, box.high, size=(200 * walkers, box.low.size))
    density = likelihood(tried)
    # Flattened, so that the starts spread over what is plausible and are not all one point.
    chance = np.exp(0.2 * (density - density.max()))
    picked = random.choice(len(tried), size=walkers, replace=False, p=chance / chance.sum())
    return np.asarray(tried[picked])
