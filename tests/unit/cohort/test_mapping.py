"""The map of a patient among made-up ones whose lesions are set by hand, so that Bayes' rule can be done beside it."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import numpy as np
import pytest

from paget import catalogue
from paget.cohort.map_answer import THRESHOLDS_MM, FullMap, Place
from paget.cohort.map_case import read_record, understood
from paget.cohort.map_fit import chance_shown, evidence, weights
from paget.cohort.map_markers import burden_cells, log_fit
from paget.cohort.map_pool import Part, Pool, at_diagnosis, simulate_pool
from paget.cohort.mapping import effective, full_map, mapped, quantiles
from paget.cohort.population import draw_patients
from paget.cohort.recipe import make_recipe
from paget.errors import EntryError, PagetError, SettingError, UnknownEntryError
from paget.model import layout
from paget.model.assay import Marker
from paget.model.modality import Modality
from paget.model.truth import Truth

DAY = dt.date(2025, 3, 10)
BORN = dt.date(1961, 3, 10)
AGE_DAY = float((DAY - BORN).days)
DENSITY = 1e9 / 1000.0
"""Cells per cubic millimetre of the made-up lesions."""
Lesions = dict[str, list[float]]


def cells(diameter_mm: float) -> float:
    """Return the cells of a sphere."""
    return float(DENSITY * np.pi / 6.0 * diameter_mm**3)


def block(patients: list[Lesions], *, primary_mm: float = 40.0, growth_per_day: float = 0.0) -> Truth:
    """Return men of 64 with a primary and with metastases of the given diameters by organ."""
    width = 1 + max(sum(map(len, patient.values())) for patient in patients)
    shape = (len(patients), width)
    organ, diameter = np.zeros(shape, np.int64), np.zeros(shape)
    organ[:, 0], diameter[:, 0] = layout.ORGANS.index("bowel"), primary_mm
    for row, patient in enumerate(patients):
        flat = [(name, size) for name, sizes in patient.items() for size in sizes]
        for column, (name, size) in enumerate(flat, 1):
            organ[row, column], diameter[row, column] = layout.ORGANS.index(name), size
    return Truth(
        patient=np.arange(len(patients)),
        sex=np.zeros(len(patients), np.int64),
        day=np.full(len(patients), AGE_DAY),
        key=np.arange(organ.size, dtype=np.uint64).reshape(shape),
        organ=organ,
        is_primary=np.arange(width)[None, :] == np.zeros(shape),
        cells=np.vectorize(cells)(diameter),
        diameter_mm=diameter,
        genotype=np.zeros(shape, np.int64),
        birth_per_day=np.full(shape, 0.1 + growth_per_day),
        death_per_day=np.full(shape, 0.1),
    )


def part(patients: list[Lesions], **changes: Any) -> Part:
    """Return made-up patients with colorectal cancer."""
    return Part.of(catalogue.cancer("colorectal"), [block(patients, **changes)])


def pool(patients: list[Lesions], **changes: Any) -> Pool:
    """Return made-up patients to compare with."""
    return Pool(simulated=len(patients), seed=1, parts=(part(patients, **changes),))


def record(**changes: Any) -> dict[str, Any]:
    """Return a man of 64 with colorectal cancer of whom nothing else is known."""
    return {"cancer": "colorectal", "sex": "male", "born": BORN, "diagnosed": DAY, **changes}


def seen(organ: str, diameter_mm: float, modality: str = "ct", **more: Any) -> dict[str, Any]:
    """Return a finding."""
    return {"date": DAY, "modality": modality, "organ": organ, "diameter_mm": diameter_mm, **more}


def clear(*organs: str, modality: str = "ct", day: dt.date = DAY) -> dict[str, Any]:
    """Return an examination that showed nothing."""
    return {"date": day, "modality": modality, "negative": list(organs)}


def ask(patients: list[Lesions], **changes: Any) -> FullMap:
    """Return the map of a record among made-up patients."""
    return mapped(pool(patients), understood(*read_record(record(**changes))))


def place(found: FullMap, name: str) -> Place:
    """Return what is said of an organ."""
    assert found.estimates is not None, found.reason
    return next(each for each in found.estimates.organs if each.name == name)


def modality(name: str) -> Modality:
    """Return an examination of the catalogue."""
    return catalogue.entry("modalities", name, Modality)


def chance(name: str, organ: str, diameter_mm: float) -> float:
    """Return the chance that an examination shows a lesion, by its curve; sizes here are far above the smallest."""
    return float(modality(name).organs[organ].curve.chance(np.array(diameter_mm)))


def test_a_record_without_findings_is_answered_by_the_share_of_patients() -> None:
    """Where nothing is known, a quarter of patients with a metastasis make a quarter."""
    told = place(ask([{"liver": [20.0]}] * 10 + [{}] * 30), "liver")
    assert [one.probability for one in told.chances] == pytest.approx([0.25] * 3)
    assert [one.before for one in told.chances] == pytest.approx([0.25] * 3)


def test_a_clear_examination_acts_by_its_detection_curve() -> None:
    """Half of patients have a lesion; after a clear scan the chance is q / (1 + q), q being the chance to miss it."""
    found = ask([{"liver": [8.0]}] * 20 + [{}] * 20, examinations=[clear("liver")])
    missed = 1.0 - chance("ct", "liver", 8.0)
    assert place(found, "liver").chances[0].probability == pytest.approx(missed / (1.0 + missed), rel=1e-3)


def test_several_lesions_are_missed_only_together() -> None:
    """Two lesions of a patient are missed with the product of their chances, twice looked at with its square."""
    patients: list[Lesions] = [{"liver": [8.0, 6.0]}] * 20 + [{}] * 20
    once = (1.0 - chance("ct", "liver", 8.0)) * (1.0 - chance("ct", "liver", 6.0))
    for examinations, missed in (
        ([clear("liver")], once),
        ([clear("liver"), clear("liver", day=DAY + dt.timedelta(1))], once**2),
    ):
        found = ask(patients, examinations=examinations)
        assert place(found, "liver").chances[0].probability == pytest.approx(missed / (1.0 + missed), rel=2e-3)


def test_an_organ_that_was_not_examined_follows_what_goes_with_it() -> None:
    """A finding in the liver raises the brain where the same patients have both, and the driver names it."""
    patients: list[Lesions] = [{"liver": [20.0], "brain": [3.0]}] * 20 + [{"liver": [20.0]}] * 20 + [{}] * 60
    brain = place(ask(patients, findings=[seen("liver", 20.0)]), "brain")
    assert brain.chances[0].probability == pytest.approx(0.5)
    assert brain.chances[0].before == pytest.approx(0.2)
    assert brain.examined_by == ()
    assert brain.drivers[0].evidence == "liver 20 mm"
    assert brain.drivers[0].log_odds == pytest.approx(np.log(1.0) - np.log(0.25))


def test_a_size_fits_as_near_as_it_is() -> None:
    """Patients with a metastasis of the size that was measured outweigh others; without one they weigh nothing."""
    mine = understood(*read_record(record(findings=[seen("liver", 20.0)])))
    whole, _ = weights(evidence(part([{"liver": [20.0]}, {"liver": [28.0]}, {"liver": [90.0]}, {}]), mine))
    assert whole[0] > whole[1] > 0.0
    assert list(whole[2:]) == [0.0, 0.0]


def test_a_sharper_comparison_is_made_where_patients_are_many() -> None:
    """The allowance for size falls with the number of patients who fit, and the size of the primary tightens."""
    for count, allowance in ((30, 1.0), (2000, 0.25)):
        sizes = np.exp(np.linspace(np.log(25.0), np.log(60.0), count))
        parts = [block([{}], primary_mm=float(size)) for size in sizes]
        many = Pool(count, 1, (Part.of(catalogue.cancer("colorectal"), parts),))
        found = mapped(many, understood(*read_record(record(findings=[seen("bowel", 40.0)]))))
        assert found.allowance == allowance


def test_a_lesion_grows_between_examinations() -> None:
    """A lesion that doubles its diameter in 90 days fits 10 mm before the diagnosis as it fits 20 mm on its day."""
    growth = 3.0 * np.log(2.0) / 90.0
    growing = part([{"liver": [20.0]}], growth_per_day=growth)
    early = {**seen("liver", 10.0), "date": DAY - dt.timedelta(90)}
    fits = [
        next(piece for piece in evidence(growing, understood(*read_record(record(findings=[one])))) if piece.organ)
        for one in (seen("liver", 20.0), early)
    ]
    shown = [chance("ct", "liver", size) for size in (20.0, 10.0)]
    assert fits[0].log_fit - np.log(shown[0]) == pytest.approx(fits[1].log_fit - np.log(shown[1]), abs=1e-6)


def test_where_one_was_found_the_map_is_of_further_lesions() -> None:
    """The largest is the one found; others are hidden with the chance that the examination missed them."""
    found = place(ask([{"liver": [20.0, 6.0]}] * 40, findings=[seen("liver", 20.0)]), "liver")
    missed = 1.0 - chance("ct", "liver", 6.0)
    assert found.is_found
    assert found.examined_by == ("ct",)
    assert [one.probability for one in found.chances] == pytest.approx([missed, missed, 0.0], rel=1e-3)
    assert found.largest is not None
    assert found.largest.median == 6.0


def test_the_number_of_lesions_counts() -> None:
    """Patients with as many lesions as were seen outweigh those with one, but only where they were counted."""
    both = part([{"liver": [20.0, 19.0, 18.0, 17.0, 16.0, 15.0]}, {"liver": [20.0]}])
    whole = [
        weights(evidence(both, understood(*read_record(record(findings=[finding])))))[0]
        for finding in (seen("liver", 20.0, lesions=6), seen("liver", 20.0, lesions=1), seen("liver", 20.0))
    ]
    assert whole[0][0] > 0.7
    assert whole[1][1] > 0.7
    assert whole[2] == pytest.approx([0.5, 0.5])


def test_a_tracer_that_marks_some_tumours_leaves_the_others() -> None:
    """However large the lesion, the chance after a clear scan is that the tumour was not marked."""
    share = modality("bone_scan").uptake
    assert share is not None
    kidney = catalogue.cancer("kidney_clear_cell")
    marked = share.of("kidney_clear_cell")
    huge = Part.of(kidney, [block([{"bone": [120.0]}] * 20 + [{}] * 20)])
    mine = understood(
        *read_record(record(cancer="kidney_clear_cell", examinations=[clear("bone", modality="bone_scan")]))
    )
    shown = marked * float(chance_shown(modality("bone_scan"), layout.ORGANS.index("bone"), np.array(120.0)))
    bone = place(mapped(Pool(40, 1, (huge,)), mine), "bone")
    assert bone.chances[0].probability == pytest.approx((1.0 - shown) / (2.0 - shown), rel=1e-6)
    assert shown < 0.75


def test_a_tracer_that_marked_the_primary_marks_metastases_too() -> None:
    """Seen once, the tumour is known to take up the tracer, and a clear organ tells as much as any."""
    mine = record(
        cancer="kidney_clear_cell",
        findings=[seen("kidney", 40.0, modality="fdg_pet_ct")],
        examinations=[clear("bone", modality="fdg_pet_ct")],
    )
    pieces = evidence(
        Part.of(catalogue.cancer("kidney_clear_cell"), [block([{"bone": [60.0]}])]), understood(*read_record(mine))
    )
    bone = next(piece for piece in pieces if piece.kind == "clear")
    shown = chance_shown(modality("fdg_pet_ct"), layout.ORGANS.index("bone"), np.array(60.0))
    assert bone.log_fit == pytest.approx(np.log1p(-shown))


def test_a_scan_that_shows_the_primary_may_be_clear_beside_it() -> None:
    """In the organ of the primary a clear scan speaks of metastases there, and of the primary where it was not seen."""
    lung = catalogue.cancer("lung_adenocarcinoma")
    truth = block([{"lung": [10.0]}, {}])
    truth.organ[:, 0] = layout.ORGANS.index("lung")
    patients = Part.of(lung, [truth])
    shown = chance_shown(modality("ct"), layout.ORGANS.index("lung"), np.array([10.0, 40.0]))
    for findings, expected in (
        ([seen("lung", 40.0)], [np.log1p(-shown[0]), 0.0]),
        ([], [np.log1p(-shown).sum(), np.log1p(-shown[1])]),
    ):
        mine = record(cancer="lung_adenocarcinoma", findings=findings, examinations=[clear("lung")])
        pieces = evidence(patients, understood(*read_record(mine)))
        assert next(piece for piece in pieces if piece.kind == "clear").log_fit == pytest.approx(expected)


def test_others_are_all_organs_that_an_examination_sees_but_those_spoken_of() -> None:
    """Neither the organ of a metastasis, nor of the primary, nor one that the sex has not, is among the others."""
    case = understood(*read_record(record(findings=[seen("liver", 9.0)], examinations=[clear("others")])))
    named = {layout.ORGANS[one.organ] for one in case.clear}
    assert named == set(modality("ct").organs) - {"liver", "bowel", "ovary"}


def test_the_largest_lesion_in_the_cancers_organ_is_the_primary() -> None:
    """Unless it is said to be none; elsewhere a lesion is a metastasis."""
    both = [seen("bowel", 12.0), seen("bowel", 40.0), seen("liver", 50.0)]
    case = understood(*read_record(record(findings=both)))
    assert [one.diameter_mm for one in case.primary] == [40.0]
    assert {layout.ORGANS[code]: one[0].diameter_mm for code, one in case.found.items()} == {
        "bowel": 12.0,
        "liver": 50.0,
    }
    none = understood(*read_record(record(findings=[seen("bowel", 12.0, primary=False)])))
    assert none.primary == ()


def test_all_organs_together_hold_what_each_does() -> None:
    """Anywhere is one less the product over organs; beyond the nodes leaves the regional nodes out."""
    patients: list[Lesions] = [{"regional_lymph_node": [3.0]}] * 10 + [{"liver": [3.0]}] * 20 + [{}] * 10
    found = ask(patients).estimates
    assert found is not None
    assert [one.probability for one in found.distant.chances] == pytest.approx([0.5, 0.5, 0.0])
    assert [one.probability for one in found.anywhere.chances] == pytest.approx([0.75, 0.75, 0.0])


def test_the_order_of_patients_does_not_matter() -> None:
    """The same patients the other way round give the same answer."""
    patients: list[Lesions] = [{"liver": [size, 3.0]} for size in np.linspace(10.0, 40.0, 40)]
    case = understood(*read_record(record(findings=[seen("liver", 20.0)])))
    one, other = (mapped(pool(each), case) for each in (patients, patients[::-1]))
    assert one.effective_sample_size == pytest.approx(other.effective_sample_size)
    assert place(one, "liver").chances[0].probability == pytest.approx(place(other, "liver").chances[0].probability)


def test_sizes_are_told_by_weighted_quantiles() -> None:
    """A value with most of the weight is the median, and nothing has no quantile."""
    found = quantiles(np.array([5.0, 1.0, 3.0]), np.array([0.05, 0.15, 0.8]))
    assert found is not None
    assert (found.low, found.median, found.high) == (1.0, 3.0, 3.0)
    assert quantiles(np.array([5.0]), np.zeros(1)) is None


def test_the_effective_sample_size_is_kishs() -> None:
    """Equal weights count fully, a single one is one, none is nothing."""
    assert effective(np.full(50, 0.02)) == pytest.approx(50.0)
    assert effective(np.array([1.0, 0.0])) == 1.0
    assert effective(np.array([3.0, 1.0])) == pytest.approx(1.6)
    assert effective(np.zeros(3)) == 0.0


def test_few_patients_are_warned_of_and_fewer_give_no_number() -> None:
    """Below a hundred a warning, below ten a reason and nothing else."""
    assert ask([{}] * 150).warning is None
    warned = ask([{}] * 60)
    assert warned.estimates is not None
    assert "below 100" in str(warned.warning)
    none = ask([{}] * 9)
    assert none.estimates is None
    assert none.reason == (
        "Too few of 9 simulated patients with colorectal cancer resemble this record: 9 do, with an effective sample "
        "size of 9.0, and 10 are needed."
    )


def test_a_record_like_nobodys_is_said_to_be_one() -> None:
    """What nobody has is named, no number is invented, and JSON has null in its place."""
    none = ask([{"liver": [20.0]}] * 500, findings=[seen("heart", 60.0)])
    assert none.reason == (
        "None of 500 simulated patients with colorectal cancer resembles this record. Nobody fits: heart 60 mm."
    )
    told = json.loads(json.dumps(none.as_dict(), allow_nan=False))
    assert told["estimates"] is None
    assert told["effective_sample_size"] == 0.0
    assert none.frame().empty


def test_pieces_that_nobody_has_together_are_told_by_their_counts() -> None:
    """Each of two findings may be common and both of them nobody's."""
    patients: list[Lesions] = [{"liver": [20.0]}] * 300 + [{"lung": [20.0]}] * 200
    none = ask(patients, findings=[seen("liver", 20.0), seen("lung", 20.0)])
    assert none.reason is not None
    assert "as a whole. Fewest fit: lung 20 mm (200); liver 20 mm (300)." in none.reason


def test_another_sex_or_age_fits_nobody() -> None:
    """Men of 64 are not compared with women, nor with men who are much older."""
    for changes in ({"sex": "female"}, {"born": dt.date(1935, 1, 1)}):
        none = ask([{}] * 50, **changes)
        assert none.reason is not None
        assert "Nobody fits: sex and age" in none.reason


def marker(name: str) -> Marker:
    """Return a marker of the catalogue."""
    return catalogue.entry("markers", name, Marker)


@pytest.mark.parametrize("name", ["cea", "ctc", "ctdna"])
def test_a_marker_is_raised_or_not(name: str) -> None:
    """The chances of plus and minus add to one, and more disease makes plus likelier."""
    patients = part([{}, {"liver": [30.0]}, {"liver": [90.0] * 4}], primary_mm=15.0)
    test = marker(name).of(patients.cancer)
    plus, minus = (np.exp(log_fit(patients, test, 0, sign)) for sign in "+-")
    assert plus + minus == pytest.approx(np.ones(3))
    assert (np.diff(plus) > 0.0).all()


def test_a_level_fits_the_burden_that_commonly_gives_it() -> None:
    """A high level fits much disease better than little, a normal one the reverse, an absurd one nobody."""
    patients = part([{}, {"liver": [60.0] * 4}], primary_mm=20.0)
    test = marker("cea").of(patients.cancer)
    high, low, absurd = (log_fit(patients, test, 0, level) for level in (300.0, 2.0, 1e9))
    assert high[1] > high[0]
    assert low[0] > low[1]
    assert np.isneginf(absurd).all()


def test_a_burden_is_that_of_one_steady_lesion() -> None:
    """Cells add up for a protein; for cells in blood, whose shedding rises less than size, two lesions make more."""
    patients = part([{"liver": [40.0]}], primary_mm=40.0)
    one = cells(40.0)
    assert burden_cells(patients, marker("cea").of(patients.cancer)) == pytest.approx(2.0 * one)
    exponent = patients.cancer.spread.size_exponent.value
    assert burden_cells(patients, marker("ctc").of(patients.cancer)) == pytest.approx(2.0 ** (1.0 / exponent) * one)


@pytest.mark.parametrize(
    ("changes", "kind", "told"),
    [
        ({"cancer": "colorectl"}, UnknownEntryError, ("colorectl", "nearest: colorectal")),
        ({"cancer": "prostate", "sex": "female"}, EntryError, ("no female patient has prostate", "male")),
        ({"cancer": "ovary_high_grade_serous"}, EntryError, ("no male patient", "female")),
        ({"findings": [seen("liver", 9.0, modality="ctt")]}, UnknownEntryError, ("'ctt'", "nearest: ct")),
        (
            {"findings": [seen("liver", 9.0, modality="bone_scan")]},
            EntryError,
            ("does not see the organ liver", "bone"),
        ),
        ({"findings": [seen("brain", 9.0)]}, EntryError, ("does not see the organ brain", "findings.0.organ")),
        ({"examinations": [clear("brain")]}, EntryError, ("examinations.0.negative", "brain")),
        ({"examinations": [clear("bowel", modality="fit")]}, EntryError, ("shows no lesion", "markers")),
        ({"findings": [seen("liver", 9.0, primary=True)]}, EntryError, ("primary", "liver", "bowel")),
        (
            {"findings": [seen("liver", 9.0)], "examinations": [clear("lung", "liver")]},
            EntryError,
            ("contradicts itself", "metastasis in the organ liver, and none"),
        ),
        ({"findings": [seen("liver", 9.0, lesions=1), seen("liver", 8.0)]}, EntryError, ("2 metastases are listed",)),
        ({"markers": [{"date": DAY, "name": "CEE", "value": 1}]}, UnknownEntryError, ("CEE", "nearest: cea")),
        ({"markers": [{"date": DAY, "name": "CK20", "value": "+"}]}, UnknownEntryError, ("CK20", "paget origin")),
        ({"markers": [{"date": DAY, "name": "CEA", "value": 1, "unit": "g/L"}]}, EntryError, ("g/L", "ng/mL")),
        ({"markers": [{"date": DAY, "name": "ctdna", "value": 2}]}, EntryError, ("share", "0.02")),
    ],
)
def test_what_the_catalogue_does_not_allow_is_refused(
    changes: dict[str, Any], kind: type[PagetError], told: tuple[str, ...]
) -> None:
    """A mistake is told with the value, what is allowed and what was meant."""
    with pytest.raises(kind) as caught:
        understood(*read_record(record(**changes)))
    assert all(word in str(caught.value) for word in told), str(caught.value)


@pytest.mark.parametrize("changes", [{"patients": 0}, {"workers": 0}, {"seed": -1}])
def test_numbers_out_of_range_are_refused(changes: dict[str, Any]) -> None:
    """No patients, no threads or no seed is a mistake, told before anything is simulated."""
    with pytest.raises(SettingError):
        full_map(record(), **changes)


@pytest.mark.parametrize("name", ["CEA", "cea", "CA 19-9", "ca19-9", "PSA", "ctDNA, broad panel"])
def test_markers_are_known_by_id_and_by_name(name: str) -> None:
    """Case, blanks and hyphens do not matter."""
    case = understood(*read_record(record(markers=[{"date": DAY, "name": name, "value": "-"}])))
    assert case.blood[0].marker.id in {"cea", "ca_19_9", "psa", "ctdna"}


def test_patients_stand_as_they_did_when_they_were_found() -> None:
    """Each is left on the day of his diagnosis, with the lesions that the run itself notes for that day."""
    from paget import engine
    from paget.cohort.search import Search

    recipe = make_recipe("colorectal", seed=3)
    cancer, program = recipe.members[0][0], recipe.programs[0]
    eyes = recipe.watched.eyes(cancer)
    who = draw_patients(program, cancer, recipe.population, 3, np.arange(40))
    search = Search(program, eyes, 3, engine.start(program, 3, who))
    full, known = search.run(), search.known
    found = {
        truth.patient[row]: (truth, row)
        for truth in at_diagnosis(program, eyes, 3, who)
        for row in range(truth.patient.size)
    }
    seen_too = [index for index in np.flatnonzero(~np.isnan(known.day) & ~full) if index in found]
    assert len(seen_too) > 20
    for index in seen_too:
        truth, row = found[index]
        largest = np.zeros(layout.N_ORGANS)
        np.maximum.at(largest, truth.organ[row], np.where(truth.is_primary[row], 0.0, truth.diameter_mm[row]))
        assert truth.day[row] == known.day[index]
        assert largest == pytest.approx(known.true_largest_mm[index], abs=0.0)


def test_patients_to_compare_with_have_the_sex_and_are_near_the_age() -> None:
    """Sex is the record's in all, ages lie around it, and threads change nothing."""
    recipe = make_recipe("lung", seed=2)
    one, many = (simulate_pool(recipe, 160, sex="female", age_year=50.0, workers=workers) for workers in (1, 3))
    ages = np.concatenate([each.age_year for each in one.parts])
    assert all((each.sex == 1).all() for each in one.parts)
    assert 45.0 < np.median(ages) < 55.0
    assert [each.cancer.id for each in one.parts] == [cancer.id for cancer, _ in recipe.members]
    for a, b in zip(one.parts, many.parts, strict=True):
        assert a.cells.tobytes() == b.cells.tobytes()


def test_a_size_has_a_chance_for_each_threshold() -> None:
    """A lesion of 5 mm counts from half a millimetre and from two, not from ten."""
    told = place(ask([{"liver": [5.0]}] * 20), "liver")
    assert [one.from_mm for one in told.chances] == list(THRESHOLDS_MM)
    assert [one.probability for one in told.chances] == pytest.approx([1.0, 1.0, 0.0])
    assert [one.standard_error for one in told.chances] == pytest.approx([0.0] * 3, abs=1e-9)
