from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

import paget.engine
from paget import catalogue
from paget.cohort.population import draw_patients
from paget.errors import EntryError
from paget.model import layout
from paget.model.symptom import SymptomPlace
from paget.observation import symptoms
from paget.observation.symptoms import N_PLACES, PLACES, Places

engine: Any = paget.engine
Array = np.ndarray[Any, Any]
ALPHA = 1e-3
COUNT = 20_000
WATCH = layout.STOP_REASONS.index("watch")


def entries() -> dict[str, SymptomPlace]:
    """Return all entries of symptoms."""
    return catalogue.entries("symptoms", SymptomPlace)


def places(name: str = "colorectal") -> Places:
    """Return the places of a cancer."""
    return symptoms.places_of(entries(), name, catalogue.cancer(name).organ)


def number(place: str) -> int:
    """Return the number of a place."""
    return PLACES.index(place)


def quiet(count: int) -> Array:
    """Return that no place of any patient is symptomatic yet."""
    return np.zeros((count, N_PLACES), np.bool_)


def presented(name: str, count: int) -> tuple[Array, Array]:
    """Return the places that first became symptomatic, and the primaries' diameters on that day in mm (seed 7)."""
    cancer = catalogue.cancer(name)
    program = engine.compile_program(cancer, catalogue.body(), catalogue.drivers())
    patients = draw_patients(program, cancer, catalogue.population(), 7, np.arange(count))
    rows = symptoms.watch_rows(places(name), quiet(count))
    state, stops = engine.advance(program, engine.start(program, 7, patients, watches=rows))
    lesions, _ = engine.snapshot(program, state)
    called = stops["reason"] == WATCH
    volume_ml = np.exp(lesions["log_cells"][called, 0]) / cancer.growth.cell_density.value
    place = symptoms.place_numbers(stops["watch_id"][called])
    return np.asarray(place), 10.0 * np.cbrt(6.0 * volume_ml / np.pi)


def test_a_place_has_the_same_number_in_every_cancer() -> None:
    """The primary comes first, then the organs in their order, and last the whole burden."""
    made = places()
    assert list(PLACES) == ["primary", *layout.ORGANS, "general"]
    assert made.organ.tolist() == [layout.PRIMARY, *range(layout.N_ORGANS), layout.ANY]
    assert made.entries[0].cancers == ("colorectal",)
    assert "liver" in made.entries[number("liver")].organs
    assert made.entries[-1].kind == "general"


def test_a_frail_patient_feels_metastases_sooner_and_the_primary_and_lumps_no_sooner() -> None:
    made = places("breast_hr_positive")
    level = symptoms.watch_rows(made, quiet(2), frailty=[1.0, 2.0])["level"]
    ratio = level[0] / level[1]
    felt_by_size = {0, number("regional_lymph_node")}
    assert {place for place in range(N_PLACES) if ratio[place] == 1.0} >= felt_by_size
    assert ratio[number("liver")] == ratio[-1] == 2.0


def test_an_entry_that_names_the_cancer_goes_before_one_for_all() -> None:
    """Nodes beside the breast are felt, nodes beside the bowel are not."""
    node = number("regional_lymph_node")
    assert places("breast_hr_positive").entries[node].id == "superficial_lymph_node"
    assert places("colorectal").entries[node].id == "regional_lymph_node"


def test_an_entry_for_one_organ_goes_before_one_for_many() -> None:
    """A user who describes metastases in the kidney need not change the entry for all other organs."""
    own = entries()["liver"].model_copy(update={"id": "kidney", "organs": ("kidney",)})
    made = symptoms.places_of({**entries(), "kidney": own}, "colorectal", "bowel")
    assert made.entries[number("kidney")].id == "kidney"
    assert made.entries[number("spleen")].id == "elsewhere"


def test_a_cancer_without_an_entry_for_its_primary_is_told_to_write_one() -> None:
    """The message names the file to add."""
    with pytest.raises(EntryError) as caught:
        symptoms.places_of(entries(), "unheard_of", "bowel")
    assert caught.value.parts()["fix"].endswith("add symptoms/primary_unheard_of.toml for it")


def test_an_organ_without_an_entry_is_named() -> None:
    """No metastasis is silent only because nobody thought of its organ."""
    kept = {name: entry for name, entry in entries().items() if name != "brain"}
    with pytest.raises(EntryError, match="the place 'brain' of colorectal"):
        symptoms.places_of(kept, "colorectal", "bowel")


def test_two_entries_that_fit_equally_well_are_refused() -> None:
    """Which of two entries holds is never left to their order."""
    twin = entries()["brain"].model_copy(update={"id": "other_brain"})
    with pytest.raises(EntryError) as caught:
        symptoms.places_of({**entries(), "other_brain": twin}, "colorectal", "bowel")
    assert caught.value.value == "brain, other_brain"


def test_rows_are_hazards_that_the_engine_can_run() -> None:
    """Every row is a hazard of positive rate, level and exponent, with its own id and an unset clock."""
    made = places()
    rows = symptoms.watch_rows(made, quiet(3), first_id=100)
    assert rows.dtype == layout.WATCH
    assert rows.shape == (3, N_PLACES)
    assert (rows["kind"] == layout.WATCH_KINDS.index("hazard")).all()
    assert rows["organ"][1].tolist() == made.organ.tolist()
    assert rows["id"][2].tolist() == list(range(100, 100 + N_PLACES))
    for name in ("rate_per_day", "level", "exponent"):
        assert (rows[name] > 0.0).all()
    for name in ("clock", "left", "since_day"):
        assert (rows[name] == 0.0).all()


def test_a_lump_is_watched_by_its_largest_lesion_and_an_organ_by_its_burden() -> None:
    """Two nodes of 1 cm are no lump of 2 cm, but two deposits in the liver fill it as one does."""
    quantity = symptoms.watch_rows(places(), quiet(1))["quantity"][0]
    assert layout.WATCH_QUANTITIES[quantity[number("skin")]] == "largest_cells"
    assert layout.WATCH_QUANTITIES[quantity[number("liver")]] == "burden_cells"


def test_the_organ_of_the_primary_is_watched_by_itself_only_once_the_primary_is_gone() -> None:
    """While the primary stands its cells count once, as the primary's."""
    done = symptoms.watch_rows(places(), quiet(2), primary_stands=[True, False])["done"]
    expected = np.zeros((2, N_PLACES))
    expected[0, number("bowel")] = 1
    assert done.tolist() == expected.tolist()


def test_a_place_that_is_symptomatic_is_off() -> None:
    """Nobody presents with the same place twice."""
    known = quiet(2)
    known[1, number("bone")] = True
    done = symptoms.watch_rows(places(), known)["done"]
    assert done[:, number("bone")].tolist() == [0, 1]


def test_switching_places_leaves_the_clocks_of_others_where_they_stand() -> None:
    """A stop for one place does not make another wait anew."""
    rows = symptoms.watch_rows(places(), quiet(1))
    rows["clock"], rows["since_day"] = 0.7, 90.0
    known = quiet(1)
    known[0, number("bone")] = True
    after = symptoms.switched(rows, places(), known, primary_stands=False)
    assert after["done"][0].nonzero()[0].tolist() == [number("bone")]
    assert rows["done"][0].nonzero()[0].tolist() == [number("bowel")]
    assert after["clock"].tolist() == rows["clock"].tolist()
    assert after["since_day"].tolist() == rows["since_day"].tolist()


def test_ids_of_every_episode_lead_back_to_their_places() -> None:
    """A place that is watched again has a clock of its own and is still the same place."""
    rows = symptoms.watch_rows(places(), quiet(2), episode=[0, 3], first_id=50)
    assert symptoms.place_numbers(rows["id"], 50).tolist() == [list(range(N_PLACES))] * 2
    assert not set(rows["id"][0].tolist()) & set(rows["id"][1].tolist())
    assert symptoms.place_numbers([49, 50, 50 + N_PLACES], 50).tolist() == [-1, 0, 0]


@pytest.mark.parametrize(
    ("cancer", "place"),
    [("colorectal", "primary"), ("melanoma", "brain"), ("prostate", "bone"), ("pancreas", "general")],
)
def test_shares_of_drawn_symptoms_are_those_of_the_entry(cancer: str, place: str) -> None:
    """Seed 41, alpha 1e-3 over the symptoms: each is as frequent as cited, and each presents in proportion to that."""
    made = places(cancer)
    drawn = symptoms.presenting(41, np.arange(COUNT), made, np.full(COUNT, number(place)))
    cited = {one.id: one.share.value for one in made.entries[number(place)].symptoms}
    total = sum(cited.values())
    for column, name in enumerate(made.symptoms):
        seen = int(drawn.present[:, column].sum())
        first = int((drawn.presenting == column).sum())
        if name not in cited:
            assert seen == first == 0
            continue
        assert stats.binomtest(seen, COUNT, cited[name]).pvalue > ALPHA / len(cited)
        assert stats.binomtest(first, COUNT, cited[name] / total).pvalue > ALPHA / len(cited)


def test_whoever_is_symptomatic_has_the_symptom_that_presents() -> None:
    """No patient comes to a doctor with nothing, or with a symptom that is not there."""
    made = places()
    place = np.arange(COUNT) % N_PLACES
    drawn = symptoms.presenting(42, np.arange(COUNT), made, place)
    assert drawn.present[np.arange(COUNT), drawn.presenting].all()


def test_delays_are_lognormal_about_the_median_of_the_entry() -> None:
    """Seed 43, alpha 1e-3: days from symptom to work-up follow the stated law and start on the day of the symptom."""
    made = places()
    place = number("primary")
    day = symptoms.workup_day(43, np.arange(COUNT), np.full(COUNT, 20_000.0), made, np.full(COUNT, place))
    scores = np.log((day - 20_000.0) / made.delay_day[place]) / made.delay_sigma[place]
    assert stats.kstest(scores, "norm").pvalue > ALPHA


def test_delay_and_symptoms_of_a_patient_are_unrelated_draws() -> None:
    """Seed 44, alpha 1e-3: patients with a symptom wait as long as those without it."""
    made = places()
    who, place = np.arange(COUNT), np.zeros(COUNT, np.int64)
    drawn = symptoms.presenting(44, who, made, place)
    day = symptoms.workup_day(44, who, np.zeros(COUNT), made, place)
    bleeding = drawn.present[:, made.symptoms.index("rectal_bleeding")]
    assert stats.ks_2samp(day[bleeding], day[~bleeding]).pvalue > ALPHA


def test_one_more_patient_changes_no_symptom_of_another() -> None:
    """Draws of patients 4 and 9 are the same with and without patient 6."""
    made = places()
    two = symptoms.presenting(5, [4, 9], made, [0, 3])
    three = symptoms.presenting(5, [4, 6, 9], made, [0, 2, 3])
    assert three.present[[0, 2]].tolist() == two.present.tolist()
    assert three.presenting[[0, 2]].tolist() == two.presenting.tolist()
    late = symptoms.workup_day(5, [4, 6, 9], [1.0, 2.0, 3.0], made, [0, 2, 3])
    assert late[[0, 2]].tolist() == symptoms.workup_day(5, [4, 9], [1.0, 3.0], made, [0, 3]).tolist()


def test_a_second_episode_is_another_draw() -> None:
    """Symptoms of a relapse are not those of the first time over again."""
    made = places()
    who, place = np.arange(50), np.zeros(50, np.int64)
    first = symptoms.presenting(5, who, made, place)
    second = symptoms.presenting(5, who, made, place, episode=1)
    assert first.present.tolist() != second.present.tolist()


def test_every_symptom_of_a_cancer_has_a_name() -> None:
    """Tables and stories can be written from ids."""
    made = places("melanoma")
    assert tuple(sorted(symptoms.symptoms_of(made))) == made.symptoms


@pytest.mark.parametrize("name", ["colorectal", "prostate"])
def test_most_patients_present_with_the_primary_at_a_diameter_near_the_usual_one(name: str) -> None:
    """Seed 7, no chance left: half or more of 250 patients; within 40 % of the entry's diameter at diagnosis."""
    place, diameter_mm = presented(name, 250)
    usual_mm = catalogue.cancer(name).growth.diameter_at_diagnosis.value
    assert place.size > 150
    assert 0.5 < float(np.mean(place == symptoms.PRIMARY_PLACE)) < 1.0
    assert 0.7 * usual_mm < float(np.median(diameter_mm)) < 1.4 * usual_mm


@pytest.mark.slow
@pytest.mark.parametrize("name", catalogue.list_cancers())
def test_every_cancer_presents_at_a_believable_diameter(name: str) -> None:
    """Seed 7, 500 patients: the median is that of the entry's interval, give or take, and the primary comes first."""
    place, diameter_mm = presented(name, 500)
    usual = catalogue.cancer(name).growth.diameter_at_diagnosis
    assert usual.low is not None
    assert usual.high is not None
    assert 0.7 * usual.low < float(np.median(diameter_mm)) < 1.15 * usual.high
    counts = np.bincount(place, minlength=N_PLACES)
    assert int(counts.argmax()) == symptoms.PRIMARY_PLACE


def written(**changes: Any) -> dict[str, Any]:
    """Return a small valid entry as a table, with changes."""
    number_of = {"source": "paget", "grade": "assumed", "rationale": "made up"}
    return {
        "id": "made_up",
        "name": "Made up",
        "summary": "Made up.",
        "kind": "metastasis",
        "organs": ["bone"],
        "hazard": {
            "rate": {"value": 0.01, "unit": "1/day", **number_of},
            "level": {"value": 1e9, "unit": "cell", **number_of},
            "exponent": {"value": 1.0, "unit": "1", **number_of},
        },
        "delay": {"value": 2.0, "unit": "week", **number_of},
        "symptoms": [{"id": "pain", "name": "Pain", "share": {"value": 1.0, "unit": "1", **number_of}}],
        **changes,
    }


def test_an_entry_speaks_days_inside_whatever_it_was_written_in() -> None:
    """Two weeks are fourteen days."""
    assert SymptomPlace.model_validate(written()).delay.value == pytest.approx(14.0)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"organs": []}, "names 0 organs"),
        ({"kind": "general"}, "names 1 organs"),
        ({"kind": "primary", "organs": []}, "names no cancer"),
        ({"organs": ["toe"]}, "is not an organ"),
        ({"symptoms": written()["symptoms"] * 2}, "listed twice"),
        ({"hazard": {**written()["hazard"], "size": "count_detectable"}}, "is not a size"),
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(changes: dict[str, Any], says: str) -> None:
    """Each broken rule is told in words."""
    with pytest.raises(ValidationError, match=says):
        SymptomPlace.model_validate(written(**changes))


def test_shares_that_leave_some_patients_without_a_symptom_are_refused() -> None:
    """Shares of all patients, silent ones among them, must be restated as shares of the symptomatic."""
    symptom = {**written()["symptoms"][0]}
    symptom["share"] = {**symptom["share"], "value": 0.4}
    with pytest.raises(ValidationError, match="would have none"):
        SymptomPlace.model_validate(written(symptoms=[symptom]))
