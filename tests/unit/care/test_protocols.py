from __future__ import annotations

import pickle
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from tests.unit.care.charts import MODALITIES, TESTS, THERAPIES, charts, therapies

from paget.care.impossible import contradiction
from paget.care.protocols import Following, check
from paget.errors import EntryError
from paget.model.chart import EVENTS, GOALS, PHASES, Charts, Orders
from paget.model.protocol import Protocol, When
from paget.model.stage import STAGES

ALPHA = 1e-3
WHY = {"source": "paget", "grade": "assumed", "rationale": "for a test"}
VISIT = EVENTS.index("visit")


def rule(name: str, **said: Any) -> dict[str, Any]:
    """Return a rule at diagnosis that starts nothing and watches."""
    return {"id": name, "at": ["diagnosis"], "phase": "watching", "goal": "control", **WHY, **said}


def days(value: float) -> dict[str, Any]:
    """Return a time as an entry states it."""
    return {"value": value, "unit": "day", **WHY}


def protocol(*rules: dict[str, Any], follow_up: tuple[dict[str, Any], ...] = ()) -> Protocol:
    """Return a protocol of some rules."""
    said = {"id": "usual", "policy": "test", "name": "Usual", "summary": "For tests.", "rules": rules}
    return Protocol.model_validate({**said, "follow_up": follow_up})


def following(*rules: dict[str, Any], follow_up: tuple[dict[str, Any], ...] = (), seed: int = 1) -> Following:
    """Return the policy that follows some rules."""
    return Following(protocol(*rules, follow_up=follow_up), THERAPIES, TESTS, MODALITIES, seed)


def codes(names: list[str], vocabulary: tuple[str, ...]) -> list[int]:
    """Return the codes of names."""
    return [vocabulary.index(name) for name in names]


def test_the_first_rule_that_fits_decides() -> None:
    """A later rule is for those whom no earlier one holds for."""
    policy = following(
        rule("early", when={"stages": [1]}, give=["surgery_primary"], phase="local", goal="cure"),
        rule("all", give=["folfox", "bevacizumab"], phase="systemic", goal="control", new_line=True, wait=14.0),
    )
    orders = policy.decide(charts(2, stage_group=[1, 4]))
    assert orders.rule.tolist() == [0, 1]
    assert orders.start.tolist() == [
        therapies("surgery_primary").tolist(),
        therapies("folfox", "bevacizumab").tolist(),
    ]
    assert orders.phase.tolist() == codes(["local", "systemic"], PHASES)
    assert orders.goal.tolist() == codes(["cure", "control"], GOALS)
    assert orders.new_line.tolist() == [False, True]
    assert orders.wait_day.tolist() == [0.0, 14.0]


def test_a_rule_is_tried_at_its_events_only() -> None:
    """What holds after progression is not done at a diagnosis."""
    policy = following(rule("later", at=["progression", "decline"]))
    events = codes(["diagnosis", "progression", "decline"], EVENTS)
    assert policy.decide(charts(3, event=events)).rule.tolist() == [-1, 0, 0]


def test_what_is_neither_given_nor_kept_stops() -> None:
    """A change of therapy ends all that was under way but for what the rule gives or keeps."""
    on = therapies("folfox", "surgery_primary", "antiemetics")
    policy = following(rule("next", give=["folfox"], keep=["antiemetics", "bevacizumab"]))
    orders = policy.decide(charts(1, on=on))
    assert orders.stop.tolist() == [therapies("surgery_primary").tolist()]


def test_a_rule_may_keep_all_that_is_under_way() -> None:
    """An addition stops nothing."""
    policy = following(rule("add", give=["bevacizumab"], keep_all=True))
    orders = policy.decide(charts(1, on=therapies("folfox", "antiemetics")))
    assert not orders.stop.any()


def test_nothing_changes_at_a_visit_for_which_there_is_no_rule() -> None:
    """Treatment, phase and goal go on, and so does the follow-up of that phase."""
    policy = following(follow_up=({"phases": ["systemic"], "every": days(56), "imaging": ["ct"]},))
    phase, goal = PHASES.index("systemic"), GOALS.index("cure")
    orders = policy.decide(charts(1, event=VISIT, phase=phase, goal=goal, on=therapies("folfox")))
    assert (orders.rule.tolist(), orders.phase.tolist(), orders.goal.tolist()) == ([-1], [phase], [goal])
    assert not orders.start.any()
    assert not orders.stop.any()
    assert not orders.new_line.any()
    assert orders.next_visit_day.tolist() == [56.0]
    assert orders.imaging.tolist() == [[True, False, False]]


@pytest.mark.parametrize("event", [event for event in EVENTS if event != "visit"])
def test_comfort_is_what_is_left_where_no_rule_fits(event: str) -> None:
    """Who has no further option is cared for, and all treatment stops."""
    policy = following(rule("never", at=list(EVENTS), when={"stages": [1]}))
    orders = policy.decide(charts(1, event=EVENTS.index(event), stage_group=4, on=therapies("folfox")))
    assert orders.rule.tolist() == [-1]
    assert orders.phase.tolist() == codes(["supportive"], PHASES)
    assert orders.goal.tolist() == codes(["comfort"], GOALS)
    assert orders.stop.tolist() == [therapies("folfox").tolist()]


def test_the_phase_that_follows_decides_on_the_next_visit() -> None:
    """Visits are those of what begins, not of what is over; symptoms bring their own examinations."""
    follow_up = (
        {"phases": ["none", "systemic"], "every": days(56), "imaging": ["ct"], "symptoms": ["mri_brain"]},
        {"phases": ["watching"], "every": days(180), "imaging": ["bone_scan"]},
    )
    policy = following(rule("watch"), follow_up=follow_up)
    orders = policy.decide(charts(1))
    assert orders.next_visit_day.tolist() == [180.0]
    assert orders.imaging.tolist() == [[False, False, True]]
    phases = np.array(codes(["systemic", "watching", "local"], PHASES))
    assert policy.imaging_for_symptoms(phases).tolist() == [[False, True, False], [False] * 3, [False] * 3]


def test_a_phase_without_follow_up_is_seen_every_ninety_days_without_imaging() -> None:
    """Nobody is lost because a protocol is silent."""
    orders = following(rule("watch")).decide(charts(1))
    assert orders.next_visit_day.tolist() == [90.0]
    assert not orders.imaging.any()


def test_follow_up_that_is_over_is_yearly_and_without_imaging() -> None:
    """The end of follow-up counts from the diagnosis, whenever the visit is."""
    follow_up = ({"phases": ["watching"], "every": days(90), "imaging": ["ct"], "lasts": days(1000)},)
    day = 20_000.0 + np.array([999.0, 1000.0])
    orders = following(rule("watch"), follow_up=follow_up).decide(charts(2, day=day))
    assert orders.next_visit_day.tolist() == [90.0, 365.25]
    assert orders.imaging[:, 0].tolist() == [True, False]


def test_follow_up_may_become_rarer_in_steps() -> None:
    """Several ways of follow-up of one phase take turns as each is over."""
    follow_up = (
        {"phases": ["watching"], "every": days(90), "imaging": ["ct"], "lasts": days(730)},
        {"phases": ["watching"], "every": days(180), "lasts": days(1826)},
        {"phases": ["systemic"], "every": days(56)},
    )
    policy = following(rule("watch"), rule("treat", at=["progression"], phase="systemic"), follow_up=follow_up)
    since = np.array([0.0, 800.0, 2000.0, 9000.0])
    event = codes(["diagnosis", "diagnosis", "diagnosis", "progression"], EVENTS)
    orders = policy.decide(charts(4, day=20_000.0 + since, event=event))
    assert orders.next_visit_day.tolist() == [90.0, 180.0, 365.25, 56.0]


def test_those_who_do_not_take_it_up_go_on_to_the_next_rules() -> None:
    """The share that follows a rule is its uptake (seed 11, alpha 0.001)."""
    policy = following(rule("offer", uptake=0.3), rule("else"), seed=11)
    rules = policy.decide(charts(5000)).rule
    assert set(rules.tolist()) == {0, 1}
    assert stats.binomtest(int((rules == 0).sum()), 5000, 0.3).pvalue > ALPHA


def test_uptake_is_independent_between_rules_and_between_days() -> None:
    """Who refuses one thing may take another, or the same another day (seed 12, alpha 0.001)."""
    policy = following(rule("a", uptake=0.5), rule("b", uptake=0.5), seed=12)
    of = charts(4000)
    first = policy.decide(of).rule
    after = first[first != 0]
    assert stats.binomtest(int((after == 1).sum()), after.size, 0.5).pvalue > ALPHA
    next_day = policy.decide(replace(of, day=of.day + 1.0)).rule
    both = int(((first == 0) & (next_day == 0)).sum())
    assert stats.binomtest(both, 4000, 0.25).pvalue > ALPHA
    assert policy.decide(replace(of, day=of.day + 0.4)).rule.tolist() == first.tolist()


def test_a_rule_more_changes_no_draw_of_another() -> None:
    """Who takes up a rule is the same with other rules before it that fit nobody."""
    of = charts(500)
    alone = following(rule("offer", uptake=0.4)).decide(of).rule == 0
    beside = following(rule("nobody", when={"stages": [4]}, uptake=0.5), rule("offer", uptake=0.4)).decide(of)
    assert (beside.rule == 1).tolist() == alone.tolist()


def test_a_new_test_is_asked_for_by_those_who_come_to_a_rule_that_wants_it() -> None:
    """Who is decided on before, or is not fit for the rule whatever the result, is spared the biopsy."""
    policy = following(
        rule("early", when={"stages": [1]}),
        rule("targeted", when={"worst_fitness": 2, "has": ["KRAS"], "lacks": ["MSI_high"]}, retest=True),
        rule("else"),
    )
    of = charts(4, stage_group=[1, 4, 4, 4], fitness=[0, 0, 4, 1], tested=[[-1, -1], [0, 1], [-1, -1], [1, 0]])
    assert policy.needs_retest(of).tolist() == [False, True, False, True]
    assert policy.decide(of).rule.tolist() == [0, 2, 2, 1]


def test_without_a_rule_that_wants_a_new_test_nobody_is_tested() -> None:
    """Biopsies are done for a reason."""
    assert following(rule("a", when={"has": ["KRAS"]})).needs_retest(charts(3)).tolist() == [False] * 3


def columns(orders: Orders) -> dict[str, Any]:
    """Return orders as plain lists."""
    return {field.name: getattr(orders, field.name).tolist() for field in fields(orders)}


POLICY = following(
    rule("one", at=["diagnosis", "progression"], when={"stages": [1, 2], "worst_fitness": 1}, uptake=0.6),
    rule("two", at=["progression"], when={"lines": [1]}, give=["folfox"], phase="systemic", uptake=0.5),
    rule("three", at=["visit"], when={"has": ["KRAS"]}, give=["bevacizumab"], keep_all=True),
    follow_up=({"phases": ["watching"], "every": days(30), "lasts": days(100)},),
)


def crowd(count: int, seed: int) -> Charts:
    """Return patients of all sorts."""
    draw = np.random.default_rng(seed)
    return charts(
        count,
        event=draw.integers(0, len(EVENTS), count),
        day=20_000.0 + draw.integers(0, 200, count),
        stage_group=draw.integers(0, 5, count),
        fitness=draw.integers(0, 3, count),
        line=draw.integers(0, 3, count),
        phase=draw.integers(0, len(PHASES), count),
        tested=draw.integers(-1, 2, (count, len(TESTS))),
        on=draw.random((count, len(THERAPIES))) < 0.4,
    )


@given(count=st.integers(1, 60), seed=st.integers(0, 10_000), data=st.data())
def test_a_patient_is_treated_alike_whoever_else_is_in_the_block(count: int, seed: int, data: st.DataObject) -> None:
    """Orders for some of the patients are their rows of the orders for all."""
    of = crowd(count, seed)
    which = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    every, some = POLICY.decide(of), POLICY.decide(of.of(which))
    assert columns(some) == {name: np.array(rows)[which].tolist() for name, rows in columns(every).items()}


@given(count=st.integers(0, 60), seed=st.integers(0, 10_000))
def test_what_is_stopped_was_under_way_and_is_not_started(count: int, seed: int) -> None:
    """Orders never contradict themselves."""
    of = crowd(count, seed)
    orders = POLICY.decide(of)
    assert not (orders.stop & ~of.on).any()
    assert not (orders.stop & orders.start).any()
    assert (orders.next_visit_day > 0.0).all()


def test_a_policy_can_be_sent_to_another_process() -> None:
    """A copy by pickle decides alike."""
    of = crowd(30, 3)
    assert columns(pickle.loads(pickle.dumps(POLICY)).decide(of)) == columns(POLICY.decide(of))  # noqa: S301 - our own


def refused(*rules: dict[str, Any], follow_up: tuple[dict[str, Any], ...] = ()) -> EntryError:
    """Return the error by which a protocol is refused."""
    with pytest.raises(EntryError) as caught:
        check(protocol(*rules, follow_up=follow_up), THERAPIES, TESTS, MODALITIES, STAGES)
    return caught.value


@pytest.mark.parametrize(
    ("said", "key", "meant"),
    [
        ({"give": ["folfix"]}, "give", "folfox"),
        ({"keep": ["antiemetic"]}, "keep", "antiemetics"),
        ({"when": {"had": ["folfix"]}}, "when.had", "folfox"),
        ({"when": {"never": ["folfix"]}}, "when.never", "folfox"),
        ({"when": {"on": ["bevacizumabe"]}}, "when.on", "bevacizumab"),
        ({"when": {"has": ["KRAZ"]}}, "when.has", "KRAS"),
        ({"when": {"lacks": ["MSI_hi"]}}, "when.lacks", "MSI_high"),
        ({"when": {"substages": ["IIID"]}}, "when.substages", "III"),
    ],
)
def test_a_name_that_does_not_exist_is_refused_with_the_nearest(said: dict[str, Any], key: str, meant: str) -> None:
    """A slip in a rule is told with its place and what was probably meant."""
    error = refused(rule("fine"), rule("wrong", **said))
    assert error.key == f"rules.1.{key} (wrong)"
    assert error.file == "policies/usual.toml"
    assert error.meant is not None
    assert error.meant.startswith(meant)


@pytest.mark.parametrize("key", ["imaging", "symptoms"])
def test_an_examination_that_does_not_exist_is_refused(key: str) -> None:
    """Follow-up by an unknown modality is a slip."""
    error = refused(follow_up=({"phases": ["local"], "every": days(9), key: ["mri_brian"]},))
    assert (error.key, error.meant) == (f"follow_up.0.{key}", "mri_brain")


@pytest.mark.parametrize(
    ("when", "field"),
    [
        ({"age_from_year": 70.0, "age_below_year": 70.0}, "age_below_year"),
        ({"primary_from_mm": 50.0, "primary_below_mm": 20.0}, "primary_below_mm"),
        ({"free_from_day": 180.0, "free_below_day": 90.0}, "free_below_day"),
        ({"best_fitness": 3, "worst_fitness": 2}, "worst_fitness"),
        ({"has": ["KRAS"], "lacks": ["MSI_high", "KRAS"]}, "lacks"),
        ({"had": ["folfox"], "never": ["folfox"]}, "never"),
        ({"only_in": ["liver"], "any_in": ["lung", "bone"]}, "any_in"),
        ({"metastatic": False, "any_in": ["lung"]}, "any_in"),
        ({"stages": [1], "substages": ["IIIA"]}, "substages"),
    ],
)
def test_conditions_that_nobody_can_meet_are_refused(when: dict[str, Any], field: str) -> None:
    """A rule that can never hold is a slip."""
    assert refused(rule("dead", when=when)).key == f"rules.0.when.{field} (dead)"


@pytest.mark.parametrize(
    "when",
    [
        {"age_from_year": 69.0, "age_below_year": 70.0},
        {"best_fitness": 2, "worst_fitness": 2},
        {"only_in": ["liver", "lung"], "any_in": ["lung", "bone"]},
        {"only_in": ["liver"], "any_in": ["regional_lymph_node"]},
        {"metastatic": True, "any_in": ["lung"]},
        {"stages": [1, 3], "substages": ["IIIA"]},
        {"has": ["KRAS"], "lacks": ["MSI_high"]},
    ],
)
def test_conditions_that_somebody_can_meet_are_let_through(when: dict[str, Any]) -> None:
    """Only what is impossible is called so."""
    assert contradiction(When(**when)) is None


def test_follow_up_whose_turn_never_comes_is_refused() -> None:
    """A second way of following a phase needs an end of the first that comes before its own."""
    first = {"phases": ["local"], "every": days(90), "lasts": days(700)}
    late = {"phases": ["local"], "every": days(180)}
    assert refused(follow_up=(late, first)).key == "follow_up.1.phases"
    assert refused(follow_up=(first, first)).key == "follow_up.1.phases"
    check(protocol(follow_up=(first, late)), THERAPIES, TESTS, MODALITIES, STAGES)
