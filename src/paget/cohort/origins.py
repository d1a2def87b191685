"""Where a metastatic cancer comes from, asked by name: one patient in words, or many in arrays.

`origin` answers for one patient and says what drove the answer and which test would tell most next;
`origin_posteriors` answers for arrays of patients.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paget.catalogue.panels import panel_of
from paget.cohort.origin_answer import NextTest, Origin, OriginPosteriors, Weight
from paget.cohort.origin_arrays import (
    ages_of,
    by_organ,
    histologies_of,
    one_length,
    results_of,
    sexes_of,
    tests_of_many,
)
from paget.cohort.origin_tables import origin_tables
from paget.cohort.origin_words import age_of, histology_of, sex_of, sites_of, tests_of
from paget.model import layout
from paget.model.tissue import NEGATIVE, POSITIVE, UNKNOWN, Floats, Results
from paget.observation import origin as bayes
from paget.observation.origin import SITES, Evidence, OriginTables

if TYPE_CHECKING:
    from paget.model.panel import Panel


def origin(
    sites: Iterable[str] | None = None,
    markers: Mapping[str, object] | None = None,
    mutations: Mapping[str, object] | None = None,
    *,
    sex: str | None = None,
    age: float | None = None,
    histology: str | None = None,
    not_examined: Iterable[str] = (),
    results: Iterable[tuple[str, object]] = (),
) -> Origin:
    """Return where a metastatic cancer comes from, with the reasons and the next best test.

    Parameters
    ----------
    sites
        Organs in which metastases were found; the primary, or what may be one, is no site. All other organs count as
        looked at and clear, unless they are among `not_examined`. None where nothing is known of the sites.
    markers
        Results of antibodies by name, such as ``{"CK7": "-", "CK20": "+"}``; True and False will do.
    mutations
        Results of sequencing by name, such as ``{"KRAS": True}``.
    sex
        ``male`` or ``female``; None where unknown.
    age
        Age in years; None where unknown.
    histology
        What the tumour looks like, such as ``adenocarcinoma``.
    not_examined
        Organs that nobody looked at, or that hold a lesion which may be the primary.
    results
        Further results of either kind, as pairs of name and result.

    Returns
    -------
    Origin
        Probabilities, what drove them, and what to test next.

    Raises
    ------
    SettingError
        Where a name is not known, or findings contradict each other.

    Examples
    --------
    >>> found = paget.origin(["liver", "lung"], {"CK7": "-", "CK20": "+"}, sex="male", age=64)  # doctest: +SKIP
    >>> found.likeliest, found.next_best.name  # doctest: +SKIP
    """
    tables, panel = _tables()
    evidence = Evidence(
        sex=np.array([sex_of(sex)]),
        age_year=np.array([age_of(age)]),
        sites=sites_of(sites, not_examined),
        tests=tests_of(tables, panel, [*(markers or {}).items(), *(mutations or {}).items(), *results]),
        histology=np.array([histology_of(histology, tables.histologies)]),
    )
    probability = bayes.posterior(tables, evidence)[0]
    prior = np.exp(bayes.log_prior(tables, evidence))[0]
    order = np.argsort(-probability, kind="stable")
    named = [(tables.origins[at], at) for at in order]
    return Origin(
        posterior={name: float(probability[at]) for name, at in named},
        prior={name: float(prior[at]) for name, at in named},
        weights=_weights(tables, evidence, prior, int(order[0])),
        next_tests=_next_tests(tables, panel, evidence, probability),
        uncertainty_bits=max(0.0, float(bayes.entropy_bits(probability))),
    )


def origin_posteriors(
    *,
    sites: Mapping[str, ArrayLike] | ArrayLike | None = None,
    tests: Mapping[str, ArrayLike] | None = None,
    sex: ArrayLike | None = None,
    age_year: ArrayLike | None = None,
    histology: ArrayLike | None = None,
) -> OriginPosteriors:
    """Return where the cancers of many patients come from.

    Parameters
    ----------
    sites
        By organ, an array over patients: 1 or True where a metastasis was found, 0 or False where none was, -1 or NaN
        where nobody looked. Organs left out count as not looked at. Or one array of shape (P, 22), with the organs in
        the order of `paget.model.layout.ORGANS`.
    tests
        By antibody or alteration, such an array of results.
    sex
        ``male``, ``female`` or an empty text, one for each patient; or 0, 1 and -1.
    age_year
        Ages in years; NaN where unknown.
    histology
        What each tumour looks like; an empty text where unknown.

    Returns
    -------
    OriginPosteriors
        Probabilities, shape (P, O).

    Raises
    ------
    SettingError
        Where a name is not known, arrays differ in length, or findings contradict each other.

    Examples
    --------
    >>> found = paget.origin_posteriors(tests={"CK7": [0, 1], "CK20": [1, 0]}, sex=["male", "female"])  # doctest: +SKIP
    """
    tables, panel = _tables()
    by_test = {name: results_of(name, values) for name, values in (tests or {}).items()}
    by_site = by_organ(sites)
    given: dict[str, NDArray[Any]] = {**by_test}
    if by_site is not None:
        given["sites"] = by_site
    given |= {
        name: np.atleast_1d(np.asarray(values))
        for name, values in (("sex", sex), ("age_year", age_year), ("histology", histology))
        if values is not None
    }
    count = one_length(given)
    evidence = Evidence(
        sex=np.full(count, len(layout.SEXES)) if sex is None else sexes_of(np.asarray(given["sex"])),
        age_year=np.full(count, np.nan) if age_year is None else ages_of(np.asarray(given["age_year"], np.float64)),
        sites=np.full((count, len(SITES)), UNKNOWN, np.int8) if by_site is None else bayes.sites_from_organs(by_site),
        tests=tests_of_many(count, by_test, panel, tables.tests),
        histology=np.full(count, -1) if histology is None else histologies_of(given["histology"], tables.histologies),
    )
    return OriginPosteriors(tables.origins, bayes.posterior(tables, evidence))


def _tables() -> tuple[OriginTables, Panel]:
    from paget import catalogue

    current = catalogue.current()
    return origin_tables(current), panel_of(current)


def _weights(tables: OriginTables, evidence: Evidence, prior: Floats, best: int) -> tuple[Weight, ...]:
    """Return the weight of each finding for the origin `best`, strongest first."""
    others = np.where(np.arange(prior.size) == best, 0.0, prior)
    others = others / others.sum() if others.sum() > 0.0 else np.full(prior.size, 1.0 / prior.size)

    def weight(kind: str, name: str, result: str, log: Floats) -> Weight:
        chance = np.exp(log)
        return Weight(kind, name, result, float(chance[best]), float(others @ chance))

    found: list[Weight] = []
    if (evidence.sites != UNKNOWN).any():
        names = [site.replace("_", " ") for site in np.array(SITES)[evidence.sites[0] == POSITIVE]]
        clear = int((evidence.sites[0] == NEGATIVE).sum())
        log = bayes.log_sites(tables, evidence)[0]
        found.append(weight("sites", ", ".join(names) or "none", f"{clear} others clear", log))
    if evidence.histology[0] >= 0:
        log = bayes.log_histology(tables, evidence)[0]
        found.append(weight("histology", tables.histologies[int(evidence.histology[0])], "seen", log))
    bare = bayes.without_tests(evidence)
    markers = len(_tables()[1].markers)
    for column in np.flatnonzero(evidence.tests[0] != UNKNOWN):
        outer = int(tables.within[column])
        known = bare.tests.copy()
        if outer >= 0:
            known[0, outer] = evidence.tests[0, outer]
        with_it = known.copy()
        with_it[0, column] = evidence.tests[0, column]
        log = bayes.log_tests(tables, _with(bare, with_it)) - bayes.log_tests(tables, _with(bare, known))
        result = "positive" if evidence.tests[0, column] == POSITIVE else "negative"
        if column >= markers:
            result = "found" if result == "positive" else "not found"
        kind = "marker" if column < markers else "mutation"
        found.append(weight(kind, tables.tests[column], result, log[0]))
    return tuple(sorted(found, key=lambda one: -abs(math.log(one.likelihood_ratio))))


def _with(evidence: Evidence, tests: Results) -> Evidence:
    return Evidence(evidence.sex, evidence.age_year, evidence.sites, tests, evidence.histology)


def _next_tests(tables: OriginTables, panel: Panel, evidence: Evidence, probability: Floats) -> tuple[NextTest, ...]:
    gain = bayes.gain_bits(tables, evidence, probability[None, :])[0]
    markers = len(panel.markers)
    open_markers = [at for at in range(markers) if evidence.tests[0, at] == UNKNOWN]
    tests = [NextTest(tables.tests[at], float(gain[at]), panel.costs.antibody.value) for at in open_markers]
    genes = np.arange(markers, len(tables.tests))
    if (evidence.tests[0, genes] == UNKNOWN).any():
        told = bayes.panel_gain_bits(tables, evidence, probability, genes)
        tests.append(NextTest("gene panel", told, panel.costs.gene_panel.value))
    return tuple(sorted(tests, key=lambda test: -test.gain_bits_per_100_usd))
