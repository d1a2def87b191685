"""Words for the codes that stand in tables."""

from __future__ import annotations

import math
from typing import Final

from paget.model.layout import ORGANS

_ORGANS: Final = {
    "distant_lymph_node": "distant lymph nodes",
    "regional_lymph_node": "regional lymph nodes",
    "adrenal": "adrenal gland",
    "head_neck": "head and neck",
}
_CAUSES: Final = {
    "cachexia": "cachexia (wasting)",
    "effect": "treatment",
    "other": "another cause",
    "alive": "alive",
}


def organ_words(organ: str) -> str:
    """Return an organ's name in words."""
    return _ORGANS.get(organ, organ.replace("_", " "))


def organ_label(organ: str) -> str:
    """Return an organ's name in words short enough for a column."""
    return organ_words(organ).replace(" lymph nodes", " nodes")


def cause_words(cause: str) -> str:
    """Return a cause of death in words."""
    return f"failure of the {organ_words(cause)}" if cause in ORGANS else _CAUSES.get(cause, cause)


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share in per cent, a dash where there is none."""
    return "-" if share is None else f"{100 * share:.{digits}f} %"


def scientific(value: float | None) -> str:
    """Return a number with two digits, in plain form where that is short."""
    if value is None:
        return "-"
    if value == 0.0 or 0.001 <= abs(value) < 100_000:  # noqa: PLR2004 - plain numbers stay within six signs
        return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"  # noqa: PLR2004
    exponent = math.floor(math.log10(abs(value)))
    return f"{value / 10**exponent:.1f}e{exponent}"


def span(quartiles: dict[str, float | int | None], unit: str) -> str:
    """Return a median with its middle half, such as ``3.2 years (2.0 to 4.1)``."""
    if quartiles["median"] is None:
        return "nobody"
    return f"{quartiles['median']:.1f} {unit} ({quartiles['q1']:.1f} to {quartiles['q3']:.1f})"
