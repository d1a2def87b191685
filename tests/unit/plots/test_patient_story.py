from __future__ import annotations

from typing import Any

from paget.plots.patient_story import moments

PATIENT: dict[str, Any] = {
    "onset_age_day": 1000.0,
    "primary_1cm_age_day": 2000.0,
    "first_spread_age_day": 1500.0,
    "first_metastasis_1cm_age_day": None,
    "symptom_age_day": 2100.0,
    "symptom": "bone_pain",
    "symptom_place": "bone",
    "diagnosis_age_day": 2110.0,
    "diagnosis_route": "symptom of a metastasis",
    "stage": "IV",
    "sites_found": 1,
    "unknown_primary": True,
    "cause": "liver",
    "death_age_day": 2500.0,
    "last_age_day": 2500.0,
}
LESIONS: list[dict[str, Any]] = [
    {"route": "primary", "organ": "breast", "vascular_age_day": 1200.0, "detectable_age_day": None},
    {"route": "blood", "organ": "bone", "detectable_age_day": 2050.0, "founded_age_day": 1461.0, "woken": True},
    {"route": "blood", "organ": "bone", "detectable_age_day": 2060.0, "founded_age_day": 1700.0, "woken": False},
]
VISITS: list[dict[str, Any]] = [
    {"age_day": 2200.0, "response": "SD", "new_lesions": False, "goal": "control"},
    {"age_day": 2300.0, "response": "", "new_lesions": False, "goal": "control"},
    {"age_day": 2400.0, "response": "SD", "new_lesions": False, "goal": "comfort"},
]


def told(**changed: object) -> list[tuple[float, bool, str]]:
    tables: dict[str, Any] = {
        "patients": [PATIENT | changed],
        "lesions": LESIONS,
        "treatments": [
            {"therapy": "paclitaxel", "line": 1, "phase": "systemic", "start_age_day": 2150.0},
            {"therapy": "bevacizumab", "line": 1, "phase": "systemic", "start_age_day": 2150.0},
        ],
        "visits": VISITS,
        "adverse_events": [
            {"event": "neutropenia", "therapy": "paclitaxel", "grade": 3, "onset_age_day": 2160.0},
            {"event": "nausea", "therapy": "paclitaxel", "grade": 2, "onset_age_day": 2160.0},
        ],
    }
    return [(each.day, each.known, each.text) for each in moments(tables)]


def test_a_life_is_told_in_order_with_what_was_hidden_and_what_was_known() -> None:
    """Each sentence stands on its day and in its lane; mild effects and repeated responses are left out."""
    assert told() == [
        (1000.0, False, "The first malignant cell arises (breast)."),
        (1200.0, False, "The primary gets vessels; from now on it sheds cells."),
        (1500.0, False, "The first cell that spreads begins to divide elsewhere."),
        (2000.0, False, "The primary reaches 1 cm."),
        (
            2050.0,
            False,
            (
                "A metastasis becomes large enough to be seen: bone, founded at age 4.0, after sleep, through the "
                "blood. 1 more follow there."
            ),
        ),
        (2100.0, True, "The first symptom: bone pain (from bone)."),
        (
            2110.0,
            True,
            "Found (symptom of a metastasis): stage IV; metastasis seen in 1 organ, the primary not found.",
        ),
        (2150.0, True, "Given: paclitaxel, bevacizumab (for advanced disease, line 1)."),
        (2160.0, True, "Neutropenia of grade 3, by paclitaxel."),
        (2200.0, True, "A scan shows stable disease."),
        (2400.0, True, "From now on the goal is comfort."),
        (2500.0, True, "The patient dies of failure of the liver."),
    ]


def test_whoever_is_alive_does_not_die() -> None:
    """A life that ends at the horizon ends there."""
    assert told(cause="alive", death_age_day=None)[-1] == (
        2500.0,
        True,
        "The horizon is reached; the patient is alive.",
    )


def test_whoever_is_never_found_has_no_diagnosis() -> None:
    """Without symptom and diagnosis nothing of the kind is told."""
    known = [text for _, is_known, text in told(symptom_age_day=None, diagnosis_age_day=None) if is_known]
    assert not any(text.startswith(("Found", "The first symptom")) for text in known)
