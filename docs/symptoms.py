"""Write the lines of docs/symptoms.md that tell hazards and delays, from the entries themselves."""

from __future__ import annotations

import math
import re
from pathlib import Path

from paget.catalogue.folders import BUILT_IN, Folder
from paget.catalogue.registry import Catalogue
from paget.model.symptom import SymptomPlace

PAGE = Path(__file__).with_name("symptoms.md")
CELLS_PER_ML = 1.0e9
"""Cells of a millilitre in most entries of cancers, by which levels are told as volumes."""


def hazard_line(entry: SymptomPlace) -> str:
    """Return the line that tells how likely a place is to become symptomatic, and when a doctor looks.

    Parameters
    ----------
    entry
        The place.
    """
    hazard, delay = entry.hazard, entry.delay
    volume_ml = hazard.level.value / CELLS_PER_ML
    across_mm = 10.0 * math.cbrt(6.0 * volume_ml / math.pi)
    what = "largest lesion" if hazard.size == "largest_cells" else "burden"
    return (
        f"Hazard {hazard.rate.value:.2g} a day at a {what} of {volume_ml:.3g} mL (a sphere of {across_mm:.3g} mm), "
        f"power {hazard.exponent.value:g}. Work-up after a median of {delay.value:g} days (ln sd {delay.sigma:g}; "
        f"{delay.source}, {delay.grade})."
    )


def rewritten(text: str, entries: dict[str, SymptomPlace]) -> str:
    """Return the page with the line of each entry as the entry says.

    Parameters
    ----------
    text
        The page as it is.
    entries
        The places by id.
    """
    for name, entry in entries.items():
        head, found, tail = text.partition(f"(`{name}`)\n")
        if not found:
            raise ValueError(f"The page has no heading for {name}.")
        text = head + found + re.sub(r"^Hazard .*$", hazard_line(entry), tail, count=1, flags=re.MULTILINE)
    return text


def main() -> None:
    """Rewrite the page."""
    catalogue = Catalogue([Folder(BUILT_IN, "built in")])
    names = catalogue.names("symptoms")
    entries = {name: catalogue.entry("symptoms", name, SymptomPlace) for name in names}
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8"), entries), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
