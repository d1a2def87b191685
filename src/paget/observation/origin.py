"""Where a metastatic cancer comes from: the posterior over origins, given what has been found.

Bayes' rule: incidence of metastatic disease by sex and age, times the chance of the sites, of each result, and of the
look of the tumour, given the origin. Results are independent given the origin; sites are not, because some patients
have much disease and some little, so each origin holds a mixture of classes of patients within which sites are
independent. What was not looked at drops out, which is the same as summing over what it could have shown.
It stops being true for an origin that is not among those listed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from paget.errors import SettingError
from paget.model import layout
from paget.model.draws import choices, stream_keys, uniforms
from paget.model.tissue import NEGATIVE, POSITIVE, UNKNOWN, Floats, Integers, Results

SITES: Final = tuple(
    "lymph_node" if organ == "distant_lymph_node" else organ
    for organ in layout.ORGANS
    if organ != "regional_lymph_node"
)
"""Sites of evidence, S of them. Nodes are one site: as long as the origin is unknown, none is regional."""

AGES_YEAR: Final = 121
"""Ages 0 to 120 have a prior each; the next position stands for an unknown age."""
SEXES: Final = (*layout.SEXES, "unknown")
CHUNK: Final = 8192
"""Patients that are worked on at once, so that intermediate arrays stay in the processor's cache."""


@dataclass(frozen=True)
class OriginTables:
    """All that the posterior is made of: O origins, T tests, S sites, K classes of patients, H histologies.

    Parameters
    ----------
    origins, tests, histologies : tuple of str
        Names by position.
    within : ndarray of int64, shape (T,)
        Position of the test whose positive result this one presupposes; -1 for none.
    log_prior : ndarray, shape (3, AGES_YEAR + 1, O)
        By sex (`SEXES`) and whole year of age.
    rate : ndarray, shape (O, T)
        Chance of a positive result in a metastasis, or, where `within` names a test, given that one is positive.
    class_weight : ndarray, shape (O, K)
        Shares of the classes.
    class_share : ndarray, shape (O, K, S)
        Chance that a site is found, in patients of a class.
    sex_has_site : ndarray of bool, shape (3, S)
        Which sites a patient of a sex can have; others say nothing about the origin.
    histology_rate : ndarray, shape (O, H)
        Shares of what tumours look like.
    """

    origins: tuple[str, ...]
    tests: tuple[str, ...]
    histologies: tuple[str, ...]
    within: Integers
    log_prior: Floats
    rate: Floats
    class_weight: Floats
    class_share: Floats
    sex_has_site: NDArray[np.bool_]
    histology_rate: Floats

    @property
    def marginal_rate(self) -> Floats:
        """Chance of a positive result whatever else is known, shape (O, T)."""
        inner = np.where(self.within >= 0, self.rate[:, np.maximum(self.within, 0)], 1.0)
        return np.asarray(self.rate * inner)


@dataclass(frozen=True)
class Evidence:
    """What is known of P patients.

    Parameters
    ----------
    sex : ndarray of int64, shape (P,)
        Codes of `SEXES`.
    age_year : ndarray of float64, shape (P,)
        Ages; NaN where unknown.
    sites : ndarray of int8, shape (P, S)
        POSITIVE where a metastasis was found, NEGATIVE where none was, UNKNOWN where nobody looked.
    tests : ndarray of int8, shape (P, T)
        Results.
    histology : ndarray of int64, shape (P,)
        Positions in `OriginTables.histologies`; -1 where unknown.
    """

    sex: Integers
    age_year: Floats
    sites: Results
    tests: Results
    histology: Integers

    def rows(self, which: slice) -> Evidence:
        """Return the evidence of some patients."""
        return Evidence(
            self.sex[which], self.age_year[which], self.sites[which], self.tests[which], self.histology[which]
        )


def sites_from_organs(found: Results) -> Results:
    """Return findings by organ, shape (P, N_ORGANS), as sites of evidence, shape (P, S): all nodes become one.

    Parameters
    ----------
    found
        POSITIVE, NEGATIVE or UNKNOWN by organ, in the order of `layout.ORGANS`.
    """
    regional, distant = (layout.code(layout.ORGANS, f"{kind}_lymph_node") for kind in ("regional", "distant"))
    # POSITIVE is the greatest and UNKNOWN the least, so nodes are clear only where both basins are.
    nodes = np.maximum(found[:, regional], found[:, distant])
    unclear = (nodes == NEGATIVE) & (np.minimum(found[:, regional], found[:, distant]) == UNKNOWN)
    joined = found.copy()
    joined[:, distant] = np.where(unclear, UNKNOWN, nodes)
    return np.delete(joined, regional, axis=1)


def posterior(tables: OriginTables, evidence: Evidence) -> Floats:
    """Return the probability of each origin, shape (P, O); rows sum to 1.

    Parameters
    ----------
    tables
        What is known of the origins.
    evidence
        What is known of the patients.

    Raises
    ------
    SettingError
        Where a result contradicts another, or a finding is impossible in a patient of that sex.
    """
    check(tables, evidence)
    count = evidence.sex.size
    out = np.empty((count, len(tables.origins)))
    for first in range(0, count, CHUNK):
        part = slice(first, first + CHUNK)
        out[part] = _normalised(log_joint(tables, evidence.rows(part)))
    return out


def log_joint(tables: OriginTables, evidence: Evidence) -> Floats:
    """Return ln of prior times likelihood, shape (P, O)."""
    return np.asarray(
        log_prior(tables, evidence)
        + log_sites(tables, evidence)
        + log_tests(tables, evidence)
        + log_histology(tables, evidence)
    )


def log_prior(tables: OriginTables, evidence: Evidence) -> Floats:
    """Return ln of the share of each origin among metastatic patients of that sex and age, shape (P, O)."""
    known = np.isfinite(evidence.age_year)
    year = np.where(known, np.clip(np.nan_to_num(evidence.age_year), 0.0, AGES_YEAR - 1.0), AGES_YEAR)
    return np.asarray(tables.log_prior[evidence.sex, year.astype(np.int64)])


def log_sites(tables: OriginTables, evidence: Evidence) -> Floats:
    """Return ln of the chance of the sites found and clear, shape (P, O): summed over the classes of patients."""
    n_origins, n_classes, n_sites = tables.class_share.shape
    shares = tables.class_share.reshape(-1, n_sites)
    told = tables.sex_has_site[evidence.sex]
    found = ((evidence.sites == POSITIVE) & told).astype(np.float64)
    clear = ((evidence.sites == NEGATIVE) & told).astype(np.float64)
    log = found @ np.log(shares).T + clear @ np.log1p(-shares).T
    log = log.reshape(-1, n_origins, n_classes) + np.log(tables.class_weight)
    top = log.max(axis=2, keepdims=True)
    return np.asarray(top[..., 0] + np.log(np.exp(log - top).sum(axis=2)))


def log_tests(tables: OriginTables, evidence: Evidence) -> Floats:
    """Return ln of the chance of all results, shape (P, O)."""
    results, inner = evidence.tests, tables.within >= 0
    outer = results[:, np.maximum(tables.within, 0)]
    alone = (outer == UNKNOWN) | ~inner
    given = inner & (outer == POSITIVE)
    log = np.zeros((evidence.sex.size, len(tables.origins)))
    for mask, rate in ((alone, tables.marginal_rate), (given, tables.rate)):
        positive = ((results == POSITIVE) & mask).astype(np.float64)
        negative = ((results == NEGATIVE) & mask).astype(np.float64)
        log += positive @ np.log(rate).T + negative @ np.log1p(-rate).T
    return log


def log_histology(tables: OriginTables, evidence: Evidence) -> Floats:
    """Return ln of the chance of what the tumour looks like, shape (P, O)."""
    told = evidence.histology >= 0
    log = np.log(tables.histology_rate.T)[np.maximum(evidence.histology, 0)]
    return np.where(told[:, None], log, 0.0)


def gain_bits(tables: OriginTables, evidence: Evidence, probability: Floats) -> Floats:
    """Return what each test is expected to tell about the origin, in bits, shape (P, T); 0 where it was done.

    The mutual information of origin and result: entropy of the result, less its mean entropy given the origin.

    Parameters
    ----------
    tables
        What is known of the origins.
    evidence
        What is known of the patients.
    probability
        Posterior over origins, shape (P, O).
    """
    rate = tables.marginal_rate
    outer = evidence.tests[:, np.maximum(tables.within, 0)]
    given = (tables.within >= 0) & (outer == POSITIVE)
    gain = np.where(given, _information(probability, tables.rate), _information(probability, rate))
    settled = (evidence.tests != UNKNOWN) | ((tables.within >= 0) & (outer == NEGATIVE))
    return np.where(settled, 0.0, np.maximum(gain, 0.0))


def panel_gain_bits(
    tables: OriginTables, evidence: Evidence, probability: Floats, columns: Integers, draws: int = 2000
) -> float:
    """Return what several tests done together are expected to tell about the origin of one patient, in bits.

    Parameters
    ----------
    tables
        What is known of the origins.
    evidence
        What is known of the patient, P = 1.
    probability
        Posterior over origins, shape (O,).
    columns
        Positions of the tests.
    draws
        Results that are drawn from what is known now; the same ones at each call.
    """
    columns = columns[evidence.tests[0, columns] == UNKNOWN]
    if columns.size == 0:
        return 0.0
    keys = stream_keys(0, np.arange(draws), layout.STREAM_TISSUE, 0)
    strata = (np.arange(draws) + 0.5) / draws
    origin = choices(strata, np.broadcast_to(probability, (draws, probability.size)))
    results = np.repeat(evidence.tests, draws, axis=0)
    for column in columns[np.argsort(tables.within[columns] >= 0, kind="stable")]:
        positive = uniforms(keys, 1 + column) < tables.rate[origin, column]
        if tables.within[column] >= 0:
            positive &= results[:, tables.within[column]] == POSITIVE
        results[:, column] = positive
    many = Evidence(
        sex=np.repeat(evidence.sex, draws),
        age_year=np.repeat(evidence.age_year, draws),
        sites=np.repeat(evidence.sites, draws, axis=0),
        tests=results,
        histology=np.repeat(evidence.histology, draws),
    )
    return max(0.0, float(entropy_bits(probability) - entropy_bits(posterior(tables, many)).mean()))


def entropy_bits(probability: Floats) -> Floats:
    """Return the entropy of distributions over the last axis, in bits."""
    safe = np.where(probability > 0.0, probability, 1.0)
    return np.asarray(-(probability * np.log2(safe)).sum(axis=-1))


def without_tests(evidence: Evidence) -> Evidence:
    """Return the evidence as it was before any test of tissue."""
    return replace(
        evidence,
        tests=np.full_like(evidence.tests, UNKNOWN),
        histology=np.full_like(evidence.histology, -1),
    )


def check(tables: OriginTables, evidence: Evidence) -> None:
    """Raise `SettingError` where evidence contradicts itself or does not fit the tables."""
    count = evidence.sex.size
    expected = {
        "age_year": (count,),
        "sites": (count, len(SITES)),
        "tests": (count, len(tables.tests)),
        "histology": (count,),
    }
    for key, shape in expected.items():
        given = getattr(evidence, key).shape
        if given != shape:
            raise SettingError("The arrays do not fit.", key=key, value=given, allowed=f"shape {shape}")
    _check_sites(tables, evidence)
    _check_kinds(tables, evidence)


def _check_sites(tables: OriginTables, evidence: Evidence) -> None:
    """Refuse a metastasis in an organ that the patient does not have."""
    for site, sex in (("ovary", "male"), ("prostate", "female")):
        column = SITES.index(site)
        wrong = (evidence.sites[:, column] == POSITIVE) & ~tables.sex_has_site[evidence.sex, column]
        if wrong.any():
            raise SettingError(
                f"A metastasis in the {site} of a {sex} patient contradicts itself.",
                key="sites",
                value=f"{site}{_whose(evidence, int(wrong.argmax()))}",
                allowed=f"{site} where the sex is not {sex}",
                fix="correct the sex or the sites",
            )


def _check_kinds(tables: OriginTables, evidence: Evidence) -> None:
    """Refuse a kind of an alteration where the alteration itself was not found."""
    outer = evidence.tests[:, np.maximum(tables.within, 0)]
    wrong = (tables.within >= 0) & (evidence.tests == POSITIVE) & (outer == NEGATIVE)
    if wrong.any():
        row, column = (int(found[0]) for found in np.nonzero(wrong))
        inner, name = tables.tests[column], tables.tests[tables.within[column]]
        raise SettingError(
            f"{inner} is a kind of {name}: it cannot be found where {name} is not.",
            key=inner,
            value=f"{inner} positive, {name} negative{_whose(evidence, row)}",
            allowed=f"{name} positive or not known",
            fix="correct one of the two results",
        )


def _whose(evidence: Evidence, row: int) -> str:
    return f", patient {row}" if evidence.sex.size > 1 else ""


def _normalised(log: Floats) -> Floats:
    weight = np.exp(log - log.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def _information(probability: Floats, rate: Floats) -> Floats:
    return np.asarray(_binary_bits(probability @ rate) - probability @ _binary_bits(rate))


def _binary_bits(rate: Floats) -> Floats:
    return entropy_bits(np.stack([rate, 1.0 - rate], axis=-1))
