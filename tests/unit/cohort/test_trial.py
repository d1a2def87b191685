from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import paget
from paget.analysis.durations import MONTH_DAY
from paget.analysis.trial_pairs import Resampling, half_held_by
from paget.analysis.trial_statistics import hazard_ratio, median
from paget.cohort.arms import ArmCare, Since, merged
from paget.cohort.randomising import by_blocks, by_itself, randomise
from paget.cohort.trial import TrialResult, analysed, run_trial
from paget.cohort.trial_runs import TrialCohort
from paget.cohort.trial_spec import check_trial, read_trial
from paget.errors import EntryError, PagetError, SettingError, UnknownEntryError
from paget.model.chart import Orders
from paget.model.trial import Trial

EXAMPLES = Path(__file__).parents[3] / "examples" / "trials"
PRODIGE = EXAMPLES / "pancreas_prodige4.toml"
N = 120


@pytest.fixture(scope="module")
def trial() -> Trial:
    return read_trial(PRODIGE)


@pytest.fixture(scope="module")
def result(trial: Trial) -> TrialResult:
    return run_trial(trial, N, seed=3, workers=2, trials=20)


def orders(value: float, patients: int = 3) -> Orders:
    """Return orders whose every number is the same."""
    flags, numbers = np.full((patients, 2), value > 0.0), np.full(patients, value)
    whole = numbers.astype(np.int64)
    return Orders(flags, flags, numbers, whole, whole, flags[:, 0], numbers, flags, whole)


def test_orders_are_merged_patient_by_patient() -> None:
    """Marked patients get the first orders in every field, and all others the second."""
    both = merged(np.array([True, False, True]), orders(1.0), orders(0.0))
    assert both.rule.tolist() == [1, 0, 1]
    assert both.start.tolist() == [[True, True], [False, False], [True, True]]
    assert both.next_visit_day.tolist() == [1.0, 0.0, 1.0]


def test_a_first_day_stays_the_first_however_often_it_is_told() -> None:
    """A patient who is run again from the start is not taken for randomised before that day."""
    since, who = Since(), np.array([4, 9])
    since.note(who, np.array([10.0, 20.0]))
    since.note(who, np.array([10.0, 25.0]))
    assert since.before(np.array([4, 9, 5]), np.array([10.0, 20.5, 99.0])).tolist() == [False, True, False]


def test_permuted_blocks_keep_the_arms_in_their_ratio() -> None:
    """After every whole block of six, a trial of two to one has twice as many in one arm, in order of entry."""
    entry = np.random.default_rng(5).random(600)
    arm = by_blocks([1, 2], entry, seed=2)
    by_entry = arm[np.argsort(entry)].reshape(-1, 6)
    assert (by_entry.sum(axis=1) == 4).all()
    assert len({tuple(block) for block in by_entry.tolist()}) > 5


def test_simple_randomisation_keeps_the_ratio_on_average() -> None:
    """Of 20,000 patients of seed 1, a third goes to the arm of half the weight (alpha 0.001)."""
    arm = by_itself([1, 2], np.arange(20_000), seed=1)
    assert abs((arm == 0).mean() - 1 / 3) < 3.29 * np.sqrt(2 / 9 / 20_000)


def test_nobody_is_seen_for_less_than_the_follow_up_or_longer_than_accrual_and_follow_up(trial: Trial) -> None:
    """Who came last is seen for the follow-up, and who came first for the accrual more."""
    drawn = randomise(trial, np.arange(500), seed=1)
    design = trial.design
    assert drawn.seen_day.min() == pytest.approx(design.follow_up_month * MONTH_DAY)
    assert drawn.seen_day.max() < (design.follow_up_month + design.accrual_month) * MONTH_DAY
    assert (drawn.entry_day + drawn.seen_day).std() == pytest.approx(0.0, abs=1e-6)


def test_drop_out_loses_the_share_that_it_says(trial: Trial) -> None:
    """With a fifth lost a year, a fifth of 20,000 patients is seen for less than a year (seed 1, alpha 0.001)."""
    lossy = trial.model_copy(update={"design": trial.design.model_copy(update={"drop_out_per_year": 0.2})})
    long = lossy.design.model_copy(update={"follow_up_month": 60.0})
    seen = randomise(lossy.model_copy(update={"design": long}), np.arange(20_000), seed=1).seen_day
    assert abs((seen < 365.25).mean() - 0.2) < 3.29 * np.sqrt(0.16 / 20_000)


def test_every_arm_holds_the_same_patients_with_the_same_past(result: TrialResult) -> None:
    """Patients, days of randomisation, and all visits and treatments before it are equal in both arms."""
    one, other = result.cohort.arms.values()
    past = ["patient", "randomised_age_day", "diagnosis_age_day", "stage", "fitness", "onset_age_day"]
    pd.testing.assert_frame_equal(one.patients[past], other.patients[past])
    for name, day in (("visits", "age_day"), ("treatments", "start_age_day")):
        before = []
        for arm in (one, other):
            rows = getattr(arm, name).merge(arm.patients[["patient", "randomised_age_day"]], on="patient")
            before.append(rows[rows[day] < rows["randomised_age_day"]].reset_index(drop=True).astype(str))
        kept = [column for column in before[0] if column not in {"end_age_day", "stopped_for", "dose"}]
        pd.testing.assert_frame_equal(before[0][kept], before[1][kept])


def test_patients_are_randomised_once_when_they_first_fit(result: TrialResult) -> None:
    """Each has one visit named so, at diagnosis or progression, metastatic, fit and in the first line from then on."""
    for arm in result.cohort.arms.values():
        at = arm.visits[arm.visits["rule"].astype(str) == "randomised"]
        assert at["patient"].tolist() == arm.patients["patient"].tolist()
        assert set(at["event"].astype(str)) <= {"diagnosis", "progression"}
        assert (at["fitness"] <= 1).all()
        assert (at["line"] == 1).all()


def test_an_arm_gives_its_own_therapies_at_randomisation(result: TrialResult) -> None:
    """All patients of an arm start what the arm gives on that day, and nobody in the other arm does."""
    for name, given in (("gemcitabine", "gemcitabine"), ("folfirinox", "antiemetics folfirinox gcsf")):
        arm = result.cohort.arms[name]
        rows = arm.treatments.merge(arm.patients[["patient", "randomised_age_day"]], on="patient")
        started = rows[rows["start_age_day"] == rows["randomised_age_day"]]
        told = started.groupby("patient")["therapy"].agg(lambda each: " ".join(sorted(each.astype(str))))
        assert told.tolist() == [given] * len(arm.patients)


def test_patients_are_looked_at_on_schedule_until_progression(result: TrialResult, trial: Trial) -> None:
    """Between two visits of a trial before progression there are never more days than the design has."""
    for arm in result.cohort.arms.values():
        visits = arm.visits.merge(arm.patients[["patient", "randomised_age_day"]], on="patient")
        visits = visits[visits["age_day"] >= visits["randomised_age_day"]]
        words = visits[["event", "goal"]].astype(str)
        over = ((words["event"] == "progression") | (words["goal"] == "comfort")) & (
            visits["age_day"] > visits["randomised_age_day"]
        )
        until = visits[over.groupby(visits["patient"]).cumsum() == 0]
        gaps = until.groupby("patient")["age_day"].diff().dropna()
        assert len(gaps) > 50
        assert gaps.max() <= trial.design.assessed_every_day + 1e-6


def test_the_randomised_see_their_own_arm_only(result: TrialResult) -> None:
    """Rows of the trial's data are those of the arm to which each patient went; arms differ by one at most a block."""
    data = result.data
    assert len(data.patients) == result.randomised
    assert abs(np.diff(data.patients["arm"].value_counts().to_numpy())[0]) <= 2
    for name, arm in result.cohort.arms.items():
        mine = data.patients["patient"][data.patients["arm"] == name]
        given = data.treatments[data.treatments["patient"].isin(mine)].reset_index(drop=True)
        all_given = arm.treatments[arm.treatments["patient"].isin(mine)].reset_index(drop=True)
        pd.testing.assert_frame_equal(given.astype(str), all_given.astype(str))


def test_the_read_out_is_what_the_exported_data_say(result: TrialResult) -> None:
    """Medians and the hazard ratio follow from ADTTE alone; every subject of ADSL was randomised."""
    frames = result.adam()
    times = frames["ADTTE"][frames["ADTTE"]["PARAMCD"] == "OS"]
    seen = times["CNSR"] == 0
    ratio = hazard_ratio(times["AVAL"], seen, times["TRTP"], reference="gemcitabine")["folfirinox"]
    assert ratio == result.comparisons[0].hazard_ratios["OS"]
    for arm in result.arms:
        own = times["TRTP"] == arm.arm
        told = median(times["AVAL"][own], seen[own]).value
        assert arm.medians_month["OS"].value == (None if told is None else pytest.approx(told / MONTH_DAY))
    assert len(frames["ADSL"]) == result.randomised
    assert set(frames) == {"ADSL", "ADTTE", "ADRS", "ADTR", "ADAE"}


def test_confirmed_responses_are_told_where_the_design_asks_for_them(result: TrialResult, trial: Trial) -> None:
    """Responders are those of BOR in ADRS, and of CBOR under `response_confirmed`, who are no more."""
    strict = altered(trial, "design", response_confirmed=True)
    counts = {}
    for code, found in (("BOR", result), ("CBOR", analysed(strict, result.cohort, 3, trials=1))):
        best = found.adam()["ADRS"]
        responders = best[(best["PARAMCD"] == code) & best["AVALC"].isin(["CR", "PR"])]
        told = {arm.arm: arm.shares["ORR"].count for arm in found.arms}
        assert told == {name: int((responders["TRTP"] == name).sum()) for name in told}
        counts[code] = sum(told.values())
    assert 0 < counts["CBOR"] < counts["BOR"]


def test_the_paired_gain_is_the_mean_difference_of_the_same_patients(result: TrialResult) -> None:
    """Days from randomisation to death under one arm less those under the other, over all randomised."""
    lived = [
        arm.patients["death_age_day"].to_numpy() - arm.patients["randomised_age_day"].to_numpy()
        for arm in (result.cohort.arms["gemcitabine"], result.cohort.arms["folfirinox"])
    ]
    gain = result.pairs[0].benefits["OS"].mean_gain_day.value
    assert gain == pytest.approx((lived[1] - lived[0]).mean(), abs=1.0)
    assert result.pairs[0].benefits["OS"].pairs == result.randomised


def test_results_do_not_depend_on_workers(result: TrialResult, trial: Trial) -> None:
    """One thread finds what two found, to the last digit."""
    assert run_trial(trial, N, seed=3, workers=1, trials=20).as_dict() == result.as_dict()


def test_a_trial_is_exported_from_the_front_page(result: TrialResult) -> None:
    """`paget.run_trial` runs it, and what it returns is as plain as JSON."""
    assert paget.run_trial is run_trial
    told = result.as_dict()
    assert (told["trial"], told["randomised"], told["simulated"]) == ("pancreas_prodige4", result.randomised, N)
    assert told["published"]["patients"] == 342


def test_data_are_written_and_read_again(result: TrialResult, tmp_path: Path) -> None:
    """The folder holds the result, the randomised data, each arm's data, and ADaM where it is wanted."""
    result.write(tmp_path / "out", with_adam=True)
    folders = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert folders == ["adam", "arm-folfirinox", "arm-gemcitabine", "randomised", "result.json"]
    kept = pd.read_parquet(tmp_path / "out" / "randomised" / "patients.parquet")
    assert kept["patient"].tolist() == result.data.patients["patient"].tolist()
    assert (tmp_path / "out" / "adam" / "adtte.csv").exists()


def test_an_arm_travels_to_another_process(trial: Trial) -> None:
    """Care under an arm can be packed, and is the same care when it is unpacked."""
    care = ArmCare(trial, "folfirinox")
    assert pickle.loads(pickle.dumps(care)) == care  # noqa: S301 - packed in the line itself


def test_without_a_difference_trials_succeed_half_as_often_as_alpha() -> None:
    """Of 2,000 trials between equal arms, about 2.5 % favour the arm at 5 % two-sided (seed 7, alpha 0.001)."""
    days = np.random.default_rng(7).exponential(300.0, 500)
    drawing = Resampling(np.stack([days, days]), [1, 1], np.full(500, 600.0), seed=7)
    found = (drawing.p_values(80, 2000) <= 0.05).mean()
    assert abs(found - 0.025) < 3.29 * np.sqrt(0.025 * 0.975 / 2000) + 0.003


def test_a_strong_difference_is_always_found() -> None:
    """Where one arm lives ten times as long, every trial of a hundred patients finds it."""
    days = np.random.default_rng(7).exponential(100.0, 500)
    drawing = Resampling(np.stack([days, 10.0 * days]), [1, 2], np.full(500, 3000.0), seed=7)
    assert (drawing.p_values(100, 50) <= 0.05).all()


def test_a_harmful_arm_never_succeeds() -> None:
    """Where one arm lives a tenth as long, no trial counts as a success, however small its p-value."""
    days = np.random.default_rng(7).exponential(100.0, 500)
    drawing = Resampling(np.stack([10.0 * days, days]), [1, 1], np.full(500, 3000.0), seed=7)
    assert (drawing.p_values(100, 50) == 1.0).all()


def test_half_of_the_gain_can_be_in_few_patients() -> None:
    """Where one of ten gains as much as all others, a tenth holds half; losses are no gains; no gain has no holders."""
    assert half_held_by(np.array([9.0, *[1.0] * 9])) == pytest.approx(0.1)
    assert half_held_by(np.array([-5.0, 2.0, 2.0, 0.0])) == pytest.approx(0.25)
    assert half_held_by(np.zeros(3)) is None


def test_rules_of_an_arm_come_before_those_of_the_policy(trial: Trial) -> None:
    """A rule for whoever has completed treatment is followed by the randomised of its arm, and by nobody else."""
    rule: dict[str, Any] = {"id": "again", "at": ["treated"], "when": {"lines": [1]}, "give": ["gemcitabine"]}
    rule |= {"phase": "maintenance", "goal": "control"}
    rule |= {"source": "paget", "grade": "assumed", "rationale": "Shows the form."}
    spec = trial.model_dump()
    spec["arms"][1]["then"] = [rule]
    found = run_trial(Trial.model_validate(spec), 60, seed=3, trials=1)
    named = {name: set(arm.visits["rule"].astype(str)) for name, arm in found.cohort.arms.items()}
    assert "again" in named["folfirinox"]
    assert "again" not in named["gemcitabine"]


def altered(trial: Trial, part: str, **values: object) -> Trial:
    """Return a trial with some values of one part changed."""
    spec = trial.model_dump()
    place = spec["arms"][0] if part == "arm" else spec if not part else spec[part]
    place.update(values)
    return Trial.model_validate(spec)


@pytest.mark.parametrize(
    ("part", "values", "told"),
    [
        ("arm", {"give": ("gemcitabin",)}, ("'gemcitabin'", "arms.0.give", "nearest: gemcitabine")),
        ("arm", {"keep": ("analgesi",)}, ("arms.0.keep", "nearest: analgesia")),
        ("eligibility", {"has": ("KRASS",)}, ("KRASS", "nearest: KRAS")),
        ("eligibility", {"never": ("folfirinix",)}, ("eligibility.never", "nearest: folfirinox")),
        ("eligibility", {"substages": ("IVZ",)}, ("IVZ", "stage")),
        ("eligibility", {"best_fitness": 3}, ("Nobody can be eligible", "performance status")),
        ("eligibility", {"has": ("KRAS",), "lacks": ("KRAS",)}, ("Nobody can be eligible", "'KRAS'")),
        ("eligibility", {"at": ("diagnosis",), "lines": (2,)}, ("Nobody can be eligible", "eligibility.lines")),
        (
            "eligibility",
            {"at": ("diagnosis",), "had": ("capecitabine",)},
            ("Nobody can be eligible", "eligibility.had"),
        ),
        ("eligibility", {"at": ("diagnosis",), "phases": ("local",)}, ("Nobody can be eligible", "phases")),
        ("design", {"imaging": ("xray",)}, ("xray", "design.imaging")),
        ("", {"policy": "none"}, ("needs a policy of care", "policy")),
    ],
)
def test_a_trial_that_cannot_be_run_is_refused_before_anything_runs(
    trial: Trial, part: str, values: dict[str, object], told: tuple[str, ...]
) -> None:
    """Unknown names are told with the nearest one, and an eligibility that nobody can meet with the reason."""
    with pytest.raises(EntryError) as fault:
        check_trial(altered(trial, part, **values))
    assert all(text in str(fault.value) for text in told)


def test_a_rule_of_an_arm_that_names_no_drug_is_told_by_its_place(trial: Trial) -> None:
    """The key says in which arm and which of its rules the name stands."""
    rule: dict[str, Any] = {"id": "again", "at": ["treated"], "give": ["nothing_known"], "phase": "systemic"}
    rule |= {"goal": "control", "source": "paget", "grade": "assumed", "rationale": "Shows the form."}
    with pytest.raises(EntryError, match=r"arms\.0\.then: rules\.0\.give"):
        check_trial(altered(trial, "arm", then=(rule,)))


def test_an_unknown_cancer_or_policy_is_told(trial: Trial) -> None:
    """Both are looked up before anything runs, and men with cancer of the ovary are told that there are none."""
    with pytest.raises(UnknownEntryError):
        check_trial(altered(trial, "", cancer="pancreass"))
    with pytest.raises(SettingError, match="standard_of_cure"):
        check_trial(altered(trial, "", policy="standard_of_cure"))
    ovary = altered(trial, "", cancer="ovary_high_grade_serous")
    with pytest.raises(EntryError, match="has this sex"):
        check_trial(altered(ovary, "eligibility", sexes=("male",)))


def test_where_nobody_is_eligible_the_error_says_of_how_many_and_why(trial: Trial) -> None:
    """Conditions that can be met, but by none of those simulated, are named, with how many were found."""
    rare = altered(trial, "eligibility", age_from_year=20.0, age_below_year=20.1)
    with pytest.raises(SettingError) as fault:
        run_trial(rare, 20, trials=1)
    assert "Nobody was eligible: 20 patients were simulated" in str(fault.value)
    assert "age_from_year" in str(fault.value)


def test_too_few_patients_for_the_arms_is_an_error(trial: Trial, result: TrialResult) -> None:
    """One or two eligible patients cannot be compared, and the error says how many there were."""
    first = {name: replace(arm, patients=arm.patients[:1]) for name, arm in result.cohort.arms.items()}
    with pytest.raises(SettingError, match="too few patients to compare"):
        analysed(trial, TrialCohort(N, N, first), seed=1)


@pytest.mark.parametrize(("key", "value"), [("n", 0), ("seed", -1), ("workers", 0), ("trials", 0)])
def test_numbers_out_of_range_are_refused(trial: Trial, key: str, value: int) -> None:
    """Each is told by its name, before anything runs."""
    numbers: dict[str, Any] = {"n": 20, key: value}
    with pytest.raises(SettingError, match=key):
        run_trial(trial, numbers.pop("n"), **numbers)


def test_a_file_that_is_no_trial_is_told(tmp_path: Path) -> None:
    """A missing file, one that is no TOML, and one with a misspelt key each end in an error of the package."""
    (tmp_path / "broken.toml").write_text("name = ", encoding="utf-8")
    text = PRODIGE.read_text(encoding="utf-8").replace("follow_up_month", "folow_up_month")
    (tmp_path / "misspelt.toml").write_text(text, encoding="utf-8")
    for name, told in (("missing", "cannot be read"), ("broken", "cannot be read"), ("misspelt", "follow_up_month")):
        with pytest.raises(PagetError) as fault:
            read_trial(tmp_path / f"{name}.toml")
        assert told in str(fault.value)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_the_examples_are_valid_and_their_results_cited(path: Path) -> None:
    """Each compares two arms, gives its published hazard ratios of survival, and names a DOI for every source."""
    spec = read_trial(path)
    assert len(spec.arms) == 2
    assert {each.endpoint for each in spec.published.hazard_ratios} == {"OS", "PFS"}
    assert spec.published.patients is not None
    assert all(source.doi for source in spec.sources)
