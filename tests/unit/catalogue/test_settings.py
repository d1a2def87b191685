from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.catalogue import Catalogue
from paget.catalogue.fingerprint import digest_of
from paget.catalogue.folders import Folder
from paget.catalogue.numbers import stated
from paget.catalogue.settings import override, settable
from paget.errors import CatalogueError, EntryError, UnitError
from paget.model.cancer import Cancer

CANCER = Catalogue([Folder(Path(__file__).parents[2] / "data" / "catalogue", "for a test")]).cancer("example")
NUMBERS = {item.key: item.quantity for item in stated(CANCER) if item.quantity}


def _numbers(cancer: Cancer) -> dict[str, object]:
    return {item.key: item.quantity for item in stated(cancer) if item.quantity}


@given(st.sampled_from(sorted(NUMBERS)), st.floats(0.5, 0.99))
def test_setting_one_number_changes_that_number_only(key: str, factor: float) -> None:
    """A setting touches nothing else, is graded assumed and changes the fingerprint."""
    before = NUMBERS[key]
    assert before is not None
    after = override(CANCER, {key: before.value * factor})
    changed = {name for name, number in _numbers(after).items() if number != NUMBERS.get(name)}
    now = _numbers(after)[key]
    assert changed == {key}
    assert (now.value, now.grade, now.source) == (before.value * factor, "assumed", "paget")  # type: ignore[attr-defined]
    assert now.spread == before.spread  # type: ignore[attr-defined]
    assert digest_of({"cancer": after}) != digest_of({"cancer": CANCER})


@given(st.sampled_from(sorted(NUMBERS)), st.text(max_size=16))
def test_any_text_as_a_setting_is_understood_or_told_as_one_error(key: str, text: str) -> None:
    """No text of a user leads to a traceback."""
    try:
        cancer = override(CANCER, {key: text})
    except CatalogueError as error:
        told = str(error)
        assert "your settings" in told
    else:
        assert isinstance(cancer, Cancer)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("120 day", 120.0),
        ("120day", 120.0),
        ("2 week", 14.0),
        ("1e2 day", 100.0),
        (".5 year", 182.625),
        (" 48 hour ", 2.0),
    ],
)
def test_number_and_unit_are_read_as_people_write_them(text: str, value: float) -> None:
    """With or without a space, in any unit of time."""
    assert override(CANCER, {"growth.doubling_time": text}).growth.doubling_time.value == pytest.approx(value)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("growth.cell_loss", "95%", 0.95),
        ("growth.cell_loss", "0.5", 0.5),
        ("dormancy.waking_rate", "0.6/year", 0.6),
    ],
)
def test_percent_and_rates_are_read(key: str, text: str, value: float) -> None:
    """A share may be a percentage, and a rate is written with a stroke."""
    number = _numbers(override(CANCER, {key: text}))[key]
    assert number.value == pytest.approx(value)  # type: ignore[attr-defined]


def test_cancer_that_was_given_stays_as_it_is() -> None:
    """A setting makes a new cancer."""
    override(CANCER, {"growth.doubling_time": "1 day"})
    assert CANCER.growth.doubling_time.value == 120.0
    assert override(CANCER, {}) is CANCER


def test_width_of_a_spread_can_be_set_and_removed() -> None:
    """Patients can be made alike."""
    assert override(CANCER, {"growth.doubling_time.sigma": "0.1"}).growth.doubling_time.sigma == 0.1
    alike = override(CANCER, {"growth.doubling_time.sigma": 0, "growth.doubling_time": "60 day"}).growth
    assert (alike.doubling_time.sigma, alike.doubling_time.value) == (0.0, 60.0)


@pytest.mark.parametrize(("key", "value"), [("growth.cell_loss.sigma", 1), ("growth.doubling_time.sigma", "wide")])
def test_width_that_means_nothing_is_refused(key: str, value: str | int) -> None:
    """A number that does not vary has no width."""
    with pytest.raises(EntryError) as caught:
        override(CANCER, {key: value})
    assert caught.value.key == key


def test_organ_without_affinity_can_be_given_one() -> None:
    """What an entry leaves at 1 can be set."""
    assert override(CANCER, {"colonisation.affinity.brain": "3"}).colonisation.affinity["brain"].value == 3.0
    assert override(CANCER, {"spread.cavity_share.pleura": "0.1"}).spread.cavity_share["pleura"].value == 0.1


def test_driver_can_be_set_by_name() -> None:
    """Prevalence and rate of a driver are numbers like any other."""
    drivers = override(CANCER, {"drivers.spark.prevalence": 1.0, "drivers.spark.rate": "1e-6/division"}).drivers
    assert drivers[0].prevalence.value == 1.0
    assert drivers[0].rate is not None
    assert drivers[0].rate.value == 1e-6


@pytest.mark.parametrize(
    ("key", "value", "kind", "words"),
    [
        ("growth.doubling_tme", "1 day", EntryError, "nearest: growth.doubling_time"),
        ("growth", "1 day", EntryError, "is not a number of example"),
        ("expect.doubling_time_day", "9", EntryError, "is not a number of example"),
        ("growth.doubling_time", "120", UnitError, "growth.doubling_time=120day"),
        ("growth.doubling_time", "120 kg", UnitError, "does not fit"),
        ("growth.doubling_time", "120 dya", UnitError, "is not a unit"),
        ("growth.doubling_time", "-1 day", EntryError, "out of range"),
        ("growth.doubling_time", "fast", EntryError, "not a number with its unit"),
        ("growth.cell_loss", "1.5", EntryError, "from 0 to 0.999"),
        ("drivers.sprak.prevalence", "0.5", EntryError, "nearest: drivers.spark.prevalence"),
        ("colonisation.affinity.livr", "2", EntryError, "nearest: colonisation.affinity.liver"),
    ],
)
def test_wrong_setting_is_told_with_what_was_meant(key: str, value: str, kind: type[Exception], words: str) -> None:
    """Key, unit and range are judged as in a file."""
    with pytest.raises(kind) as caught:
        override(CANCER, {key: value})
    assert words in str(caught.value)


def test_every_number_that_is_shown_can_be_set() -> None:
    """What `paget show` prints is what `--set` takes."""
    assert set(NUMBERS) <= set(settable(CANCER))
