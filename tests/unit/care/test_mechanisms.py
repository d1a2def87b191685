"""How therapies become effects: strengths, aims, doses, and who responds."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pytest

from paget.care.mechanisms import CULL, HOST_HAZARD, SCALE, Hosts, lower, scaled
from paget.model import layout
from paget.model.therapy import Therapy

TESTS: Final = ("EGFR", "MSI_high")
LIVER, BONE = (layout.ORGANS.index(name) for name in ("liver", "bone"))


def number(value: float, unit: str = "1", **more: Any) -> dict[str, Any]:
    return {"value": value, "unit": unit, "source": "paget", "grade": "assumed", "rationale": "A test.", **more}


def therapy(*acts: dict[str, Any], kind: str = "cytotoxic", **more: Any) -> Therapy:
    schedule = {"cycle": number(14.0, "day"), "cycles": 12, "visits": number(1.0)}
    told = {"id": "drug", "name": "A drug", "summary": "A drug.", "kind": kind, "schedule": schedule}
    return Therapy.model_validate({**told, "acts": list(acts), "death": number(0.0), **more})


def hosts(count: int = 1, **more: Any) -> Hosts:
    usual = {
        "patient": np.arange(count),
        "number": np.zeros(count, np.int64),
        "on_day": np.full(count, 100.0),
        "off_day": np.full(count, 268.0),
        "growth_per_day": np.full(count, 0.02),
        "carries": np.zeros((count, len(TESTS)), bool),
        "lesions": np.tile(np.array([11, 12, 13], np.uint64), (count, 1)),
        "lesion_organs": np.tile(np.array([LIVER, BONE, LIVER]), (count, 1)),
        "symptomatic": np.zeros((count, layout.N_ORGANS), bool),
    }
    return Hosts(**{**usual, **more})


KILL: Final = {"act": "kill", "multiple": number(2.0), "sensitivity": "sensitivity_platinum"}


def test_a_kill_by_multiple_follows_the_growth_of_the_patient() -> None:
    """Deaths per day are the multiple times the growth of small metastases, through the trait that the act names."""
    ((who, rows),) = lower(therapy(KILL), TESTS, "colorectal", 1, hosts(2, growth_per_day=np.array([0.02, 0.05])))
    assert who.tolist() == [0, 1]
    np.testing.assert_allclose(rows["magnitude"], [0.04, 0.1])
    assert (rows["trait"] == layout.TRAITS.index("sensitivity_platinum")).all()
    assert rows[["on_day", "off_day"]].tolist() == [(100.0, 268.0)] * 2


def test_an_organ_that_is_reached_badly_feels_its_share() -> None:
    """Rows add up: all of the effect everywhere, less what does not reach the brain."""
    drug = therapy({**KILL, "reach": {"brain": number(0.25)}})
    (_, everywhere), (_, less) = lower(drug, TESTS, "colorectal", 1, hosts())
    assert less["organ"].tolist() == [layout.ORGANS.index("brain")]
    assert float((everywhere["magnitude"] + less["magnitude"])[0]) == pytest.approx(0.25 * 0.04)


def test_a_cancer_may_feel_a_drug_less_than_others() -> None:
    """The factor of a cancer multiplies the kill in that cancer alone."""
    drug = therapy({**KILL, "cancers": {"stomach": number(0.5)}})
    told = {name: float(lower(drug, TESTS, name, 1, hosts())[0][1]["magnitude"][0]) for name in ("stomach", "pancreas")}
    assert told == pytest.approx({"stomach": 0.02, "pancreas": 0.04})


def test_a_drug_acts_by_what_the_tumour_truly_carries() -> None:
    """Without its target a drug keeps the share that the entry says."""
    drug = therapy(KILL, kind="targeted", target=["EGFR"], off_target=number(0.1))
    carries = np.array([[True, False], [False, False]])
    ((_, rows),) = lower(drug, TESTS, "lung_adenocarcinoma", 1, hosts(2, carries=carries))
    np.testing.assert_allclose(rows["magnitude"], [0.04, 0.004])


def test_a_patient_responds_to_a_drug_alike_each_time() -> None:
    """The spread between patients is lifelong: another start of the same drug has the same strength."""
    drug = therapy({**KILL, "multiple": number(2.0, spread={"law": "lognormal", "sigma": 0.5})})
    first, again = (lower(drug, TESTS, "colorectal", 7, hosts(500, number=np.full(500, n)))[0][1] for n in (0, 3))
    np.testing.assert_array_equal(first["magnitude"], again["magnitude"])
    assert np.log(first["magnitude"]).std() == pytest.approx(0.5, abs=0.05)
    assert np.median(first["magnitude"]) == pytest.approx(0.04, rel=0.08)


def test_gains_and_responders_decide_how_far_a_process_is_changed() -> None:
    """The bracket 1 + (f - 1) is multiplied by a gain, and is 1 in those who do not respond."""
    act = {"act": "scale", "process": "immune_pressure", "factor": number(5.0), "gains": {"MSI_high": number(2.0)}}
    carries = np.array([[False, True], [False, False]])
    ((_, rows),) = lower(therapy(act, kind="checkpoint"), TESTS, "stomach", 1, hosts(2, carries=carries))
    assert rows["magnitude"].tolist() == [9.0, 5.0]
    assert (rows["kind"] == SCALE).all()
    some = therapy({**act, "responsive": number(0.3)}, kind="checkpoint")
    ((_, rows),) = lower(some, TESTS, "stomach", 1, hosts(2_000))
    assert (rows["magnitude"] > 1.0).mean() == pytest.approx(0.3, abs=0.04)


def test_surgery_leaves_nothing_or_its_margin() -> None:
    """Whether all is removed is drawn for each operation; the cull falls on the day of the operation."""
    act = {"act": "resect", "site": "primary", "complete": number(0.8), "left": number(1e-4)}
    ((_, rows),) = lower(therapy(act, kind="surgery"), TESTS, "colorectal", 1, hosts(2_000))
    assert set(rows["magnitude"].tolist()) == {0.0, 1e-4}
    assert (rows["magnitude"] == 0.0).mean() == pytest.approx(0.8, abs=0.04)
    assert (rows["organ"] == layout.PRIMARY).all()
    assert (rows["kind"] == CULL).all()
    assert (rows["on_day"] == 100.0).all()


def test_local_treatment_of_metastases_is_aimed_at_those_that_were_found() -> None:
    """Rows name lesions, no more of them than are treated at most, and only those in the organs that are named."""
    act = {"act": "resect", "site": "metastases", "complete": number(1.0), "left": number(1e-4), "most": 2}
    keys = [int(rows["lesion_key"][0]) for _, rows in lower(therapy(act, kind="surgery"), TESTS, "x", 1, hosts())]
    assert keys == [11, 12]
    beam = {
        "act": "irradiate",
        "site": "metastases",
        "fractions": 1,
        "dose": number(20.0, "gray"),
        "alpha": number(0.3, "1/gray"),
        "beta": number(0.03, "1/gray**2"),
        "hypoxic": number(0.0),
        "organs": ["bone"],
    }
    ((_, rows),) = lower(therapy(beam, kind="radiation"), TESTS, "x", 1, hosts())
    assert rows["lesion_key"].tolist() == [12]
    assert float(rows["magnitude"][0]) == pytest.approx(np.exp(-(0.3 * 20.0 + 0.03 * 400.0)))
    assert rows["on_day"].tolist() == [268.0]


def test_the_risk_of_death_is_a_hazard_over_the_time_that_it_is_told_for() -> None:
    """A risk of 3 % over 30 days of an operation integrates to that risk."""
    act = {"act": "resect", "site": "primary", "complete": number(1.0), "left": number(1e-4)}
    drug = therapy(act, kind="surgery", death=number(0.03))
    (row,) = [rows[0] for _, rows in lower(drug, TESTS, "x", 1, hosts()) if rows["kind"][0] == HOST_HAZARD]
    assert 1.0 - np.exp(-row["magnitude"] * (row["off_day"] - row["on_day"])) == pytest.approx(0.03)
    assert row["off_day"] - row["on_day"] == 30.0


def test_another_dose_scales_deaths_and_brings_factors_nearer_to_one() -> None:
    """Three quarters of the dose have three quarters of the kill, and a factor of 0.2 becomes 0.4."""
    rows = np.zeros(3, layout.EFFECT)
    rows["kind"] = [layout.EFFECT_KINDS.index("add_death"), SCALE, CULL]
    rows["magnitude"] = [0.04, 0.2, 0.5]
    assert scaled(rows, np.full(3, 0.75))["magnitude"].tolist() == pytest.approx([0.03, 0.4, 0.5])
