"""Every policy: its names exist, its last rules hold for everybody, and it treats as a clinician would."""

from __future__ import annotations

import tomllib
from typing import get_args

import numpy as np
import pytest

from paget.care.protocols import Following
from paget.catalogue.folders import BUILT_IN, Folder
from paget.catalogue.numbers import stated
from paget.catalogue.registry import Catalogue
from paget.model import layout
from paget.model.chart import EVENTS, GOALS, PHASES, RESPONSES, Charts, Orders
from paget.model.panel import Panel
from paget.model.protocol import Event, Goal, Phase, Protocol, Rule, When
from paget.model.stage import STAGE_GROUPS, STAGES
from paget.model.therapy import LOCAL, Therapy

BUILT = Catalogue([Folder(BUILT_IN, "built in")])
NAMES = BUILT.names("policies")
STANDARD = "standard_of_care"
CARE_ONLY = ("supportive", "bone_agent")
EASING = {"radiotherapy_bone", "radiotherapy_palliative", "whole_brain_radiotherapy", "srs_brain"}
UNTARGETED = 0.15
"""Share of its effect up to which a drug is thought to need its target."""
OWN_TARGETS = {"breast_her2_positive": {"HER2_amplified"}}
"""Targets that make the entry what it is."""
FEW = 5
CURED_IN_THE_BELLY = {"ovary_high_grade_serous"}
"""Cancers whose spread over the peritoneum, a metastasis here, is removed and treated for cure."""
PATIENTS = 4000


def _protocol(name: str) -> Protocol:
    return BUILT.entry("policies", name, Protocol)


def _therapies() -> dict[str, Therapy]:
    return {name: BUILT.entry("therapies", name, Therapy) for name in BUILT.names("therapies")}


def _tests() -> tuple[str, ...]:
    panel = BUILT.entry("panels", "tissue", Panel)
    return tuple(each.id for each in (*panel.alterations, *panel.biomarkers))


def _given(rule: Rule) -> list[Therapy]:
    """Return what a rule starts against the cancer."""
    known = _therapies()
    return [known[name] for name in rule.give if known[name].kind not in CARE_ONLY]


STANDARDS = tuple(name for name in NAMES if _protocol(name).policy == STANDARD)


@pytest.mark.parametrize("name", NAMES)
def test_therapies_of_a_protocol_exist(name: str) -> None:
    """No rule gives, keeps or looks back on what nothing describes."""
    rules = _protocol(name).rules
    named = {each for r in rules for each in (*r.give, *r.keep, *r.when.had, *r.when.never, *r.when.on)}
    assert named - set(BUILT.names("therapies")) == set()


@pytest.mark.parametrize("name", NAMES)
def test_biomarkers_of_a_protocol_are_tested(name: str) -> None:
    """No rule asks for what no panel reports."""
    named = {each for rule in _protocol(name).rules for each in (*rule.when.has, *rule.when.lacks)}
    assert named - set(_tests()) == set()


@pytest.mark.parametrize("name", NAMES)
def test_examinations_and_cancers_of_a_protocol_exist(name: str) -> None:
    """Patients are followed by examinations of the catalogue, and protocols hold for its cancers."""
    protocol = _protocol(name)
    named = {each for follow in protocol.follow_up for each in (*follow.imaging, *follow.symptoms)}
    assert named - set(BUILT.names("modalities")) == set()
    assert set(protocol.cancers) - set(BUILT.names("cancers")) == set()


@pytest.mark.parametrize("name", NAMES)
def test_numbers_of_a_protocol_can_be_traced(name: str) -> None:
    """A rule or a time that claims evidence says where it was read."""
    untraced = [s.key for s in stated(_protocol(name)) if s.sourced.grade != "assumed" and not s.sourced.locator]
    assert untraced == []


def test_sources_of_these_protocols_are_those_that_they_name() -> None:
    """The list of sources holds what rules come from, and nothing else."""
    listed = tomllib.loads((BUILT_IN / "sources" / "policies_a.toml").read_text(encoding="utf-8"))
    entries = [_protocol(name) for name in NAMES] + list(_therapies().values())
    named = {item.sourced.source for entry in entries for item in stated(entry)}
    assert set(listed) - named == set()


@pytest.mark.parametrize("event", get_args(Event))
@pytest.mark.parametrize("name", STANDARDS)
def test_last_rule_of_each_event_holds_for_everybody(name: str, event: Event) -> None:
    """Nobody is left without a decision, and no rule stands behind one that leaves nobody."""
    rules = [rule for rule in _protocol(name).rules if event in rule.at]
    for_all = [rule.id for rule in rules if rule.when == When() and rule.uptake == 1.0]
    assert for_all == [rules[-1].id]


@pytest.mark.parametrize("name", [n for n in NAMES if not CURED_IN_THE_BELLY & set(_protocol(n).cancers)])
def test_nobody_is_cured_of_widespread_disease(name: str) -> None:
    """Treatment for cure begins without known metastases, with few, or where cure was the goal already."""
    widespread = [
        rule.id for rule in _protocol(name).rules if rule.goal == "cure" and _given(rule) and not _is_curable(rule.when)
    ]
    assert widespread == []


def _is_curable(when: When) -> bool:
    few = when.most_metastases is not None and when.most_metastases <= FEW
    return when.metastatic is False or few or when.goals == ("cure",)


@pytest.mark.parametrize("name", NAMES)
def test_drugs_that_need_a_target_go_where_it_was_found(name: str) -> None:
    """A drug that does next to nothing without its target is given with it, or in the cancer that it defines."""
    protocol = _protocol(name)
    own = (
        set.intersection(*(OWN_TARGETS.get(cancer, set()) for cancer in protocol.cancers))
        if protocol.cancers
        else set()
    )
    blind = [
        (rule.id, drug.id)
        for rule in protocol.rules
        for drug in _given(rule)
        if drug.target and drug.off_target is not None and drug.off_target.value <= UNTARGETED
        if not set(drug.target) & {*rule.when.has, *own}
    ]
    assert blind == []


@pytest.mark.parametrize("name", NAMES)
def test_lines_are_counted_where_systemic_therapy_begins(name: str) -> None:
    """A rule opens a line if, and only if, it starts a drug in the systemic phase that goes on with nothing else."""
    wrong = [rule.id for rule in _protocol(name).rules if rule.new_line != _begins_line(rule)]
    assert wrong == []


def _begins_line(rule: Rule) -> bool:
    drugs = [each for each in _given(rule) if each.kind not in LOCAL]
    return rule.phase == "systemic" and bool(drugs) and not rule.keep_all


@pytest.mark.parametrize("name", NAMES)
def test_visit_without_news_changes_neither_phase_nor_goal(name: str) -> None:
    """Whatever phase and goal a protocol leads to, its visits have a rule that keeps both, and all that goes on."""
    rules = _protocol(name).rules
    reached = {(rule.phase, rule.goal) for rule in rules}
    assert {pair for pair in reached if not any(_keeps(rule, *pair) for rule in rules)} == set()


def _keeps(rule: Rule, phase: Phase, goal: Goal) -> bool:
    when = rule.when
    asks_more = when.model_copy(update={"phases": (), "goals": ()}) != When()
    holds = (not when.phases or phase in when.phases) and (not when.goals or goal in when.goals) and not asks_more
    return "visit" in rule.at and holds and rule.keep_all and (rule.phase, rule.goal) == (phase, goal)


@pytest.mark.parametrize("name", STANDARDS)
def test_comfort_is_where_a_standard_ends(name: str) -> None:
    """After the last line, and at a decline, the last rule says comfort."""
    last = {event: [rule for rule in _protocol(name).rules if event in rule.at][-1] for event in EVENTS}
    assert {last[event].goal for event in ("progression", "decline")} == {"comfort"}


@pytest.mark.parametrize("policy", ["best_supportive_care", "watchful_waiting"])
def test_policies_without_treatment_treat_no_cancer(policy: str) -> None:
    """What they give eases symptoms."""
    rules = [rule for name in NAMES if _protocol(name).policy == policy for rule in _protocol(name).rules]
    assert {each.id for rule in rules for each in _given(rule)} <= EASING
    assert rules


@pytest.mark.parametrize("cancer", BUILT.names("cancers"))
def test_every_cancer_has_one_standard(cancer: str) -> None:
    """No cancer is without its standard of care, and none has two."""
    assert sum(cancer in _protocol(name).cancers for name in STANDARDS) == 1


@pytest.mark.parametrize("policy", [STANDARD, "best_supportive_care", "watchful_waiting"])
def test_every_policy_has_a_protocol_for_other_cancers(policy: str) -> None:
    """A user's own cancer is treated under each of them."""
    assert sum(not _protocol(name).cancers for name in NAMES if _protocol(name).policy == policy) == 1


def _charts(event: Event, found: tuple[str, ...] = (), **known: object) -> Charts:
    """Return patients who are alike: fit, 65, with a cancer of stage IV in two places of the lung unless told."""
    tests, therapies, n = _tests(), BUILT.names("therapies"), PATIENTS
    stage = STAGES.index(str(known.get("stage", "IV")))
    counted = int(str(known.get("metastases", 8 if STAGE_GROUPS[stage] == len(set(STAGE_GROUPS)) - 1 else 0)))
    sites = np.zeros((n, layout.N_ORGANS), np.bool_)
    sites[:, layout.ORGANS.index("lung")] = counted > 0
    phase = PHASES.index(str(known.get("phase", "none")))
    goal = GOALS.index(str(known.get("goal", "control")))
    had = np.array([name in str(known.get("had", "")).split() for name in therapies])
    return Charts(
        therapies=therapies,
        tests=tests,
        patient=np.arange(n),
        event=np.full(n, EVENTS.index(event)),
        day=np.full(n, 65.0 * 365.25),
        age_year=np.full(n, float(str(known.get("age", 65.0)))),
        diagnosis_day=np.full(n, 64.0 * 365.25),
        sex=np.zeros(n, np.int64),
        stage=np.full(n, stage),
        stage_group=np.full(n, STAGE_GROUPS[stage]),
        node_positive=np.zeros(n, np.bool_),
        sites=sites,
        metastases=np.full(n, counted),
        primary_in_place=np.ones(n, np.bool_),
        primary_mm=np.full(n, 25.0),
        tested=np.tile(np.isin(tests, found), (n, 1)).astype(np.int8),
        fitness=np.full(n, int(str(known.get("fitness", 1)))),
        symptomatic=np.zeros((n, layout.N_ORGANS), np.bool_),
        phase=np.full(n, phase),
        goal=np.full(n, goal),
        line=np.full(n, int(str(known.get("line", 0)))),
        response=np.full(n, RESPONSES.index("none")),
        best=np.full(n, RESPONSES.index("SD")),
        given=np.tile(had, (n, 1)).astype(np.int64),
        on=np.zeros((n, len(therapies)), np.bool_),
        free_day=np.full(n, 200.0),
        worst_grade=np.zeros(n, np.int64),
    )


def _decided(name: str, charts: Charts) -> Orders:
    following = Following(_protocol(name), charts.therapies, charts.tests, BUILT.names("modalities"), 7)
    return following.decide(charts)


def _share(name: str, therapy: str, charts: Charts) -> float:
    return float(_decided(name, charts).start[:, charts.therapies.index(therapy)].mean())


@pytest.mark.parametrize(
    ("cancer", "therapy", "found", "known", "share"),
    [
        ("lung_adenocarcinoma", "osimertinib", ("EGFR",), {}, 0.88 * 0.9),
        ("lung_adenocarcinoma", "osimertinib", (), {}, 0.0),
        ("lung_adenocarcinoma", "surgery_primary", (), {"stage": "IA"}, 0.85),
        ("lung_adenocarcinoma", "sbrt_primary", (), {"stage": "IA", "fitness": 2}, 0.85),
        ("lung_squamous", "chemoradiation", (), {"stage": "IIIB"}, 0.75),
        ("lung_small_cell", "atezolizumab", (), {}, 0.85),
        ("head_neck", "cetuximab", (), {}, 0.85 * (0.7 + 0.3 * 0.4)),
        ("bladder", "turbt", (), {"stage": "I", "fitness": 3}, 1.0),
        ("bladder", "platinum_gemcitabine", (), {}, 0.7 * 0.7 * 0.7),
        ("kidney_clear_cell", "surgery_primary", (), {"stage": "I"}, 0.95),
        ("melanoma", "dabrafenib_trametinib", ("BRAF_V600",), {"fitness": 3}, 0.6),
        ("melanoma", "ipilimumab_nivolumab", (), {}, 0.86 * 0.5),
        ("thyroid_papillary", "surgery_primary", (), {"stage": "I"}, 0.97),
    ],
)
def test_first_treatment_is_the_one_that_guidelines_advise(
    cancer: str, therapy: str, found: tuple[str, ...], known: dict[str, object], share: float
) -> None:
    """Seed 7, 4000 alike patients: the share who get it is what the rules make of it, within 3 per cent."""
    got = _share(f"standard_{cancer}", therapy, _charts("diagnosis", found, **known))
    assert got == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize("name", STANDARDS)
def test_weak_are_not_given_chemotherapy_at_a_decline(name: str) -> None:
    """Seed 7: a patient in a line who falls to a performance status of 4 has comfort as the goal."""
    charts = _charts("decline", phase="systemic", line=1, fitness=4)
    orders = _decided(name, charts)
    cytotoxic = [charts.therapies.index(key) for key, each in _therapies().items() if each.kind == "cytotoxic"]
    assert set(orders.goal.tolist()) == {GOALS.index("comfort")}
    assert not orders.start[:, cytotoxic].any()


@pytest.mark.parametrize("name", STANDARDS)
def test_fewer_have_a_second_line_than_could(name: str) -> None:
    """Seed 7: among fit patients of 65 whose first line failed some have no second, and some have one."""
    charts = _charts("progression", phase="systemic", line=1, had="platinum_gemcitabine carboplatin_paclitaxel folfox")
    again = _decided(name, charts).new_line.mean()
    assert 0.2 < again < 1.0
