from __future__ import annotations

import json
import math
from typing import Any

import pyarrow as pa
import pytest

from paget import catalogue
from paget.analysis.explain import year_to_one_cm
from paget.analysis.summary import summarise
from paget.analysis.tally import Tally
from paget.model.calendar import YEAR_DAY
from paget.model.layout import FUNNEL_STEPS


def patient(index: int, **changes: Any) -> dict[str, Any]:
    row = {
        "patient": index,
        "cancer": "colorectal",
        "onset_age_day": 0.0,
        "death_age_day": 12 * YEAR_DAY,
        "cause": "liver",
        "last_age_day": 12 * YEAR_DAY,
        "primary_1cm_age_day": 10 * YEAR_DAY,
        "first_spread_age_day": 8 * YEAR_DAY,
        "first_distant_spread_age_day": 8 * YEAR_DAY,
        "first_metastasis_1cm_age_day": 11 * YEAR_DAY,
        "metastases": 1,
        "metastases_established": 1,
        "untracked_clones": 0,
        "untracked_lesions": 0,
        "regional_nodes": 0,
        "symptom": "rectal_bleeding",
        "diagnosis_age_day": 11 * YEAR_DAY,
        "diagnosis_route": "symptom of the primary",
        "stage": "IV",
        "clinical_stage": "IV",
        "sites_found": 1,
        "unknown_primary": False,
    }
    return {**row, **changes}


def lesion(index: int, organ: str, year: float | None, **changes: Any) -> dict[str, Any]:
    row = {
        "patient": index,
        "organ": organ,
        "route": "blood",
        "woken": False,
        "founded_age_day": 8 * YEAR_DAY,
        "detectable_age_day": None if year is None else year * YEAR_DAY,
    }
    return {**row, **changes}


def funnel(index: int, organ: str, *counts: float) -> dict[str, Any]:
    padded = [*counts, *[0.0] * (len(FUNNEL_STEPS) - len(counts))]
    steps = {f"{step}_count": count for step, count in zip(FUNNEL_STEPS, padded, strict=True)}
    return {"patient": index, "organ": organ, **steps}


PATIENTS = [
    patient(4),
    patient(5, cause="other", metastases=2),
    patient(
        6,
        cause="other",
        metastases=0,
        metastases_established=0,
        first_spread_age_day=None,
        first_distant_spread_age_day=None,
        first_metastasis_1cm_age_day=None,
        primary_1cm_age_day=None,
    ),
    patient(7, cause="alive", death_age_day=None, metastases=1),
]
LESIONS = [
    lesion(4, "bowel", 9.0, route="primary"),
    lesion(4, "liver", 10.0),
    lesion(4, "lung", None),
    lesion(5, "liver", 10.0),
    lesion(5, "liver", 11.0, woken=True),
    lesion(7, "bone", 14.0),
]
FUNNEL = [
    funnel(4, "bowel", 100.0),
    funnel(4, "liver", 0.0, 80.0, 60.0, 30.0),
    funnel(7, "bone", 100.0, 20.0),
]


def summed(*cuts: tuple[int, int], years: float | None = None) -> dict[str, Any]:
    tally = Tally()
    for first, last in cuts:
        tables = []
        for rows, names in ((PATIENTS, PATIENTS), (LESIONS, LESIONS), (FUNNEL, FUNNEL)):
            schema = pa.Table.from_pylist(names).schema
            chosen = [row for row in rows if first <= row["patient"] < last]
            tables.append(pa.Table.from_pylist(chosen, schema=schema))
        tally.add(*tables)
    return summarise(tally, years=years, year_to_1cm=5.0)


def test_the_summary_does_not_depend_on_how_patients_are_cut_into_blocks() -> None:
    assert summed((4, 8)) == summed((4, 6), (6, 8)) == summed((4, 5), (5, 6), (6, 7), (7, 8))


def test_shares_by_organ_count_patients_and_not_lesions() -> None:
    spread = summed((4, 8))["spread"]
    assert {organ: found["count"] for organ, found in spread["by_organ"].items()} == {"liver": 2, "bone": 1}
    assert spread["by_organ"]["liver"]["metastases"] == 3
    assert spread["with_metastasis"]["share"] == 0.75


def test_the_primary_is_no_metastasis_and_what_is_too_small_is_no_site() -> None:
    sites = summed((4, 8))["spread"]["sites"]
    assert [sites[number]["count"] for number in ("0", "1", "2", "3", "4+")] == [1, 3, 0, 0, 0]


def test_a_deposit_in_regional_nodes_is_no_metastasis() -> None:
    nodes = [*LESIONS, lesion(6, "regional_lymph_node", 9.0)]
    tally = Tally()
    tally.add(*(pa.Table.from_pylist(rows) for rows in (PATIENTS, nodes, FUNNEL)))
    spread = summarise(tally, years=None, year_to_1cm=5.0)["spread"]
    assert "regional_lymph_node" not in spread["by_organ"]
    assert spread["sites"]["0"]["count"] == 1


def test_times_are_medians_over_those_to_whom_it_happened() -> None:
    timing = summed((4, 8))["timing"]
    assert timing["distant_spread_to_metastasis_1cm_year"]["count"] == 3
    assert timing["distant_spread_to_metastasis_1cm_year"]["median"] == pytest.approx(3.0, abs=0.002)
    assert timing["first_cell_to_first_spread_year"]["median"] == pytest.approx(8.0, abs=0.002)


def test_a_first_metastasis_found_long_after_spread_is_late_and_sleepers_are_counted() -> None:
    late = summed((4, 8))["late"]
    assert (late["patients"]["count"], late["patients"]["of"]) == (1, 3)
    assert (late["metastases_from_sleep"]["count"], late["metastases_from_sleep"]["of"]) == (1, 4)


def test_survival_starts_at_1_cm_and_patients_still_alive_are_censored() -> None:
    survival = summed((4, 8))["survival_from_1cm"]
    assert (survival["patients"], survival["deaths"]) == (3, 2)
    assert survival["median_month"] == pytest.approx(24.0, abs=0.05)


def test_the_funnel_is_counted_per_shed_cell_and_per_patient() -> None:
    found = summed((4, 8))["funnel"]
    assert found["count_per_patient"]["shed"] == 50.0
    assert found["count_per_shed_cell"]["survived_circulation"] == 0.5
    assert found["count_per_shed_cell"]["detectable"] == 0.0


def test_a_summary_is_plain_json() -> None:
    assert json.loads(json.dumps(summed((4, 8)), allow_nan=False))["patients"] == 4


def test_a_run_in_which_nobody_spread_says_so_and_how_sure_that_is() -> None:
    notes = " ".join(summed((6, 7))["notes"])
    assert "Nobody had a detectable metastasis" in notes
    assert "up to 1" in notes
    assert "No cell left any lesion" in notes
    assert "died of other causes" in notes


def test_a_horizon_shorter_than_the_growth_to_1_cm_is_named_as_the_reason() -> None:
    notes = " ".join(summed((6, 7), years=2.0)["notes"])
    assert "horizon of 2 years is shorter than the 5.0 years" in notes
    assert "other causes" not in notes


def test_the_step_at_which_the_chain_ended_is_named() -> None:
    tally = Tally()
    rows = [patient(0, metastases=0)]
    tally.add(
        pa.Table.from_pylist(rows),
        pa.Table.from_pylist([lesion(0, "bowel", 9.0, route="primary")]),
        pa.Table.from_pylist([funnel(0, "bowel", 1e6, 1e5, 1e4)]),
    )
    notes = " ".join(summarise(tally, years=None, year_to_1cm=5.0)["notes"])
    assert "1e+04 cells lodged in an organ, and none left the vessel" in notes


def test_a_summary_with_events_needs_no_notes() -> None:
    assert summed((4, 8))["notes"] == []


def test_an_unknown_organ_in_a_table_is_an_error() -> None:
    with pytest.raises(ValueError, match="elbow"):
        Tally().add(
            pa.Table.from_pylist([patient(0)]),
            pa.Table.from_pylist([lesion(0, "elbow", 9.0)]),
            pa.Table.from_pylist([funnel(0, "bowel")]),
        )


@pytest.mark.parametrize("name", catalogue.list_cancers())
def test_years_to_1_cm_agree_with_stepping_the_growth_law(name: str) -> None:
    cancer = catalogue.cancer(name)
    growth = cancer.growth
    span = math.log(growth.capacity.value / 1000.0)
    target = math.log(growth.cell_density.value * math.pi / 6.0 / 1000.0)
    beta = math.log(2.0) / growth.doubling_time.value / (span - target)
    x, day, step = -math.log(1000.0), 0.0, growth.doubling_time.value / 2000.0
    while x < target:
        x += step * beta * (span - max(x, 0.0))
        day += step
    assert year_to_one_cm(cancer) == pytest.approx(day / YEAR_DAY, rel=0.01)
