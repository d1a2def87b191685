from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from paget.catalogue.folders import BUILT_IN, Folder
from paget.catalogue.registry import Catalogue
from paget.model.stage import STAGE_GROUPS, STAGES, StagingTable

BREAST = Catalogue([Folder(BUILT_IN, "built in")]).entry("staging", "breast", StagingTable)


def test_every_stage_has_its_group() -> None:
    """IIIB is of group 3, and what cannot be told is of group 0."""
    expected = {"unknown": 0, "IA": 1, "IIC": 2, "IIIB": 3, "IV": 4, "IVC": 4}
    assert {name: STAGE_GROUPS[STAGES.index(name)] for name in expected} == expected
    assert len(STAGE_GROUPS) == len(STAGES)


def changed(**parts: Any) -> dict[str, Any]:
    """Return the table of the breast as plain data, with parts changed."""
    return {**BREAST.model_dump(), **parts}


GROUPS = BREAST.groups.model_dump()
SITE = {"counts_as": "T4", "source": "paget", "grade": "assumed", "rationale": "Shows the form."}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"t": BREAST.model_dump()["t"][::-1]}, "The categories of T do not rise"),
        ({"n": BREAST.model_dump()["n"][::-1]}, "The categories of N do not rise"),
        ({"t": BREAST.model_dump()["t"][:2]}, "groups 4 T categories"),
        ({"n": BREAST.model_dump()["n"][:2]}, "groups 4 N categories"),
        ({"groups": {**GROUPS, "n1": GROUPS["n1"][:3]}}, "not a full grid"),
        ({"groups": {**GROUPS, "n1": ()}}, "not a full grid"),
        ({"groups": {**GROUPS, "no_primary": ("IIA",)}}, "4 N categories but 1 stages without a primary"),
        ({"groups": {**GROUPS, "m1": "V"}}, "'V' is not a stage"),
        ({"n": [{"category": "N1"}]}, "The category N1 begins nowhere"),
        ({"sites": [{**SITE, "organs": ["skin"]}, {**SITE, "organs": ["skin"]}]}, "The organ skin has two rules"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(parts: dict[str, Any], message: str) -> None:
    """Each fault is told by its own rule."""
    with pytest.raises(ValidationError, match=message):
        StagingTable.model_validate(changed(**parts))
