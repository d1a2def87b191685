"""How a run's patients were cared for, as lines of its summary."""

from __future__ import annotations

from typing import Any, Final

from rich.console import Group, RenderableType

from paget.cli.words import percent

_THERAPIES_SHOWN: Final = 6


def care(found: dict[str, Any]) -> RenderableType:
    """Return what was given, to what effect, and what it cost.

    Parameters
    ----------
    found
        The part of a summary that tells of care.
    """
    therapies = list(found["therapies"].items())[:_THERAPIES_SHOWN]
    given = ", ".join(f"{name.replace('_', ' ')} {percent(each['share'], 0)}" for name, each in therapies)
    lines = "  ".join(f"{number}: {percent(each['share'], 0)}" for number, each in found["lines"].items())
    alive = found["cancer_survival_at_5_year"]
    survival = "  ".join(f"{group} {percent(share, 0)}" for group, share in alive.items() if share is not None)
    year = found["mean_year"]
    return Group(
        f"not dead of it at 5 years  {survival}",
        f"relapse {percent(found['relapsed']['share'], 0)} of stages I to III",
        f"lines when advanced  {lines}",
        f"response {percent(found['responded']['share'], 0)} of those with a line; "
        f"first line held {_months(found['progression_free_month'])}",
        f"toxicity of grade 3 or 4 {percent(found['severe_toxicity']['share'], 0)}, "
        f"died of treatment {percent(found['treatment_deaths']['share'])}",
        f"mean years lived {year['lived']:.1f}, quality-adjusted {year['quality_adjusted']:.1f}, "
        f"at home {year['at_home']:.1f}, treated {year['under_treatment']:.1f}",
        f"given {given}",
    )


def _months(value: float | None) -> str:
    return "for a median not reached" if value is None else f"{value:.1f} months"
