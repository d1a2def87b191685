"""Tumour DNA in blood: shed by dying cells, gone within the hour, and drawn in a tube among far more healthy DNA.

The model is that of Avanzini et al. 2020 (doi:10.1126/sciadv.abc4308). A genome lives so short that the number in
circulation follows the tumour's size at once; it is a Poisson count about `genomes_mean`. A tumour's mutations sit on
fragments of their own, so that each of them is drawn into the tube by itself.

Mutations of ageing blood cells are not modelled: a test that does not know the tumour has more false calls than here.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paget.errors import SettingError
from paget.model.assay import GenomeTest
from paget.model.draws import Floats, Words, normals, stream_keys, uniforms
from paget.model.layout import STREAM_ASSAY
from paget.model.truth import Truth
from paget.observation.counts import gammas, poissons

LOG_TWO: Final = float(np.log(2.0))
SLOWEST: Final = 0.25
"""Least share of the clearance that clearance and growth together are taken at: a source that melts away faster than
its product is cleared has no steady state."""
LONGEST_HALF_LIFE_DAY: Final = 0.05
"""Longest half-life with which two looks a day apart are independent: less than one genome in a million is left."""
LARGE_MEAN: Final = 500.0
"""Expected errors from which a threshold is taken from the normal law."""

_OWN, _VISIT, _GENOMES, _COPIES, _ELSEWHERE, _BASES = range(6)
"""An assay's streams: the patient's own numbers, the visit's, and each count of a visit."""
_SHEDDING, _DNA = 1, 3
"""First counters of the patient's own stream."""


def genomes_mean(
    cells: ArrayLike,
    birth_per_day: ArrayLike,
    death_per_day: ArrayLike,
    shed_per_death: ArrayLike,
    half_life_day: float,
) -> Floats:
    """Return the mean number of circulating genomes of tumours that grow or shrink exponentially.

    N d q / (epsilon + b - d), equation 1 of Avanzini et al. 2020 (doi:10.1126/sciadv.abc4308), with epsilon = ln 2 /
    half-life. Arguments broadcast.

    Parameters
    ----------
    cells
        Living cells.
    birth_per_day, death_per_day
        Rates per cell.
    shed_per_death
        Genomes that enter blood per cell death.
    half_life_day
        Half-life of a genome in blood.
    """
    deaths = np.asarray(cells, np.float64) * np.asarray(death_per_day)
    growth = np.asarray(birth_per_day, np.float64) - np.asarray(death_per_day)
    return np.asarray(deaths * shed_per_death * residence_day(growth, half_life_day))


def residence_day(growth_per_day: ArrayLike, half_life_day: float) -> Floats:
    """Return the days by which a source that grows is to be multiplied to give what stands in blood: 1 / (epsilon + r).

    Parameters
    ----------
    growth_per_day
        Net growth of the source; epsilon + r is taken as a quarter of epsilon where it is less.
    half_life_day
        Half-life in blood.
    """
    clearance = LOG_TWO / half_life_day
    return np.asarray(1.0 / np.maximum(clearance + np.asarray(growth_per_day), SLOWEST * clearance))


def age_at_size_day(keys: Words, cells: float, birth_per_day: float, death_per_day: float) -> Floats:
    """Return the ages at which lines of one cell that live on reach a size, by the law of the birth-death process.

    A living line has a geometric size (Kendall 1948, doi:10.1214/aoms/1177730285), and a large one no longer shrinks,
    so P(age <= t) = eta(t) ** (cells - 1), which is inverted with one uniform per stream.

    Parameters
    ----------
    keys : ndarray of uint64
        Streams.
    cells
        The size, above 1 and large.
    birth_per_day, death_per_day
        Rates per cell, birth above death.
    """
    growth = birth_per_day - death_per_day
    left = -np.expm1(np.log1p(-uniforms(keys)) / (cells - 1.0))
    return np.asarray(np.log((growth + death_per_day * left) / (birth_per_day * left)) / growth)


@dataclass(frozen=True)
class Shedders:
    """Tumours followed from one cell to a size, and the genomes they keep in circulation.

    Parameters
    ----------
    age_day : ndarray, shape (P,)
        Age at which the size was reached.
    before_day : ndarray, shape (D,)
        Looks: days before that, falling to 0.
    cells : ndarray, shape (P, D)
        Size at each look; 0 before the first cell.
    genomes : ndarray, shape (P, D)
        Genomes in circulation at each look.
    """

    age_day: Floats
    before_day: Floats
    cells: Floats
    genomes: Floats


def grown_shedders(
    seed: int,
    count: int,
    cells: float,
    *,
    birth_per_day: float,
    death_per_day: float,
    shed_per_death: float,
    half_life_day: float,
    looks: int | None = None,
) -> Shedders:
    """Return tumours that grew from one cell to a size, with a look each day.

    The age is drawn by the law of the birth-death process. Back from the size the tumour is followed exponentially, so
    that below about a thousand cells, which keep less than a thousandth of a genome in blood, it is not the line's own
    path. Genomes of two days are independent, as none lives from one to the next.

    Parameters
    ----------
    seed
        Seed of all draws.
    count
        Tumours.
    cells
        Size at which they are taken.
    birth_per_day, death_per_day
        Rates per cell.
    shed_per_death
        Genomes that enter blood per cell death.
    half_life_day
        Half-life of a genome in blood, much less than a day.
    looks
        Daily looks up to the size, the last one at it; as many as the oldest tumour has days if None.

    Raises
    ------
    SettingError
        Where the tumours do not grow, or genomes outlive a day.
    """
    if not birth_per_day > death_per_day >= 0.0:
        raise SettingError(
            "Tumours that are to reach a size have to grow.",
            key="death_per_day",
            value=death_per_day,
            allowed=f"at least 0 and below birth_per_day, {birth_per_day:g}",
            fix="lower death_per_day",
        )
    if half_life_day > LONGEST_HALF_LIFE_DAY:
        raise SettingError(
            "Genomes that live for hours would be seen on two days.",
            key="half_life_day",
            value=half_life_day,
            allowed=f"at most {LONGEST_HALF_LIFE_DAY:g} day, which is 72 minutes",
            fix="give the half-life in days: 30 minutes are 0.0208",
        )
    tumours = np.arange(count)
    age_day = age_at_size_day(stream_keys(seed, tumours, STREAM_ASSAY, _OWN), cells, birth_per_day, death_per_day)
    before_day = np.arange(int(age_day.max()) if looks is None else looks - 1, -1, -1).astype(np.float64)
    growth = birth_per_day - death_per_day
    sizes = np.where(before_day <= age_day[:, None], cells * np.exp(-growth * before_day), 0.0)
    mean = genomes_mean(sizes, birth_per_day, death_per_day, shed_per_death, half_life_day)
    keys = stream_keys(seed, tumours[:, None], STREAM_ASSAY, _GENOMES, before_day)
    return Shedders(age_day, before_day, sizes, poissons(keys, mean))


@dataclass(frozen=True)
class Biopsy:
    """What tubes of blood of P patients show.

    Parameters
    ----------
    genomes : ndarray, shape (P,)
        Tumour genomes in circulation: truth, no finding.
    copies : ndarray, shape (P,)
        Copies of a base that were sequenced, healthy ones and the tumour's.
    called, false_calls : ndarray, shape (P,)
        Called bases that are mutant in the tumour, and called ones that are not. Without a tumour all are false.
    variant_share : ndarray, shape (P,)
        Mutant share of the copies over the called bases; 0 where none is called.
    detected : ndarray of bool, shape (P,)
        Whether the test is positive.
    """

    genomes: Floats
    copies: Floats
    called: Floats
    false_calls: Floats
    variant_share: Floats
    detected: NDArray[np.bool_]


def liquid_biopsy(seed: int, truth: Truth, test: GenomeTest, cell: ArrayLike = 0) -> Biopsy:
    """Return what a tube of blood of each patient shows.

    Parameters
    ----------
    seed
        Seed of the run.
    truth : Truth
        What is the case.
    test : GenomeTest
        The assay, for the patients' cancer.
    cell : int or ndarray of int, shape (P,)
        Number of the visit, or its day as a whole number: what tells its draws from another's.
    """
    who, when = truth.patient, np.asarray(cell)
    own = stream_keys(seed, who, STREAM_ASSAY, test.key + _OWN)
    shed = test.shed_per_death * np.exp(test.shed_sigma * normals(own, _SHEDDING))
    mean = genomes_mean(truth.cells, truth.birth_per_day, truth.death_per_day, shed[:, None], test.half_life_day)
    genomes = poissons(stream_keys(seed, who, STREAM_ASSAY, test.key + _GENOMES, when), mean.sum(axis=1))
    visit = stream_keys(seed, who, STREAM_ASSAY, test.key + _VISIT, when)
    dna = test.dna_ng_per_ml / test.dna_shape * gammas(own, test.dna_shape, _DNA)
    dna *= np.exp(test.dna_sigma * normals(visit) - 0.5 * test.dna_sigma**2)
    return _sequenced(seed, truth, test, when, genomes, dna * test.plasma_ml / test.copy_ng)


def _sequenced(
    seed: int, truth: Truth, test: GenomeTest, when: NDArray[np.int64], genomes: Floats, healthy: Floats
) -> Biopsy:
    """Return what is read of so many circulating tumour genomes and healthy copies."""

    def keys(stream: int) -> Words:
        return stream_keys(seed, truth.patient, STREAM_ASSAY, test.key + stream, when)

    total = (healthy + 2.0 * genomes) * test.sampled
    errors = (healthy + genomes) * test.sampled * test.error_per_base
    copies = np.maximum(1.0, poissons(keys(_COPIES), total))
    least, by_chance = call_threshold(total * test.error_per_base, test.p_value)
    bases = stream_keys(seed, keys(_BASES)[:, None], STREAM_ASSAY, np.arange(test.mutations))
    fragments = poissons(bases, (genomes * test.sampled + errors)[:, None])
    is_called = fragments >= least[:, None]
    called = is_called.sum(axis=1).astype(np.float64)
    elsewhere = poissons(keys(_ELSEWHERE), (test.bases - test.mutations) * by_chance)
    calls = called + elsewhere
    mutant = np.where(is_called, fragments, 0.0).sum(axis=1) + elsewhere * least
    return Biopsy(
        genomes=genomes,
        copies=copies,
        called=called,
        false_calls=elsewhere + np.where(genomes > 0.0, 0.0, called),
        variant_share=np.minimum(1.0, mutant / np.maximum(1.0, calls) / copies),
        detected=calls >= test.calls,
    )


def call_threshold(errors: Floats, p_value: float) -> tuple[Floats, Floats]:
    """Return how many mutant fragments make a call, and how often errors alone make one.

    Parameters
    ----------
    errors : ndarray, shape (P,)
        Expected errors at a base: a Poisson mean.
    p_value
        Errors alone may make a call with at most this chance.

    Returns
    -------
    least, by_chance : ndarray, shape (P,)
        Smallest count, 1 or more, that so few errors reach, and the chance that they reach it.
    """
    small = errors <= LARGE_MEAN
    spread = NormalDist().inv_cdf(max(1e-300, 1.0 - p_value)) if p_value < 1.0 else 0.0
    least = np.where(small, 1.0, np.maximum(1.0, np.ceil(errors + spread * np.sqrt(errors) + 0.5)))
    by_chance = np.where(small, -np.expm1(-errors), p_value)
    term = errors * np.exp(-errors)
    waiting = np.flatnonzero(small & (by_chance > p_value))
    while waiting.size:
        by_chance[waiting] = np.maximum(0.0, by_chance[waiting] - term[waiting])
        least[waiting] += 1.0
        term[waiting] *= errors[waiting] / least[waiting]
        waiting = waiting[by_chance[waiting] > p_value]
    return least, by_chance
