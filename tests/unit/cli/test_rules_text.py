"""The rules of a protocol in words."""

from __future__ import annotations

from paget.cli.rules_text import done, whom
from paget.model.protocol import Rule, When


def test_whom_a_rule_holds_for_is_told_condition_by_condition() -> None:
    """Stages are Roman, yes and no have words of their own, and a rule without conditions holds for everybody."""
    when = When(stages=(2, 3), metastatic=False, has=("KRAS_G12C",), worst_fitness=1, age_below_year=70.0)
    told = "stage II or III, without metastases, found: KRAS G12C, below 70 years, ECOG at most 1"
    assert whom(when) == told
    assert whom(When()) == "everybody"


def test_what_a_rule_has_done_tells_wait_share_line_and_goal() -> None:
    """What is given comes first, and what goes on beside it after a semicolon."""
    rule = Rule.model_validate(
        {
            "id": "second",
            "at": ["progression"],
            "give": ["folfiri"],
            "keep": ["zoledronic_acid"],
            "wait": 14.0,
            "uptake": 0.5,
            "phase": "systemic",
            "goal": "control",
            "new_line": True,
            "source": "paget",
            "grade": "assumed",
            "rationale": "An example.",
        }
    )
    assert done(rule) == (
        "-> folfiri; goes on: zoledronic acid, after 14 days, taken up by 50 % (systemic, a new line; goal: control)"
    )


def test_every_condition_of_a_rule_has_words() -> None:
    """No field of `When` is told by its name."""
    values = {
        **dict.fromkeys(("metastatic", "node_positive", "primary_in_place"), True),
        **dict.fromkeys(("most_metastases", "worst_fitness", "best_fitness"), 1),
        **{name: 50.0 for name in When.model_fields if name.endswith(("_year", "_mm", "_day"))},
        **{name: ["liver"] for name in ("only_in", "any_in", "symptomatic")},
        **{name: ["folfox"] for name in ("had", "never", "on", "has", "lacks", "substages")},
        "stages": [1],
        "sexes": ["male"],
        "phases": ["local"],
        "goals": ["cure"],
        "lines": [1],
        "responses": ["PR"],
    }
    told = [whom(When.model_validate({name: value})) for name, value in values.items()]
    assert set(values) == set(When.model_fields)
    assert all(text and "_" not in text for text in told)
