from __future__ import annotations

import pytest

from paget.cli.origin import pairs, words
from paget.cli.origin_text import print_origin
from paget.cohort.origin_answer import NextTest, Origin, Weight
from paget.errors import SettingError


def answer(*tests: NextTest, certain: bool = False) -> Origin:
    """Return an answer about three origins."""
    posterior = {"colorectal": 0.7, "pancreas": 0.2998, "breast_triple_negative": 0.0002}
    return Origin(
        posterior=posterior,
        prior=dict.fromkeys(posterior, 1 / 3),
        weights=(
            Weight("marker", "CDX2", "positive", 0.95, 0.05),
            Weight("marker", "GATA3", "negative", 0.02, 0.1),
            Weight("mutation", "KRAS", "found", 0.5, 0.5),
            Weight("sites", "liver, lung, bone, brain, adrenal, lymph node", "15 others clear", 0.0004, 0.0001),
        ),
        next_tests=tests,
        uncertainty_bits=0.0 if certain else 0.9,
    )


def test_names_and_results_are_split_at_commas() -> None:
    """Organs and results may be given with commas or one by one."""
    assert words(["liver, lung", "bone"]) == ["liver", "lung", "bone"]
    assert pairs(["CK7=-,CK20=+", "KRAS = +"]) == [("CK7", "-"), ("CK20", "+"), ("KRAS", "+")]


@pytest.mark.parametrize("given", ["CK7", "CK7=", "=+"])
def test_a_result_without_name_or_sign_is_refused(given: str) -> None:
    """A result has a name, an equals sign and a sign."""
    with pytest.raises(SettingError, match="NAME=RESULT"):
        pairs([given])


def test_the_answer_says_what_drove_it_in_words_within_eighty_columns(capsys: pytest.CaptureFixture[str]) -> None:
    """Each finding is told with how often it is seen there and elsewhere, and which way it speaks."""
    print_origin(answer(NextTest("SATB2", 0.4, 100.0), NextTest("gene panel", 0.6, 2900.0)), sex="Male", age=64)
    told = capsys.readouterr().out
    lines = told.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "Origin of the metastases (male, 64 years)"
    assert [line.split() for line in lines if line.startswith("CDX2")] == [
        ["CDX2", "positive", "95", "%", "5.0", "%", "19", "times", "for", "it"]
    ]
    assert "5.0 times against it" in told
    assert "neither way" in told
    assert "< 0.1 %" in told
    assert "Next best test: SATB2" in told
    assert "gene panel" in told
    assert told.count("not a medical device") == 1


def test_a_certain_answer_asks_for_no_test(capsys: pytest.CaptureFixture[str]) -> None:
    """Where next to nothing is left to know, no test is called the next best."""
    print_origin(answer(NextTest("SATB2", 0.0, 100.0), certain=True), sex=None, age=None)
    told = capsys.readouterr().out
    assert "No further test is needed" in told
    assert "Next best test" not in told


def test_when_every_test_was_done_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is left to order."""
    print_origin(answer(), sex=None, age=None)
    assert "Every test of the panel was done." in capsys.readouterr().out
