from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import paget
from paget import catalogue
from paget.cohort import runner
from paget.cohort.api import simulate
from paget.cohort.mixture import entry_numbers
from paget.cohort.recipe import compute_packed, make_recipe, merged
from paget.cohort.store import TABLES, JoinedTables
from paget.errors import EntryError, MissingExtraError, RunError, SettingError, UnitError, UnknownEntryError


def test_a_patients_entry_does_not_depend_on_who_else_is_asked_for() -> None:
    everyone = entry_numbers(5, np.arange(1_000), [0.5, 0.2, 0.3])
    some = entry_numbers(5, np.array([3, 700, 999]), [0.5, 0.2, 0.3])
    assert some.tolist() == everyone[[3, 700, 999]].tolist()


def test_entries_of_a_mixture_are_as_common_as_their_weights() -> None:
    n, weights = 100_000, np.array([0.5, 0.2, 0.3])
    shares = np.bincount(entry_numbers(11, np.arange(n), list(weights)), minlength=3) / n
    # Six standard errors: a chance of about 1e-8 for the three shares together, at seed 11.
    assert np.all(np.abs(shares - weights) < 6 * np.sqrt(weights * (1 - weights) / n))


def test_a_mixture_of_one_needs_no_draw() -> None:
    assert entry_numbers(1, np.arange(4), [1.0]).tolist() == [0, 0, 0, 0]


def test_joined_tables_are_ordered_by_patient_and_keep_the_order_within_each() -> None:
    def piece(patients: list[int], cancer: str) -> JoinedTables:
        names = pa.array([cancer] * len(patients)).dictionary_encode()
        table = pa.table({"patient": pa.array(patients, pa.int64()), "row": range(len(patients)), "cancer": names})
        return JoinedTables(**dict.fromkeys(TABLES, table))

    joined = merged([piece([1, 1, 4], "a"), piece([0, 3, 3], "b")])
    assert joined.lesions["patient"].to_pylist() == [0, 1, 1, 3, 3, 4]
    assert joined.lesions["row"].to_pylist() == [0, 0, 1, 1, 2, 2]
    assert joined.patients["cancer"].to_pylist() == ["b", "a", "a", "b", "b", "a"]


def test_settings_reach_every_cancer_of_a_group() -> None:
    recipe = make_recipe("lung", settings={"growth.cell_loss": "0.5"})
    assert {cancer.growth.cell_loss.value for cancer, _ in recipe.members} == {0.5}
    assert len(recipe.members) == len(catalogue.resolve("lung"))


def test_the_order_of_settings_does_not_make_another_run() -> None:
    one = {"growth.cell_loss": "0.5", "dormancy.share": "0.1"}
    other = dict(reversed(one.items()))
    recipes = [make_recipe("colorectal", settings=settings) for settings in (one, other)]
    assert recipes[0].identity.digest() == recipes[1].identity.digest()


def test_a_name_without_entry_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownEntryError) as caught:
        make_recipe("colorectall")
    assert caught.value.meant == "colorectal"


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"n": 0}, SettingError),
        ({"n": -5}, SettingError),
        ({"n": 2.5}, SettingError),
        ({"workers": 0}, SettingError),
        ({"seed": -1}, SettingError),
        ({"seed": 2**63}, SettingError),
        ({"years": 0.0}, SettingError),
        ({"years": -3.0}, SettingError),
        ({"years": math.nan}, SettingError),
        ({"years": math.inf}, SettingError),
        ({"settings": {"growth.doubling_tim": "120 day"}}, EntryError),
        ({"settings": {"growth.doubling_time": "120 kg"}}, UnitError),
        ({"settings": {"growth.doubling_time": "-1 day"}}, EntryError),
    ],
)
def test_what_is_out_of_range_is_refused_before_anything_is_made(
    tmp_path: Any, options: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        simulate("colorectal", **{"n": 10, "out": tmp_path / "run", **options})
    assert list(tmp_path.iterdir()) == []


def test_a_worker_with_another_version_refuses_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = make_recipe("colorectal").packed()
    monkeypatch.setattr(paget, "__version__", "0.0.0")
    with pytest.raises(RunError, match=r"0\.0\.0"):
        compute_packed(packed, 0, 1)


def test_a_scheduler_without_its_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_name: str) -> None:
        raise ImportError

    monkeypatch.setattr(runner, "import_module", absent)
    with pytest.raises(MissingExtraError) as caught, runner.connected("tcp://127.0.0.1:1"):
        pass
    assert caught.value.fix == "pip install 'paget[dask]'"
