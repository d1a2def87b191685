"""Soil that all cancers share, fitted to the sites of many cancers at once: ``python -m paget.inference.soils``.

A cancer without site figures is predicted by anatomy, flow and shared soil alone, so that soil must not be fitted to
one cancer. For each cancer and organ the figure `site_ever` tells by which factor the mean number of deposits is off;
the shared part of these factors is their random-effects mean (DerSimonian & Laird 1986), and how far cancers scatter
about it is how far such a prediction may be off. The lung is the reference: a factor common to all organs is no soil.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

import paget
from paget import catalogue
from paget.cohort import runner
from paget.cohort.progress import ProgressBar
from paget.cohort.store import write_text
from paget.inference import targets as published
from paget.inference.points import Job, Points
from paget.inference.strata import parse

if TYPE_CHECKING:
    from paget.inference.targets import Target

REFERENCE: Final = "lung"
QUANTITY: Final = "site_ever"
SOILS_NAME: Final = "soils.json"
_LEAST, _MOST = 0.004, 0.985
"""Shares nearer to 0 or 1 than this tell no number of deposits."""

_SURE_LOG: Final = 0.15
"""Error that a factor has at least, as a logarithm, since published series differ by more than their sampling."""

_DAMPED: Final = 0.8
"""Part of a step that is taken: organs compete for the patients who live to show them."""


@dataclass(frozen=True)
class Residual:
    """By how much the deposits of a cancer in an organ are off.

    Parameters
    ----------
    cancer, organ
        Where.
    simulated, published
        Shares of patients with metastases in whom the site was ever found.
    log_factor, variance
        Logarithm of published over simulated mean numbers of deposits, and its variance.
    """

    cancer: str
    organ: str
    simulated: float
    published: float
    log_factor: float
    variance: float


@dataclass(frozen=True)
class SharedTerm:
    """What cancers have in common in an organ.

    Parameters
    ----------
    organ
        The organ.
    log_factor, error
        Random-effects mean of the logarithms of the factors, and its standard error.
    scatter
        Standard deviation of cancers about it, their errors taken off.
    cancers
        How many cancers tell it.
    """

    organ: str
    log_factor: float
    error: float
    scatter: float
    cancers: int


@dataclass(frozen=True)
class SoilFit:
    """The result.

    Parameters
    ----------
    factors
        By which each organ's soil is to be multiplied; 1 for the reference.
    rounds
        Shared terms of each round; those of the last are what is left.
    residuals
        What is left by cancer and organ in the last round.
    """

    factors: Mapping[str, float]
    rounds: tuple[tuple[SharedTerm, ...], ...]
    residuals: tuple[Residual, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """Yield the result as text: each organ's factor, what is left of it, and how far cancers scatter."""
        yield f"{'organ':<22}{'factor':>8}{'left':>8}{'±':>7}{'scatter':>9}{'cancers':>9}"
        for term in self.rounds[-1]:
            told = f"{math.exp(term.log_factor):>8.2f}{term.error:>7.2f}{term.scatter:>9.2f}{term.cancers:>9}"
            yield f"{term.organ:<22}{self.factors.get(term.organ, 1.0):>8.2f}{told}"
        off = [abs(each.simulated - each.published) for each in self.residuals]
        yield f"Mean absolute error of {len(off)} shares: {100.0 * sum(off) / len(off):.1f} points."


def fit_soils(
    n: int = 1000,
    *,
    rounds: int = 3,
    seed: int = 1,
    out: str | Path = "calibration/soils",
    workers: int | None = None,
    progress: bool = False,
) -> SoilFit:
    """Fit the soil that all cancers share.

    Parameters
    ----------
    n
        Patients per cancer and round.
    rounds
        Rounds of simulation; the last one only measures.
    seed
        Seed of all draws.
    out
        Folder that keeps what was simulated.
    workers
        Processes; all cores if None.
    progress
        Whether to show progress on a terminal.

    Returns
    -------
    SoilFit
        Factors on the soils of the body, and what they leave.
    """
    wanted = site_targets()
    known = {name: catalogue.cancer(name) for name in wanted}
    identity = {"paget_version": paget.__version__, "soils": catalogue.digest(), "patients": n, "seed": seed}
    factors: dict[str, float] = {}
    history: list[tuple[SharedTerm, ...]] = []
    left: tuple[Residual, ...] = ()
    with Points(Path(out), identity, workers or runner.available_cores()) as made:
        for number in range(rounds):
            jobs = [_job(name, wanted[name], known[name].colonisation.affinity, factors, seed, n) for name in wanted]
            with ProgressBar(f"soils, round {number + 1}", len(jobs), enabled=progress) as bar:
                found = made.simulated(jobs, bar)
            pairs = zip(wanted.items(), found, strict=True)
            left = tuple(each for (_, targets), figures in pairs for each in residuals(targets, figures))
            history.append(shared_terms(left))
            if number < rounds - 1:
                factors = stepped(factors, history[-1])
    fit = SoilFit({REFERENCE: 1.0, **factors}, tuple(history), left)
    write_text(Path(out) / SOILS_NAME, json.dumps(fit.as_dict(), indent=2) + "\n")
    return fit


def site_targets() -> dict[str, tuple[Target, ...]]:
    """Return the figures of sites by cancer; those of groups are left out."""
    cancers = catalogue.list_cancers()
    mine = [each for each in published.shipped() if each.quantity == QUANTITY and each.cancer in cancers]
    return {name: tuple(each for each in mine if each.cancer == name) for name in dict.fromkeys(t.cancer for t in mine)}


def residuals(targets: Sequence[Target], figures: Mapping[str, tuple[float, float | None]]) -> tuple[Residual, ...]:
    """Return by how much deposits are off, organ by organ.

    Parameters
    ----------
    targets
        Figures of one cancer.
    figures
        What was simulated for them, with its error.
    """
    found = []
    for target in targets:
        simulated, se = figures[target.name]
        if math.isnan(simulated):
            continue
        share = min(max(simulated, _LEAST), _MOST)
        log_factor = math.log(_deposits(target.value) / _deposits(simulated))
        error = max((se or 0.0) / ((1.0 - share) * _deposits(simulated)), _SURE_LOG)
        found.append(
            Residual(target.cancer, parse(target.stratum)["site"], simulated, target.value, log_factor, error**2)
        )
    return tuple(found)


def _deposits(share: float) -> float:
    """Return the mean number of deposits at which such a share has one or more (Poisson)."""
    return -math.log(1.0 - min(max(share, _LEAST), _MOST))


def shared_terms(found: Sequence[Residual]) -> tuple[SharedTerm, ...]:
    """Return what cancers have in common, organ by organ.

    Parameters
    ----------
    found
        Residuals of all cancers.
    """
    organs = dict.fromkeys(each.organ for each in found)
    return tuple(_shared(organ, [each for each in found if each.organ == organ]) for organ in organs)


def _shared(organ: str, found: Sequence[Residual]) -> SharedTerm:
    value = np.array([each.log_factor for each in found])
    weight = 1.0 / np.array([each.variance for each in found])
    mean = float(np.average(value, weights=weight))
    excess = float(weight @ (value - mean) ** 2) - (len(found) - 1)
    spare = float(weight.sum() - (weight**2).sum() / weight.sum())
    scatter2 = max(excess / spare, 0.0) if len(found) > 1 else 0.0
    weight = 1.0 / (1.0 / weight + scatter2)
    error = float(1.0 / np.sqrt(weight.sum()))
    return SharedTerm(organ, float(np.average(value, weights=weight)), error, math.sqrt(scatter2), len(found))


def stepped(factors: Mapping[str, float], terms: Sequence[SharedTerm]) -> dict[str, float]:
    """Return factors on the soils after a step.

    Parameters
    ----------
    factors
        Factors so far.
    terms
        What cancers have in common at these factors.
    """
    reference = next((term.log_factor for term in terms if term.organ == REFERENCE), 0.0)
    return {
        term.organ: factors.get(term.organ, 1.0) * math.exp(_DAMPED * (term.log_factor - reference))
        for term in terms
        if term.organ != REFERENCE
    }


def _job(
    name: str,
    targets: tuple[Target, ...],
    affinities: Mapping[str, object],
    factors: Mapping[str, float],
    seed: int,
    n: int,
) -> Job:
    # A factor on the soil of the body does what the same factor on the affinity of every cancer does.
    settings = {
        f"colonisation.affinity.{organ}": f"{factor * getattr(affinities.get(organ), 'value', 1.0):.6g}"
        for organ, factor in sorted(factors.items())
    }
    return Job(name, ((name, 1.0, settings),), targets, frozenset(), seed, 0, n)


if __name__ == "__main__":
    for line in fit_soils(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, progress=True).lines():
        sys.stdout.write(f"{line}\n")
