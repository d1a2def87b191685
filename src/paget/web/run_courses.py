"""Figures that show the courses of some patients under treatment; a few are read, however large the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paget.web.markup import Html

if TYPE_CHECKING:
    from paget.web.run_facts import RunFacts


def courses(facts: RunFacts) -> Html:
    """Return figures of how the disease of some patients answered to treatment."""
    del facts
    return Html("")
