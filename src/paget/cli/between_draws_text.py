"""How far a run's results differ between draws of a posterior, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console

from paget.cli.summary_text import WIDTH

if TYPE_CHECKING:
    from collections.abc import Mapping


def print_between_draws(told: Mapping[str, Any]) -> None:
    """Print how far the main shares of a run differ between the draws of a posterior.

    Parameters
    ----------
    told
        The part of the run's summary.
    """
    console = Console(width=min(WIDTH, Console().width), highlight=False)
    names = {
        "metastasis_at_diagnosis": "metastasis at diagnosis",
        "dead_of_cancer_5_years_after_diagnosis": "dead of the cancer 5 years after it",
    }
    parts = [
        f"{words} {100.0 * told[key]['share']:.0f} ± {100.0 * told[key]['sd_between_draws']:.1f} %"
        for key, words in names.items()
        if told[key]["share"] is not None and told[key]["sd_between_draws"] is not None
    ]
    shown = "; ".join(parts) or "too few patients to tell"
    console.print(f"Between {told['draws']} draws of what calibration left uncertain (± 1 SD): {shown}.")
