"""How far to trust a run: where its numbers come from, and how near it comes to published figures."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from paget import catalogue
from paget.cohort.care_plan import NONE, STANDARD
from paget.plots import style
from paget.web.markup import Html, bars, folded, joined, tag
from paget.web.page import note, paragraphs
from paget.web.scores import calibration, score_table, scored_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paget.inference.outcomes import Outcomes
    from paget.inference.scoring import Scored
    from paget.web.run_facts import RunFacts

GRADES: Final = {
    "measured": "as published",
    "derived": "worked out from published figures",
    "fitted": "fitted, so that the model meets published figures",
    "transferred": "taken from a like cancer or organ",
    "assumed": "assumed, with a stated reason",
}


def trust(facts: RunFacts) -> Html:
    """Return what the run's numbers rest on, and how near the run comes to what was published."""
    opening = paragraphs(
        "Intervals in this report say how far chance in the simulation moves a number, given so many patients. They do "
        "not say how far the model is from the truth; these two say more of that:"
    )
    return joined(opening, tag("h3", "What its numbers rest on"), _grades(facts.made), _published(facts))


def _grades(made: Mapping[str, Any]) -> Html:
    counted = Counter(_all_grades(made["parameters"]))
    whole = sum(counted.values())
    told = tag("p", f"{whole:,} numbers of the catalogue describe this cancer, the body and its drivers.")
    rows = [
        (style.upper_first(grade), counted[grade] / whole, f"{counted[grade]:,}") for grade in GRADES if counted[grade]
    ]
    meaning = "; ".join(f"{grade}: {text}" for grade, text in GRADES.items() if counted[grade])
    return joined(
        told, bars(("grade", "share", "numbers"), rows, caption="Numbers by where they come from"), note(meaning)
    )


def _all_grades(content: Mapping[str, Any]) -> list[str]:
    if "grade" in content:
        return [str(content["grade"])]
    return [grade for each in content.values() if isinstance(each, dict) for grade in _all_grades(each)]


def _published(facts: RunFacts) -> Html:
    heading = tag("h3", "How near this run comes to published figures")
    why = _not_comparable(facts)
    if why:
        return joined(heading, tag("p", f"This run is not compared with published figures: {why}."))
    rows = scores_of(facts)
    if not rows:
        return joined(heading, tag("p", "The catalogue has no published figure that a run like this one tells."))
    unseen = [row for row in rows if not row.fitted]
    told = tag("p", scored_text(unseen or rows, fitted=not unseen))
    size = len(facts.cohort)
    few = note(f"With {size:,} patients some of the differences are chance.") if size < _FEW else None
    few = note(f"By the first {_SCORED:,} patients.") if size > _SCORED else few
    return joined(
        heading,
        told,
        few,
        calibration(rows),
        folded("Each figure beside the published one", score_table(rows), is_printed=True),
    )


_FEW: Final = 2_000
_SCORED: Final = 20_000
"""More patients would take long and hardly move a figure."""


def _outcomes(facts: RunFacts, name: str) -> Outcomes:
    from paget.inference import outcomes

    columns = {
        "patients": outcomes.PATIENT_COLUMNS,
        "lesions": outcomes.LESION_COLUMNS,
        "findings": outcomes.FINDING_COLUMNS,
        "visits": outcomes.VISIT_COLUMNS,
    }
    tables = (facts.first(table, _SCORED, wanted) for table, wanted in columns.items())
    return outcomes.outcomes_from(*tables, cancer=catalogue.cancer(name))


def _not_comparable(facts: RunFacts) -> str:
    made = facts.made
    reasons = {
        "numbers of the catalogue were changed for it": bool(made["settings"]),
        "its patients were not followed until death": made.get("years") is not None,
        "its patients were screened, and published figures are mostly of people who were not": made.get("screening"),
        "the policy is not standard of care": made.get("care") not in (STANDARD, NONE),
        "it branches from another run": "branch" in made,
        "it is a mixture of several cancers; each of them can be compared on its own": _is_mixture(made),
        "the catalogue has changed since": not _is_mixture(made) and _has_changed(made),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _is_mixture(made: Mapping[str, Any]) -> bool:
    return made["cancer"] not in catalogue.list_cancers()


def _has_changed(made: Mapping[str, Any]) -> bool:
    return bool(made["catalogue_digest"] != catalogue.digest(made["cancer"]))


def scores_of(facts: RunFacts) -> list[Scored]:
    """Return the published figures that a run tells, each with what the run gives for it.

    Parameters
    ----------
    facts
        A run of one cancer under standard care, or without any.
    """
    from paget.inference import targets
    from paget.inference.fitted import Fits
    from paget.inference.scoring import scored
    from paget.inference.strata import NotComputableError
    from paget.inference.validate import plan_of

    name = str(facts.made["cancer"])
    run = "treated" if facts.is_treated else "untreated"
    asked = [(target, plan_of(target)) for target in targets.shipped() if target.cancer == name]
    told = [(target, plan) for target, plan in asked if not isinstance(plan, str) and plan.run == run]
    if not told:
        return []
    outcomes, fits = _outcomes(facts, name), Fits.of_catalogue()
    rows = []
    for target, plan in told:
        try:
            rows.append(scored(target, plan.compute(outcomes), fitted=fits.holds(target)))
        except NotComputableError:
            continue
    return rows
