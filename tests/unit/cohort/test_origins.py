from __future__ import annotations

import math

import numpy as np
import pytest

import paget
from paget.catalogue import current
from paget.catalogue.panels import panel_of
from paget.cohort.origin_tables import cases_by_year, origin_tables
from paget.cohort.origin_words import column_of, organ_of, result_of, sex_of
from paget.errors import SettingError
from paget.model import layout
from paget.observation.origin import SITES

BREAST = {"GATA3": "+", "ER": "+", "PR": "+", "TTF1": "-"}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ck7", "CK7"),
        ("TTF-1", "TTF1"),
        ("CK5/6", "CK5_6"),
        ("p16", "p16_block"),
        ("HER2 3+", "HER2"),
        ("BRAF", "BRAF_V600"),
    ],
)
def test_a_test_is_known_by_the_names_that_pathologists_use(name: str, meant: str) -> None:
    """Case, hyphens and slashes do not matter, and common other names are known."""
    tests = origin_tables(current()).tests
    assert tests[column_of(name, panel_of(current()), tests)] == meant


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("+", 1),
        ("-", 0),
        ("Positive", 1),
        ("neg", 0),
        (True, 1),
        (False, 0),
        (1, 1),
        (0.0, 0),
        (None, -1),
        (math.nan, -1),
    ],
)
def test_a_result_may_be_a_sign_a_word_or_a_truth_value(value: object, code: int) -> None:
    """Every usual way to write a result is read."""
    assert result_of("CK7", value) == code


def test_organs_and_sexes_are_read_as_people_write_them() -> None:
    """All nodes are one site, parts of the bowel are bowel, and m is male."""
    assert [organ_of(name) for name in ("Liver", "lymph nodes", "regional_lymph_node", "colon")] == [
        "liver",
        "lymph_node",
        "lymph_node",
        "bowel",
    ]
    assert [sex_of(name) for name in ("male", "F", None)] == [0, 1, 2]


def test_a_classical_pattern_names_its_origin() -> None:
    """CK7 negative, CK20 and CDX2 positive, liver and lung: colorectal, with nine chances in ten or more."""
    found = paget.origin(["liver", "lung"], {"CK7": "-", "CK20": "+", "CDX2": "+"}, sex="male", age=64)
    assert found.likeliest == "colorectal"
    assert found.posterior["colorectal"] > 0.9
    assert sum(found.posterior.values()) == pytest.approx(1.0)
    assert found.weights[0].name == "CDX2"
    assert {weight.name for weight in found.weights} == {"CDX2", "CK20", "CK7", "lung, liver"}


def test_the_likelihood_ratios_lead_from_prior_to_posterior_where_two_origins_are_left() -> None:
    """For one finding, posterior odds are prior odds times its likelihood ratio."""
    found = paget.origin(markers={"Thyroglobulin": "+"}, sex="female", age=50)
    before, after = (
        share / (1.0 - share) for share in (found.prior["thyroid_papillary"], found.posterior["thyroid_papillary"])
    )
    assert after == pytest.approx(before * found.weights[0].likelihood_ratio)


def test_the_next_test_is_the_most_telling_for_its_cost() -> None:
    """Tests that were done are not offered, and the list falls by what a hundred dollars tell."""
    found = paget.origin(["bone"], {"CK7": "+"}, sex="female", age=60)
    names = [test.name for test in found.next_tests]
    worth = [test.gain_bits_per_100_usd for test in found.next_tests]
    assert "CK7" not in names
    assert "gene panel" in names
    assert worth == sorted(worth, reverse=True)
    assert found.next_best == found.next_tests[0]


def test_an_organ_that_was_not_examined_is_no_evidence() -> None:
    """With every other organ unexamined, liver alone decides; with all clear, more is known."""
    others = [site for site in SITES if site != "liver"]
    alone = paget.origin(["liver"], not_examined=others).posterior
    arrays = paget.origin_posteriors(sites={"liver": [1]})
    assert alone == pytest.approx(dict(zip(arrays.origins, arrays.probability[0], strict=True)))
    assert paget.origin(["liver"]).posterior["colorectal"] != pytest.approx(alone["colorectal"])


def test_arrays_give_what_one_patient_gives() -> None:
    """A row of an array is the same patient asked alone."""
    arrays = paget.origin_posteriors(
        tests={name: ["?", result] for name, result in BREAST.items()},
        sex=["male", "female"],
        age_year=[50.0, 61.0],
        histology=["", "adenocarcinoma"],
    )
    alone = paget.origin(markers=BREAST, sex="female", age=61, histology="adenocarcinoma").posterior
    assert dict(zip(arrays.origins, arrays.probability[1], strict=True)) == pytest.approx(alone)
    assert arrays.likeliest[1] == "breast_hr_positive"
    assert arrays.frame().shape == (2, len(arrays.origins))


def test_sites_may_be_one_array_in_the_order_of_organs() -> None:
    """A matrix of findings by organ is read like a mapping of columns."""
    matrix = np.full((1, layout.N_ORGANS), -1)
    matrix[0, layout.ORGANS.index("bone")] = 1
    by_name = paget.origin_posteriors(sites={"bone": [True]})
    assert paget.origin_posteriors(sites=matrix).probability == pytest.approx(by_name.probability)


def test_prior_follows_the_registry_and_its_ratio_of_the_sexes() -> None:
    """No woman has prostate cancer and no man ovarian cancer; at 52 the registry's own cases are kept."""
    panel = panel_of(current())
    names = tuple(panel.registered)
    cases = cases_by_year(current(), names)
    assert cases[1, :, names.index("prostate")].sum() == 0.0
    assert cases[0, :, names.index("ovary_high_grade_serous")].sum() == 0.0
    stomach = panel.registered["stomach"]
    expected = 2797 / 5 * stomach.part.value * stomach.distant.value
    assert cases[0, 50:55, names.index("stomach")] == pytest.approx(np.full(5, expected))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"sites": ["livver"]}, "no organ called 'livver'"),
        ({"markers": {"CK77": "+"}}, "no marker or alteration called 'CK77'"),
        ({"markers": {"CK7": "maybe"}}, "result of CK7"),
        ({"markers": {"CK7": "+"}, "results": [("ck-7", "-")]}, "contradict each other: CK7"),
        ({"markers": {"PD-L1": "+"}}, "guides treatment"),
        ({"mutations": {"KRAS": "-", "KRAS_G12C": "+"}}, "KRAS_G12C is a kind of KRAS"),
        ({"sites": ["ovary"], "sex": "male"}, "ovary of a male"),
        ({"sites": ["liver"], "not_examined": ["liver"]}, "nobody examined"),
        ({"sex": "man"}, "no sex"),
        ({"age": -1}, "out of range"),
        ({"histology": "glandular"}, "no histology"),
    ],
)
def test_what_cannot_be_is_refused(asked: dict[str, object], told: str) -> None:
    """Unknown names and contradictory findings end in one clear error."""
    with pytest.raises(SettingError, match=told):
        paget.origin(**asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, "Nothing is known"),
        ({"tests": {"CK7": [1, 0]}, "sex": ["male"]}, "differ in length"),
        ({"tests": {"CK7": [2]}}, "result of CK7"),
        ({"tests": {"CK7": [1], "ck-7": [1]}}, "names of one test"),
        ({"sites": np.zeros((2, 3))}, "wrong shape"),
        ({"tests": {"CK7": [1]}, "age_year": [200.0]}, "out of range"),
        ({"tests": {"CK7": [1]}, "sex": [7]}, "A sex means nothing"),
    ],
)
def test_arrays_that_mean_nothing_are_refused(asked: dict[str, object], told: str) -> None:
    """Arrays of different lengths, codes without a meaning and wrong shapes are told."""
    with pytest.raises(SettingError, match=told):
        paget.origin_posteriors(**asked)  # type: ignore[arg-type]
