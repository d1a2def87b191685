from __future__ import annotations

import paget
from paget.web.run_facts import RunFacts
from paget.web.telling import telling


def test_the_patients_to_open_are_different_ones_that_were_diagnosed(cohort: paget.Cohort) -> None:
    """Two to four patients are offered, none twice, all of them diagnosed in life."""
    chosen = [each.index for each in telling(RunFacts(cohort))]
    assert 2 <= len(chosen) <= 4
    assert len(set(chosen)) == len(chosen)
    assert cohort.patients["diagnosis_age_day"].iloc[chosen].notna().all()


def test_the_usual_course_ends_by_the_most_frequent_cause(cohort: paget.Cohort) -> None:
    """The patient of a usual course had metastases and died of what most of these died of."""
    first = telling(RunFacts(cohort))[0]
    patients = cohort.patients
    row = patients.iloc[first.index]
    own = patients[(patients["metastases"] > 0) & patients["diagnosis_age_day"].notna()]
    own = own[~own["cause"].isin(["alive", "other"]) & (own["metastases_established"] <= 120)]
    assert row["metastases"] > 0
    assert row["cause"] == own["cause"].astype(str).value_counts().idxmax()


def test_shares_by_stage_are_those_of_the_lesions(cohort: paget.Cohort) -> None:
    """The share of stage IV patients with a detectable liver metastasis is that of the tables."""
    facts = RunFacts(cohort)
    lesions = cohort.lesions
    seen = lesions[(lesions["route"] != "primary") & lesions["detectable_age_day"].notna()]
    with_liver = set(seen.loc[seen["organ"] == "liver", "patient"])
    patients = cohort.patients
    late = patients[patients["diagnosis_age_day"].notna() & patients["stage"].astype(str).str.startswith("IV")]
    assert facts.site_shares()["Stage IV"]["liver"] == late["patient"].isin(with_liver).mean()


def test_toxicities_are_counted_by_patient(cohort: paget.Cohort) -> None:
    """Each unwanted effect counts every patient once, and the severe among them."""
    events = cohort.adverse_events
    for name, some, hard, _ in RunFacts(cohort).toxicities():
        mine = events[events["event"] == name]
        assert some == mine["patient"].nunique()
        assert hard == mine.loc[mine["grade"] >= 3, "patient"].nunique()


def test_responses_count_each_patient_once_a_line(cohort: paget.Cohort) -> None:
    """The best responses of a line add up to the patients who had that line of systemic therapy."""
    rows = cohort.treatments
    for line, counted in RunFacts(cohort).responses().items():
        mine = rows[(rows["line"] == line) & (rows["phase"] == "systemic")]
        assert sum(counted.values()) == mine["patient"].nunique()
