"""Figures: functions that take tables and return matplotlib figures, all in one style.

Times are in days, events are flags, and nothing is drawn twice the same way differently: the same table gives the same
bytes. The extra `plots` brings what they need; a name below is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from paget.plots import style as style
    from paget.plots.body import body_map as body_map
    from paget.plots.burden import burden_over_time as burden_over_time
    from paget.plots.burden import sizes as sizes
    from paget.plots.calibration import calibration_curve as calibration_curve
    from paget.plots.canvas import save as save
    from paget.plots.canvas import svg as svg
    from paget.plots.cascade import funnel as funnel
    from paget.plots.clone_history import clone_history as clone_history
    from paget.plots.clones import by_genotype as by_genotype
    from paget.plots.clones import fish as fish
    from paget.plots.descent import clone_tree as clone_tree
    from paget.plots.flow import organ_flow as organ_flow
    from paget.plots.linked import linked_html as linked_html
    from paget.plots.linked import linked_patients as linked_patients
    from paget.plots.linked import save_linked as save_linked
    from paget.plots.migration import migration_graph as migration_graph
    from paget.plots.patient_page import patient_view as patient_view
    from paget.plots.ratios import forest as forest
    from paget.plots.response import spider as spider
    from paget.plots.response import tumour_change as tumour_change
    from paget.plots.response import waterfall as waterfall
    from paget.plots.sites import site_heat_map as site_heat_map
    from paget.plots.sites import site_shares as site_shares
    from paget.plots.stage import stage_bars as stage_bars
    from paget.plots.survival import kaplan_meier as kaplan_meier
    from paget.plots.swimlanes import swimmer as swimmer
    from paget.plots.tradeoff import trade_off_front as trade_off_front

_LAZY: Final = {
    "body_map": "body",
    "burden_over_time": "burden",
    "by_genotype": "clones",
    "calibration_curve": "calibration",
    "clone_history": "clone_history",
    "clone_tree": "descent",
    "fish": "clones",
    "forest": "ratios",
    "funnel": "cascade",
    "kaplan_meier": "survival",
    "linked_html": "linked",
    "linked_patients": "linked",
    "migration_graph": "migration",
    "organ_flow": "flow",
    "patient_view": "patient_page",
    "save": "canvas",
    "save_linked": "linked",
    "site_heat_map": "sites",
    "site_shares": "sites",
    "sizes": "burden",
    "spider": "response",
    "stage_bars": "stage",
    "style": "",
    "svg": "canvas",
    "swimmer": "swimlanes",
    "trade_off_front": "tradeoff",
    "tumour_change": "response",
    "waterfall": "response",
}
"""Public name -> module of this package that holds it; an empty one stands for the module of that name."""

__all__ = sorted(_LAZY)  # noqa: PLE0605 - the names stand in one place


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(_LAZY)


if not TYPE_CHECKING:  # to the type checker a misspelt name stays an error

    def __getattr__(name: str) -> object:
        """Import a public name when it is first asked for."""
        if name not in _LAZY:
            text = f"module 'paget.plots' has no attribute {name!r}; it has {', '.join(sorted(_LAZY))}"
            raise AttributeError(text)
        module = import_module(f"paget.plots.{_LAZY[name] or name}")
        found: object = getattr(module, name) if _LAZY[name] else module
        globals()[name] = found
        return found
