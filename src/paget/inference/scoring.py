"""Scores of simulated figures against published ones, and their summary.

A share is met within its published interval or within 5 points; a time or size within its interval or within 25 %.
Figures that a parameter was fitted to and figures that no fit has seen are summed up apart.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from paget.inference.quantities import QUANTITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from paget.inference.estimates import Estimate
    from paget.inference.quantities import Run
    from paget.inference.targets import Target

POINTS: Final = 0.05
"""A share as near as this is met."""

RATIO: Final = 0.25
"""A time or size as near as this, of the published one, is met."""

LEAST_SHARE: Final = 0.005
"""Shares nearer to 0 or 1 than this are moved here before their logit is taken."""

_SLACK: Final = 1e-9
"""A figure on the edge is met, whatever the last bit."""


@dataclass(frozen=True)
class Scored:
    """A target and what a simulation gives for it.

    Parameters
    ----------
    cancer, quantity, stratum, unit, confidence, source
        The target.
    published, low, high, n
        The published figure, its interval, and the patients it rests on.
    run
        The run that tells it; None where the quantity is not known.
    simulated, se, patients
        The simulated figure, its Monte Carlo error, and the patients it rests on; None where it cannot be computed.
    difference
        Simulated less published, on the scale of a fit: of logits for shares, of natural logarithms for others; None
        for a time or size of 0.
    met
        Whether it is met; None where it cannot be computed.
    fitted
        Whether a parameter was fitted to it.
    reason
        Why it cannot be computed; None where it can.
    """

    cancer: str
    quantity: str
    stratum: str
    published: float
    low: float | None
    high: float | None
    n: int | None
    unit: str
    confidence: str
    source: str
    run: Run | None
    simulated: float | None
    se: float | None
    patients: int | None
    difference: float | None
    met: bool | None
    fitted: bool
    reason: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return the parts as plain values."""
        return asdict(self)


def scored(target: Target, found: Estimate | str, *, fitted: bool) -> Scored:
    """Return a target with its score.

    Parameters
    ----------
    target
        The target.
    found
        The simulated figure, or the reason why there is none.
    fitted
        Whether a parameter was fitted to it.
    """
    known = QUANTITIES.get(target.quantity)
    value = None if isinstance(found, str) or known is None else found.value
    is_share = known is not None and known.scale == "share"
    estimate = None if isinstance(found, str) else found
    return Scored(
        cancer=target.cancer,
        quantity=target.quantity,
        stratum=target.stratum,
        published=target.value,
        low=target.low,
        high=target.high,
        n=target.n,
        unit=known.unit if known is not None else target.unit,
        confidence=target.confidence,
        source=target.source,
        run=None if known is None else known.run,
        simulated=value,
        se=None if estimate is None else estimate.se,
        patients=None if estimate is None else estimate.n,
        difference=None if value is None else _difference(value, target.value, is_share=is_share),
        met=None if value is None else _met(value, target, is_share=is_share),
        fitted=fitted,
        reason=found if isinstance(found, str) else None,
    )


def _difference(value: float, published: float, *, is_share: bool) -> float | None:
    if is_share:
        ends = (min(max(share, LEAST_SHARE), 1.0 - LEAST_SHARE) for share in (value, published))
        simulated, reported = (math.log(share / (1.0 - share)) for share in ends)
        return simulated - reported
    return math.log(value / published) if value > 0.0 else None


def _met(value: float, target: Target, *, is_share: bool) -> bool:
    if (
        (target.low is not None or target.high is not None)
        and (target.low is None or value >= target.low)
        and (target.high is None or value <= target.high)
    ):
        return True
    allowed = POINTS if is_share else RATIO * target.value
    return abs(value - target.value) <= allowed + _SLACK


def summary_of(rows: Sequence[Scored], parameters: dict[str, int]) -> dict[str, Any]:
    """Return the scores summed up, fitted and unseen targets apart.

    Parameters
    ----------
    rows
        The scored targets.
    parameters
        Fitted numbers by cancer and group.

    Returns
    -------
    dict
        For ``unseen`` and ``fitted``: all together, by quantity and by cancer; and ``parameters``: for each cancer how
        many numbers were fitted, how many targets it has here, and how many of them were fitted to.
    """
    apart = {
        name: [row for row in rows if row.fitted == fitted] for name, fitted in (("unseen", False), ("fitted", True))
    }
    cancers = dict.fromkeys(row.cancer for row in rows)
    return {
        **{
            name: {
                "all": _figures(mine),
                "by_quantity": _by(mine, lambda row: row.quantity),
                "by_cancer": _by(mine, lambda row: row.cancer),
            }
            for name, mine in apart.items()
        },
        "parameters": {
            cancer: {
                "fitted_numbers": parameters.get(cancer, 0),
                "targets": sum(row.cancer == cancer for row in rows),
                "fitted_targets": sum(row.cancer == cancer and row.fitted for row in rows),
            }
            for cancer in cancers
        },
    }


def _by(rows: Sequence[Scored], key: Callable[[Scored], str]) -> dict[str, Any]:
    names = dict.fromkeys(key(row) for row in rows)
    return {name: _figures([row for row in rows if key(row) == name]) for name in names}


def _figures(rows: Sequence[Scored]) -> dict[str, Any]:
    """Return how many targets there are and were met, and how far the simulated figures are off."""
    able = [row for row in rows if row.met is not None]
    points = [
        100.0 * abs(row.simulated - row.published) for row in able if row.simulated is not None and _is_share(row)
    ]
    logs = [row.difference for row in able if row.difference is not None and not _is_share(row)]
    met = sum(row.met is True for row in able)
    return {
        "targets": len(rows),
        "computed": len(able),
        "met": met,
        "met_share": met / len(able) if able else None,
        "mean_absolute_error_points": float(np.mean(points)) if points else None,
        "ratio": float(np.exp(np.mean(logs))) if logs else None,
        "ratio_off": float(np.exp(np.mean(np.abs(logs)))) if logs else None,
    }


def _is_share(row: Scored) -> bool:
    return QUANTITIES[row.quantity].scale == "share"
