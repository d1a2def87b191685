"""Runs whose numbers are draws of a posterior."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import paget
from paget import catalogue
from paget.analysis.between_draws import BetweenDraws
from paget.cohort.cohort import Cohort
from paget.cohort.drawing import STRETCH_PATIENTS, draw_numbers
from paget.cohort.drawn import DrawnRecipe, chosen_rows, make_drawn, parameters_of
from paget.cohort.recipe import make_recipe
from paget.cohort.trajectory import one_life
from paget.errors import EntryError, SettingError
from paget.model.calendar import YEAR_DAY

N = 250


@pytest.fixture
def posteriors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a user's folder with two draws of stomach cancer, and have the catalogue read it."""
    folder = tmp_path / "mine" / "posteriors"
    folder.mkdir(parents=True)
    (folder / "stomach.csv").write_text("dormancy.share,growth.doubling_time.sigma\n0.2,0.3\n0.8,0.6\n")
    monkeypatch.setenv("PAGET_CATALOGUE", str(tmp_path / "mine"))
    return folder


def _run(out: Path, n: int = N, workers: int = 1) -> Cohort:
    return paget.simulate("stomach", n, seed=2, out=out, workers=workers, care="none", parameters="posterior")


def _rows(table: pa.Table) -> list[str]:
    """Return rows as text: names may be coded in another order, and what is not a number equals itself."""
    return [str(row) for row in table.to_pylist()]


def test_patients_take_turns_between_draws() -> None:
    """Every hundred patients share a draw, and the draws start over after the last."""
    patients = np.array([0, 99, 100, 199, 200, 299, 300])
    assert STRETCH_PATIENTS == 100
    assert draw_numbers(patients, 3).tolist() == [0, 0, 1, 1, 2, 2, 0]


def test_each_patient_lives_by_the_numbers_of_its_draw(posteriors: Path) -> None:
    """The second hundred patients are those of a run with the second draw's numbers set by hand."""
    recipe = make_drawn("stomach", seed=2, care="none")
    by_hand = make_recipe(
        "stomach", seed=2, care="none", settings={"dormancy.share": "0.8", "growth.doubling_time.sigma": "0.6"}
    )
    who = np.arange(150, 170)
    assert posteriors.exists()
    assert _rows(recipe.patients(who).lesions) == _rows(by_hand.patients(who).lesions)
    mixed = recipe.patients(np.arange(90, 110))
    assert mixed.patients["patient"].to_pylist() == list(range(90, 110))
    assert _rows(mixed.patients)[10:] == _rows(by_hand.patients(np.arange(100, 110)).patients)


def test_workers_and_size_change_nobody(posteriors: Path, tmp_path: Path) -> None:
    """Two workers give the bits of one, and a run that is made longer keeps its first patients."""
    one, two = _run(tmp_path / "one"), _run(tmp_path / "two", workers=2)
    assert one.arrow("lesions").equals(two.arrow("lesions"))
    short = _run(tmp_path / "short", n=120)
    assert _rows(short.arrow("patients")) == _rows(one.arrow("patients"))[:120]
    longer = _run(tmp_path / "short")
    assert longer.arrow("patients").equals(one.arrow("patients"))
    assert posteriors.exists()


def test_a_run_tells_its_draws_and_how_far_they_differ(posteriors: Path, tmp_path: Path) -> None:
    """Provenance holds the draws, and the summary the spread of the main shares between them."""
    cohort = _run(tmp_path / "run")
    assert cohort.provenance["draws"] == [
        {"stomach": {"dormancy.share": 0.2, "growth.doubling_time.sigma": 0.3}},
        {"stomach": {"dormancy.share": 0.8, "growth.doubling_time.sigma": 0.6}},
    ]
    assert parameters_of(cohort.provenance) == "posterior"
    told = cohort.summary()["posterior"]
    assert told["draws"] == 2
    assert told["found_in_life"]["of"] == N
    (posteriors / "stomach.csv").write_text("dormancy.share\n0.5\n")
    with pytest.raises(paget.errors.FolderError, match="posterior"):
        _run(tmp_path / "run")


def test_what_the_user_sets_holds_in_every_draw(posteriors: Path) -> None:
    """A number that is set is not drawn; the others still are."""
    recipe = make_drawn("stomach", seed=2, care="none", settings={"dormancy.share": "0.5"})
    assert isinstance(recipe, DrawnRecipe)
    assert posteriors.exists()
    cancers = [drawn.members[0][0] for drawn in recipe.drawn]
    assert [cancer.dormancy.share.value for cancer in cancers] == [0.5, 0.5]
    assert [cancer.growth.doubling_time.sigma for cancer in cancers] == [0.3, 0.6]


def test_a_patient_looked_at_alone_is_that_of_the_run(posteriors: Path, tmp_path: Path) -> None:
    """One patient of a run by draws can be had again, with its own draw."""
    cohort = _run(tmp_path / "run")
    life = one_life("stomach", 130, seed=2, care="none", parameters="posterior", points=5)
    assert posteriors.exists()
    assert _rows(life.tables.patients) == _rows(cohort.arrow("patients"))[130:131]


def test_members_of_a_group_without_draws_keep_their_numbers(posteriors: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a mixture only those that were calibrated are drawn; where none was, that is said."""
    (posteriors / "lung_squamous.csv").write_text("dormancy.share\n0.11\n0.22\n")
    recipe = make_drawn("lung", seed=2, care="none")
    assert isinstance(recipe, DrawnRecipe)
    shares = [{cancer.id: cancer.dormancy.share.value for cancer, _ in drawn.members} for drawn in recipe.drawn]
    stated = catalogue.cancer("lung_adenocarcinoma").dormancy.share.value
    assert [each["lung_squamous"] for each in shares] == [0.11, 0.22]
    assert [each["lung_adenocarcinoma"] for each in shares] == [stated, stated]
    monkeypatch.setattr("paget.cohort.drawn.posterior_of", lambda _: ())
    with pytest.raises(SettingError, match="have no posterior"):
        make_drawn("bladder", seed=2)


def test_a_seed_picks_twenty_draws() -> None:
    """Twenty of two hundred draws, another twenty by another seed, and all of a few."""
    one, two = chosen_rows(200, 1), chosen_rows(200, 2)
    assert (len(set(one)), len(set(two))) == (20, 20)
    assert one != two
    assert chosen_rows(200, 1) == one
    assert chosen_rows(3, 1) == (0, 1, 2)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("dormancy.shares\n0.2\n", "'dormancy.shares' is not a number of stomach"),
        ("dormancy.share\n", "holds no draws"),
        ("dormancy.share\nmuch\n", "not one number for each key"),
    ],
)
def test_a_damaged_table_of_draws_is_refused(posteriors: Path, text: str, fault: str) -> None:
    """A table of draws that cannot be read says where and why."""
    (posteriors / "stomach.csv").write_text(text)
    with pytest.raises(EntryError, match=fault):
        make_drawn("stomach")


def test_numbers_come_from_nowhere_else() -> None:
    """A slip in where numbers come from is told with what is allowed."""
    with pytest.raises(SettingError, match="do not come from there"):
        paget.simulate("stomach", 1, parameters="prior")  # type: ignore[arg-type]


def test_the_spread_between_draws_is_what_chance_does_not_explain() -> None:
    """Two draws with 20 and 60 % of 10,000 spread differ by 0.28 (SD); with 40 % in both, by nothing but chance."""

    def told(shares: tuple[float, float]) -> float:
        counted, each = BetweenDraws(2), 10_000
        for draw, share in enumerate(shares):
            with_spread = np.arange(each) < share * each
            columns = {
                "diagnosis_age_day": np.full(each, 60.0 * YEAR_DAY),
                "death_age_day": np.full(each, 70.0 * YEAR_DAY),
                "cause": pa.array(["other"] * each).dictionary_encode(),
                "m": with_spread.astype(np.float64),
            }
            counted.add(pa.table(columns), np.full(each, draw))
        spread = counted.as_dict()["metastasis_at_diagnosis"]["sd_between_draws"]
        assert isinstance(spread, float)
        return spread

    assert told((0.2, 0.6)) == pytest.approx(0.2828, abs=0.0005)
    assert told((0.4, 0.4)) == 0.0
