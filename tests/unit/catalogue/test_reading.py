import copy
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.catalogue import Catalogue
from paget.catalogue.places import description_at, keys_at, measure_at
from paget.catalogue.reading import read_table, validated
from paget.errors import CatalogueError, EntryError, UnitError
from paget.model.cancer import Cancer

EXAMPLE = Path(__file__).parents[2] / "data" / "catalogue" / "cancers" / "example.toml"
TABLE = read_table(EXAMPLE)
DOUBLING = TABLE["expect"]["doubling_time_day"]


def _tables(table: object, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the place of every key whose table has fixed keys."""
    items = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    for key, value in items:
        here = (*place, key)
        if isinstance(table, dict) and place[-1:] not in {("cavity_share",), ("affinity",)}:
            yield here
        yield from _tables(value, here)


KEYS = sorted(_tables(TABLE), key=str)
SCRAP = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _at(table: Any, place: tuple[str | int, ...]) -> Any:
    for key in place:
        table = table[key]
    return table


def _spoilt(place: tuple[str | int, ...], change: Callable[[dict[str, Any], str], None]) -> dict[str, Any]:
    table = copy.deepcopy(TABLE)
    change(_at(table, place[:-1]), str(place[-1]))
    return table


@st.composite
def typos(draw: st.DrawFn) -> tuple[tuple[str | int, ...], str]:
    """Return the place of a key and the key with one letter wrong."""
    place = draw(st.sampled_from([place for place in KEYS if len(str(place[-1])) > 3]))
    key = str(place[-1])
    cut = draw(st.integers(0, len(key) - 1))
    letter = draw(st.sampled_from(string.ascii_lowercase))
    wrong = draw(
        st.sampled_from(
            [key[:cut] + key[cut + 1 :], key[:cut] + letter + key[cut:], key[:cut] + letter + key[cut + 1 :]]
        )
    )
    return place, wrong


@given(typos())
def test_unknown_key_is_told_with_the_key_that_was_meant(typo: tuple[tuple[str | int, ...], str]) -> None:
    """One wrong letter in any key of an entry leads back to the right one."""
    place, wrong = typo
    allowed = keys_at(Cancer, [str(part) for part in place[:-1]])
    if wrong in allowed:
        return

    def _rename(table: dict[str, Any], key: str) -> None:
        table[wrong] = table.pop(key)

    with pytest.raises(EntryError) as caught:
        validated(Cancer, _spoilt(place, _rename), "example.toml")
    assert caught.value.key is not None
    assert caught.value.key.endswith(wrong)
    assert caught.value.meant == place[-1]


@given(st.sampled_from(KEYS), SCRAP)
def test_any_value_in_any_place_is_accepted_or_told_as_one_error(place: tuple[str | int, ...], scrap: object) -> None:
    """Whatever stands in an entry, the user meets a catalogue error that names the file, and nothing else."""

    def _put(table: dict[str, Any], key: str) -> None:
        table[key] = scrap

    try:
        validated(Cancer, _spoilt(place, _put), "example.toml")
    except CatalogueError as error:
        told = error
    else:
        return
    assert told.file == "example.toml"
    assert told.fault
    assert str(told)


@given(st.sampled_from(KEYS))
def test_removing_any_needed_key_names_it(place: tuple[str | int, ...]) -> None:
    """What is missing is named with its place."""
    try:
        validated(Cancer, _spoilt(place, lambda table, key: table.pop(key)), "example.toml")
    except EntryError as error:
        told = error
    else:
        return
    above = ".".join(str(part) for part in place[:-1])
    assert told.key is not None
    assert told.key.startswith(above)


@pytest.mark.parametrize(
    ("key", "change", "kind", "words"),
    [
        ("growth.doubling_time", {"value": -4.0}, EntryError, "-4.0 is out of range"),
        ("growth.doubling_time", {"unit": "kg"}, UnitError, "'kg' does not fit"),
        ("growth.doubling_time", {"unit": "dya"}, UnitError, "'dya' is not a unit"),
        ("growth.doubling_time", {"value": "120"}, EntryError, "valid number"),
        ("dormancy.waking_rate", {"value": -1.0}, EntryError, "out of range"),
        ("dormancy.share", {"value": 1.2}, EntryError, "from 0 to 1"),
        ("dormancy.share", {"rationale": ""}, EntryError, "has no rationale"),
        ("dormancy.share", {"grade": "asumed"}, EntryError, "nearest: assumed"),
        ("dormancy.share", {"source": None}, EntryError, "dormancy.share.source"),
        ("growth.cell_loss", {"spread": {"law": "normal", "sigma": 0.1}}, EntryError, "does not vary"),
        (
            "growth.doubling_time",
            {"spread": {"law": "normal", "sigma": 0.1}},
            EntryError,
            'law = "lognormal"',
        ),
        ("spread.lymph_share", {"value": 0.995}, EntryError, "together take"),
    ],
)
def test_broken_rule_says_what_is_allowed(key: str, change: dict[str, Any], kind: type[Exception], words: str) -> None:
    """Every broken rule has its own sentence, its place and a way out."""
    table = copy.deepcopy(TABLE)
    _at(table, tuple(key.split("."))).update(change)
    with pytest.raises(kind) as caught:
        validated(Cancer, table, "example.toml")
    assert words in str(caught.value)
    assert "example.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"organ": "bowl"}, "nearest: bowel"),
        ({"id": "Not An Id"}, "pattern"),
        ({"summary": ""}, "at least 1 character"),
        ({"growth": 3}, "table is expected"),
        ({"drivers": TABLE["drivers"] * 2}, "listed twice"),
        ({"drivers": [{**TABLE["drivers"][0], "id": f"d{n}"} for n in range(13)]}, "at most 12"),
        ({"colonisation": {**TABLE["colonisation"], "affinity": {"livr": 1.0}}}, "nearest: liver"),
        ({"colonisation": {**TABLE["colonisation"], "affinity": {"liver": 1.0}}}, "bare value is not enough"),
        (
            {"expect": {**TABLE["expect"], "doubling_time_day": {**DOUBLING, "low": 300.0, "high": 50.0}}},
            "is not a range",
        ),
        ({"expect": {**TABLE["expect"], "ever_spread_share": {**DOUBLING, "low": 0.1, "high": 1.5}}}, "<= 1"),
        ({"expect": {**TABLE["expect"], "doubling_time_day": [50.0, 300.0]}}, "A table is expected"),
        ({"expect": {**TABLE["expect"], "doubling_time_day": {"low": 50.0, "high": 300.0}}}, "has no source"),
    ],
)
def test_broken_entry_is_told_with_what_was_meant(change: dict[str, Any], words: str) -> None:
    """Names, lists and ranges are judged like numbers."""
    with pytest.raises(EntryError) as caught:
        validated(Cancer, {**copy.deepcopy(TABLE), **change}, "example.toml")
    assert words in str(caught.value)


def test_rationale_is_needed_for_every_affinity() -> None:
    """A preference for an organ is explained even where it was measured."""
    table = copy.deepcopy(TABLE)
    number = {"value": 2.0, "unit": "1", "source": "paget1889", "grade": "measured", "locator": "here"}
    table["colonisation"]["affinity"]["liver"] = number
    with pytest.raises(EntryError, match="rationale, whatever its grade"):
        validated(Cancer, table, "example.toml")


def test_further_faults_are_counted() -> None:
    """One message is told, and the user knows whether more will follow."""
    table = copy.deepcopy(TABLE)
    table["dormancy"]["share"]["value"] = 2.0
    table["dormancy"]["loss_rate"]["value"] = -2.0
    table["growth"]["cell_loss"]["value"] = 2.0
    with pytest.raises(EntryError, match="2 more faults"):
        validated(Cancer, table, "example.toml")


@pytest.mark.parametrize("content", [b"id = ", b"a = 1\na = 2\n", b"[x\n", b"caf\xe9 = 1\n", b"a = NO\n"])
def test_text_that_is_no_toml_is_told_with_its_file(tmp_path: Path, content: bytes) -> None:
    """A slip of the pen is no traceback."""
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(EntryError) as caught:
        read_table(path)
    assert caught.value.file == str(path)


def test_unreadable_file_is_told(tmp_path: Path) -> None:
    """A folder in the place of a file is told like any other fault."""
    with pytest.raises(EntryError, match="cannot be read"):
        read_table(tmp_path)


def test_every_field_of_a_cancer_is_described() -> None:
    """Whoever reads a number is told what it is."""
    assert description_at(Cancer, ["growth", "doubling_time"]) == "volume doubling time of the primary at 1 cm"
    assert description_at(Cancer, ["colonisation", "affinity", "liver"]) == "factor on the organ's soil for this cancer"


def test_measure_is_found_through_lists_and_mappings() -> None:
    """A place leads to its unit and bounds however deep it lies."""
    rate = measure_at(Cancer, ["drivers", "3", "rate"])
    affinity = measure_at(Cancer, ["colonisation", "affinity", "liver"])
    assert rate is not None
    assert affinity is not None
    assert (rate.unit, affinity.unit) == ("1/division", "1")
    assert measure_at(Cancer, ["growth"]) is None
    assert keys_at(Cancer, ["growth", "nonsense", "value"]) == ()


def test_example_catalogue_is_sound(example: Catalogue) -> None:
    """The example that other tests spoil has no fault of its own."""
    assert example.cancer("example").growth.doubling_time.value == 120.0
    assert example.body().organs["liver"].flow.male.value == 0.065
    assert set(example.drivers()) == {"spark", "shield"}
    assert example.population().other_cause_mortality.age_year[-1] == 100.0
