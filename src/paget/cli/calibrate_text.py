"""A calibration as text of at most eighty columns."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from paget.cli.validation_text import _console, _figure, _grouped, _published, _unit, _words
from paget.inference.identifiability import UNDETERMINED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import Console

    from paget.inference.calibration import Calibration

_LEAST_TOTAL = 0.05
"""A number with a smaller total index hardly moves an outcome."""


def print_calibration(found: Calibration) -> None:
    """Print the fitted numbers, the figures before and after, and what is not determined.

    Parameters
    ----------
    found
        The calibration.
    """
    console = _console()
    _print_numbers(console, found)
    for cancer, mine in _grouped(found.figures(), "cancer"):
        console.print(Text(cancer, style="bold"))
        for quantity, rows in _grouped(mine, "quantity"):
            console.print(Padding(_figures(quantity, rows), (0, 0, 0, 1), expand=False))
    _print_scores(console, found)
    _print_sensitivity(console, found)
    if found.problem.left_out:
        reasons = dict.fromkeys(reason for _, reason in found.problem.left_out)
        for reason in reasons:
            count = sum(why == reason for _, why in found.problem.left_out)
            console.print(Text(f"Left out: {count}, {reason}.", style="italic"))
    last = found.waves[-1]
    console.print(
        f"{len(found.axes)} numbers fitted to {len(last.likelihood.aims)} figures; {last.points} points of "
        f"{found.patients:,} patients a wave, {len(found.waves)} waves, {found.seconds / 60.0:.1f} minutes. "
        "Before and after: patients that the fit has not seen. Met and error: before the fit, then after it."
    )
    console.print(Text(f"Posterior, figures and report: {found.folder}"))
    console.print("For research; not a medical device.")


def _print_numbers(console: Console, found: Calibration) -> None:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="italic")
    table.add_column("free number", width=30, overflow="fold")
    for name, width in (("stated", 9), ("fitted", 9), ("95 %", 21), ("width", 5)):
        table.add_column(name, width=width, justify="right", no_wrap=True)
    several = len(found.problem.members) > 1
    for row in found.numbers():
        table.add_row(
            (f"{row['cancer']}: " if several else "") + row["key"],
            f"{row['stated']:.3g}",
            f"{row['value']:.3g}",
            f"{row['low']:.3g} to {row['high']:.3g}",
            f"{row['width_by_prior']:.2f}",
        )
    console.print(table)
    for each in found.determined():
        if each.words != "determined":
            console.print(Text(f"{each.key}: {each.words}."))
    console.print(f"Width: of the posterior, by that of the prior; from {UNDETERMINED:g} on the figures tell little.\n")


def _figures(quantity: str, rows: Iterable[Mapping[str, Any]]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="italic")
    table.add_column(f"{_words(quantity)}{_unit(quantity)}", width=29, overflow="fold")
    for name, width in (("before", 7), ("after", 7), ("published", 19), ("met", 9)):
        table.add_column(name, width=width, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            row["stratum"],
            *("-" if row[when] is None else _figure(quantity, row[when]) for when in ("before", "after")),
            _published(quantity, row["published"], row["low"], row["high"]),
            f"{_met(row['met_before'])} > {_met(row['met_after'])}",
        )
    return table


def _print_scores(console: Console, found: Calibration) -> None:
    scores = found.scores()
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="italic")
    table.add_column("", width=32, overflow="fold")
    for name, width in (("met", 5), ("then", 5), ("error", 15), ("then", 15)):
        table.add_column(name, width=width, justify="right", no_wrap=True)
    for name in [*scores["after"]["by_quantity"], "all"]:
        old, new = (
            scores[when]["all"] if name == "all" else scores[when]["by_quantity"].get(name, {})
            for when in ("before", "after")
        )
        table.add_row(_words(name), _share(old), _share(new), _error(old), _error(new))
    console.print()
    console.print(table)


def _print_sensitivity(console: Console, found: Calibration) -> None:
    """Print which numbers move an outcome, by their total Sobol indices."""
    if not found.sensitivity:
        return
    console.print("\nWhat the main outcomes depend on (total Sobol index, where the first wave simulated)")
    for outcome, rows in _grouped([asdict(index) for index in found.sensitivity], "outcome"):
        ordered = sorted((row for row in rows if row["total"] >= _LEAST_TOTAL), key=lambda row: -row["total"])
        told = ", ".join(f"{row['key']} {row['total']:.2f}" for row in ordered)
        console.print(Padding(Text(f"{outcome.partition('/')[2]}: {told or 'none'}"), (0, 0, 0, 1), expand=False))


def _share(told: Mapping[str, Any]) -> str:
    return "-" if told.get("met_share") is None else f"{100.0 * told['met_share']:.0f} %"


def _error(told: Mapping[str, Any]) -> str:
    points, ratio = told.get("mean_absolute_error_points"), told.get("ratio_off")
    parts = ["" if points is None else f"{points:.1f} pt", "" if ratio is None else f"x {ratio:.2f}"]
    return ", ".join(part for part in parts if part) or "-"


def _met(met: bool | None) -> str:
    return "-" if met is None else "yes" if met else "no"
