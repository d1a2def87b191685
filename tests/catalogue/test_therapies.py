"""The contract of every therapy, and of utilities and performance status: what each has, cites and does."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final

import numpy as np
import pytest
from scipy.stats import norm

from paget.catalogue.folders import BUILT_IN, Folder
from paget.catalogue.numbers import Stated, stated
from paget.catalogue.reading import read_table
from paget.catalogue.registry import Catalogue
from paget.model.fitness import Fitness
from paget.model.panel import Panel
from paget.model.therapy import Irradiate, Kill, Relieve, Resect, Scale, Therapy
from paget.model.utility import Utilities

BUILT = Catalogue([Folder(BUILT_IN, "built in")])
THERAPIES = {name: BUILT.entry("therapies", name, Therapy) for name in BUILT.names("therapies")}
SAYS_WHAT_WAS_READ = re.compile(r"\b(was|were) read\b|(?<!not )\bverified\b")
ALL = sorted(THERAPIES)
LOCAL = [name for name in ALL if THERAPIES[name].is_local]
CYTOTOXIC = [name for name in ALL if THERAPIES[name].kind == "cytotoxic"]
PALLIATIVE = ("radiotherapy_bone", "radiotherapy_palliative", "whole_brain_radiotherapy")
RADICAL = ("radiotherapy_primary", "chemoradiation", "sbrt_primary", "sbrt_metastases", "srs_brain")
MUTATED_TP53: Final = 0.7
"""Sensitivity to radiation with mutated TP53 (its driver entry), which about half of irradiated tumours have."""

PROMISED = {
    *("surgery_primary", "surgery_nodes", "debulking", "turbt", "metastasectomy", "ablation_liver", "tace"),
    *("radiotherapy_primary", "chemoradiation", "radiotherapy_adjuvant", "sbrt_primary", "sbrt_metastases"),
    *("srs_brain", "whole_brain_radiotherapy", "prophylactic_cranial_irradiation"),
    *("radiotherapy_bone", "radiotherapy_palliative"),
    *("antiemetics", "analgesia", "psychological_support", "palliative_care", "gcsf", "steroids_brain"),
    *("zoledronic_acid", "denosumab"),
    *("folfox", "folfiri", "capox", "folfoxiri", "capecitabine", "trifluridine_tipiracil", "folfirinox"),
    *("gemcitabine_nab_paclitaxel", "gemcitabine", "irinotecan_fluorouracil", "cisplatin_pemetrexed"),
    *("carboplatin_paclitaxel", "platinum_gemcitabine", "platinum_etoposide", "topotecan", "docetaxel"),
    *("cabazitaxel", "paclitaxel", "anthracycline_taxane", "docetaxel_carboplatin", "eribulin", "mvac"),
    *("pegylated_doxorubicin", "flot", "s1", "platinum_fluorouracil", "dacarbazine"),
    *("tamoxifen", "aromatase_inhibitor", "fulvestrant", "adt", "abiraterone", "enzalutamide"),
    *("osimertinib", "gefitinib", "alectinib", "crizotinib", "lorlatinib", "sotorasib", "dabrafenib_trametinib"),
    *("encorafenib_cetuximab", "cetuximab", "trastuzumab", "trastuzumab_pertuzumab", "trastuzumab_emtansine"),
    *("trastuzumab_deruxtecan", "sacituzumab_govitecan", "palbociclib", "abemaciclib", "alpelisib", "olaparib"),
    *("niraparib", "erdafitinib", "selpercatinib", "enfortumab_vedotin", "tucatinib"),
    *("bevacizumab", "ramucirumab", "sunitinib", "cabozantinib", "axitinib", "sorafenib", "lenvatinib"),
    "regorafenib",
    *("pembrolizumab", "nivolumab", "ipilimumab", "atezolizumab", "durvalumab", "avelumab"),
    *("ipilimumab_nivolumab", "tremelimumab_durvalumab"),
    *("car_t_claudin18", "tumour_infiltrating_lymphocytes", "lutetium_psma", "radium_223", "radioiodine"),
    *("block_detachment", "block_intravasation", "block_lymphatic_entry", "block_circulation"),
    *("block_extravasation", "block_colonisation", "block_waking", "block_vessels"),
}
ADJUVANT = {
    *("folfox", "capox", "capecitabine", "folfirinox", "gemcitabine", "cisplatin_pemetrexed", "anthracycline_taxane"),
    *("docetaxel_carboplatin", "carboplatin_paclitaxel", "flot", "s1", "platinum_gemcitabine", "mvac"),
}


def _numbers() -> Iterator[Stated]:
    for name, entry in THERAPIES.items():
        yield from stated(entry, f"{name}.")
    yield from stated(BUILT.entry("utilities", "usual", Utilities), "utilities.")
    yield from stated(BUILT.entry("fitness", "usual", Fitness), "fitness.")


def _log_kill(act: Irradiate) -> float:
    """Return the median log kill of a course, by the linear-quadratic law less what is lost."""
    dose = act.dose.value
    return act.fractions * (act.alpha.value * dose + act.beta.value * dose**2) * (1.0 - act.hypoxic.value)


def _beams(name: str) -> list[Irradiate]:
    return [act for act in THERAPIES[name].acts if isinstance(act, Irradiate)]


def _cured(act: Irradiate, cells: float) -> float:
    """Return the share of tumours of some cells of which none survives, half of them with mutated TP53."""
    varied = np.exp(act.alpha.sigma * norm.ppf((np.arange(400) + 0.5) / 400))
    alpha = act.alpha.value * varied
    dose = act.dose.value
    kill = act.fractions * (alpha * dose + act.beta.value * dose**2) * (1.0 - act.hypoxic.value)
    return float(np.mean([np.exp(-cells * np.exp(-kill * each)).mean() for each in (1.0, MUTATED_TP53)]))


def test_catalogue_holds_every_promised_therapy() -> None:
    """Protocols may name any therapy of the closed list."""
    assert sorted(PROMISED - set(THERAPIES)) == []


@pytest.mark.parametrize("name", ALL)
def test_every_number_is_finite_and_names_a_source_that_exists(name: str) -> None:
    """No number of a therapy comes from nowhere, and none is missing its reason."""
    numbers = list(stated(THERAPIES[name]))
    assert numbers
    sources = BUILT.sources()
    for item in numbers:
        assert item.sourced.source in sources, item.key
        assert item.quantity is None or math.isfinite(item.quantity.value), item.key
        assert item.sourced.rationale.strip() or item.sourced.grade in {"measured", "fitted"}, item.key


def test_every_number_that_is_not_assumed_says_where_in_a_source_that_was_read() -> None:
    """Whoever doubts a number can open its source, and what was recalled is assumed."""
    sources = BUILT.sources()
    for item in _numbers():
        number, source = item.sourced, sources[item.sourced.source]
        if number.grade == "assumed":
            continue
        assert number.locator.strip(), item.key
        assert source.checked or SAYS_WHAT_WAS_READ.search(source.note), item.key
        assert "recall" not in f"{number.locator} {number.rationale}".lower(), item.key


@pytest.mark.parametrize("name", ALL)
def test_real_therapy_cites_a_publication_and_a_blocker_is_marked_as_research(name: str) -> None:
    """What patients are given has been studied; what exists only as an effect on a step says so."""
    therapy = THERAPIES[name]
    kinds = {BUILT.sources()[item.sourced.source].kind for item in stated(therapy)}
    assert therapy.research == (therapy.kind == "blocker")
    assert therapy.research or kinds - {"judgement"}


@pytest.mark.parametrize("name", ALL)
def test_toxicities_are_few_and_cost_something(name: str) -> None:
    """What is given for its effect has at most seven toxicities, each of which someone has and feels."""
    therapy = THERAPIES[name]
    assert len(therapy.toxicities) <= 7
    if therapy.kind not in {"blocker", "supportive"}:
        assert therapy.toxicities
    for each in therapy.toxicities:
        assert 0.0 < each.mild.value + each.severe.value <= 1.0, each.id
        assert 0.0 < each.loss.value < 0.6, each.id
        assert each.onset.value > 0.0, each.id


@pytest.mark.parametrize("name", ALL)
def test_few_are_killed_by_treatment(name: str) -> None:
    """No therapy that is in use kills more than one in twenty, and supportive care hardly anybody."""
    therapy = THERAPIES[name]
    assert therapy.death.value <= (0.05 if therapy.kind != "supportive" else 0.002)


@pytest.mark.parametrize("name", LOCAL)
def test_local_therapy_acts_on_what_it_is_aimed_at_and_on_nothing_else(name: str) -> None:
    """Surgery and radiation cut or irradiate, may relieve, and add no effect on the whole body."""
    acts = THERAPIES[name].acts
    assert any(isinstance(act, Resect | Irradiate) for act in acts)
    assert all(isinstance(act, Resect | Irradiate | Relieve) for act in acts)
    assert THERAPIES[name].schedule.cycles is not None


@pytest.mark.parametrize("name", sorted(set(ALL) - set(LOCAL)))
def test_systemic_therapy_removes_no_lesion_by_hand(name: str) -> None:
    """What is not surgery or radiation neither resects nor irradiates one place."""
    assert not any(isinstance(act, Resect | Irradiate) for act in THERAPIES[name].acts)


@pytest.mark.parametrize("name", ALL)
def test_names_of_targets_exist_in_the_tissue_panel(name: str) -> None:
    """A misspelt target would be missing in every tumour, without a word."""
    panel = BUILT.entry("panels", "tissue", Panel)
    known = {each.id for each in (*panel.alterations, *panel.biomarkers)}
    therapy = THERAPIES[name]
    gains = {gain for act in therapy.acts if isinstance(act, Scale) for gain in act.gains}
    assert sorted({*therapy.target, *therapy.lacking, *gains} - known) == []


def test_what_is_prevented_is_a_toxicity_of_some_therapy() -> None:
    """Supportive drugs prevent effects that exist."""
    known = {each.id for therapy in THERAPIES.values() for each in therapy.toxicities}
    prevented = {
        name
        for therapy in THERAPIES.values()
        for act in therapy.acts
        if isinstance(act, Relieve)
        for name in act.toxicities
    }
    assert prevented
    assert sorted(prevented - known) == []


def test_one_toxicity_has_one_name_for_people() -> None:
    """Tables over several therapies count the same effect as the same."""
    names: dict[str, set[str]] = {}
    for therapy in THERAPIES.values():
        for each in therapy.toxicities:
            names.setdefault(each.id, set()).add(each.name)
    assert {key: sorted(found) for key, found in names.items() if len(found) > 1} == {}


@pytest.mark.parametrize("name", CYTOTOXIC)
def test_cytotoxic_drugs_kill_dividing_cells_and_reach_the_brain_badly(name: str) -> None:
    """Kill is a multiple of growth, varies between patients, fades, and is weak behind the barrier of the brain."""
    kills = [act for act in THERAPIES[name].acts if isinstance(act, Kill)]
    assert kills
    for act in kills:
        assert act.multiple is not None
        assert 0.3 <= act.multiple.sigma <= 0.8
        assert act.half_life is not None
        assert act.sensitivity in {"sensitivity_platinum", "sensitivity_taxane", "sensitivity_cytotoxic"}
        assert act.organs == ("liver",) or act.reach["brain"].value < 0.5


@pytest.mark.parametrize("name", sorted(ADJUVANT))
def test_regimens_that_follow_surgery_come_to_a_planned_end(name: str) -> None:
    """Adjuvant treatment lasts three to twelve months."""
    assert 84.0 <= THERAPIES[name].schedule.planned_day <= 365.0


def test_radical_doses_kill_more_than_palliative_ones() -> None:
    """Any radical course leaves fewer cells than any course that is meant to relieve."""
    radical = min(_log_kill(beam) for name in RADICAL for beam in _beams(name) if beam.site != "nodes")
    palliative = max(_log_kill(beam) for name in PALLIATIVE for beam in _beams(name))
    assert radical > 1.5 * palliative


def test_doses_are_those_of_the_regimens() -> None:
    """Fractions times dose give the totals that the regimens are known by."""
    totals = {
        "chemoradiation": 66.0,
        "radiotherapy_primary": 70.0,
        "radiotherapy_adjuvant": 50.0,
        "sbrt_primary": 54.0,
        "sbrt_metastases": 50.0,
        "srs_brain": 22.0,
        "whole_brain_radiotherapy": 30.0,
        "prophylactic_cranial_irradiation": 25.0,
        "radiotherapy_bone": 8.0,
        "radiotherapy_palliative": 30.0,
    }
    for name, total in totals.items():
        beam = _beams(name)[0]
        assert beam.fractions * beam.dose.value == pytest.approx(total), name


def test_radical_chemoradiation_cures_about_half_of_tumours_of_ten_billion_cells() -> None:
    """By arithmetic over the spread of alpha, and more than radiation alone."""
    by_both = _cured(_beams("chemoradiation")[0], 1e10)
    alone = _cured(_beams("radiotherapy_primary")[0], 1e10)
    assert 0.4 < by_both < 0.6
    assert 0.25 < alone < by_both


def test_stereotactic_doses_control_small_tumours_and_a_single_fraction_only_relieves() -> None:
    """Nine in ten tumours of 1.5 cm are ended by 54 Gy in 3 fractions, and none of a million cells by 8 Gy."""
    assert _cured(_beams("sbrt_primary")[0], 1.8e9) > 0.85
    assert _cured(_beams("radiotherapy_bone")[0], 1e6) < 1e-6
    assert _cured(_beams("radiotherapy_palliative")[0], 1e9) < 1e-3


def test_adjuvant_radiation_ends_about_half_of_the_rests_of_a_million_cells() -> None:
    """It lowers local relapse after an operation whose margin is not clear by half or more."""
    assert 0.4 < _cured(_beams("radiotherapy_adjuvant")[0], 1e6) < 0.75


def test_worth_of_days_falls_with_performance_status_and_lies_between_published_states() -> None:
    """Treated metastatic disease is worth 0.65 to 0.79, progressed disease 0.40 to 0.60."""
    usual = BUILT.entry("utilities", "usual", Utilities)
    losses = [each.value for each in usual.fitness]
    assert losses == sorted(losses)
    base = next(band.utility.value for band in usual.base if band.from_year == 65)
    known = base * (1.0 - usual.cancer.value) * (1.0 - usual.advanced.value)
    treated = known * (1.0 - losses[1])
    progressed = known * (1.0 - losses[2]) * (1.0 - usual.symptoms["liver"].value) * (1.0 - usual.general.value)
    assert 0.65 < treated < 0.79
    assert 0.40 < progressed < 0.60
    assert 0.15 < progressed * (1.0 - usual.last_loss.value) < 0.45


@pytest.mark.parametrize(
    ("burden_cells", "symptoms", "low", "high"),
    [(0.0, 0.0, 0.03, 0.10), (4.0e10, 0.6, 0.10, 0.20), (1.5e11, 1.2, 0.34, 0.48), (1.5e12, 3.0, 0.80, 0.98)],
    ids=["free of disease", "local", "found with metastases", "dying"],
)
def test_performance_status_of_patients_of_65(burden_cells: float, symptoms: float, low: float, high: float) -> None:
    """The share with a status of 2 or more, by burden and symptomatic places; with metastases as in Lilenbaum 2008."""
    usual = BUILT.entry("fitness", "usual", Fitness)
    weight = burden_cells / (burden_cells + usual.half_burden.value)
    score = usual.per_decade.value * 1.5 + usual.burden.value * weight + usual.symptom.value * symptoms
    assert low < norm.sf((2.0 - score) / usual.comorbidity.value) < high


def test_every_source_of_these_therapies_is_used() -> None:
    """The list of sources of this topic holds what numbers come from, and nothing else."""
    listed = set(read_table(BUILT_IN / "sources" / "therapies_local_cytotoxic.toml"))
    assert sorted(listed - {item.sourced.source for item in _numbers()}) == []
