"""Words and numbers as a reader expects them, for the codes and floats of a run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from paget.model.layout import ORGANS

DASH: Final = "\u2013"
"""Stands where there is no number."""
TIMES: Final = "\u00d7"
_PER_CENT: Final = "\u00a0%"
"""A line does not break before the sign."""

_ORGANS: Final = {
    "adrenal": "adrenal glands",
    "bone": "bones",
    "distant_lymph_node": "distant lymph nodes",
    "head_neck": "head and neck",
    "regional_lymph_node": "regional lymph nodes",
}
_WITH_ARTICLE: Final = frozenset(ORGANS) - {"regional_lymph_node", "distant_lymph_node"}
_CAUSES: Final = {
    "alive": "alive at the end",
    "bone": "disease in the bones",
    "cachexia": "wasting (cachexia)",
    "distant_lymph_node": "disease in distant lymph nodes",
    "effect": "treatment",
    "other": "another cause than the cancer",
    "peritoneum": "disease of the peritoneum",
    "pleura": "disease of the pleura",
    "regional_lymph_node": "disease in regional lymph nodes",
    "skin": "disease of the skin",
}
_PLAIN_BELOW: Final = 100_000


def plain(name: object) -> str:
    """Return an identifier as words."""
    return str(name).replace("_", " ")


def organ(name: str) -> str:
    """Return an organ in words."""
    return _ORGANS.get(name, plain(name))


def the_organ(name: str) -> str:
    """Return an organ in words, with the article where it takes one."""
    return f"the {organ(name)}" if name in _WITH_ARTICLE and name != "bone" else organ(name)


def cause(name: str) -> str:
    """Return a cause of death in words."""
    return _CAUSES.get(name) or (f"failure of {the_organ(name)}" if name in ORGANS else plain(name))


def policy(name: str) -> str:
    """Return a policy in words; one of a file or an object by its name alone."""
    short = name.partition("@")[0].rpartition(".")[2]
    return "no treatment" if short == "none" else plain(short)


def several(number: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many}"


def listed(items: Sequence[str]) -> str:
    """Return items as a sentence would list them."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def percent(share: float | None, digits: int = 0) -> str:
    """Return a share in per cent, a dash where there is none; tiny ones keep a digit."""
    if share is None or math.isnan(share):
        return DASH
    hundred = 100.0 * share
    if digits == 0 and 0.0 < hundred < 1.0:
        return f"{hundred:.1f}{_PER_CENT}" if hundred >= 0.05 else f"< 0.1{_PER_CENT}"  # noqa: PLR2004 - half of what is shown
    return f"{hundred:.{digits}f}{_PER_CENT}"


def with_interval(found: Mapping[str, Any], digits: int = 0) -> str:
    """Return a share with its 95 % interval."""
    if found["share"] is None:
        return DASH
    low, high = (100.0 * found[end] for end in ("low", "high"))
    return f"{percent(found['share'], digits)} ({low:.{digits}f} to {high:.{digits}f})"


def interval(found: Mapping[str, Any]) -> str:
    """Return the 95 % interval of a share alone."""
    return "" if found["share"] is None else ends_of(found["low"], found["high"])


def ends_of(low: float | None, high: float | None) -> str:
    """Return the ends of a 95 % interval of a share."""
    return "" if low is None or high is None else f"95 % interval {100 * low:.1f} to {100 * high:.1f}{_PER_CENT}"


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with some significant digits, in powers of ten where it is large or tiny."""
    if value is None or math.isnan(value):
        return DASH
    size = abs(value)
    if size == 0.0 or 0.001 <= size < _PLAIN_BELOW:  # noqa: PLR2004 - plain numbers stay within six signs
        return f"{value:,.{digits}g}" if size < 1000.0 else f"{value:,.0f}"  # noqa: PLR2004
    exponent = math.floor(math.log10(size))
    return f"{value / 10**exponent:.1f} {TIMES} 10{_raised(exponent)}"


def _raised(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def fixed(value: float | None, digits: int) -> str:
    """Return a number with so many decimals, a dash where there is none."""
    return DASH if value is None else f"{value:.{digits}f}"


def signed(value: float | None, digits: int) -> str:
    """Return a difference with its sign, a dash where there is none."""
    return DASH if value is None else f"{value:+.{digits}f}"


def months(value: float | None) -> str:
    """Return months, in years where they are many."""
    if value is None:
        return "not reached"
    return f"{value / 12.0:.1f} years" if value >= 24.0 else f"{value:.1f} months"  # noqa: PLR2004 - two years


def quartiles(found: Mapping[str, Any], unit: str) -> str:
    """Return a median with its middle half."""
    if found["median"] is None:
        return "nobody"
    return f"{found['median']:.1f} {unit} (middle half {found['q1']:.1f} to {found['q3']:.1f})"


def sentence(text: str) -> str:
    """Return a text with its first letter raised."""
    return text[:1].upper() + text[1:]
