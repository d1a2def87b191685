"""Lists of entries: one line for each, the same rows for people and for programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from paget import catalogue
from paget.catalogue.kinds import OBSERVED, model_of
from paget.catalogue.numbers import stated
from paget.catalogue.wording import number, with_unit
from paget.errors import SettingError, nearest

Row = dict[str, object]

_ONLY_IN_JSON = ("gene",)


@dataclass(frozen=True)
class Listing:
    """Rows of one kind of entry.

    Parameters
    ----------
    kind
        What is listed.
    rows
        One mapping for each entry, all with the same keys.
    hint
        What to do next.
    """

    kind: str
    rows: list[Row]
    hint: str


def listing(kind: str) -> Listing:
    """Return the list of one kind of entry.

    Parameters
    ----------
    kind
        One of `KINDS`.

    Raises
    ------
    SettingError
        Where the kind is not known.
    """
    if kind not in KINDS:
        raise SettingError(
            f"There is no list of {kind!r}.",
            value=kind,
            allowed=KINDS,
            meant=nearest(kind, KINDS),
            fix="write: paget list cancers",
        )
    rows, hint = KINDS[kind]
    return Listing(kind, rows(), hint)


def print_listing(listing: Listing) -> None:
    """Print a list as a table.

    Parameters
    ----------
    listing
        The list.
    """
    console = Console(highlight=False)
    if not listing.rows:
        console.print(f"The catalogue has no {listing.kind}.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    heads = [head for head in listing.rows[0] if head not in _ONLY_IN_JSON]
    for position, head in enumerate(heads):
        style = "cyan" if position == 0 else ""
        table.add_column(head.replace("_", "\n"), no_wrap=position == 0, overflow="fold", style=style)
    for row in listing.rows:
        table.add_row(*(_said(row[head]) for head in heads))
    console.print(table)
    console.print(f"\n{listing.hint}", style="dim", markup=False)


def _said(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_said(item)}" for name, item in value.items())
    return number(value) if isinstance(value, float) else str(value)


def _cancers() -> list[Row]:
    rows: list[Row] = []
    for name in catalogue.list_cancers():
        cancer = catalogue.cancer(name)
        numbers = [item.sourced for item in stated(cancer)]
        assumed = sum(item.grade == "assumed" for item in numbers)
        rows.append(
            {
                "cancer": name,
                "name": cancer.name,
                "organ": cancer.organ,
                "doubling": with_unit(cancer.growth.doubling_time),
                "assumed": f"{assumed} of {len(numbers)}",
            }
        )
    return rows


def _groups() -> list[Row]:
    return [
        {
            "group": name,
            "name": found.name,
            "members": {member: round(share, 4) for member, share in found.shares().items()},
        }
        for name, found in catalogue.current().groups().items()
    ]


def _drivers() -> list[Row]:
    return [
        {
            "driver": name,
            "gene": driver.gene,
            "step": driver.step,
            "rate_per_division": driver.rate.value,
            "effects": {trait: factor.value for trait, factor in driver.effects.items()},
        }
        for name, driver in catalogue.drivers().items()
    ]


def _organs() -> list[Row]:
    return [
        {
            "organ": name,
            "male_flow": organ.flow.male.value,
            "female_flow": organ.flow.female.value,
            "venous": organ.venous,
            "lymph": organ.lymph,
            "cavity": organ.cavity,
        }
        for name, organ in catalogue.body().organs.items()
    ]


def _populations() -> list[Row]:
    rows: list[Row] = []
    for name in catalogue.list_populations():
        found = catalogue.population(name)
        ages = found.other_cause_mortality.age_year
        row = {"population": name, "name": found.name, "ages": f"{ages[0]:g} to {ages[-1]:g}"}
        rows.append({**row, "source": found.other_cause_mortality.source})
    return rows


def _sources() -> list[Row]:
    return [
        {
            "source": key,
            "who": source.who,
            "year": source.year,
            "title": source.title,
            "checked": source.checked,
        }
        for key, source in sorted(catalogue.sources().items())
    ]


_COLUMNS = "doubling: of the volume, at 1 cm. assumed: numbers that rest on judgement."


def _observed(kind: str) -> Callable[[], list[Row]]:
    """Return what makes the rows of a kind that observation reads."""

    def rows() -> list[Row]:
        model = model_of(kind)
        entries = [(name, catalogue.entry(kind, name, model)) for name in catalogue.current().names(kind)]
        return [{"entry": name, "name": getattr(entry, "name", ""), "about": _about(entry)} for name, entry in entries]

    return rows


def _policies() -> list[Row]:
    """Return one row for each protocol, by the policy that it belongs to, no care first."""
    from paget.model.protocol import Protocol

    found = sorted(catalogue.entries("policies", Protocol).values(), key=lambda entry: (entry.policy, entry.id))
    cared: list[Row] = [
        {"policy": each.policy, "protocol": each.id, "cancers": ", ".join(each.cancers) or "all others"}
        for each in found
    ]
    return [{"policy": "none", "protocol": "", "cancers": "all"}, *cared]


def _therapies() -> list[Row]:
    """Return one row for each therapy."""
    from paget.model.therapy import Therapy

    found = catalogue.entries("therapies", Therapy).values()
    return [{"entry": each.id, "class": each.kind.replace("_", " "), "name": each.name} for each in found]


def _about(entry: BaseModel) -> str:
    """Return the first sentence of an entry's summary."""
    return str(getattr(entry, "summary", "")).split(". ")[0].removesuffix(".")


KINDS: Final[dict[str, tuple[Callable[[], list[Row]], str]]] = {
    "cancers": (_cancers, f"{_COLUMNS}\nAll numbers of one: paget show colorectal"),
    "groups": (_groups, "A group is run like a cancer: paget run lung"),
    "drivers": (_drivers, "All numbers of one: paget show kras"),
    "organs": (_organs, "Flows are arterial shares. All numbers of one: paget show body organs.liver"),
    "populations": (_populations, "The table of one: paget show united_states"),
    "sources": (_sources, "Those of one cancer: paget cite colorectal"),
    **{kind: (_observed(kind), f"All numbers of one: paget show {kind}/NAME") for kind in OBSERVED},
    "policies": (_policies, "Run one: paget run colorectal --care POLICY. Its rules: paget show policies/PROTOCOL"),
    "therapies": (_therapies, "All numbers of one: paget show therapies/folfox"),
}
"""What can be listed: how to make the rows, and what to do next."""
