"""Tables of one patient's lesions and clones, the largest first, with ages in years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from paget.cli.words import organ_label, scientific
from paget.model.calendar import YEAR_DAY


def lesion_table(lesions: Sequence[Mapping[str, Any]], most: int) -> Table:
    """Return the largest lesions.

    Parameters
    ----------
    lesions
        Rows of the patient's lesions, ids in hexadecimal.
    most
        How many to show; the title says how many there are.

    Returns
    -------
    Table
        One row per lesion: where, whence, and the age at each step of its growth.
    """
    organs = {lesion["lesion"]: organ_label(lesion["organ"]) for lesion in lesions}
    shown = sorted(lesions, key=lambda lesion: -(lesion["peak_diameter_mm"] or 0.0))[:most]
    table = _table(f"Lesions ({_of(len(shown), len(lesions))}; ages in years, size at the end)")
    for name in ("lesion", "from"):
        table.add_column(name, overflow="fold")
    for name in ("founded", "1,000", "vessels", "5 mm", "1 cm", "mm"):
        table.add_column(name, justify="right")
    for lesion in shown:
        source = organs.get(lesion["parent_lesion"], "")
        table.add_row(
            organs[lesion["lesion"]],
            f"{source}, {lesion['route']}" if source else lesion["route"],
            *(
                _age(lesion[f"{step}_age_day"])
                for step in ("founded", "established", "vascular", "detectable", "one_cm")
            ),
            _millimetres(lesion["diameter_mm"]),
        )
    return table


def clone_table(clones: Sequence[Mapping[str, Any]], lesions: Sequence[Mapping[str, Any]], most: int) -> Table:
    """Return the largest clones.

    Parameters
    ----------
    clones
        Rows of the patient's clones, ids in hexadecimal.
    lesions
        Rows of the patient's lesions.
    most
        How many to show; the title says how many there are.

    Returns
    -------
    Table
        One row per clone: where it lives, what it carries, since when, and how large it is.
    """
    organs = {lesion["lesion"]: organ_label(lesion["organ"]) for lesion in lesions}
    shown = sorted(clones, key=lambda clone: -(clone["cells"] or 0.0))[:most]
    table = _table(f"Clones ({_of(len(shown), len(clones))}; ages in years)")
    for name in ("clone", "lesion", "drivers"):
        table.add_column(name, overflow="fold")
    for name in ("since", "origins", "cells"):
        table.add_column(name, justify="right")
    for clone in shown:
        table.add_row(
            clone["clone"][:6],
            organs.get(clone["lesion"], ""),
            clone["drivers"].replace("+", ", ") or "none",
            _age(clone["origin_age_day"]),
            scientific(clone["origins"]),
            scientific(clone["cells"]),
        )
    return table


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)


def _of(shown: int, all_of_them: int) -> str:
    return f"the largest {shown} of {all_of_them:,}" if shown < all_of_them else f"{all_of_them:,}"


def _age(age_day: float | None) -> str:
    return "-" if age_day is None else f"{age_day / YEAR_DAY:.1f}"


def _millimetres(diameter_mm: float | None) -> str:
    return "-" if not diameter_mm else f"{diameter_mm:.1f}" if diameter_mm < 10.0 else f"{diameter_mm:.0f}"  # noqa: PLR2004
