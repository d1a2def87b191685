"""Fitted values in the catalogue."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from paget.catalogue.folders import BUILT_IN
from paget.errors import EntryError, FolderError
from paget.inference import ship as program
from paget.inference import targets as published
from paget.inference.shipping import FOLDER, SOURCE, fitted_to, ship

STAGES = [target for target in published.shipped() if (target.cancer, target.quantity) == ("stomach", "stage_share")]


def _number(key: str, value: float, low: float, high: float, **others: object) -> dict[str, Any]:
    told = {"cancer": "stomach", "unit": "1", "prior_low": 0.1, "prior_high": 0.9, "words": "determined"}
    return {"key": key, "value": value, "low": low, "high": high, **told, **others}


def _figures(strata: list[str]) -> list[dict[str, Any]]:
    return [{"cancer": "stomach", "quantity": "stage_share", "stratum": each, "fitted": True} for each in strata]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Return a calibration of three numbers of stomach cancer, and a copy of the catalogue's entry."""
    fit, copy = tmp_path / "fit", tmp_path / "catalogue"
    fit.mkdir()
    (copy / "cancers").mkdir(parents=True)
    shutil.copy(BUILT_IN / "cancers" / "stomach.toml", copy / "cancers")
    numbers = [
        _number("spread.shedding.sigma", 1.234567, 0.9, 1.5),
        _number("dormancy.share", 0.4321987, 0.31, 0.55),
        _number("growth.doubling_time", 123.456, 100.0, 150.0, unit="day"),
    ]
    report = {"cancer": "stomach", "numbers": numbers, "figures": _figures([each.stratum for each in STAGES])}
    (fit / "report.json").write_text(json.dumps(report))
    keys = [number["key"] for number in numbers]
    rows = [",".join(reversed(keys)), "120.0,0.41,1.21", "125.0,0.45,1.26"]
    (fit / "posterior.csv").write_text("\n".join(rows) + "\n")
    return fit, copy


def _entry(copy: Path) -> dict[str, Any]:
    return tomllib.loads((copy / "cancers" / "stomach.toml").read_text())


def test_a_fitted_value_names_its_figures_and_its_interval(folders: tuple[Path, Path]) -> None:
    """A value becomes fitted, with four digits, the posterior's interval, and all stage shares as its figures."""
    ship(*folders)
    found = _entry(folders[1])["dormancy"]["share"]
    assert (found["value"], found["low"], found["high"]) == (0.4322, 0.31, 0.55)
    assert (found["grade"], found["source"], found["targets"]) == ("fitted", SOURCE, ["stage_share"])
    assert "with 2 other numbers to 8 figures" in found["rationale"]


def test_a_spread_between_patients_stays(folders: tuple[Path, Path]) -> None:
    """A fitted median keeps how patients vary about it."""
    before = tomllib.loads((BUILT_IN / "cancers" / "stomach.toml").read_text())["growth"]["doubling_time"]
    ship(*folders)
    found = _entry(folders[1])["growth"]["doubling_time"]
    assert found["spread"] == before["spread"]
    assert (found["value"], found["unit"]) == (123.5, "day")


def test_a_fitted_width_leaves_the_value(folders: tuple[Path, Path]) -> None:
    """Where only the width was fitted, the value stays as it was, and what was said of it too."""
    before = tomllib.loads((BUILT_IN / "cancers" / "stomach.toml").read_text())["spread"]["shedding"]
    ship(*folders)
    found = _entry(folders[1])["spread"]["shedding"]
    assert found["spread"] == {"law": "lognormal", "sigma": 1.235}
    assert (found["value"], found["source"], found["grade"]) == (before["value"], before["source"], "fitted")
    said = before["rationale"].partition(" Its width was fitted")[0]
    assert found["rationale"].startswith(said)
    assert "Its width was fitted with 2 other numbers" in found["rationale"].removeprefix(said)


def test_everything_else_in_the_entry_stays(folders: tuple[Path, Path]) -> None:
    """Only the tables of the fitted numbers change; comments, order and all other lines are the same."""
    path = folders[1] / "cancers" / "stomach.toml"
    path.write_text("# A remark.\n" + path.read_text())
    before = path.read_text().split("\n\n")
    ship(*folders)
    changed = [
        old.partition("\n")[0] for old, new in zip(before, path.read_text().split("\n\n"), strict=True) if old != new
    ]
    assert changed == ["[growth.doubling_time]", "[spread.shedding]", "[dormancy.share]"]


def test_shipping_twice_gives_the_same_entry(folders: tuple[Path, Path]) -> None:
    """A fit that is shipped again says the same of values and of widths, not twice as much."""
    ship(*folders)
    first = _entry(folders[1])
    ship(*folders)
    second = _entry(folders[1])
    assert second["spread"]["shedding"] == first["spread"]["shedding"]
    assert second["dormancy"]["share"]["value"] == first["dormancy"]["share"]["value"]


def test_the_draws_stand_beside_the_entries(folders: tuple[Path, Path]) -> None:
    """The draws of the posterior are kept by number, one draw a line."""
    ship(*folders)
    found = (folders[1] / FOLDER / "stomach.csv").read_text().splitlines()
    assert found == ["spread.shedding.sigma,dormancy.share,growth.doubling_time", "1.21,0.41,120", "1.26,0.45,125"]


def test_figures_are_named_singly_where_not_all_were_fitted() -> None:
    """A fit to one stage share of eight does not claim the other seven."""
    report = {"figures": _figures([STAGES[0].stratum])}
    assert fitted_to("stomach", report) == (STAGES[0].name.removeprefix("stomach/"),)
    assert fitted_to("pancreas", {"figures": _figures([each.stratum for each in STAGES])}) == ("stomach/stage_share",)


def test_a_number_without_a_table_is_refused_and_nothing_is_written(folders: tuple[Path, Path]) -> None:
    """What cannot be put into the entry is told with its key, before any file changes."""
    fit, copy = folders
    report = json.loads((fit / "report.json").read_text())
    report["numbers"].append(_number("colonisation.affinity.heart", 0.3, 0.2, 0.4))
    (fit / "report.json").write_text(json.dumps(report))
    with pytest.raises(EntryError) as caught:
        ship(fit, copy)
    assert caught.value.key == "colonisation.affinity.heart"
    assert _entry(copy) == tomllib.loads((BUILT_IN / "cancers" / "stomach.toml").read_text())


def test_a_value_that_breaks_a_rule_is_refused(folders: tuple[Path, Path]) -> None:
    """A share above 1 never reaches the catalogue."""
    fit, copy = folders
    report = json.loads((fit / "report.json").read_text())
    report["numbers"][1] |= {"value": 1.4, "high": 1.5}
    (fit / "report.json").write_text(json.dumps(report))
    with pytest.raises(EntryError, match="out of range"):
        ship(fit, copy)
    assert _entry(copy) == tomllib.loads((BUILT_IN / "cancers" / "stomach.toml").read_text())


def test_the_program_tells_what_it_wrote(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Cancer, calibration and catalogue are enough; a slip ends in one message and exit code 2."""
    fit, copy = folders
    assert program.main(["stomach", str(fit), str(copy)]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("stomach.toml")
    assert program.main(["pancreas", str(fit), str(copy)]) == 2
    assert "a calibration of stomach" in capsys.readouterr().err
    assert program.main(["stomach"]) == 2
    assert "too few" in capsys.readouterr().err


def test_a_folder_without_calibration_is_refused(tmp_path: Path) -> None:
    """Where no calibration was finished there is nothing to ship."""
    with pytest.raises(FolderError, match="no finished calibration"):
        ship(tmp_path, tmp_path)


def test_a_group_goes_into_the_entries_of_its_members(folders: tuple[Path, Path]) -> None:
    """Each member of a group that was fitted as one gets its own values and draws, row by row those of one draw."""
    fit, copy = folders
    shutil.copy(BUILT_IN / "cancers" / "pancreas.toml", copy / "cancers")
    numbers = [_number("dormancy.share", 0.4, 0.3, 0.5), _number("dormancy.share", 0.6, 0.5, 0.7, cancer="pancreas")]
    figures = _figures([each.stratum for each in STAGES])
    group = [{**each, "cancer": "belly"} for each in figures[:1]]
    (fit / "report.json").write_text(json.dumps({"cancer": "belly", "numbers": numbers, "figures": [*figures, *group]}))
    (fit / "posterior.csv").write_text("stomach:dormancy.share,pancreas:dormancy.share\n0.41,0.61\n0.39,0.59\n")
    ship(fit, copy)
    found = {name: tomllib.loads((copy / "cancers" / f"{name}.toml").read_text()) for name in ("stomach", "pancreas")}
    assert {name: entry["dormancy"]["share"]["value"] for name, entry in found.items()} == {
        "stomach": 0.4,
        "pancreas": 0.6,
    }
    assert found["stomach"]["dormancy"]["share"]["targets"] == ["stage_share", "belly/stage_share"]
    assert found["pancreas"]["dormancy"]["share"]["targets"] == ["stomach/stage_share", "belly/stage_share"]
    assert (copy / FOLDER / "pancreas.csv").read_text() == "dormancy.share\n0.61\n0.59\n"
