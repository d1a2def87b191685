from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from paget.model.modality import UNSTATED_MARGIN, Cited, Curve, Modality, SizeMix

ASSUMED: dict[str, Any] = {"source": "paget", "grade": "assumed", "rationale": "Shows the form."}


def _number(value: float, unit: str = "1") -> dict[str, Any]:
    return {"value": value, "unit": unit, **ASSUMED}


def _curve(**changes: Any) -> dict[str, Any]:
    return {"half_mm": 8.0, "slope": 2.0, "ceiling": 0.9, **ASSUMED, **changes}


def _camera(**changes: Any) -> dict[str, Any]:
    look = {"measurement_error": _number(0.1), "smallest": _number(1.0, "mm"), "false_diameter": _number(8.0, "mm")}
    entry = {"id": "camera", "name": "Camera", "summary": "Made up.", "kind": "imaging", "cost": _number(1.0, "USD")}
    organs = {"liver": {"curve": _curve(), "specificity": _number(0.9)}}
    return {**entry, "look": look, "organs": organs, **changes}


def test_half_of_the_ceiling_is_reached_at_the_half_diameter() -> None:
    """A Hill curve is 0 at no size, half its ceiling at the half diameter, and nears the ceiling."""
    seen = Curve.model_validate(_curve()).chance(np.array([0.0, 8.0, 8e9]))
    assert seen.tolist() == pytest.approx([0.0, 0.45, 0.9])


def test_quantiles_of_a_mix_have_its_median_and_its_ends() -> None:
    """An uncut mix has its own median; a cut one stays between its ends; one without spread is a single size."""
    free = SizeMix(median_mm=10.0, log_sd=0.5, why="Shows the form.").quantiles_mm(1001)
    cut = SizeMix(median_mm=10.0, log_sd=0.5, from_mm=9.0, to_mm=12.0, why="Shows the form.").quantiles_mm(100)
    single = SizeMix(median_mm=10.0, log_sd=0.0, why="Shows the form.").quantiles_mm(3)
    assert np.median(free) == pytest.approx(10.0)
    assert np.std(np.log(free)) == pytest.approx(0.5, rel=0.01)
    assert 9.0 < cut.min() < 9.1
    assert 11.9 < cut.max() < 12.0
    assert single.tolist() == [10.0, 10.0, 10.0]


def test_figure_without_an_interval_is_held_to_a_margin() -> None:
    """A published interval is used as it is; else it is the value within the margin, and no share leaves 0 to 1."""
    mix = {"median_mm": 10.0, "log_sd": 0.5, "why": "Shows the form."}
    given = Cited.model_validate({"id": "a", "share": {**_number(0.8), "low": 0.7, "high": 0.85}, "mix": mix})
    bare = Cited.model_validate({"id": "b", "share": _number(0.99), "mix": mix})
    assert given.interval == (0.7, 0.85)
    assert bare.interval == pytest.approx((0.99 - UNSTATED_MARGIN, 1.0))


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "assay_screen"},
        {"look": None},
        {"organs": {"liver": {"curve": _curve()}}},
        {"blind_to": {"liver": "It is seen."}},
        {
            "organs": {
                "liver": {"curve": _curve(grade="fitted", source="x", targets=["no"]), "specificity": _number(1.0)}
            }
        },
        {"organs": {"lever": {"curve": _curve(), "specificity": _number(1.0)}}},
    ],
    ids=["wrong kind", "no look", "no specificity", "blind and seeing", "target not cited", "no such organ"],
)
def test_entry_that_contradicts_itself_is_refused(changes: dict[str, Any]) -> None:
    """A modality has the parts of its kind, sees or does not see an organ, and is fitted to what it cites."""
    Modality.model_validate(_camera())
    with pytest.raises(ValidationError):
        Modality.model_validate(_camera(**changes))


def test_mix_whose_ends_hold_nothing_is_refused() -> None:
    """No lesion lies between ends in the wrong order, nor a single size outside them."""
    with pytest.raises(ValidationError):
        SizeMix(median_mm=10.0, log_sd=0.5, from_mm=12.0, to_mm=9.0, why="Shows the form.")
    with pytest.raises(ValidationError):
        SizeMix(median_mm=10.0, log_sd=0.0, from_mm=12.0, why="Shows the form.")
