"""Put a calibration into the catalogue: fitted values into the entries, the draws of the posterior beside them.

An entry's text is edited where its numbers stand, so that comments and order stay. A number becomes one of grade
``fitted`` that names its figures, keeps its spread between patients, and has the posterior's 95 % interval as its ends.
Where only the width of a spread was fitted, value and source stay, and the rationale says so.
"""

from __future__ import annotations

import csv
import json
import math
import re
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from paget.catalogue.folders import BUILT_IN
from paget.catalogue.reading import validated
from paget.cohort.store import write_text, writing
from paget.errors import EntryError, FolderError
from paget.inference import targets as published
from paget.inference.calibration import POSTERIOR_NAME, REPORT_NAME
from paget.inference.free import WIDTH
from paget.inference.soils import QUANTITY, REFERENCE, SOILS_NAME
from paget.inference.strata import canonical
from paget.model.body import Body
from paget.model.cancer import Cancer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SOURCE: Final = "paget_calibration"
"""Key of the source that stands for our own calibrations."""

FOLDER: Final = "posteriors"
"""Folder of the catalogue that holds the draws."""

_DIGITS: Final = 4
_ORDER: Final = ("value", "unit", "spread", "low", "high", "source", "locator", "grade", "targets", "rationale")
_KEY: Final = re.compile(r"([A-Za-z_]+)\s*=")
_WIDTH_TOLD: Final = "Its width was fitted"


def ship(folder: str | Path, catalogue_folder: str | Path = BUILT_IN) -> tuple[Path, ...]:
    """Write the result of a calibration into a catalogue folder.

    Parameters
    ----------
    folder
        Folder of the calibration.
    catalogue_folder
        Folder of the catalogue, with ``cancers``; the built-in one if left out.

    Returns
    -------
    tuple of Path
        The files that were written.

    Raises
    ------
    FolderError
        If the folder holds no finished calibration, or the catalogue cannot be written to.
    EntryError
        If an entry does not state a number in a table of its own, or would break a rule with its new value.
    """
    report, draws = report_of(Path(folder)), _draws(Path(folder))
    numbers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for number in report["numbers"]:
        numbers[number["cancer"]].append(number)
    single = report["cancer"] in numbers
    texts = {}
    for cancer, mine in numbers.items():
        path = Path(catalogue_folder) / "cancers" / f"{cancer}.toml"
        texts[path] = fitted_text(path, mine, fitted_to(cancer, report), report)
        own = [each["key"] for each in mine]
        columns = own if single else [f"{cancer}:{key}" for key in own]
        lines = [own, *([f"{float(row[column]):.6g}" for column in columns] for row in draws)]
        texts[Path(catalogue_folder) / FOLDER / f"{cancer}.csv"] = "".join(",".join(line) + "\n" for line in lines)
    with writing(Path(catalogue_folder)):
        (Path(catalogue_folder) / FOLDER).mkdir(exist_ok=True)
    for path, text in texts.items():
        write_text(path, text)
    return tuple(texts)


def ship_soils(folder: str | Path, catalogue_folder: str | Path = BUILT_IN) -> Path:
    """Write soils that all cancers share into the body of a catalogue folder.

    Parameters
    ----------
    folder
        Folder of the fit; see `soils.fit_soils`.
    catalogue_folder
        Folder of the catalogue, with ``body``.

    Returns
    -------
    Path
        The body's file.

    Raises
    ------
    FolderError
        If the folder holds no such fit.
    EntryError
        If the body would break a rule.
    """
    fit = report_of(Path(folder), SOILS_NAME)
    path = Path(catalogue_folder) / "body" / "human.toml"
    text = path.read_text(encoding="utf-8")
    for term in fit["rounds"][-1]:
        organ, factor = term["organ"], fit["factors"].get(term["organ"], 1.0)
        if organ != REFERENCE:
            cancers = sorted(each["cancer"] for each in fit["residuals"] if each["organ"] == organ)
            text = _with_soil(text, organ, factor, term, [f"{each}/{QUANTITY}/site={organ}" for each in cancers])
    validated(Body, tomllib.loads(text), path)
    write_text(path, text)
    return path


def _with_soil(text: str, organ: str, factor: float, term: Mapping[str, Any], targets: list[str]) -> str:
    held = tomllib.loads(text)["organs"][organ]["colonisation"]
    told = (
        f"Fitted to {term['cancers']} cancers at once, as their random-effects mean; in a cancer without figures the "
        f"number of deposits may be off by a factor of {math.exp(term['scatter']):.1f} (1 SD)."
    )
    new = {
        "value": _rounded(held["value"] * factor),
        "unit": held["unit"],
        "source": SOURCE,
        "grade": "fitted",
        "targets": targets,
        "rationale": told,
    }
    lines = text.splitlines()
    start = lines.index(f"[organs.{organ}]")
    at = next(place for place in range(start, len(lines)) if _name_of(lines[place]) == "colonisation")
    lines[at] = f"colonisation = {_toml(new)}"
    return "\n".join(lines) + "\n"


def fitted_to(cancer: str, report: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a fitted number of a cancer names: quantities of which all figures were fitted, else single figures.

    Parameters
    ----------
    cancer
        The cancer; its own figures are named without it.
    report
        The calibration's report.
    """
    fitted = [row for row in report["figures"] if row["fitted"]]
    names: dict[str, None] = {}
    for row in fitted:
        whole = f"{row['cancer']}/{row['quantity']}"
        mine = {each["stratum"] for each in fitted if f"{each['cancer']}/{each['quantity']}" == whole}
        there = {t.stratum for t in published.shipped() if f"{t.cancer}/{t.quantity}" == whole}
        name = whole if there <= mine else f"{whole}/{canonical(row['stratum'])}"
        names[name.removeprefix(f"{cancer}/")] = None
    return tuple(names)


def fitted_text(
    path: Path, numbers: Sequence[Mapping[str, Any]], targets: Sequence[str], report: Mapping[str, Any]
) -> str:
    """Return the text of an entry with fitted values.

    Parameters
    ----------
    path
        The entry.
    numbers
        The fitted numbers, as the report tells them.
    targets
        What they were fitted to.
    report
        The calibration's report.

    Raises
    ------
    EntryError
        If the entry does not state a number in a table of its own, or would break a rule with its new value.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise EntryError(f"This entry cannot be read: {error.strerror}.", file=path, fix="check its name") from error
    why = {free["key"]: free["why"] for free in tomllib.loads(text).get("free", ())}
    # Values first: a width that is fitted too then finds its number fitted already.
    for number in sorted(numbers, key=lambda each: each["key"].endswith(WIDTH)):
        key = number["key"].removesuffix(WIDTH)
        held = _table_at(text, key)
        if held is None:
            raise EntryError(
                f"{key} has no table of its own in this entry.",
                file=path,
                key=key,
                allowed=f"[{key}] on a line of its own, with value, unit and so on below it",
                fix="write the number as such a table",
            )
        told = _width_parts if key != number["key"] else _value_parts
        text = _edited(text, key, told(held, number, targets, report, why.get(number["key"], "")))
    validated(Cancer, tomllib.loads(text), path)
    return text


def _value_parts(
    held: Mapping[str, Any], number: Mapping[str, Any], targets: Sequence[str], report: Mapping[str, Any], why: str
) -> dict[str, Any]:
    spread = held.get("spread")
    if spread is not None and spread["law"] == "normal" and held["unit"] != number["unit"]:
        raise EntryError(
            "A normal spread is in another unit than the fit.", key=number["key"], fix=f"write it in {number['unit']}"
        )
    ends = sorted(_rounded(number[name]) for name in ("low", "value", "high"))
    before = f"Before: {held['value']:g} {held['unit']} ({held['source']}, {held['grade']})."
    if held["grade"] == "fitted":
        # What a number was before any fit goes on being told, with its source.
        kept = re.search(r"Before: [^(]*\(\w+, \w+\)\.", held.get("rationale", ""))
        before = kept[0] if kept else ""
    told = f"{_told(number, report)} {why} {before}"
    return {
        "value": ends[1],
        "unit": number["unit"],
        "low": ends[0],
        "high": ends[2],
        "source": SOURCE,
        "locator": f"{FOLDER}/{number['cancer']}.csv",
        "grade": "fitted",
        "targets": list(targets),
        "rationale": " ".join(told.split()),
    }


def _width_parts(
    held: Mapping[str, Any], number: Mapping[str, Any], targets: Sequence[str], report: Mapping[str, Any], why: str
) -> dict[str, Any]:
    before = str(held.get("rationale", "")).partition(_WIDTH_TOLD)[0].strip()
    law = held["spread"]["law"] if held.get("spread") else "lognormal"
    told = _told(number, report).replace("Fitted", _WIDTH_TOLD, 1)
    parts: dict[str, Any] = {
        "spread": {"law": law, "sigma": _rounded(number["value"])},
        "grade": "fitted",
        "targets": list(targets),
        "rationale": f"{before} {told} {why}".strip(),
    }
    if held["source"] == "paget":
        parts |= {"source": SOURCE, "locator": f"{FOLDER}/{number['cancer']}.csv"}
    return parts


def _told(number: Mapping[str, Any], report: Mapping[str, Any]) -> str:
    count = sum(row["fitted"] for row in report["figures"])
    low, high = (f"{number[name]:.3g}" for name in ("low", "high"))
    bounds = f"{number['prior_low']:g} to {number['prior_high']:g}"
    together = f" with {len(report['numbers']) - 1} other numbers" if len(report["numbers"]) > 1 else ""
    return (
        f"Fitted{together} to {count} figures, within {bounds}; 95 % of the posterior lies from {low} to {high}; "
        f"{number['words']}."
    )


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _table_at(text: str, key: str) -> dict[str, Any] | None:
    """Return the number that stands at a key in a table of its own."""
    if not re.search(rf"^\[{re.escape(key)}\]\s*$", text, re.MULTILINE):
        return None
    found: Any = tomllib.loads(text)
    for part in key.split("."):
        found = found[part]
    return dict(found)


def _edited(text: str, key: str, parts: Mapping[str, Any]) -> str:
    """Return an entry's text with some parts of a table replaced; new ones go where they usually stand."""
    lines = text.splitlines()
    start = next(place for place, line in enumerate(lines) if line.strip() == f"[{key}]") + 1
    end = next((place for place in range(start, len(lines)) if lines[place].startswith("[")), len(lines))
    body = lines[start:end]
    for name, value in parts.items():
        line = f"{name} = {_toml(value)}"
        at = next((place for place, held in enumerate(body) if _name_of(held) == name), None)
        if at is not None:
            body[at] = line
            continue
        before = _ORDER[: _ORDER.index(name)]
        last = max((place for place, held in enumerate(body) if _name_of(held) in before), default=-1)
        body.insert(last + 1, line)
    return "\n".join([*lines[:start], *body, *lines[end:]]) + "\n"


def _name_of(line: str) -> str | None:
    found = _KEY.match(line)
    return found[1] if found else None


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(part)}" for name, part in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    # JSON's texts and numbers are TOML's too.
    return json.dumps(value, ensure_ascii=False)


def report_of(folder: Path, name: str = REPORT_NAME) -> dict[str, Any]:
    """Return the report of a calibration.

    Parameters
    ----------
    folder
        Its folder.
    name
        Name of the report.

    Raises
    ------
    FolderError
        If it holds no finished calibration.
    """
    try:
        found: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FolderError(
            "There is no finished calibration in this folder.",
            file=folder,
            allowed="a folder that `paget calibrate` left",
            fix="run paget calibrate first; it goes on where it was stopped",
        ) from error
    return found


def _draws(folder: Path) -> list[dict[str, str]]:
    try:
        with (folder / POSTERIOR_NAME).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise FolderError("The draws of the posterior cannot be read.", file=folder / POSTERIOR_NAME) from error
