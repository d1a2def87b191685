"""A patient's care in words."""

from __future__ import annotations

from paget.cli.care_story import care_events

TREATMENTS = [
    {"therapy": "folfox", "line": 1, "phase": "systemic", "start_age_day": 100.0},
    {"therapy": "bevacizumab", "line": 1, "phase": "systemic", "start_age_day": 100.0},
    {"therapy": "palliative_care", "line": 1, "phase": "supportive", "start_age_day": 400.0},
]
VISITS = [
    {"age_day": 90.0, "response": "", "new_lesions": False, "goal": "control"},
    {"age_day": 156.0, "response": "PR", "new_lesions": False, "goal": "control"},
    {"age_day": 212.0, "response": "PR", "new_lesions": False, "goal": "control"},
    {"age_day": 400.0, "response": "PD", "new_lesions": True, "goal": "comfort"},
]
ADVERSE = [
    {"event": "neutropenia", "therapy": "folfox", "grade": 3, "onset_age_day": 120.0},
    {"event": "nausea", "therapy": "folfox", "grade": 1, "onset_age_day": 110.0},
]


def test_what_begins_on_one_day_is_one_event_and_a_response_is_told_once() -> None:
    """Drugs of one day come together with their line, a response when it changes, and only severe toxicity."""
    told = [(event.age_day, event.words) for event in care_events(TREATMENTS, VISITS, ADVERSE)]
    assert sorted(told) == [
        (100.0, "Given: folfox, bevacizumab (for advanced disease, line 1)."),
        (120.0, "Neutropenia of grade 3, by folfox."),
        (156.0, "A scan shows that the disease has shrunk (partial response)."),
        (400.0, "A scan shows that the disease has grown, with new lesions."),
        (400.0, "From now on the goal is comfort."),
        (400.0, "Given: palliative care (for comfort)."),
    ]
