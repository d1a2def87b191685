from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from paget.model.trial import Design, Trial

ASSUMED: dict[str, Any] = {"source": "paget", "grade": "assumed", "rationale": "Shows the form."}
SPEC: dict[str, Any] = {
    "id": "shown",
    "name": "A trial",
    "summary": "Shows the form.",
    "cancer": "colorectal",
    "population": {"patients": 100},
    "eligibility": {"at": ["diagnosis"], "metastatic": True},
    "design": {"accrual_month": 12.0, "follow_up_month": 24.0, **ASSUMED},
    "arms": [
        {"id": "old", "name": "Old", "give": ["folfiri"]},
        {"id": "new", "name": "New", "give": ["folfiri", "bevacizumab"], "weight": 2},
    ],
    "published": {"hazard_ratios": [{"endpoint": "OS", "arm": "new", "value": 0.8, **ASSUMED}]},
}
RULE: dict[str, Any] = {"id": "more", "at": ["treated"], "phase": "systemic", "goal": "control", **ASSUMED}
SOURCE: dict[str, Any] = {
    "id": "seen",
    "kind": "article",
    "authors": ["Writer A"],
    "title": "T",
    "year": 2000,
    "url": "x",
}


def changed(*path: str | int, to: object) -> dict[str, Any]:
    """Return the specification with one value changed."""
    spec = deepcopy(SPEC)
    place: Any = spec
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return spec


def test_the_first_arm_is_the_reference_unless_one_is_named() -> None:
    """Arms are compared with the first, or with the one that the specification names."""
    first, named = Trial.model_validate(SPEC), Trial.model_validate(changed("reference", to="new") | {"published": {}})
    assert (first.control, [arm.id for arm in first.others]) == ("old", ["new"])
    assert (named.control, [arm.id for arm in named.others]) == ("new", ["old"])


def test_an_arm_names_each_therapy_that_it_gives_once() -> None:
    """Therapies at randomisation come first, then those of later rules; what is kept is not given by the arm."""
    spec = changed("arms", 0, "then", to=[{**RULE, "give": ["folfiri", "bevacizumab"]}])
    assert Trial.model_validate(spec).arm("old").therapies == ("folfiri", "bevacizumab")


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        (changed("arms", to=SPEC["arms"][:1]), "A trial compares arms, and there are 1"),
        (changed("arms", to=[]), "A trial compares arms, and there are 0"),
        (changed("arms", 0, "weight", to=0), "The arm old would have no patients"),
        (changed("arms", 0, "weight", to=-1), "The arm old would have no patients"),
        (changed("arms", 0, "id", to="new"), "The arm new is there twice"),
        (changed("arms", 0, "wait_day", to=-1.0), "greater than or equal to 0"),
        (changed("arms", 0, "then", to=[{**RULE, "id": "randomised"}]), "The rule randomised is there twice"),
        (changed("arms", 0, "then", to=[{**RULE, "source": "unseen"}]), "The source unseen is not listed"),
        (changed("reference", to="older"), "There is no arm called older"),
        (changed("design", "accrual_month", to=0.0), "greater than 0"),
        (changed("design", "accrual_month", to=float("inf")), "finite"),
        (changed("design", "follow_up_month", to=1e9), "less than or equal to 600"),
        (changed("design", "follow_up_month", to=-1.0), "greater than 0"),
        (changed("design", "assessed_every_day", to=0.0), "greater than or equal to 7"),
        (changed("design", "drop_out_per_year", to=1.0), "less than 1"),
        (changed("design", "alpha", to=0.0), "greater than 0"),
        (changed("population", "patients", to=0), "greater than or equal to 1"),
        (changed("eligibility", to={"at": []}), "at least 1 item"),
        (changed("endpoints", to=["ORR", "OS"]), "The primary endpoint is no time that everybody has"),
        (changed("published", "hazard_ratios", 0, "arm", to="old"), "compares the reference with itself"),
        (changed("published", "hazard_ratios", 0, "arm", to="nwe"), "There is no arm called nwe"),
        (changed("published", "hazard_ratios", 0, "value", to=-0.8), "greater than or equal to 0"),
        (changed("published", "hazard_ratios", 0, "low", to=0.9), "lies outside its own interval"),
        (changed("published", "hazard_ratios", 0, "endpoint", to="ORR"), "0.8 of ORR does not belong here"),
        (changed("published", "hazard_ratios", 0, "source", to="unseen"), "The source unseen is not listed"),
        (changed("published", to={"shares": [{"endpoint": "ORR", "arm": "new", "value": 44.8, **ASSUMED}]}), "44.8"),
        (changed("sources", to=[SOURCE, SOURCE]), "The source seen is there twice"),
        (changed("colour", to="red"), "Extra inputs are not permitted"),
    ],
)
def test_a_trial_that_makes_no_sense_is_refused(spec: dict[str, Any], told: str) -> None:
    """Arms without patients, schedules without an end, negative numbers and uncited results are told as faults."""
    with pytest.raises(ValidationError) as fault:
        Trial.model_validate(spec)
    assert told in str(fault.value)


def test_a_listed_source_may_be_named() -> None:
    """A number may come from a publication that the specification itself lists."""
    spec = changed("design", to={**SPEC["design"], "source": "seen", "grade": "measured"}) | {"sources": [SOURCE]}
    assert Trial.model_validate(spec).design.source == "seen"


def test_a_design_looks_at_patients_every_eight_weeks_and_loses_nobody_unless_it_says_so() -> None:
    """What is left out is what most trials of solid tumours do, and 5 % and 80 %."""
    design = Design.model_validate(SPEC["design"])
    assert (design.assessed_every_day, design.drop_out_per_year, design.imaging) == (56.0, 0.0, ("ct",))
    assert (design.alpha, design.power, design.blocks) == (0.05, 0.8, True)
