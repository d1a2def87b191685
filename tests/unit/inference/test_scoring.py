"""Scores: when a figure is met, how far it is off, and that fitted and unseen figures never mix."""

from __future__ import annotations

import math

import pytest

from paget import catalogue
from paget.inference.estimates import Estimate
from paget.inference.fitted import Fits
from paget.inference.scoring import scored, summary_of
from paget.inference.targets import Target
from paget.model.cancer import Cancer

SHARE = Target("colorectal", "stage_share", "stage=I;age=50-69", 0.25)
TIME = Target("colorectal", "primary_doubling_time_median", "at=diagnosis", 200.0)


def score(target: Target, value: float, *, fitted: bool = False) -> bool | None:
    return scored(target, Estimate(value, 0.01, 100), fitted=fitted).met


def test_a_share_is_met_within_five_points() -> None:
    """Five points are allowed, and no more."""
    assert [score(SHARE, value) for value in (0.199, 0.20, 0.30, 0.301)] == [False, True, True, False]


def test_a_time_is_met_within_a_quarter() -> None:
    """A quarter of the published time is allowed, and no more."""
    assert [score(TIME, value) for value in (149.0, 150.0, 250.0, 251.0)] == [False, True, True, False]


def test_a_figure_within_the_published_interval_is_met_however_wide() -> None:
    """Where a source gives an interval, it counts too; an open end bounds nothing."""
    wide = Target("colorectal", "stage_share", "stage=I", 0.25, low=0.10, high=0.60)
    assert [score(wide, value) for value in (0.10, 0.59, 0.61)] == [True, True, False]
    assert score(Target("colorectal", "stage_share", "stage=I", 0.25, low=0.2), 0.9)


def test_differences_are_of_logits_and_logarithms() -> None:
    """From 1/4 to 1/2 the odds grow threefold; twice a time is ln 2 away; a share of 0 is moved to 0.5 %."""
    assert scored(SHARE, Estimate(0.5, None, 9), fitted=False).difference == pytest.approx(math.log(3.0))
    assert scored(TIME, Estimate(400.0, None, 9), fitted=False).difference == pytest.approx(math.log(2.0))
    none = scored(SHARE, Estimate(0.0, None, 9), fitted=False).difference
    assert none == pytest.approx(math.log(0.005 / 0.995) + math.log(3.0))


def test_what_cannot_be_computed_has_a_reason_and_no_score() -> None:
    """It is neither met nor missed."""
    row = scored(Target("colorectal", "stage_shre", "", 0.1), "no quantity", fitted=False)
    assert (row.met, row.simulated, row.run, row.reason) == (None, None, None, "no quantity")


def test_a_summary_keeps_fitted_and_unseen_apart() -> None:
    """Errors of 10 and 20 points unseen are 15 on average, whatever was fitted; ratios of 2 and 1/2 are off by 2."""
    rows = [
        scored(SHARE, Estimate(0.35, None, 9), fitted=False),
        scored(SHARE, Estimate(0.45, None, 9), fitted=False),
        scored(SHARE, Estimate(0.25, None, 9), fitted=True),
        scored(TIME, Estimate(400.0, None, 9), fitted=False),
        scored(TIME, Estimate(100.0, None, 9), fitted=False),
        scored(TIME, "nobody", fitted=False),
    ]
    told = summary_of(rows, {"colorectal": 3})
    assert told["unseen"]["all"] == pytest.approx(
        {
            "targets": 5,
            "computed": 4,
            "met": 0,
            "met_share": 0.0,
            "mean_absolute_error_points": 15.0,
            "ratio": 1.0,
            "ratio_off": 2.0,
        }
    )
    assert told["fitted"]["by_quantity"]["stage_share"]["met_share"] == 1.0
    assert list(told["fitted"]["by_quantity"]) == ["stage_share"]
    assert told["parameters"] == {"colorectal": {"fitted_numbers": 3, "targets": 6, "fitted_targets": 1}}


@pytest.mark.parametrize(
    "name",
    [
        "stage_share",
        "stage_share/stage=I;age=50-69",
        "stage_share/age=50-69; stage=I",
        "colorectal/stage_share/stage=I;age=50-69",
    ],
)
def test_a_target_that_a_fitted_number_names_is_fitted(name: str) -> None:
    """The name may leave out the cancer of the entry, and the stratum; others of the cancer stay unseen."""
    fits = Fits([with_fit(name)])
    assert fits.holds(SHARE)
    assert not fits.holds(TIME)
    assert not fits.holds(Target("pancreas", SHARE.quantity, SHARE.stratum, 0.1))
    assert fits.parameters == {"colorectal": 1}


def test_a_fit_to_one_stratum_leaves_others_unseen() -> None:
    """Stage II was not fitted by a fit to stage I."""
    fits = Fits([with_fit("stage_share/stage=I;age=50-69")])
    assert not fits.holds(Target("colorectal", "stage_share", "stage=II;age=50-69", 0.1))


def with_fit(name: str) -> Cancer:
    """Return the colorectal entry, of all numbers its doubling time fitted to a target."""
    entry = unfitted(catalogue.cancer("colorectal"))
    number = entry.growth.doubling_time.model_copy(update={"grade": "fitted", "targets": (name,)})
    return entry.model_copy(update={"growth": entry.growth.model_copy(update={"doubling_time": number})})


def unfitted(entry: Cancer) -> Cancer:
    """Return an entry as it was before any fit."""
    table = entry.model_dump()

    def judge(part: object) -> None:
        if isinstance(part, dict):
            if part.get("grade") == "fitted":
                part |= {"grade": "assumed", "targets": ()}
            for each in part.values():
                judge(each)
        elif isinstance(part, (list, tuple)):
            for each in part:
                judge(each)

    judge(table)
    return Cancer.model_validate(table)
