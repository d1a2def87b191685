"""Conversions that are kept at hand, beside the library of units."""

from __future__ import annotations

import subprocess
import sys

import pytest

from paget.model import units


@pytest.mark.parametrize(("unit", "canonical"), units.FREQUENT)
def test_a_conversion_at_hand_is_that_of_the_library(unit: str, canonical: str) -> None:
    """The factor is the library's, to rounding."""
    assert units.factor(unit, canonical) == pytest.approx(units._converted(unit, canonical), rel=1e-14)


def test_a_run_of_built_in_entries_loads_no_library_of_units() -> None:
    """Preparing a run leaves pint unloaded, which would take half a second."""
    code = "import sys, paget.cohort.recipe as r; r.make_recipe('colorectal'); print('pint' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
