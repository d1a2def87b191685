import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from paget.catalogue import Catalogue, registry
from paget.catalogue.reading import read_table
from paget.errors import EntryError, UnknownEntryError

Opened = Callable[..., Catalogue]


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_entry_is_read_once(example: Catalogue) -> None:
    """Asking twice gives the same object."""
    assert example.cancer("example") is example.cancer("example")
    assert example.sources() is example.sources()
    assert example.drivers() is example.drivers()


def test_one_cancer_is_loaded_without_the_others(folder: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in one cancer's file does not keep anybody from another, whose file alone is read."""
    (folder / "cancers" / "other_example.toml").write_text("not toml", encoding="utf-8")
    read: list[str] = []

    def _noted(path: Path) -> dict[str, Any]:
        read.append(path.name)
        return read_table(path)

    monkeypatch.setattr(registry, "read_table", _noted)
    assert opened(folder).cancer("example").id == "example"
    assert sorted(read) == ["example.toml", "example.toml"]
    with pytest.raises(EntryError, match="not valid TOML"):
        opened(folder).cancer("other_example")


@pytest.mark.parametrize(
    ("call", "meant"),
    [
        (lambda here: here.cancer("exampel"), "example"),
        (lambda here: here.driver("sprak"), "spark"),
        (lambda here: here.population("united_state"), "united_states"),
        (lambda here: here.group("boht"), "both"),
    ],
)
def test_unknown_name_is_told_with_the_nearest(
    example: Catalogue, call: Callable[[Catalogue], object], meant: str
) -> None:
    """A slip in a name leads to the entry."""
    with pytest.raises(UnknownEntryError) as caught:
        call(example)
    assert caught.value.meant == meant


def test_missing_source_is_told_with_the_nearest_key(folder: Path, opened: Opened) -> None:
    """A number whose source does not exist stops the load."""
    _edit(folder / "cancers" / "example.toml", 'source = "paget1889"', 'source = "paget1898"')
    with pytest.raises(EntryError) as caught:
        opened(folder).cancer("example")
    assert caught.value.key == "growth.doubling_time.source"
    assert caught.value.meant == "paget1889"


def test_missing_driver_is_told_with_the_nearest_name(folder: Path, opened: Opened) -> None:
    """A cancer lists drivers that exist."""
    _edit(folder / "cancers" / "example.toml", 'id = "spark"', 'id = "sprak"')
    with pytest.raises(EntryError, match="driver 'sprak' does not exist") as caught:
        opened(folder).cancer("example")
    assert caught.value.meant == "spark"


def test_file_and_id_must_agree(folder: Path, opened: Opened) -> None:
    """An entry bears the name of its file."""
    _edit(folder / "cancers" / "example.toml", 'id = "example"', 'id = "sample"')
    with pytest.raises(EntryError, match="calls itself 'sample'"):
        opened(folder).cancer("example")


def test_source_twice_in_a_folder_is_an_error(folder: Path, opened: Opened) -> None:
    """One key, one publication."""
    (folder / "sources" / "more.toml").write_text(
        (folder / "sources" / "example.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    with pytest.raises(EntryError, match="stands twice"):
        opened(folder).sources()


def test_publication_under_two_keys_is_an_error(folder: Path, opened: Opened) -> None:
    """One publication, one key."""
    text = (folder / "sources" / "example.toml").read_text(encoding="utf-8")
    (folder / "sources" / "more.toml").write_text(
        text[text.index("[paget1889]") :].replace("[paget1889]", "[lancet1889]"), encoding="utf-8"
    )
    with pytest.raises(EntryError, match="same publication"):
        opened(folder).sources()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('doi = "10.1016/S0140-6736(00)49915-0"', "", "cannot be found again"),
        ('authors = ["Paget S"]', "", "names no author"),
        ('doi = "10.1016/S0140-6736(00)49915-0"', 'doi = "doi:10.1016"', "pattern"),
        ("year = 1889", "year = 18890", "less than or equal"),
        ('kind = "article"', 'kind = "artcle"', "nearest: article"),
    ],
)
def test_source_must_be_findable(folder: Path, opened: Opened, old: str, new: str, words: str) -> None:
    """A source has authors and an identifier."""
    _edit(folder / "sources" / "example.toml", old, new)
    with pytest.raises(EntryError) as caught:
        opened(folder).sources()
    assert words in str(caught.value)
    assert caught.value.key is not None
    assert caught.value.key.startswith("paget1889")


def test_group_of_unknown_cancers_is_an_error(folder: Path, opened: Opened) -> None:
    """A group's members exist."""
    _edit(folder / "groups.toml", '"other_example"', '"other_exmple"')
    with pytest.raises(EntryError) as caught:
        opened(folder).groups()
    assert caught.value.meant == "other_example"


def test_group_may_not_bear_the_name_of_a_cancer(folder: Path, opened: Opened) -> None:
    """A name means one thing."""
    _edit(folder / "groups.toml", "[both]", "[example]")
    with pytest.raises(EntryError, match="name of a cancer and of a group"):
        opened(folder).groups()


def test_shares_of_a_group_sum_to_1(example: Catalogue) -> None:
    """Weights are relative."""
    assert example.group("both").shares() == {"example": 0.75, "other_example": 0.25}


def test_flows_that_do_not_sum_to_1_are_an_error(folder: Path, opened: Opened) -> None:
    """Blood is neither made nor lost."""
    path = folder / "body" / "human.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"flow\.male = \{ value = 0\.065", "flow.male = { value = 0.066", text), encoding="utf-8")
    with pytest.raises(EntryError, match=r"male body sum to 1\.001"):
        opened(folder).body()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[organs.liver]", "[organs.livr]", "nearest: liver"),
        ("[beds.muscle]", "[beds.muscles]", "nearest: muscle"),
        ('venous = "portal"', 'venous = "portl"', "nearest: portal"),
        ('lymph = "regional_lymph_node"', 'lymph = "regional_node"', "nearest: regional_lymph_node"),
        ('uberon = "UBERON:0000000"', 'uberon = "0000000"', "pattern"),
    ],
)
def test_body_names_organs_that_exist(folder: Path, opened: Opened, old: str, new: str, words: str) -> None:
    """A body has every organ and no other."""
    _edit(folder / "body" / "human.toml", old, new)
    with pytest.raises(EntryError) as caught:
        opened(folder).body()
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("male = [0.006, ", "male = [", "6 ages but 5 probabilities"),
        ("age_year = [0.0, 20.0,", "age_year = [20.0, 20.0,", "ages do not rise"),
        ("male = [0.006, ", "male = [1.5, ", "less than or equal to 1"),
        ('unit = "1/year"', 'unit = "1/month"', "per year"),
    ],
)
def test_life_table_is_a_table_of_probabilities(folder: Path, opened: Opened, old: str, new: str, words: str) -> None:
    """Ages rise, each has one probability for each sex."""
    _edit(folder / "populations" / "united_states.toml", old, new)
    with pytest.raises(EntryError) as caught:
        opened(folder).population()
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("proliferation =", "proliferaton =", "nearest: proliferation"),
        ('step = "growth"', 'step = "grwth"', "nearest: growth"),
        ('kind = "mutation"', 'kind = "mutaton"', "nearest: mutation"),
    ],
)
def test_driver_names_traits_and_steps_that_exist(folder: Path, opened: Opened, old: str, new: str, words: str) -> None:
    """A driver acts on what the model knows."""
    _edit(folder / "drivers" / "spark.toml", old, new)
    with pytest.raises(EntryError) as caught:
        opened(folder).driver("spark")
    assert words in str(caught.value)
