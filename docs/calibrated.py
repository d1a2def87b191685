"""Write docs/calibrated.md from the reports of calibrations: `python docs/calibrated.py FOLDER`.

FOLDER holds a folder for each cancer or group, as `paget calibrate CANCER --out FOLDER/CANCER` leaves it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from paget.inference.quantities import QUANTITIES

PAGE = Path(__file__).with_name("calibrated.md")
WORST = 6

HEAD = """# What was fitted, how sure it is, and what it moves

This page is written by `python docs/calibrated.py FOLDER` from the reports of `paget calibrate`; see
[calibration](calibration.md) for how a fit is made and how to read the tables.

Width is the posterior's, by that of its even prior, on the scale on which a number moves: near 0 the figures determine
it, from 0.7 on they tell little. Scores are of patients whom the fit has not seen. Sobol indices are total indices
(first order in brackets) within the box of the first wave; they rest on emulators.

"""


def main(arguments: list[str]) -> int:
    """Write the page.

    Parameters
    ----------
    arguments
        The folder of calibrations.

    Returns
    -------
    int
        0, or 2 where there is nothing to write.
    """
    files = sorted(Path(arguments[0]).glob("*/report.json")) if arguments else []
    if not files:
        sys.stderr.write("Name a folder that holds calibrations: python docs/calibrated.py FOLDER\n")
        return 2
    reports = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    lines = [line for report in reports for line in _section(report)]
    PAGE.write_text(HEAD + "\n".join([*_overview(reports), *lines]).rstrip() + "\n", encoding="utf-8")
    print(f"wrote {PAGE.name}: {len(reports)} calibrations")
    return 0


def _overview(reports: list[dict[str, Any]]) -> Iterator[str]:
    heads = ["", "free numbers", "not determined", "figures", "met before", "after", "error of shares", "after"]
    yield _row([*heads, "times off", "after"])
    yield _row(["---"] * (len(heads) + 2))
    for report in reports:
        keys = {row["key"]: row["determined"] for row in report["numbers"]}
        old, new = (report["scores"][when]["all"] for when in ("before", "after"))
        fitted = sum(row["fitted"] for row in report["figures"])
        cells = [report["cancer"], len(report["correlation"]["keys"]), sum(not each for each in keys.values()), fitted]
        cells += [_percent(old["met_share"]), _percent(new["met_share"])]
        cells += [_points(old["mean_absolute_error_points"]), _points(new["mean_absolute_error_points"])]
        cells += [_ratio(old["ratio_off"]), _ratio(new["ratio_off"])]
        yield _row(cells)
    yield ""


def _section(report: dict[str, Any]) -> Iterator[str]:
    several = len({row["cancer"] for row in report["numbers"]}) > 1
    waves = report["waves"]
    yield f"## {report['cancer']}"
    yield ""
    yield (
        f"{sum(wave['points'] for wave in waves)} points of {report['patients']:,} patients in {len(waves)} waves, "
        f"seed {report['seed']}; {report['seconds'] / 60.0:.0f} minutes."
    )
    yield ""
    yield "| number | before | fitted | 95 % | bounds | width | |"
    yield "|---|---|---|---|---|---|---|"
    for row in report["numbers"]:
        name = f"{row['cancer']}: {row['key']}" if several else row["key"]
        ends, bounds = f"{row['low']:.3g} to {row['high']:.3g}", f"{row['prior_low']:g} to {row['prior_high']:g}"
        unit = "" if row["unit"] == "1" else f" {row['unit']}"
        cells = [f"`{name}`", f"{row['stated']:.3g}{unit}", f"{row['value']:.3g}", ends, bounds]
        yield _row([*cells, f"{row['width_by_prior']:.2f}", row["words"]])
    yield ""
    yield from _sensitivity(report["sensitivity"])
    yield from _misses(report["figures"])


def _sensitivity(rows: list[dict[str, Any]]) -> Iterator[str]:
    if not rows:
        return
    outcomes, keys = (list(dict.fromkeys(row[name] for row in rows)) for name in ("outcome", "key"))
    held = {(row["outcome"], row["key"]): row for row in rows}
    names = [outcome.partition("/")[2].replace("/", ", ") for outcome in outcomes]
    yield _row(["what moves it", *names])
    yield _row(["---"] * (1 + len(names)))
    for key in keys:
        found = [held[outcome, key] for outcome in outcomes]
        yield _row([f"`{key}`", *(f"{max(row['total'], 0):.2f} ({max(row['first'], 0):.2f})" for row in found)])
    yield ""


def _misses(rows: list[dict[str, Any]]) -> Iterator[str]:
    missed = [row for row in rows if row["met_after"] is False]
    if not missed:
        yield "Every figure is met."
        yield ""
        return
    missed.sort(key=_off, reverse=True)
    yield f"Not met, {len(missed)} of {len(rows)}; the worst:"
    yield ""
    for row in missed[:WORST]:
        what = f"{row['cancer']}, {QUANTITIES[row['quantity']].words}, {row['stratum']}"
        yield f"- {what}: {_figure(row, 'after')}, published {_figure(row, 'published')}"
    yield ""


def _off(row: dict[str, Any]) -> float:
    """Return how often the allowed 5 points or 25 % a figure is off."""
    if _is_share(row):
        return float(abs(row["after"] - row["published"]) / 0.05)
    return float(abs(row["after"] / row["published"] - 1.0) / 0.25)


def _is_share(row: dict[str, Any]) -> bool:
    return QUANTITIES[row["quantity"]].scale == "share"


def _figure(row: dict[str, Any], name: str) -> str:
    if _is_share(row):
        return f"{100.0 * row[name]:.0f} %"
    return f"{row[name]:.3g} {QUANTITIES[row['quantity']].unit}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100.0 * value:.0f} %"


def _points(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} points"


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"x {value:.2f}"


def _row(cells: list[Any]) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
