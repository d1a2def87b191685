from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from paget.errors import SettingError
from paget.model import layout
from paget.model.tissue import NEGATIVE, POSITIVE, UNKNOWN
from paget.observation import origin
from paget.observation.origin import SITES, Evidence, OriginTables

Array = np.ndarray[Any, Any]
LIVER, LUNG, NODE, OVARY = (SITES.index(site) for site in ("liver", "lung", "lymph_node", "ovary"))
MALE, FEMALE, EITHER = 0, 1, 2


def tables(**changes: Any) -> OriginTables:
    """Return three origins, two classes of patients, four tests of which the last is a kind of the third."""
    prior = np.empty((3, origin.AGES_YEAR + 1, 3))
    prior[MALE], prior[FEMALE], prior[EITHER] = (0.5, 0.4, 0.1), (0.2, 0.2, 0.6), (0.35, 0.3, 0.35)
    share = np.full((3, 2, len(SITES)), 0.01)
    share[:, :, LIVER] = [[0.2, 0.9], [0.1, 0.3], [0.5, 0.6]]
    share[:, :, LUNG] = [[0.1, 0.8], [0.4, 0.9], [0.2, 0.3]]
    has = np.ones((3, len(SITES)), np.bool_)
    has[MALE, OVARY] = False
    made = OriginTables(
        origins=("x", "y", "z"),
        tests=("A", "B", "gene", "kind"),
        histologies=("gland", "plate"),
        within=np.array([-1, -1, -1, 2]),
        log_prior=np.log(prior),
        rate=np.array([[0.9, 0.2, 0.6, 0.5], [0.1, 0.3, 0.1, 0.1], [0.5, 0.8, 0.3, 0.2]]),
        class_weight=np.array([[0.6, 0.4], [0.5, 0.5], [0.9, 0.1]]),
        class_share=share,
        sex_has_site=has,
        histology_rate=np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]),
    )
    return replace(made, **changes)


def evidence(count: int = 1, **known: Any) -> Evidence:
    """Return patients of unknown sex and age of whom nothing is known but what is given; sites by name."""
    sites = np.full((count, len(SITES)), UNKNOWN, np.int8)
    for site, result in known.pop("sites", {}).items():
        sites[:, SITES.index(site)] = result
    tests = np.full((count, 4), UNKNOWN, np.int8)
    tests[:, :] = known.pop("tests", tests)
    made = Evidence(
        sex=np.full(count, known.pop("sex", EITHER)),
        age_year=np.full(count, known.pop("age_year", np.nan)),
        sites=sites,
        tests=tests,
        histology=np.full(count, known.pop("histology", UNKNOWN)),
    )
    assert known == {}
    return made


def results(*codes: int) -> Array:
    """Return results of the four tests of one patient."""
    return np.array([codes], np.int8)


def test_with_nothing_known_the_posterior_is_the_prior() -> None:
    """Sex and age alone give the share of each origin among such patients."""
    assert origin.posterior(tables(), evidence(sex=MALE, age_year=64.0)) == pytest.approx(np.array([[0.5, 0.4, 0.1]]))


def test_the_posterior_is_that_of_bayes_by_hand() -> None:
    """Prior times the chance of each finding, made to sum to 1."""
    known = evidence(sex=FEMALE, tests=results(1, 0, UNKNOWN, UNKNOWN), histology=1, sites={"liver": 1, "lung": 0})
    liver_only = np.array(
        [0.6 * 0.2 * 0.9 + 0.4 * 0.9 * 0.2, 0.5 * 0.1 * 0.6 + 0.5 * 0.3 * 0.1, 0.9 * 0.5 * 0.8 + 0.1 * 0.6 * 0.7]
    )
    by_hand = np.array([0.2, 0.2, 0.6]) * liver_only * [0.9 * 0.8, 0.1 * 0.7, 0.5 * 0.2] * [0.1, 0.5, 0.8]
    assert origin.posterior(tables(), known)[0] == pytest.approx(by_hand / by_hand.sum())


def test_a_missing_test_is_the_mean_over_what_it_could_show() -> None:
    """The posterior without a test is the mean of the posteriors with it, weighed by how likely each result is."""
    without = evidence(tests=results(1, UNKNOWN, UNKNOWN, UNKNOWN))
    joint = [
        np.exp(origin.log_joint(tables(), evidence(tests=results(1, result, UNKNOWN, UNKNOWN)))) for result in (0, 1)
    ]
    assert sum(joint) == pytest.approx(np.exp(origin.log_joint(tables(), without)))


def test_a_site_that_nobody_looked_at_is_summed_over() -> None:
    """The same holds for sites, whose classes of patients are summed over first."""
    joint = [np.exp(origin.log_sites(tables(), evidence(sites={"liver": 1, "lung": lung}))) for lung in (0, 1)]
    assert sum(joint) == pytest.approx(np.exp(origin.log_sites(tables(), evidence(sites={"liver": 1}))))


def test_sites_of_one_patient_come_together() -> None:
    """Liver and lung together are likelier than they would be if they were independent."""
    both, liver, lung = (
        np.exp(origin.log_sites(tables(), evidence(sites=dict.fromkeys(names, 1))))[0]
        for names in (("liver", "lung"), ("liver",), ("lung",))
    )
    assert (both > 1.05 * liver * lung)[:2].all()


def test_all_results_of_a_gene_and_its_kind_sum_to_one() -> None:
    """A kind cannot be found without its gene; the three other pairs make up every case."""
    pairs = [(1, 1), (1, 0), (0, 0)]
    chances = [np.exp(origin.log_tests(tables(), evidence(tests=results(-1, -1, *pair)))) for pair in pairs]
    assert sum(chances) == pytest.approx(np.ones((1, 3)))


def test_a_kind_that_is_found_says_that_its_gene_is_altered() -> None:
    """Found alone, or together with its gene, it means the same."""
    alone, both = (origin.posterior(tables(), evidence(tests=results(-1, -1, gene, 1))) for gene in (-1, 1))
    assert alone == pytest.approx(both)


def test_a_kind_without_its_gene_is_refused() -> None:
    """Contradictory findings are told by name."""
    with pytest.raises(SettingError, match="kind is a kind of gene"):
        origin.posterior(tables(), evidence(tests=results(-1, -1, 0, 1)))


def test_an_organ_that_a_sex_lacks_says_nothing_when_clear_and_is_refused_when_found() -> None:
    """A clear ovary of a man is no evidence, and a metastasis in it is a contradiction."""
    told = origin.log_sites(tables(), evidence(sex=MALE, sites={"ovary": 0}))
    assert told == pytest.approx(np.zeros((1, 3)), abs=1e-12)
    with pytest.raises(SettingError, match="ovary of a male"):
        origin.posterior(tables(), evidence(sex=MALE, sites={"ovary": 1}))


def test_what_a_test_tells_is_the_expected_fall_of_uncertainty() -> None:
    """Mutual information by formula is entropy now less its mean after the test was done."""
    known = evidence(sex=MALE, tests=results(1, -1, -1, -1))
    now = origin.posterior(tables(), known)
    gain = origin.gain_bits(tables(), known, now)[0]
    for test in (1, 2, 3):
        after = 0.0
        for result in (0, 1):
            tests = known.tests.copy()
            tests[0, test] = result
            then = origin.posterior(tables(), replace(known, tests=tests))
            log = origin.log_joint(tables(), replace(known, tests=tests)) - origin.log_joint(tables(), known)
            after += float((now * np.exp(log)).sum() * origin.entropy_bits(then)[0])
        assert gain[test] == pytest.approx(float(origin.entropy_bits(now)[0]) - after)
    assert gain[0] == 0.0


def test_a_kind_tells_nothing_once_its_gene_is_normal_and_more_once_it_is_altered() -> None:
    """What a kind can tell depends on what its gene has shown."""
    normal, altered = (evidence(tests=results(-1, -1, gene, -1)) for gene in (0, 1))
    gains = [origin.gain_bits(tables(), known, origin.posterior(tables(), known))[0, 3] for known in (normal, altered)]
    assert gains[0] == 0.0
    assert gains[1] > 0.01


def test_tests_done_together_tell_what_all_their_results_tell() -> None:
    """Drawn results give the expected fall of uncertainty that all eight results give exactly, within 0.02 bits."""
    known = evidence(sex=MALE)
    now = origin.posterior(tables(), known)[0]
    exact = float(origin.entropy_bits(now))
    for a, b, gene in product((0, 1), repeat=3):
        some = evidence(sex=MALE, tests=results(a, b, gene, -1))
        chance = np.exp(origin.log_tests(tables(), some))[0]
        exact -= float((now * chance).sum() * origin.entropy_bits(origin.posterior(tables(), some)[0]))
    drawn = origin.panel_gain_bits(tables(), known, now, np.array([0, 1, 2]), draws=20_000)
    assert drawn == pytest.approx(exact, abs=0.02)
    assert origin.panel_gain_bits(tables(), replace(known, tests=results(1, 1, 1, 1)), now, np.arange(4)) == 0.0


def test_nodes_are_one_site() -> None:
    """Any node found is found; they are clear only where both basins are, and else nobody can say."""
    regional, distant = (layout.ORGANS.index(f"{kind}_lymph_node") for kind in ("regional", "distant"))
    codes = (UNKNOWN, NEGATIVE, POSITIVE)
    organs = np.full((9, layout.N_ORGANS), UNKNOWN, np.int8)
    organs[:, regional], organs[:, distant] = zip(*product(codes, repeat=2), strict=True)
    found = origin.sites_from_organs(organs)
    assert found.shape == (9, len(SITES))
    assert found[:, NODE].tolist() == [-1, -1, 1, -1, 0, 1, 1, 1, 1]


def test_many_patients_are_answered_as_each_alone() -> None:
    """Work in chunks changes nothing."""
    count = origin.CHUNK + 3
    rng = np.random.default_rng(2)
    tests = rng.integers(-1, 2, (count, 4)).astype(np.int8)
    tests[tests[:, 2] == NEGATIVE, 3] = UNKNOWN
    many = replace(evidence(count), tests=tests)
    together = origin.posterior(tables(), many)
    last = origin.posterior(tables(), many.rows(slice(count - 1, count)))
    assert together[-1] == pytest.approx(last[0])
    assert together.sum(axis=1) == pytest.approx(np.ones(count))


def test_arrays_of_other_shapes_are_refused() -> None:
    """Three results do not fit four tests."""
    with pytest.raises(SettingError, match="do not fit"):
        origin.posterior(tables(), replace(evidence(), tests=np.zeros((1, 3), np.int8)))
