"""A plan as text of at most eighty columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from paget.cli.summary_text import WIDTH
from paget.cli.words import percent

if TYPE_CHECKING:
    from paget.cohort.plan_answer import Expected, Option, Plan

_COLUMNS: Final = (
    ("years", "years", 1),
    ("quality_adjusted_years", "quality-adj.", 1),
    ("treatment_days", "treated, days", 0),
    ("home_days", "home, days", 0),
)
_NAME: Final = 21
"""Columns for the name of a policy."""


def print_plan(found: Plan) -> None:
    """Print what policies may bring one patient.

    Parameters
    ----------
    found
        The answer, with options.
    """
    console = Console(width=min(WIDTH, Console().width), highlight=False)
    console.print(Text(f"{found.title}, {found.sex}, {int(found.age_year)} years, on {found.day}", style="bold"))
    console.print(Text("What is to be expected from the diagnosis on, with 95 % intervals of the means"))
    console.print()
    console.print(_table(found))
    console.print()
    for line in _notes(found):
        console.print(Text(line))


def _table(found: Plan) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="italic")
    table.add_column("policy", no_wrap=True, max_width=_NAME)
    for _, title, _ in _COLUMNS:
        table.add_column(title, justify="right", no_wrap=True)
    for option in found.options:
        cells = (_cell(option.expected[name], digits) for name, _, digits in _COLUMNS)
        table.add_row(_name(option, found.preferred), *cells)
        intervals = (_interval(option.expected[name], digits) for name, _, digits in _COLUMNS)
        table.add_row("", *intervals)
    return table


def _name(option: Option, preferred: str | None) -> str:
    return option.policy + ("*" if option.on_front else "") + (" <" if option.policy == preferred else "")


def _cell(told: Expected, digits: int) -> str:
    return f"{told.mean:,.{digits}f}"


def _interval(told: Expected, digits: int) -> str:
    return f"({told.low:,.{digits}f}-{told.high:,.{digits}f})"


def _notes(found: Plan) -> list[str]:
    weights = ", ".join(f"{name} {weight:.2g}" for name, weight in found.preference.items())
    best = next(option for option in found.options if option.policy == found.preferred)
    years = best.years
    fit = f"{found.resembling:,} of {found.diagnosed:,} simulated patients fit"
    notes = [
        f"< Preferred by the weights ({weights}), and in {percent(best.chosen_share, 0)} of bootstrap samples.",
        "* On the front: no other is as good in years, quality and burden, and better in one.",
        f"Under {best.policy} four patients in five live {years.low:.1f} to {years.high:.1f} years.",
        f"Effective sample size {found.effective_sample_size:,.0f}; {fit}.",
    ]
    if found.warning is not None:
        notes.append(f"Warning: {found.warning}")
    return [
        *notes,
        "Intervals hold chance alone, not what the model does not know.",
        "For research; not a medical device.",
    ]
