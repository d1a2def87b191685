"""Say in words why little or nothing happened in a run, so that no empty table is taken for a finding."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from paget.model.layout import FUNNEL_STEPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paget.model.cancer import Cancer

EXPONENTIAL_BELOW_CELLS: Final = 1000.0
"""Below this a lesion grows exponentially (Wheldon 1988, the Gomp-ex law)."""

RULE_OF_THREE: Final = 3.0
"""No case in n patients leaves a share of up to 3/n open, at 95 % (Hanley & Lippman-Hand 1983)."""

_CHAIN: Final = tuple(step for step in FUNNEL_STEPS if step not in {"dormant", "woken"})
_WORDS: Final = {
    "shed": "left their lesion",
    "survived_circulation": "survived the circulation",
    "arrested": "lodged in an organ",
    "extravasated": "left the vessel",
    "survived": "survived there",
    "founded": "began to divide",
    "established": "grew to 1,000 cells",
    "vascularised": "got vessels",
    "detectable": "became detectable",
}


def year_to_one_cm(cancer: Cancer) -> float:
    """Return the years that a median primary takes from one cell to 1 cm, vessels and drivers aside.

    Exponential up to 1,000 cells, then dx/dt = g - beta x in x = ln(N / 1,000), which reaches ln(K / 1,000)
    only in the limit; the doubling time fixes beta at 1 cm.

    Parameters
    ----------
    cancer
        The cancer.

    Returns
    -------
    float
        Years; infinite where the capacity lies below 1 cm.
    """
    growth = cancer.growth
    one_cm_cells = growth.cell_density.value * math.pi / 6.0
    span = math.log(growth.capacity.value / EXPONENTIAL_BELOW_CELLS)
    reach = math.log(one_cm_cells / EXPONENTIAL_BELOW_CELLS)
    if reach >= span:
        return math.inf
    beta = math.log(2.0) / growth.doubling_time.value / (span - reach)
    days = math.log(EXPONENTIAL_BELOW_CELLS) / (beta * span) - math.log1p(-reach / span) / beta
    return days / 365.25


def explain(summary: Mapping[str, Any], *, years: float | None, year_to_1cm: float | None) -> list[str]:
    """Return sentences about what a reader of this summary might take wrongly.

    Parameters
    ----------
    summary
        The summary so far.
    years
        Horizon in years after the first cell; None where everybody was followed until death.
    year_to_1cm
        Median years from the first cell to 1 cm.

    Returns
    -------
    list of str
        Sentences; empty where there is nothing to explain.
    """
    notes: list[str] = []
    patients, reached = int(summary["patients"]), int(summary["survival_from_1cm"]["patients"])
    too_short = years is not None and year_to_1cm is not None and years < year_to_1cm
    if reached == 0:
        notes.append(f"No primary reached 1 cm in {patients:,} patients.")
    if summary["spread"]["with_metastasis"]["count"] == 0:
        most = min(1.0, RULE_OF_THREE / patients)
        notes.append(
            "Nobody had a detectable metastasis beyond regional lymph nodes. "
            f"With {patients:,} patients the true share may still be up to {most:.2g}."
        )
        notes.append(_where_it_ended(summary["funnel"]["count_per_patient"], patients))
    if too_short and (reached < patients / 2 or len(notes) > 0):
        notes.append(
            f"The horizon of {years:g} years is shorter than the {year_to_1cm:.1f} years that a median "
            "primary of this cancer takes from its first cell to 1 cm. Leave --years out, or make it longer."
        )
    elif reached == 0:
        notes.append("Most patients died of other causes before their primary reached 1 cm.")
    untracked = int(summary["untracked"]["patients_with_lesions"])
    if untracked:
        notes.append(
            f"{untracked:,} patients had more lesions than are followed one by one; "
            "those beyond are only counted, in untracked_lesions."
        )
    return notes


def _where_it_ended(per_patient: Mapping[str, float], patients: int) -> str:
    last, count = "", 0.0
    for step in _CHAIN:
        if per_patient[step] <= 0.0:
            if not last:
                return "No cell left any lesion."
            passed = f"{count * patients:.3g} cells {_WORDS[last]}"
            return f"The chain ended there: {passed}, and none {_WORDS[step]}."
        last, count = step, per_patient[step]
    return "Some colonies grew, but none that is still counted was a metastasis."
