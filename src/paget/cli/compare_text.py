"""A comparison of two policies as text of at most eighty columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from paget.cli.summary_text import WIDTH
from paget.cli.words import cause_words, percent

if TYPE_CHECKING:
    from paget.cohort.compared import Comparison

_WORTH: Final = {
    "quality_adjusted_year": ("quality-adj. years", 2),
    "home_day": ("days at home", 0),
    "treatment_day": ("days of treatment", 0),
}
_CAUSES_SHOWN: Final = 6


def print_comparison(found: Comparison) -> None:
    """Print a comparison.

    Parameters
    ----------
    found
        The comparison.
    """
    console = Console(width=min(WIDTH, Console().width), highlight=False)
    head = f"{found.title}: the same {found.diagnosed:,} diagnosed patients of {found.patients:,}, seed {found.seed}"
    console.print(Text(head, style="bold"))
    console.print(Text(f"A  {found.care[0]}\nB  {found.care[1]}"))
    console.print()
    for table in (_outcomes(found), _causes(found), _stages(found)):
        console.print(table)
        console.print()
    for line in _notes(found):
        console.print(Text(line))


def _outcomes(found: Comparison) -> Table:
    table = _table("from diagnosis on", "A", "B", "B adds (95 %)")
    a, b = found.survival
    table.add_row("median, months", _median(a), _median(b), "")
    for year in (1, 5):
        key = f"alive_at_{year}_year"
        table.add_row(f"alive at {year} year{'s' * (year > 1)}", percent(a[key], 0), percent(b[key], 0), "")
    gain = found.gain
    lived = (f"{years:.2f}" for years in gain["lived_year"])
    table.add_row("years of life", *lived, _signed(gain["mean_year"], gain["low"], gain["high"], 2))
    for name, (words, digits) in _WORTH.items():
        told = found.worth[name]
        if told is None:
            table.add_row(words, "-", "-", "-")
            continue
        means = (f"{mean:,.{digits}f}" for mean in told["mean"])
        difference = told["difference"]
        table.add_row(words, *means, _signed(difference["value"], difference["low"], difference["high"], digits))
    return table


def _causes(found: Comparison) -> Table:
    table = _table("cause of death", "A", "B")
    a, b = found.causes
    names = sorted({*a, *b}, key=lambda name: -max(a.get(name, 0.0), b.get(name, 0.0)))
    for name in names[:_CAUSES_SHOWN]:
        table.add_row(cause_words(name), percent(a.get(name, 0.0), 0), percent(b.get(name, 0.0), 0))
    return table


def _stages(found: Comparison) -> Table:
    table = _table("stage", "patients", "A, months", "B, months", "mean gain, years", "gain", "lose")
    for name, told in found.stages.items():
        gain = told["gain"]
        table.add_row(
            name,
            f"{told['patients']:,}",
            *(_months(value) for value in told["median_month"]),
            _signed(gain["mean_year"], gain["low"], gain["high"], 1),
            percent(told["gaining"]["share"], 0),
            percent(told["losing"]["share"], 0),
        )
    return table


def _notes(found: Comparison) -> list[str]:
    gain = found.gain
    shares = (percent(gain[name]["share"], 0) for name in ("gaining", "losing", "unchanged"))
    longer, shorter, same = shares
    days = f"{gain['gaining_from_day']:.0f} days"
    notes = [
        f"Under B {longer} live more than {days} longer, {shorter} more than a day shorter, {same} just as long.",
        "No trial can see this: here each patient lives twice.",
        "For research; not a medical device.",
    ]
    if None in found.worth.values():
        notes.insert(0, "Worth is not weighed in a run without care; a branch with --care none has visits, and it is.")
    return notes


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="italic")
    for place, name in enumerate(columns):
        table.add_column(name, justify="left" if place == 0 else "right", no_wrap=True)
    return table


def _median(survival: dict[str, Any]) -> str:
    low, high = _months(survival["low"]), _months(survival["high"])
    return f"{_months(survival['median_month'])} ({low}-{high})"


def _months(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _signed(value: float, low: float, high: float, digits: int) -> str:
    return f"{value:+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f})"
