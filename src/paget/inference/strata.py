"""The stratum of a published figure: which patients, which site, which time, as ``stage=III;age=50-69``.

A whole number stands for all that begins with it: ages 50-69 are 50 to just under 70 years, and 20-29 mm are 20
to just under 30 mm. An end that is left out is open, and an open beginning stops before its end: ``-5`` mm are
those under 5, since 5-9 begins there.
"""

from __future__ import annotations

import math
import re
from typing import Final

from paget.errors import nearest

_RANGE: Final = re.compile(r"(\d+(?:\.\d+)?)?-(\d+(?:\.\d+)?)?")
_FROM: Final = re.compile(r"(\d+(?:\.\d+)?)(?:plus|\+)")


class NotComputableError(ValueError):
    """A figure that cannot be computed, with the reason in words."""


def parse(text: str) -> dict[str, str]:
    """Return a stratum as values by key.

    Parameters
    ----------
    text
        Such as ``stage=III;age=50-69``.

    Returns
    -------
    dict
        Value by key.

    Raises
    ------
    NotComputableError
        If a part has no equals sign, or a key stands twice.
    """
    found: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        key, sign, value = (piece.strip() for piece in part.partition("="))
        if not (key and sign and value):
            fault = f"the part {part!r} of the stratum is not of the form key=value"
            raise NotComputableError(fault)
        if key in found:
            fault = f"the stratum says {key} twice"
            raise NotComputableError(fault)
        found[key] = value
    return found


def canonical(text: str) -> str:
    """Return a stratum with its keys in order, so that two ways to write it compare equal; any text is taken."""
    return ";".join(sorted(piece.strip().replace(" ", "") for piece in text.split(";") if piece.strip()))


def span(key: str, text: str) -> tuple[float, float]:
    """Return the lower end, included, and the upper end, left out, of a range of whole numbers.

    Parameters
    ----------
    key
        What it is a range of, for the message.
    text
        Such as ``50-69``, ``-5``, ``85-``, ``85plus`` or ``3``.

    Raises
    ------
    NotComputableError
        If it is no range.
    """
    single = _number(text)
    if single is not None:
        return single, single + 1.0
    above = _FROM.fullmatch(text)
    if above:
        return float(above[1]), math.inf
    between = _RANGE.fullmatch(text)
    if not between or not (between[1] or between[2]):
        fault = f"{key}={text} is no range; allowed: 50-69, -5, 85- or 85plus"
        raise NotComputableError(fault)
    low = float(between[1]) if between[1] else 0.0
    if not between[2]:
        return low, math.inf
    high = float(between[2]) + (1.0 if between[1] else 0.0)
    if high <= low:
        fault = f"{key}={text} ends before it begins"
        raise NotComputableError(fault)
    return low, high


def positive(key: str, text: str) -> float:
    """Return a number above 0.

    Parameters
    ----------
    key
        What it is, for the message.
    text
        The number.

    Raises
    ------
    NotComputableError
        If it is none.
    """
    found = _number(text)
    if found is None or found <= 0.0:
        fault = f"{key}={text} is no number above 0"
        raise NotComputableError(fault)
    return found


def one_of(key: str, text: str, allowed: tuple[str, ...]) -> str:
    """Return a value that is among those allowed.

    Parameters
    ----------
    key
        What it is, for the message.
    text
        The value.
    allowed
        What it may be.

    Raises
    ------
    NotComputableError
        If it is none of them; the nearest is named.
    """
    if text in allowed:
        return text
    meant = nearest(text, allowed)
    hint = f"; nearest: {meant}" if meant else ""
    fault = f"{key}={text} is not known; allowed: {', '.join(allowed)}{hint}"
    raise NotComputableError(fault)


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d+(?:\.\d+)?", text) else None
