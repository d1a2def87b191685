"""Entries on a page: every number with unit, spread, grade and source, within 80 columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from textwrap import fill

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from paget import catalogue
from paget.catalogue.numbers import Stated, stated
from paget.catalogue.wording import interval, number, said, spread, with_unit
from paget.cli.lookup import is_below
from paget.model.body import Body
from paget.model.cancer import Cancer
from paget.model.driver import Driver
from paget.model.group import Group
from paget.model.population import Population
from paget.model.quantity import GRADES, Quantity
from paget.model.source import Source

_COLOURS = {
    "measured": "green",
    "derived": "cyan",
    "fitted": "blue",
    "transferred": "yellow",
    "assumed": "magenta",
}
_ORGAN_HEADS = (
    "male flow",
    "female flow",
    "lodge single",
    "lodge cluster",
    "soil",
    "growth",
    "lethal cell",
    "peak /day",
)
_ONE_PER_ENTRY = ("prevalence", "rate", "weight")
_LEGEND = "ln sd: standard deviation of the logarithm between patients; sd: of the number itself."


def print_card(entry: BaseModel) -> None:
    """Print an entry, one line for each number.

    Parameters
    ----------
    entry
        The entry.
    """
    console = _console()
    _print_head(console, entry)
    match entry:
        case Source():
            _print_text(console, catalogue.reference(entry))
            _print_text(console, f"Verified: {'yes' if entry.checked else 'no'}. {entry.note}".strip())
        case Body():
            _print_numbers(console, (item for item in stated(entry) if not item.key.startswith(("organs", "beds"))))
            _print_organs(console, entry)
            _print_text(console, "Sources and grades of one organ: paget show body organs.liver. Of all: --full.")
        case Population():
            _print_mortality(console, entry)
        case _:
            _print_numbers(console, stated(entry))
            _print_foot(console, entry)


def print_in_full(entry: BaseModel, part: str) -> None:
    """Print what each number is, where in its source it stands, and why.

    Parameters
    ----------
    entry
        The entry.
    part
        Only numbers below this key; nothing for all.
    """
    console = _console()
    _print_head(console, entry)
    for item in stated(entry):
        if not is_below(item.key, part):
            continue
        quantity, sourced = item.quantity, item.sourced
        stands = said(sourced)
        console.print(f"\n{item.key}" + (f" = {stands}" if stands else ""), style="bold", markup=False)
        lines = [item.description]
        if quantity:
            width, ends = spread(quantity), interval(quantity)
            lines.append("; ".join(filter(None, [width and f"{width} between patients", ends and f"published {ends}"])))
        where = f"{sourced.grade}, {sourced.source}" + (f": {sourced.locator}" if sourced.locator else "")
        lines += [
            where,
            sourced.rationale,
            "fitted to " + ", ".join(sourced.targets) if sourced.targets else "",
        ]
        for line in filter(None, lines):
            _print_text(console, line, indent="  ")


def print_references(name: str, sources: list[Source]) -> None:
    """Print a list of references and how much rests on judgement.

    Parameters
    ----------
    name
        The cancer or group.
    sources
        What it cites.
    """
    console = _console()
    for source in sources:
        console.print(source.id, style="cyan", markup=False)
        _print_text(console, catalogue.reference(source), indent="  ")
    numbers = [item.sourced for cancer, _ in catalogue.resolve(name) for item in stated(cancer)]
    assumed = sum(item.grade == "assumed" for item in numbers)
    console.print()
    _print_text(
        console,
        f"Sources: {len(sources)}, with those of the drivers, the body and the population. Of the "
        f"{len(numbers)} numbers of {name} itself, {assumed} are assumed, at most informed by a source.",
    )


def _console() -> Console:
    return Console(highlight=False)


def _print_text(console: Console, text: str, indent: str = "") -> None:
    width = min(console.width, 100)
    wrapped = fill(text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False)
    console.print(wrapped, markup=False, soft_wrap=True)


def _print_head(console: Console, entry: BaseModel) -> None:
    name = getattr(entry, "name", None) or getattr(entry, "title", "")
    console.print(f"[bold]{name}[/bold] ({getattr(entry, 'id', '')})")
    match entry:
        case Cancer():
            _print_text(console, f"Primary in: {entry.organ}. {entry.summary}")
        case Driver():
            _print_text(console, f"Gene: {entry.gene}; a {entry.kind}; acts on {entry.step}. {entry.summary}")
        case Body() | Group() | Population():
            _print_text(console, entry.summary)
        case _:
            pass


def _print_numbers(console: Console, numbers: Iterable[Stated]) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1, 0, 0))
    table.add_column("number", overflow="fold", min_width=26)
    for head in ("value", "spread", "grade"):
        table.add_column(head, no_wrap=True)
    table.add_column("source", overflow="fold")
    sections: dict[str, list[tuple[str, Quantity]]] = {}
    for item in numbers:
        if item.quantity is not None:
            section, name = _placed(item.key)
            sections.setdefault(section, []).append((name, item.quantity))
    for section, members in sections.items():
        if section:
            table.add_row(f"[bold]{section}[/bold]")
        for name, quantity in members:
            grade = f"[{_COLOURS[quantity.grade]}]{quantity.grade}[/]"
            indent = "  " if section else ""
            table.add_row(indent + name, with_unit(quantity), spread(quantity), grade, quantity.source)
    console.print(table)


def _placed(key: str) -> tuple[str, str]:
    """Split a key into the heading that it stands under and the name of its line."""
    above, _, last = key.rpartition(".")
    listed, _, entry = above.partition(".")
    if last in _ONE_PER_ENTRY and entry:
        return f"{listed}.*.{last}", entry
    return above, last


def _print_organs(console: Console, body: Body) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1, 0, 0))
    table.add_column("organ", no_wrap=True)
    for head in _ORGAN_HEADS:
        table.add_column(head, justify="right")
    for name, bed in {**body.organs, **body.beds}.items():
        numbers = [bed.flow.male, bed.flow.female, bed.arrest_single, bed.arrest_cluster]
        if name in body.organs:
            organ = body.organs[name]
            numbers += [organ.colonisation, organ.growth, organ.lethal_burden, organ.peak_hazard]
        table.add_row(name, *(number(item.value) for item in numbers))
    console.print()
    console.print(table)


def _print_mortality(console: Console, population: Population) -> None:
    deaths = population.other_cause_mortality
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for head in ("age (year)", "male (1/year)", "female (1/year)"):
        table.add_column(head, justify="right")
    rows = list(zip(deaths.age_year, deaths.male, deaths.female, strict=True))
    for row in rows[:: max(1, len(rows) // 12)]:
        table.add_row(*(number(value) for value in row))
    _print_text(console, "Probability of death within a year from causes other than the cancer.")
    console.print(table)
    _print_text(console, f"{len(rows)} ages; {deaths.grade}, {deaths.source}: {deaths.locator}".rstrip(": "))


def _print_foot(console: Console, entry: BaseModel) -> None:
    console.print()
    if isinstance(entry, Cancer):
        _print_expectations(console, entry)
    numbers = [item.sourced for item in stated(entry)]
    grades = Counter[str](item.grade for item in numbers)
    counted = ", ".join(f"{grades[grade]} {grade}" for grade in GRADES if grade in grades)
    _print_text(console, f"{len(numbers)} numbers: {counted}.")
    if isinstance(entry, Cancer):
        _print_text(console, f"{_LEGEND} What each number is, and why: paget show {entry.id} --full")
        _print_text(console, f"To change one: paget run {entry.id} --set growth.doubling_time=120day")


def _print_expectations(console: Console, cancer: Cancer) -> None:
    expect = cancer.expect
    survival, spreading = expect.untreated_survival_month, expect.ever_spread_share
    sites = said(expect.main_sites) or "none"
    _print_text(
        console,
        f"Expected of a run: median untreated survival {said(survival)} months from 1 cm, "
        f"{spreading.low:.0%} to {spreading.high:.0%} ever with metastases, mostly in {sites}. "
        f"By which sources: paget show {cancer.id} expect",
    )
