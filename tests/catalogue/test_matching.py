"""Whether therapies match what tumours carry: targets, the traits that drivers change, and the steps of spread."""

from collections.abc import Iterable
from functools import cache

import numpy as np
import pytest

from paget.care.mechanisms import Hosts, lower
from paget.catalogue.folders import BUILT_IN, Folder
from paget.catalogue.panels import panel_of, tissue
from paget.catalogue.registry import Catalogue
from paget.model import layout
from paget.model.therapy import Kill, Scale, Therapy

BUILT = Catalogue([Folder(BUILT_IN, "built in")])
PANEL = panel_of(BUILT)
TESTS = tuple(test.id for test in (*PANEL.alterations, *PANEL.biomarkers))
BY_WHAT_ALL_CARRY = {"sacituzumab_govitecan", "enfortumab_vedotin", "palbociclib", "abemaciclib"}
"""Targeted drugs whose target is common to all tumours that they are meant for, so that no test chooses them."""
BLOCKED = (
    "detachment",
    "intravasation",
    "lymphatic_entry",
    "circulation_survival",
    "extravasation",
    "colonisation",
    "waking",
    "vessel_recruitment",
)


@cache
def therapies() -> dict[str, Therapy]:
    """Return all therapies of the catalogue."""
    return {name: BUILT.entry("therapies", name, Therapy) for name in BUILT.names("therapies")}


def of_kind(kind: str) -> list[Therapy]:
    """Return the therapies of one kind, of which there must be some."""
    found = [each for each in therapies().values() if each.kind == kind]
    assert found, kind
    return found


def kills(therapy: Therapy) -> list[Kill]:
    """Return the acts that kill."""
    return [act for act in therapy.acts if isinstance(act, Kill)]


def scales(therapy: Therapy) -> list[Scale]:
    """Return the acts that change a process."""
    return [act for act in therapy.acts if isinstance(act, Scale)]


def traits(some: Iterable[Therapy]) -> set[str]:
    """Return the traits that some therapies are multiplied by."""
    found = {getattr(act, "sensitivity", None) for each in some for act in each.acts}
    return {trait for trait in found if trait is not None}


def brain(name: str) -> float:
    """Return the share of a therapy's kill that is left in the brain."""
    acts = kills(therapies()[name])
    strength = [(act.rate or act.multiple).value for act in acts]  # type: ignore[union-attr]
    left = [act.reach["brain"].value if "brain" in act.reach else 1.0 for act in acts]
    return float(np.average(left, weights=strength))


def kill_per_day(name: str, *carried: str) -> float:
    """Return deaths per cell and day that a therapy adds in one patient whose tumour carries some changes."""
    hosts = Hosts(
        patient=np.zeros(1, np.int64),
        number=np.zeros(1, np.int64),
        on_day=np.zeros(1),
        off_day=np.full(1, np.inf),
        growth_per_day=np.full(1, 0.03),
        carries=np.array([[test in carried for test in TESTS]]),
        lesions=np.zeros((1, 0), np.uint64),
        lesion_organs=np.zeros((1, 0), np.int64),
        symptomatic=np.zeros((1, layout.N_ORGANS), np.bool_),
    )
    dying = layout.code(layout.EFFECT_KINDS, "add_death")
    lowered = lower(therapies()[name], TESTS, "none", 1, hosts)
    rows = [row for _, rows in lowered for row in rows if row["kind"] == dying]
    return float(sum(row["magnitude"] for row in rows if row["organ"] == layout.ANY))


def test_every_target_is_something_that_is_tested() -> None:
    """A misspelt target would never be found, and its drug would never act."""
    named = {
        name
        for each in therapies().values()
        for name in (*each.target, *each.lacking, *(gain for act in scales(each) for gain in act.gains))
    }
    assert named - set(TESTS) == set()


def test_every_biomarker_decides_on_a_therapy() -> None:
    """Each acts on a drug, but PD-L1 at its low cut-off, by which protocols choose and no effect goes."""
    deciding = {
        name
        for each in therapies().values()
        for name in (*each.target, *each.lacking, *(gain for act in scales(each) for gain in act.gains))
    }
    assert {biomarker.id for biomarker in PANEL.biomarkers} - deciding == {"PDL1"}


def test_a_targeted_drug_has_a_target() -> None:
    """Whatever is called targeted names what it needs or what defeats it, but for drugs whose target all carry."""
    without = {each.id for each in of_kind("targeted") if not each.target and not each.lacking}
    assert without == BY_WHAT_ALL_CARRY


@pytest.mark.parametrize("therapy", [each for each in therapies().values() if each.target], ids=lambda each: each.id)
def test_a_drug_spares_a_tumour_without_its_target(therapy: Therapy) -> None:
    """The kill without the target is the stated share of the kill with any one of the targets."""
    assert therapy.off_target is not None
    bare = kill_per_day(therapy.id)
    for target in therapy.target:
        assert bare == pytest.approx(therapy.off_target.value * kill_per_day(therapy.id, target))
    assert therapy.off_target.value <= 0.5


@pytest.mark.parametrize("name", ["KRAS", "NRAS_Q61", "BRAF_V600"])
def test_a_mutation_below_the_receptor_defeats_an_antibody_against_it(name: str) -> None:
    """Cetuximab keeps a twentieth of its kill in colorectal cancers with RAS or BRAF mutations."""
    assert kill_per_day("cetuximab", name) == pytest.approx(0.05 * kill_per_day("cetuximab"))


def test_encorafenib_needs_braf_and_fails_with_ras() -> None:
    """With both mutations no more is left than with neither."""
    with_both = kill_per_day("encorafenib_cetuximab", "BRAF_V600", "KRAS")
    assert with_both == pytest.approx(kill_per_day("encorafenib_cetuximab"))
    assert with_both < 0.1 * kill_per_day("encorafenib_cetuximab", "BRAF_V600")


def test_each_blocker_touches_one_step_and_together_they_touch_all() -> None:
    """One process each, cut to a tenth; entry into cavities has none, since it follows on detachment."""
    found = []
    for each in of_kind("blocker"):
        (act,) = each.acts
        assert isinstance(act, Scale)
        assert act.factor.value == pytest.approx(0.1)
        assert act.sensitivity is None
        found.append(act.process)
    assert sorted(found) == sorted(BLOCKED)
    others = set(layout.PROCESSES) - set(BLOCKED)
    assert others == {"growth", "mutation", "cavity_entry", "immune_pressure"}


def test_blockers_are_the_only_effects_without_a_drug() -> None:
    """They are marked as research, harm nobody, and nothing else is."""
    assert {each.kind for each in therapies().values() if each.research} == {"blocker"}
    for each in of_kind("blocker"):
        assert each.research
        assert not each.toxicities
        assert each.death.value == 0.0


def test_each_sensitivity_that_a_driver_changes_matters_to_a_therapy() -> None:
    """Resistance to what nobody is given would be no resistance."""
    changed = {
        trait
        for cancer in BUILT.names("cancers")
        for driver in BUILT.cancer(cancer).drivers
        for trait in BUILT.driver(driver.id).effects
        if trait.startswith("sensitivity_")
    }
    assert changed - traits(therapies().values()) == set()


@pytest.mark.parametrize("therapy", of_kind("checkpoint"), ids=lambda each: each.id)
def test_a_checkpoint_antibody_works_through_t_cells_alone(therapy: Therapy) -> None:
    """It raises immune pressure, kills only what T cells can see, and needs no trait of other drugs."""
    assert traits([therapy]) == {"sensitivity_checkpoint"}
    (pressure,) = scales(therapy)
    assert pressure.process == "immune_pressure"
    assert pressure.factor.value > 1.0
    assert "MSI_high" in pressure.gains
    assert len(kills(therapy)) == 1


@pytest.mark.parametrize("therapy", of_kind("hormonal"), ids=lambda each: each.id)
def test_a_hormone_therapy_needs_cells_that_depend_on_the_hormone(therapy: Therapy) -> None:
    """Every act of it is lost where the receptor is active by itself, and it slows growth beside killing."""
    assert {getattr(act, "sensitivity", None) for act in therapy.acts} == {"sensitivity_hormone"}
    assert any(act.process == "growth" and act.factor.value < 1.0 for act in scales(therapy))


@pytest.mark.parametrize("therapy", of_kind("antiangiogenic"), ids=lambda each: each.id)
def test_an_antiangiogenic_drug_keeps_deposits_from_vessels(therapy: Therapy) -> None:
    """It lowers the recruitment of vessels and growth, and other ways to vessels lead past it."""
    assert traits([therapy]) == {"sensitivity_antiangiogenic"}
    lowered = {act.process for act in scales(therapy) if act.factor.value < 1.0}
    assert lowered == {"vessel_recruitment", "growth"}


@pytest.mark.parametrize("kind", ["radionuclide", "cell_therapy"])
def test_what_is_given_once_fades(kind: str) -> None:
    """Nuclides decay and T cells contract: every kill has a half-life, and the course an end."""
    for each in of_kind(kind):
        assert each.schedule.cycles is not None
        assert all(act.half_life is not None for act in kills(each))


def test_radium_acts_in_bone_alone() -> None:
    """It goes where bone is built, and other organs get nothing."""
    assert {act.organs for act in kills(therapies()["radium_223"])} == {("bone",)}


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("osimertinib", "gefitinib"),
        ("lorlatinib", "crizotinib"),
        ("alectinib", "crizotinib"),
        ("tucatinib", "trastuzumab"),
        ("trastuzumab_deruxtecan", "trastuzumab_emtansine"),
        ("selpercatinib", "cetuximab"),
    ],
)
def test_small_drugs_made_for_the_brain_reach_it_and_antibodies_hardly_do(more: str, less: str) -> None:
    """At least twice the share of the kill is left in the brain."""
    assert brain(more) > 2.0 * brain(less)


def test_resistance_to_one_generation_leaves_the_next() -> None:
    """T790M shuts out the first generation of EGFR inhibitors and not the third; C797S does the reverse."""
    first, third = ({act.sensitivity for act in kills(therapies()[name])} for name in ("gefitinib", "osimertinib"))
    t790m, c797s = (set(BUILT.driver(name).effects) for name in ("egfr_t790m", "egfr_c797s"))
    assert first <= t790m
    assert third <= c797s
    assert not third & t790m
    assert not first & c797s


def test_a_drug_on_mutant_kras_is_not_weakened_by_it() -> None:
    """What mutant KRAS resists lies above it; the drug on the protein itself keeps its whole kill."""
    weakened = set(BUILT.driver("kras").effects)
    assert "sensitivity_targeted" in weakened
    assert not traits([therapies()["sotorasib"]]) & weakened


def test_two_checkpoint_antibodies_cost_more_than_one() -> None:
    """Ipilimumab with nivolumab kills more patients and has more severe toxicity than either part, and acts more."""
    both, alone = therapies()["ipilimumab_nivolumab"], [therapies()[name] for name in ("nivolumab", "ipilimumab")]
    severe = {each.id: sum(toxicity.severe.value for toxicity in each.toxicities) for each in (both, *alone)}
    for each in alone:
        assert severe[both.id] > severe[each.id]
        assert both.death.value > each.death.value
        assert kill_per_day(both.id, "PDL1_high") > 0.0
        assert scales(both)[0].factor.value > scales(each)[0].factor.value


def test_biomarkers_that_a_driver_or_a_gene_brings_come_with_it() -> None:
    """HER2 goes by its driver where the entry lists it, and deficient repair comes with BRCA1 and BRCA2."""
    rates = tissue(BUILT)
    her2, repair = rates.biomarkers.index("HER2_amplified"), rates.biomarkers.index("HRD")
    decided = {origin for row, origin in enumerate(rates.origins) if rates.biomarker_bit[row, her2] >= 0}
    assert decided == {"bladder", "breast_her2_positive", "stomach"}
    brought = {
        name for name, follows in zip(rates.alterations, rates.biomarker_follows[repair], strict=True) if follows
    }
    assert brought == {"BRCA1", "BRCA2"}
