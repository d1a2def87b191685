import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from paget import catalogue
from paget.catalogue.numbers import stated
from paget.cli.app import app

RUNNER = CliRunner()
KINDS = ("cancers", "groups", "drivers", "organs", "populations", "sources")
CARDS = ("colorectal", "lung", "kras", "body", "united_states", "nguyen2022")
WIDEST = 80


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Print to a terminal of 80 columns, without a user folder."""
    monkeypatch.setenv("COLUMNS", str(WIDEST))
    monkeypatch.setenv("PAGET_CATALOGUE", str(tmp_path_factory.getbasetemp() / "own"))
    (tmp_path_factory.getbasetemp() / "own").mkdir(exist_ok=True)


def _run(*words: str) -> Result:
    return RUNNER.invoke(app, list(words))


def _printed(*words: str) -> str:
    result = _run(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_list_fits_the_terminal(kind: str) -> None:
    """No line is wider than 80 columns, and no name is cut."""
    text = _printed("list", kind)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= WIDEST
    assert "…" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_list_as_json_has_one_object_for_each_entry(kind: str) -> None:
    """Programs read the same rows as people."""
    rows = json.loads(_printed("list", kind, "--json"))
    assert rows
    assert all(row.keys() == rows[0].keys() for row in rows)


def test_list_without_a_kind_lists_cancers() -> None:
    """The first word that a newcomer types does something."""
    text = _printed("list")
    assert all(name in text for name in catalogue.list_cancers())


@pytest.mark.parametrize("name", catalogue.list_cancers())
def test_card_of_a_cancer_fits_and_shows_every_number(name: str) -> None:
    """Each number stands on its line with unit, spread, grade and source, within 80 columns."""
    text = _printed("show", name)
    entry = catalogue.cancer(name)
    numbers = [item.quantity for item in stated(entry) if item.quantity is not None]
    lines = text.splitlines()
    assert max(len(line.rstrip()) for line in lines) <= WIDEST
    assert "…" not in text
    assert sum(
        bool(re.search(r"\b(measured|derived|fitted|transferred|assumed)\b +\w", line)) for line in lines
    ) >= len(numbers)
    assert f"{len(list(stated(entry)))} numbers:" in text
    assert all(organ in text for organ in entry.expect.main_sites.organs)


@pytest.mark.parametrize("name", CARDS)
def test_card_of_any_entry_fits(name: str) -> None:
    """Groups, drivers, the body, populations and sources have cards too."""
    text = _printed("show", name)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= WIDEST
    assert "…" not in text


@pytest.mark.parametrize("name", ["colorectal", "body", "kras"])
def test_full_card_gives_every_rationale(name: str) -> None:
    """In full, a number says what it is, where it stands in its source and why."""
    text = re.sub(r"\s+", " ", _printed("show", name, "--full"))
    entry = (
        catalogue.body()
        if name == "body"
        else catalogue.current().driver(name)
        if name == "kras"
        else catalogue.cancer(name)
    )
    for item in stated(entry):
        assert item.key in text
        assert re.sub(r"\s+", " ", item.sourced.rationale) in text


def test_part_of_a_card_is_shown_alone() -> None:
    """A key limits what is shown."""
    text = _printed("show", "body", "organs.liver")
    assert "organs.liver.flow.male" in text
    assert "organs.lung" not in text
    text = _printed("show", "colorectal", "expect")
    sites = catalogue.cancer("colorectal").expect.main_sites
    assert f"expect.main_sites = {', '.join(sites.organs)}" in text
    assert sites.source in text


def test_card_as_json_is_the_entry() -> None:
    """Everything that was loaded, as it was loaded."""
    told = json.loads(_printed("show", "colorectal", "--json"))
    assert told == catalogue.cancer("colorectal").model_dump(mode="json")
    part = json.loads(_printed("show", "colorectal", "growth", "--json"))
    assert part["growth.doubling_time"] == told["growth"]["doubling_time"]
    assert all(key.startswith("growth.") for key in part)


def test_citations_come_as_text_bibtex_and_json() -> None:
    """Three forms of the same sources."""
    keys = [source.id for source in catalogue.cite("colorectal")]
    assert re.findall(r"^@\w+\{(\w+),", _printed("cite", "colorectal", "--bibtex"), re.MULTILINE) == keys
    assert [source["id"] for source in json.loads(_printed("cite", "colorectal", "--json"))] == keys
    assert all(key in _printed("cite", "colorectal") for key in keys)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["show", "colrectal"], "colorectal"),
        (["show", "kars"], "kras"),
        (["show", "colorectal", "groth"], "growth"),
        (["list", "cancer"], "cancers"),
        (["cite", "lnug"], "lung"),
        (["list", "drvers", "--json"], "drivers"),
    ],
)
def test_slip_ends_with_2_and_the_nearest_match(words: list[str], meant: str) -> None:
    """No traceback, nothing on standard output, one message that names what was meant."""
    result = _run(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"nearest: {meant}" in result.stderr
    assert "Traceback" not in result.stderr


def test_broken_own_entry_ends_with_2_and_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in the user's folder names the file."""
    (tmp_path / "cancers").mkdir()
    (tmp_path / "cancers" / "mine.toml").write_text("id = mine", encoding="utf-8")
    monkeypatch.setenv("PAGET_CATALOGUE", str(tmp_path))
    result = _run("show", "mine")
    assert result.exit_code == 2
    assert str(tmp_path / "cancers" / "mine.toml") in result.stderr.replace("\n", "")
