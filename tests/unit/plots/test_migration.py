from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from paget import plots
from paget.errors import SettingError
from paget.plots.migration import migration_counts

MIGRATIONS = pd.DataFrame(
    {
        "from_organ": ["bowel", "bowel", "bowel", "liver", "liver"],
        "to_organ": ["liver", "liver", "regional_lymph_node", "lung", "liver"],
        "route": ["blood", "blood", "lymph", "blood", "blood"],
    }
)


def test_counts_are_the_seedings_of_each_pair_and_route() -> None:
    """Each pair of organs and route has as many lesions as were seeded."""
    counts = migration_counts(MIGRATIONS)
    assert counts["count"].tolist() == [2, 1, 1, 1]
    assert counts.iloc[0].tolist() == ["bowel", "liver", "blood", 2]


def test_each_pair_and_route_has_an_arrow_with_its_count() -> None:
    """There is one arrow for each pair and route, an organ that seeded itself included, and its number stands on it."""
    axes = plots.migration_graph(MIGRATIONS).axes[0]
    arrows = {patch.get_gid() for patch in axes.patches if "arrow-" in str(patch.get_gid())}
    assert arrows == {
        "arrow-bowel-liver-blood",
        "arrow-bowel-regional_lymph_node-lymph",
        "arrow-liver-lung-blood",
        "arrow-liver-liver-blood",
    }
    assert sorted(text.get_text() for text in axes.texts if text.get_text().isdigit()) == ["1", "1", "1", "2"]


def test_each_organ_has_one_node_of_its_colour() -> None:
    """Every organ that seeded or was seeded has one node, in the organ's colour."""
    axes = plots.migration_graph(MIGRATIONS).axes[0]
    nodes = {str(p.get_gid()): to_hex(p.get_facecolor()) for p in axes.patches if str(p.get_gid()).startswith("node-")}
    organs = ("bowel", "liver", "lung", "regional_lymph_node")
    assert nodes == {f"node-{organ}": plots.style.ORGANS[organ].lower() for organ in organs}


def test_rare_arrows_may_be_left_out() -> None:
    """With a least number of lesions only arrows of as many are drawn."""
    axes = plots.migration_graph(MIGRATIONS, least=2).axes[0]
    assert [p.get_gid() for p in axes.patches if "arrow-" in str(p.get_gid())] == ["arrow-bowel-liver-blood"]


def test_no_metastasis_is_refused() -> None:
    """A patient without a metastasis has no graph."""
    with pytest.raises(SettingError):
        plots.migration_graph(MIGRATIONS.iloc[:0])
