"""Numbers of the catalogue as people read them, in the terminal and in the documentation."""

from __future__ import annotations

from paget.model.cancer import ExpectedRange, ExpectedSites
from paget.model.quantity import Quantity, Sourced
from paget.model.units import ONE

_PLAIN_FROM = 1e-3
_PLAIN_BELOW = 1e5


def number(value: float) -> str:
    """Return a number in at most four digits, as ``130``, ``0.4521`` or ``2e12``.

    Parameters
    ----------
    value
        The number.
    """
    if value == 0.0 or _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        return f"{value:.4g}"
    mantissa, exponent = f"{value:.3e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def with_unit(quantity: Quantity) -> str:
    """Return value and unit, as ``130 day`` or ``0.4/year``; a pure number has no unit.

    Parameters
    ----------
    quantity
        The number.
    """
    if quantity.unit == ONE:
        return number(quantity.value)
    if quantity.unit.startswith("1/"):
        return f"{number(quantity.value)}{quantity.unit[1:]}"
    return f"{number(quantity.value)} {quantity.unit}"


def said(sourced: Sourced) -> str:
    """Return what is stated, as ``130 day``, ``60 to 250`` or ``liver, lung``; nothing for a table of numbers.

    Parameters
    ----------
    sourced
        A number, or an expectation of a run.
    """
    match sourced:
        case Quantity():
            return with_unit(sourced)
        case ExpectedRange():
            return f"{number(sourced.low)} to {number(sourced.high)}"
        case ExpectedSites():
            return ", ".join(sourced.organs)
        case _:
            return ""


def spread(quantity: Quantity) -> str:
    """Return how a number varies between patients: ``ln sd 0.7``, ``sd 12``, or nothing.

    Parameters
    ----------
    quantity
        The number.
    """
    if quantity.spread is None:
        return ""
    return f"{'ln sd' if quantity.spread.law == 'lognormal' else 'sd'} {number(quantity.spread.sigma)}"


def interval(quantity: Quantity) -> str:
    """Return the published interval, as ``60 to 250``, or nothing.

    Parameters
    ----------
    quantity
        The number.
    """
    if quantity.low is None and quantity.high is None:
        return ""
    if quantity.low is None or quantity.high is None:
        known = quantity.low if quantity.high is None else quantity.high
        return f"{'from' if quantity.high is None else 'up to'} {number(known or 0.0)}"
    return f"{number(quantity.low)} to {number(quantity.high)}"
