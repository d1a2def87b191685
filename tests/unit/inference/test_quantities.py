"""Every quantity, computed from six patients whose lives are written out by hand.

All days count from a sixtieth birthday. Patient 0 has stage II, relapses in the liver (seen at the visit of day 300)
and dies of it; a lung deposit of his came and went between two visits. Patient 1 has liver and bone at diagnosis and
dies of the cancer. Patient 2, stage I, lives. Patient 3 dies of something else, never found. Patient 4, ten years
younger, has stage III and dies of something else. Patient 5 dies of the cancer, found by nobody.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from paget import catalogue
from paget.inference.outcomes import Outcomes, mixed, outcomes_from
from paget.inference.quantities import QUANTITIES, quantity
from paget.inference.strata import NotComputableError

SIXTY = 60 * 365.25
TEN = 10 * 365.25
CANCER = catalogue.cancer("colorectal")

PATIENTS = pa.table(
    {
        "patient": [0, 1, 2, 3, 4, 5],
        "sex": ["male", "female", "male", "male", "female", "male"],
        "death_age_day": [SIXTY + 2000, SIXTY + 400, None, SIXTY, SIXTY - TEN + 1000, SIXTY],
        "last_age_day": [SIXTY + 2000, SIXTY + 400, SIXTY + 8000, SIXTY, SIXTY - TEN + 1000, SIXTY],
        "cause": ["liver", "cachexia", "alive", "other", "other", "lung"],
        "diagnosis_age_day": [SIXTY, SIXTY, SIXTY, None, SIXTY - TEN, None],
        "stage": ["IIA", "IV", "I", "unknown", "IIIB", "unknown"],
        "t": [1.0, 3.0, 1.0, None, 2.0, None],
        "n": [0.0, 1.0, 0.0, None, 1.0, None],
        "m": [0.0, 1.0, 0.0, None, 0.0, None],
    }
)
_LESIONS = [
    # patient, organ, route, detectable, ended, diameter at the end
    (0, "liver", "blood", SIXTY + 200, None, 25.0),
    (0, "lung", "blood", SIXTY + 50, SIXTY + 90, 0.0),
    (1, "liver", "blood", SIXTY - 100, None, 30.0),
    (1, "bone", "blood", SIXTY - 100, None, 10.0),
    (1, "lung", "blood", None, None, 0.5),
    (3, "bone", "blood", SIXTY - 50, None, 9.0),
    (4, "regional_lymph_node", "lymph", SIXTY - TEN - 9, None, 9.0),
    (5, "lung", "blood", SIXTY - 50, None, 20.0),
]
LESIONS = pa.table(
    {
        **{
            name: [row[place] for row in _LESIONS]
            for place, name in enumerate(("patient", "organ", "route", "detectable_age_day", "ended_age_day"))
        },
        "one_cm_age_day": pa.nulls(len(_LESIONS), pa.float64()),
        "diameter_mm": [row[5] for row in _LESIONS],
    }
)
_FINDINGS = [
    (0, "bowel", True, 20.0),
    (0, "bowel", True, 9.8),
    (1, "bowel", True, 41.0),
    (1, "liver", False, 12.0),
    (1, "bone", False, 8.0),
    (2, "bowel", True, 12.5),
    (4, "bowel", True, 25.0),
    (4, "regional_lymph_node", False, 9.0),
]
FINDINGS = pa.table(
    {
        name: [row[place] for row in _FINDINGS]
        for place, name in enumerate(("patient", "organ", "in_primary_site", "diameter_mm"))
    }
)
VISITS = pa.table(
    {
        "patient": [0, 0, 0, 1, 2],
        "age_day": [SIXTY, SIXTY + 100, SIXTY + 300, SIXTY + 100, SIXTY + 7000],
    }
)


@pytest.fixture(scope="module")
def lives() -> Outcomes:
    return outcomes_from(PATIENTS, LESIONS, FINDINGS, VISITS, cancer=CANCER)


@pytest.mark.parametrize(
    ("name", "stratum", "expected"),
    [
        # Staged are 0, 1, 2 and 4; from 50 to 69 years are all, since 4 is 50.
        ("stage_share", "stage=III", 1 / 4),
        ("stage_share", "stage=III;age=50-69", 1 / 4),
        ("stage_share", "stage=III;age=51-69", 0.0),
        ("stage_share", "stage=I;age=51-69", 1 / 3),
        ("stage_share", "stage=II;sex=male", 1 / 2),
        ("stage_share", "stage=IIB", 0.0),
        # 0 dies of the cancer on day 2000; the other death, of 4, only ends follow-up on day 1000.
        ("cause_specific_survival", "stage=II;months=60", 1.0),
        ("cause_specific_survival", "stage=II;months=66", 0.0),
        ("cause_specific_survival", "stage=any;months=60", 3 / 4),
        ("cause_specific_survival", "stage=any;months=66", 3 / 4 * 1 / 2),
        ("cause_specific_survival", "stage=IV;months=12", 1.0),
        ("cause_specific_survival", "stage=IV;months=14", 0.0),
        # Deaths of any cause on days 400, 1000 and 2000, one of four lives on: half are dead on day 1000.
        ("untreated_survival_median", "from=diagnosis;stage=any", 1000 / 30.4375),
        ("untreated_survival_median", "from=diagnosis;stage=IV", 400 / 30.4375),
        # Metastases were ever found in 0 and 1.
        ("site_ever", "site=liver", 1.0),
        ("site_ever", "site=bone", 1 / 2),
        ("site_ever", "site=lung", 0.0),
        ("site_at_diagnosis", "site=liver;base=m1", 1.0),
        ("site_at_diagnosis", "site=liver;base=all", 1 / 4),
        ("site_at_diagnosis", "site=lung;base=m1", 0.0),
        # 0, 1 and 5 died of the cancer; half a millimetre in 1's lung is not seen.
        ("site_at_death", "site=liver", 2 / 3),
        ("site_at_death", "site=lung;base=all", 1 / 3),
        ("site_at_death", "site=bone;base=m1", 1 / 3),
        ("site_count", "sites=1", 1 / 2),
        ("site_count", "sites=2plus", 1 / 2),
        ("site_count", "sites=3", 0.0),
        # The geometric mean of 20 and 9.8 is 14, so that diameters are 14, 41, 12.5 and 25.
        ("primary_diameter_median", "at=diagnosis", 19.5),
        ("primary_diameter_median", "", 19.5),
        ("node_positive_by_diameter", "mm=10-19", 0.0),
        ("node_positive_by_diameter", "mm=20-", 1.0),
        ("node_positive_by_diameter", "mm=12-25", 1 / 3),
        # 0, found on day 300, and 2, never.
        ("distant_metastasis_by_diameter", "mm=10-19;years=0.5", 0.0),
        ("distant_metastasis_by_diameter", "mm=10-19;years=20", 1 / 2),
        ("distant_metastasis_by_diameter", "mm=40-49;years=1", 1.0),
        # T1N0 are 0, relapsed on day 300, and 2: from the first year on only 2 is free of relapse.
        ("distant_recurrence", "group=T1N0;years=20", 1 / 2),
        ("distant_recurrence", "group=T1N0;years=1-20", 0.0),
        ("distant_recurrence", "group=T1;years=0-5", 1 / 2),
        ("distant_recurrence", "group=IIA;years=5", 1.0),
    ],
)
def test_a_quantity_is_what_its_definition_says(lives: Outcomes, name: str, stratum: str, expected: float) -> None:
    """Each figure is the one that counting the six patients gives."""
    assert quantity(name).bound(stratum)(lives).value == pytest.approx(expected)


def test_doubling_time_at_diagnosis_follows_gompertz() -> None:
    """A primary that reaches 5, 10 and 40 mm by a Gompertz law doubles at 40 mm as that law says."""
    decay_per_day = 0.001
    log_capacity = np.log(CANCER.growth.capacity.value)

    def room(mm: float) -> float:
        return float(log_capacity - np.log(np.pi / 6 * (mm / 10) ** 3 * CANCER.growth.cell_density.value))

    detectable_mm = catalogue.body().detectable_diameter.value
    since = {mm: np.log(room(1.0) / room(mm)) / decay_per_day for mm in (detectable_mm, 10.0, 40.0)}
    start = SIXTY - since[40.0]
    primaries = pa.table(
        {
            "patient": [0, 1],
            "organ": ["bowel", "bowel"],
            "route": ["primary", "primary"],
            "detectable_age_day": [start + since[detectable_mm]] * 2,
            "ended_age_day": pa.array([None, None], pa.float64()),
            "one_cm_age_day": [start + since[10.0], SIXTY + 1],
            "diameter_mm": [40.0, 40.0],
        }
    )
    lives = outcomes_from(PATIENTS, primaries, FINDINGS, VISITS, cancer=CANCER)
    expected = np.log(2.0) / (decay_per_day * room(40.0))
    for name in ("primary_doubling_time_median", "primary_doubling_time_mean"):
        found = quantity(name).bound("at=diagnosis")(lives)
        assert found.value == pytest.approx(expected)
        # Patient 1 was found before the primary was 1 cm wide.
        assert found.n == 1


@pytest.mark.parametrize(
    ("name", "stratum", "reason"),
    [
        ("stage_shre", "", "nearest: stage_share"),
        ("stage_share", "age=50-69", "does not say stage"),
        ("stage_share", "stage=V", "stage=V is not known"),
        ("site_ever", "site=livr", "nearest: liver"),
        ("site_ever", "location=liver", "allowed: site, age, sex, stage"),
        ("site_count", "sites=some", "no number of sites"),
        ("site_at_diagnosis", "site=liver;base=some", "allowed: m1, all"),
        ("distant_recurrence", "group=big;years=5-20", "group=big"),
        ("distant_recurrence", "group=T1N0;years=20-5", "no span of years"),
        ("untreated_survival_median", "from=relapse;stage=IV", "from=relapse"),
        ("cause_specific_survival", "stage=I;months=long", "months=long"),
        ("primary_diameter_median", "at=death", "at=death"),
        ("node_positive_by_diameter", "mm=big", "mm=big"),
    ],
)
def test_what_cannot_be_computed_is_told_with_the_reason(name: str, stratum: str, reason: str) -> None:
    """The reason names what is wrong, before anything is simulated."""
    with pytest.raises(NotComputableError, match=reason):
        quantity(name).bound(stratum)


def test_a_stratum_without_patients_is_told(lives: Outcomes) -> None:
    """A share of nobody has no value."""
    with pytest.raises(NotComputableError, match="no simulated patient"):
        quantity("node_positive_by_diameter").bound("mm=85-")(lives)


def test_only_survival_without_treatment_asks_for_untreated_patients() -> None:
    """All other figures are of patients under care."""
    assert [name for name, each in QUANTITIES.items() if each.run == "untreated"] == ["untreated_survival_median"]


def test_a_group_is_mixed_by_weight(lives: Outcomes) -> None:
    """With weights of 3 to 1 and six patients each, six of the first meet two of the second."""
    other = lives.where(slice(None, None, -1))
    group = mixed([(lives, 0.75), (other, 0.25)])
    assert group.end_day.tolist() == [*lives.end_day, *lives.end_day[:3:-1]]
