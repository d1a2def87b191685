"""No policy can read the truth: care does not import it, and nothing that a policy is handed leads to it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import paget
from paget.cohort import caring
from paget.cohort.care_charts import charts_of
from paget.cohort.ward import Seen, Ward
from paget.model.chart import Charts, Orders

ROOT = Path(__file__).parents[2]
N, SEED = 60, 3
SEEN_BY_ALL = ("patient", "sex", "day")
"""What a chart takes from the truth: who it is, and when."""


class Looking:
    """A policy that gives chemotherapy to everybody, looks every two months, and keeps what it was handed."""

    therapies = ("folfox", "surgery_primary")

    def __init__(self) -> None:
        self.handed: list[Any] = []

    def __reduce__(self) -> tuple[type, tuple[()]]:
        """Be told from others by the class alone."""
        return (type(self), ())

    def decide(self, charts: Charts) -> Orders:
        """Start folfox at the first visit."""
        self.handed.append(charts)
        start = np.zeros(charts.on.shape, np.bool_)
        start[:, 0] = ~charts.given[:, 0].astype(bool)
        orders = replace(Orders.none(charts), start=start, next_visit_day=np.full(charts.count, 60.0))
        return replace(orders, imaging=np.tile(np.isin(charts.modalities, ["ct"]), (charts.count, 1)))


class Scribbling(Looking):
    """A policy that decides the same way and then writes nonsense over everything it was handed."""

    def decide(self, charts: Charts) -> Orders:
        """Order, and scribble."""
        orders = super().decide(charts)
        for each in everything(charts):
            if isinstance(each, np.ndarray):
                each[...] = 1
        return orders


def everything(handed: object) -> Iterator[object]:
    """Yield all that can be reached from an object by its attributes, its items and the bases of arrays."""
    waiting, met = [handed], set()
    while waiting:
        each = waiting.pop()
        if id(each) in met or isinstance(each, str):
            continue
        met.add(id(each))
        yield each
        if isinstance(each, np.ndarray):
            waiting.append(each.base)
        elif isinstance(each, tuple):
            waiting.extend(each)
        elif each is not None:
            waiting.extend(vars(each).values())


@pytest.fixture(scope="module")
def looking() -> Looking:
    """Return a policy that was followed by a run."""
    policy = Looking()
    paget.simulate("colorectal", N, seed=SEED, care=policy, workers=1)
    return policy


@pytest.fixture(scope="module")
def pairs() -> list[tuple[Charts, Charts]]:
    """Return the charts of a run under standard care, each with the one of a round in which all hidden is otherwise."""
    kept: list[tuple[Charts, Charts]] = []

    def keeping(ward: Ward, seen: Seen, event: np.ndarray) -> Charts:
        kept.append((charts_of(ward, seen, event), charts_of(*changed(ward, seen), event)))
        return kept[-1][0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(caring, "charts_of", keeping)
        paget.simulate("colorectal", N, seed=SEED, workers=1)
    return kept


def changed(ward: Ward, seen: Seen) -> tuple[Ward, Seen]:
    """Return the same round with everything hidden made otherwise: tumours, drivers, what they carry, and lesions."""
    truth = seen.truth
    other = {
        name: ~value if value.dtype == bool else value * 3 + 1
        for name, value in vars(truth).items()
        if name not in SEEN_BY_ALL
    }
    book = replace(ward.book, carries=~ward.book.carries, lesions=ward.book.lesions + np.uint64(1))
    return replace(ward, book=book), replace(seen, truth=replace(truth, **other), burden=seen.burden * 5.0)


def test_care_can_be_loaded_without_the_truth() -> None:
    """Neither the policies, nor the charts, nor anything they import loads the module that holds the truth."""
    names = sorted(path.stem for path in (ROOT / "src" / "paget" / "care").glob("*.py"))
    modules = ", ".join(f"paget.care.{name}" for name in names if name != "__init__")
    source = f"import sys, {modules}, paget.model.chart, paget.model.protocol\n"
    source += "print(*(name for name in sys.modules if name.startswith('paget.')))"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "paget.care.protocols" in loaded
    assert not [name for name in loaded if name.startswith(("paget.engine", "paget.observation", "paget.cohort"))]
    assert "paget.model.truth" not in loaded


def test_a_contract_holds_care_to_it() -> None:
    """The import checker is told."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    care = next(each for each in contracts if each["id"] == "care")
    assert "paget.care" in care["source_modules"]
    assert care["forbidden_modules"] == ["paget.model.truth"]


def test_a_policy_is_handed_charts_and_nothing_else(looking: Looking) -> None:
    """Names, and arrays of flags and numbers of its own: no object, no record, no view of anything larger."""
    assert len(looking.handed) > 10
    for charts in looking.handed:
        assert type(charts) is Charts
        for each in everything(charts):
            assert each is None or isinstance(each, Charts | tuple | np.ndarray), type(each)
            if isinstance(each, np.ndarray):
                assert each.dtype.kind in "bif", each.dtype
        for name, value in vars(charts).items():
            if isinstance(value, np.ndarray):
                assert value.base is None or value.base.size <= value.size, name
                assert value.shape[0] == charts.count, name
            else:
                assert all(isinstance(each, str) for each in value), name


def test_a_policy_that_writes_into_its_charts_changes_nothing(looking: Looking) -> None:
    """Charts are copies, so that the patients of a vandal fare as those of one who only looks."""
    policies = (Looking(), Scribbling())
    runs = [paget.simulate("colorectal", N, seed=SEED, care=policy, workers=1) for policy in policies]
    assert len(policies[1].handed) == len(looking.handed)
    for table in ("patients", "lesions", "treatments", "visits"):
        pd.testing.assert_frame_equal(getattr(runs[0], table), getattr(runs[1], table))


def test_what_nobody_has_tested_is_not_in_a_chart(pairs: list[tuple[Charts, Charts]]) -> None:
    """Other drivers, sizes, rates, lesions and alterations make no other chart, in any round of a run."""
    assert len(pairs) > 20
    for charts, other in pairs:
        for name, value in vars(charts).items():
            np.testing.assert_array_equal(value, getattr(other, name), err_msg=name)


def test_a_test_that_was_never_done_says_so(looking: Looking) -> None:
    """Most alterations of most patients are unknown, though every tumour has them or has them not."""
    tested = np.concatenate([charts.tested for charts in looking.handed])
    assert set(np.unique(tested)) == {-1, 0, 1}
    assert (tested == -1).mean() > 0.03
