"""Write docs/evidence.md, what the shipped entries give beside published figures: `python docs/evidence.py [N]`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from matplotlib.figure import Figure

from paget import plots
from paget.inference.quantities import QUANTITIES
from paget.inference.scoring import Scored
from paget.inference.validate import Validation, validate
from paget.plots import style

PAGE = Path(__file__).with_name("evidence.md")
PICTURE = Path(__file__).with_name("figures") / "evidence.png"
PATIENTS = 2_000
WORST = 3
POINTS_FAR = 0.10
"""A share that is off by more is told among the misses."""
RATIO_FAR = 1.5

HEAD = """# How far to trust it

This page is written by `python docs/evidence.py`: every cancer simulated with {patients:,} patients under the standard
of care, and as many without any where a figure asks for it, beside published figures. How each figure is computed and
scored is told in [validation](validation.md), how the entries were fitted in [calibration](calibration.md).

**Fitted** figures are those to which numbers of an entry were fitted; all others are *unseen*. The two are never
summed up together. ± is the Monte Carlo error. Published figures are no truth either: the registry's precede most
immunotherapy, MSK-MET is a referral centre, and old series without treatment mix causes of death.

Limits of T that diameter stands for, and the sizes at which primaries are felt, were set by hand with shares of stages
in view; they are graded as assumed, and a figure is called fitted or unseen by the fits alone.

What is missed has, as far as is known, these reasons. *Survival at stage IV in the first year* is still too good in
kidney, melanoma, breast, thyroid and prostate: metastases are few and small when they are found there, and care is
that of today, not of the years that the registry tells of. *Stage I of pancreas and liver* lives too long in its
first year: nobody has cirrhosis, and no cancer of the pancreas is what registries count as one without being
adenocarcinoma. *Ovary at stages II and III*: what chemotherapy has not killed wakes and adapts too soon. *Kidney*:
metastases reach too few organs. *Untreated patients* of several cancers (listed in
`tests/statistical/test_expectations.py`) have a metastasis of 5 mm or more at death less often than autopsies tell;
tests hold them to that miss. *Metastases* of lung and pancreas are fitted to double faster than those that were
measured.

![Simulated against published shares, one point a figure](figures/evidence.png)

"""


def main(arguments: list[str]) -> None:
    """Write the page and its picture; the argument is the number of patients."""
    patients = int(arguments[0]) if arguments else PATIENTS
    result = validate(n=patients, progress=True)
    PICTURE.parent.mkdir(exist_ok=True)
    plots.save(picture(result.targets), PICTURE)
    lines = [*totals(result), *by_cancer(result), *misses(result.targets), *details(result.targets)]
    PAGE.write_text(HEAD.format(patients=patients) + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"wrote {PAGE.name}: {len(result.targets)} figures")


def picture(rows: tuple[Scored, ...]) -> Figure:
    """Return simulated against published shares, by quantity, with the band within which a figure is met."""
    figure = Figure(figsize=(6.4, 6.0), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 100], [0, 100], color=style.INK, linewidth=1.0)
    axes.fill_between([0, 100], [-5, 95], [5, 105], color=style.INK, alpha=0.08, linewidth=0)
    names = dict.fromkeys(row.quantity for row in rows if QUANTITIES[row.quantity].scale == "share")
    for place, name in enumerate(names):
        mine = [row for row in rows if row.quantity == name and row.simulated is not None]
        axes.scatter(
            [100 * row.published for row in mine],
            [100 * (row.simulated or 0.0) for row in mine],
            s=18,
            color=style.GROUPS[place % len(style.GROUPS)],
            alpha=0.75,
            linewidth=0,
            label=QUANTITIES[name].words,
        )
    axes.set(xlim=(0, 100), ylim=(0, 100), xlabel="published, %", ylabel="simulated, %")
    axes.set_title("Within the grey band a figure is met", loc="left")
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    return figure


def totals(result: Validation) -> Iterator[str]:
    """Yield the scores by quantity, fitted and unseen apart."""
    yield "| | | computed | met | mean absolute error of shares | times and sizes, off by a factor of |"
    yield "|---|---|---|---|---|---|"
    for apart in ("fitted", "unseen"):
        for name, score in result.summary[apart]["by_quantity"].items():
            yield _score(apart, QUANTITIES[name].words, score)
        yield _score(apart, "**all**", result.summary[apart]["all"])
    yield ""


def by_cancer(result: Validation) -> Iterator[str]:
    """Yield the scores by cancer, with the numbers that were fitted."""
    yield "## By cancer\n"
    yield "| | fitted numbers | figures | fitted to | met | mean absolute error of shares | times, off by |"
    yield "|---|---|---|---|---|---|---|"
    for name, counts in result.summary["parameters"].items():
        mine = [row for row in result.targets if row.cancer == name and row.met is not None]
        points = [
            100 * abs((row.simulated or 0.0) - row.published)
            for row in mine
            if QUANTITIES[row.quantity].scale == "share"
        ]
        error = f"{sum(points) / len(points):.1f} points" if points else "-"
        factors = [_factor(row) for row in mine if QUANTITIES[row.quantity].scale != "share" and row.simulated]
        off = f"{max(factors):.2f} at most" if factors else "-"
        met = sum(row.met is True for row in mine)
        yield (
            f"| {name} | {counts['fitted_numbers']} | {counts['targets']} | {counts['fitted_targets']} | "
            f"{met} of {len(mine)} | {error} | {off} |"
        )
    yield ""


def misses(rows: tuple[Scored, ...]) -> Iterator[str]:
    """Yield what is farthest off in each cancer."""
    yield "## The worst misses of each cancer\n"
    for name in dict.fromkeys(row.cancer for row in rows):
        far = sorted((row for row in rows if row.cancer == name and _is_far(row)), key=_distance, reverse=True)
        told = "; ".join(
            f"{QUANTITIES[row.quantity].words} ({row.stratum}) {_value(row, row.simulated)}, published "
            f"{_value(row, row.published)}"
            for row in far[:WORST]
        )
        yield f"- **{name}**: {told or 'none by more than 10 points or a factor of 1.5'}."
    yield ""


def details(rows: tuple[Scored, ...]) -> Iterator[str]:
    """Yield a table for each cancer."""
    for name in dict.fromkeys(row.cancer for row in rows):
        yield f"## {name}\n"
        yield "| figure | stratum | simulated | published | met | |"
        yield "|---|---|---|---|---|---|"
        for row in rows:
            if row.cancer == name:
                ends = "" if row.low is None else f" ({_value(row, row.low)} to {_value(row, row.high)})"
                error = "" if row.se is None else f" ± {_value(row, row.se)}"
                met = {True: "yes", False: "no", None: "-"}[row.met]
                yield (
                    f"| {QUANTITIES[row.quantity].words} | {row.stratum} | {_value(row, row.simulated)}{error} | "
                    f"{_value(row, row.published)}{ends} | {met} | {'fitted' if row.fitted else 'unseen'} |"
                )
        yield ""


def _score(apart: str, label: str, score: dict[str, float | None]) -> str:
    met = "-" if score["met_share"] is None else f"{score['met_share']:.0%}"
    points = score["mean_absolute_error_points"]
    error = "-" if points is None else f"{points:.1f} points"
    off = "-" if score["ratio_off"] is None else f"{score['ratio_off']:.2f}"
    return f"| {apart} | {label} | {score['computed']} of {score['targets']} | {met} | {error} | {off} |"


def _value(row: Scored, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{100 * value:.1f} %" if QUANTITIES[row.quantity].scale == "share" else f"{value:.3g} {row.unit}"


def _factor(row: Scored) -> float:
    ratio = (row.simulated or row.published) / row.published
    return max(ratio, 1.0 / ratio)


def _distance(row: Scored) -> float:
    if QUANTITIES[row.quantity].scale == "share":
        return abs((row.simulated or 0.0) - row.published) / POINTS_FAR
    return (_factor(row) - 1.0) / (RATIO_FAR - 1.0)


def _is_far(row: Scored) -> bool:
    return row.simulated is not None and row.met is False and _distance(row) > 1.0


if __name__ == "__main__":
    main(sys.argv[1:])
