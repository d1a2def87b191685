"""Virtual arms against published ones: three pairs of a cancer and a regimen, of three classes of drugs."""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "docs" / "tune_therapies.py"
SHARE_TOLERANCE, RATIO_TOLERANCE = 0.15, 0.35
"""Wider than the 10 points and the quarter of the page: 130 patients know a share of 50 % to 4 points."""


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tune_therapies", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cancer", "therapies"),
    [
        ("colorectal", ("folfox",)),
        ("lung_squamous", ("carboplatin_paclitaxel",)),
        ("kidney_clear_cell", ("sunitinib",)),
    ],
    ids=["chemotherapy of colon", "chemotherapy of lung", "drug against vessels in kidney"],
)
def test_arm_responds_and_holds_about_as_published(cancer: str, therapies: tuple[str, ...]) -> None:
    """Seed 20, 130 patients: responses within 15 points, the median without progression within 35 %."""
    script = _script()
    (target,) = (each for each in script.targets() if (each.cancer, each.therapies) == (cancer, therapies))
    result = script.arm_of(target, patients=130)
    assert result.n > 80
    assert result.orr == pytest.approx(target.orr, abs=SHARE_TOLERANCE)
    assert math.log(result.pfs_month / target.pfs_month) == pytest.approx(0.0, abs=RATIO_TOLERANCE)
