"""Published figures, and how near a simulation comes to them, as text of at most eighty columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from paget.cli.summary_text import WIDTH
from paget.inference.quantities import QUANTITIES

if TYPE_CHECKING:
    from pathlib import Path

    from paget.inference.validate import Validation

_TARGETS: Final = {"": 34, "published": 19, "patients": 9, "confidence": 10}
_SCORES: Final = {"": 29, "simulated": 14, "published": 19, "off": 7, "met": 5}
_SUMMARY: Final = {"": 36, "targets": 10, "met": 6, "mean error": 12, "ratio": 6}
"""Columns and their widths; the first is named by what stands in it."""

_ENDING: Final = "For research; not a medical device."


def print_targets(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print published figures by cancer and quantity.

    Parameters
    ----------
    rows
        Targets as plain values, each with ``run``, ``fitted`` and ``reason``.
    """
    console = _console()
    for cancer, mine in _grouped(rows, "cancer"):
        console.print(Text(cancer, style="bold"))
        for quantity, figures in _grouped(mine, "quantity"):
            table = _table(f"{_words(quantity)}{_unit(quantity)}", widths=_TARGETS)
            for row in figures:
                shown = _published(quantity, row["value"], row["low"], row["high"])
                table.add_row(row["stratum"], shown, _count(row["n"]), row["confidence"])
            console.print(Padding(table, (0, 0, 0, 2), expand=False))
            _print_notes(console, [(row["stratum"], row["reason"]) for row in figures])
    able = [row for row in rows if row["computable"]]
    console.print(
        f"{len(rows)} targets, {len(able)} of which can be computed; {sum(row['fitted'] for row in rows)} were fitted "
        "to. Sources: --json. Compare: paget validate."
    )


def print_validation(found: Validation, table: Path | None) -> None:
    """Print scored targets, and their summary.

    Parameters
    ----------
    found
        The validation.
    table
        Where it was written.
    """
    console = _console()
    rows = [row.as_dict() for row in found.targets]
    for cancer, mine in _grouped(rows, "cancer"):
        console.print(Text(cancer, style="bold"))
        for quantity, figures in _grouped(mine, "quantity"):
            console.print(Padding(_scores(quantity, figures), (0, 0, 0, 1), expand=False))
            _print_notes(console, [(row["stratum"], row["reason"]) for row in figures])
    for name, words in (("unseen", "Figures that no fit has seen"), ("fitted", "Figures that numbers were fitted to")):
        _print_summary(console, words, found.summary[name])
    console.print(
        f"{found.n:,} patients per cancer and run, seed {found.seed}. Met: within the published interval, or within 5 "
        "points for shares and 25 % for times and sizes. f: fitted to."
    )
    if table is not None:
        console.print(Text(f"Table: {table}"))
    console.print(_ENDING)


def _scores(quantity: str, rows: Iterable[Mapping[str, Any]]) -> Table:
    table = _table(f"{_words(quantity)}{_unit(quantity)}", widths=_SCORES)
    for row in rows:
        score = "-" if row["met"] is None else "yes" if row["met"] else "no"
        table.add_row(
            row["stratum"],
            _simulated(quantity, row),
            _published(quantity, row["published"], row["low"], row["high"]),
            _off(quantity, row),
            score + (" f" if row["fitted"] else ""),
        )
    return table


def _print_summary(console: Console, words: str, summary: Mapping[str, Any]) -> None:
    if not summary["all"]["targets"]:
        console.print(f"{words}: none.")
        return
    table = _table(words, widths=_SUMMARY)
    named = [*((_words(name), told) for name, told in summary["by_quantity"].items()), *summary["by_cancer"].items()]
    for place, (name, told) in enumerate([*named, ("all", summary["all"])]):
        met = "-" if told["met_share"] is None else f"{100.0 * told['met_share']:.0f} %"
        points = told["mean_absolute_error_points"]
        error = "-" if points is None else f"{points:.1f} points"
        ratio = "-" if told["ratio"] is None else f"{told['ratio']:.2f}"
        last = place in (len(summary["by_quantity"]) - 1, len(named) - 1)
        computed = told["computed"]
        counted = f"{computed}" if computed == told["targets"] else f"{computed} of {told['targets']}"
        table.add_row(name, counted, met, error, ratio, end_section=last)
    console.print()
    console.print(table)


def _print_notes(console: Console, notes: Iterable[tuple[str, str | None]]) -> None:
    for stratum, reason in notes:
        if reason:
            console.print(
                Padding(
                    Text(f"not computed, {stratum or 'no stratum'}: {reason}", style="italic"),
                    (0, 0, 0, 2),
                    expand=False,
                )
            )


def _grouped(rows: Iterable[Mapping[str, Any]], key: str) -> Iterable[tuple[str, list[Mapping[str, Any]]]]:
    """Return rows by a key, in the order of its first rows."""
    listed = list(rows)
    order = {name: place for place, name in enumerate(dict.fromkeys(row[key] for row in listed))}
    listed.sort(key=lambda row: order[row[key]])
    return [(name, list(mine)) for name, mine in groupby(listed, key=lambda row: row[key])]


def _words(quantity: str) -> str:
    return QUANTITIES[quantity].words if quantity in QUANTITIES else quantity


def _unit(quantity: str) -> str:
    if quantity not in QUANTITIES:
        return ""
    return ", %" if _is_share(quantity) else f", {QUANTITIES[quantity].unit}"


def _is_share(quantity: str) -> bool:
    return quantity in QUANTITIES and QUANTITIES[quantity].scale == "share"


def _figure(quantity: str, value: float) -> str:
    if _is_share(quantity):
        return f"{100.0 * value:.1f}"
    return f"{value:,.0f}" if value >= 100.0 else f"{value:.3g}"  # noqa: PLR2004 - from here on no decimals are told


def _simulated(quantity: str, row: Mapping[str, Any]) -> str:
    if row["simulated"] is None:
        return "-"
    error = ""
    if row["se"] is not None:
        error = f" ± {_figure(quantity, row['se']) if _is_share(quantity) else format(row['se'], '.2g')}"
    return f"{_figure(quantity, row['simulated'])}{error}"


def _published(quantity: str, value: float, low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return _figure(quantity, value)
    ends = "-".join("" if end is None else _figure(quantity, end) for end in (low, high))
    return f"{_figure(quantity, value)} ({ends})"


def _off(quantity: str, row: Mapping[str, Any]) -> str:
    """Return the difference in points of a share, and the ratio of others."""
    if row["simulated"] is None:
        return "-"
    if _is_share(quantity):
        return f"{100.0 * (row['simulated'] - row['published']):+.1f}"
    return f"x {row['simulated'] / row['published']:.2f}"


def _count(n: int | None) -> str:
    return "-" if n is None else f"{n:,}"


def _table(first: str, *, widths: Mapping[str, int]) -> Table:
    """Return a table whose columns have the same places whatever they hold."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="italic")
    table.add_column(first, width=widths[""], overflow="fold")
    for name, width in widths.items():
        if name:
            table.add_column(name, width=width, justify="right", no_wrap=True)
    return table


def _console() -> Console:
    return Console(width=min(WIDTH, Console().width), highlight=False)
