"""Free numbers as coordinates of a fit."""

from __future__ import annotations

import numpy as np
import pytest

from paget import catalogue
from paget.catalogue.numbers import stated
from paget.errors import EntryError, SettingError
from paget.inference.free import Axis, Place, axes_of, settings_at
from paget.model.cancer import Cancer
from paget.model.free import Free


def _with(name: str, *free: Free) -> Cancer:
    return catalogue.cancer(name).model_copy(update={"free": free})


def _free(key: str, low: float, high: float, stage: str = "spread") -> Free:
    return Free.model_validate({"key": key, "stage": stage, "low": low, "high": high, "why": "a test"})


@pytest.mark.parametrize("scale", ["log", "logit", "linear"])
def test_a_coordinate_and_its_value_tell_the_same(scale: str) -> None:
    """A value that is turned into a coordinate and back is the same value."""
    place = Place("colorectal", 0.05, 0.8, scale, 0.3, "1")  # type: ignore[arg-type]
    assert place.value(place.share(0.3)) == pytest.approx(0.3)
    assert (place.value(0.0), place.value(1.0)) == pytest.approx((0.05, 0.8))


def test_the_middle_of_a_factor_is_its_geometric_mean() -> None:
    """Half way between 1 and 100 cells lie 10 of them."""
    assert Place("colorectal", 1.0, 100.0, "log", 10.0, "cell").value(0.5) == pytest.approx(10.0)


def test_a_share_moves_on_the_logit_scale_and_a_time_on_the_logarithm() -> None:
    """What can be no more than 1 is moved by its odds, a time by its factor, and what may be 0 as it is."""
    axes = axes_of(
        [
            _with(
                "colorectal",
                _free("dormancy.share", 0.1, 0.9),
                _free("growth.doubling_time", 50.0, 250.0),
                _free("growth.doubling_time.sigma", 0.2, 1.5),
                _free("spread.growth_correlation", -0.5, 0.9),
            )
        ]
    )
    scales = {axis.key: axis.places[0].scale for axis in axes}
    assert scales == {
        "dormancy.share": "logit",
        "growth.doubling_time": "log",
        "growth.doubling_time.sigma": "log",
        "spread.growth_correlation": "linear",
    }


def test_settings_change_the_number_and_its_width() -> None:
    """The settings of a point are taken by the catalogue, and the cancer has the values of the point."""
    cancer = _with(
        "colorectal", _free("growth.doubling_time", 50.0, 250.0), _free("growth.doubling_time.sigma", 0.2, 1.5)
    )
    axes = axes_of([cancer])
    at = np.array([axes[0].places[0].share(120.0), axes[1].places[0].share(0.5)])
    changed = catalogue.override(cancer, settings_at(axes, at, "colorectal"))
    assert changed.growth.doubling_time.value == pytest.approx(120.0)
    assert changed.growth.doubling_time.sigma == pytest.approx(0.5)


def test_what_all_members_of_a_group_free_is_one_coordinate() -> None:
    """A number that both cancers free is moved in both at once, within the bounds of each; another only in its own."""
    one = _with("lung_adenocarcinoma", _free("colonisation.soil_variation", 0.1, 1.0), _free("host.frailty", 0.1, 9.0))
    two = _with("lung_squamous", _free("colonisation.soil_variation", 0.2, 2.0))
    axes = axes_of([one, two])
    assert [axis.key for axis in axes] == ["colonisation.soil_variation", "lung_adenocarcinoma:host.frailty"]
    settings = settings_at(axes, np.array([1.0, 0.0]), "lung_squamous")
    assert settings == {"colonisation.soil_variation": "2"}
    settings = settings_at(axes, np.array([1.0, 0.0]), "lung_adenocarcinoma")
    assert settings == {"colonisation.soil_variation": "1", "host.frailty": "0.1"}


def test_an_unknown_number_is_refused_with_the_nearest() -> None:
    """A slip in the key of a free number is told with the key that was meant."""
    with pytest.raises(EntryError) as caught:
        axes_of([_with("colorectal", _free("dormancy.shares", 0.1, 0.9))])
    assert caught.value.meant == "dormancy.share"


def test_a_stated_value_outside_its_bounds_is_refused() -> None:
    """Bounds that leave the stated value out contradict the entry."""
    with pytest.raises(EntryError, match="outside its bounds, 1 to 2"):
        axes_of([_with("colorectal", _free("growth.doubling_time", 1.0, 2.0))])


def test_a_cancer_without_free_numbers_cannot_be_fitted() -> None:
    """Where nothing is free there is nothing to fit."""
    with pytest.raises(SettingError, match="No number of colorectal is free"):
        axes_of([_with("colorectal")])


@pytest.mark.parametrize("name", catalogue.list_cancers())
def test_free_numbers_of_the_catalogue_exist_and_hold_their_value(name: str) -> None:
    """Every free number of every cancer is one that its entry states, within its bounds, and none is free twice."""
    cancer = catalogue.cancer(name)
    axes: tuple[Axis, ...] = axes_of([cancer]) if cancer.free else ()
    assert all(0.0 <= axis.stated <= 1.0 for axis in axes)
    known = {number.key for number in stated(cancer)}
    assert {axis.key.removesuffix(".sigma") for axis in axes} <= known
