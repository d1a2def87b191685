from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget import plots
from paget.errors import SettingError
from paget.plots.clones import bands, by_genotype, clone_colours, lumped
from paget.plots.descent import largest_clones, tree_rows

# 1 founds; 2 and 3 come of it, 4 of 2; 5 is the founder of a metastasis with the genotype of 2.
CLONES = pd.DataFrame(
    {
        "clone": [1, 2, 3, 4, 5],
        "parent_clone": [0, 1, 1, 2, 2],
        "driver": ["", "kras", "tp53", "smad4", ""],
        "drivers": ["apc", "apc+kras", "apc+tp53", "apc+kras+smad4", "apc+kras"],
        "origin_age_day": [100.0, 200.0, 300.0, 400.0, 500.0],
        "lesion": [10, 10, 10, 10, 20],
        "cells": [50.0, 30.0, 5.0, 200.0, 15.0],
    }
)
SIZES = pd.DataFrame(
    {1: [10.0, 60.0, 50.0], 2: [0.0, 20.0, 30.0], 3: [0.0, 1.0, 5.0], 4: [0.0, 0.0, 200.0], 5: [0.0, 0.0, 15.0]},
    index=[150.0, 350.0, 600.0],
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    count = draw(st.integers(1, 12))
    parents = [0, *(draw(st.integers(0, place)) for place in range(1, count))]
    cells = st.floats(0.0, 1e12, allow_nan=False)
    sizes = {place + 1: draw(st.lists(cells, min_size=3, max_size=3)) for place in range(count)}
    clones = pd.DataFrame(
        {
            "clone": range(1, count + 1),
            "parent_clone": parents,
            "driver": "",
            "origin_age_day": np.arange(count, dtype=float),
        }
    )
    return clones, pd.DataFrame(sizes, index=[1.0, 2.0, 3.0])


@given(histories(), st.integers(1, 6))
def test_widths_of_first_clones_sum_to_all_cells(history: tuple[pd.DataFrame, pd.DataFrame], most: int) -> None:
    """However many clones are told apart, the bands of those without a parent are as wide as all cells on each day."""
    clones, sizes = lumped(*history, most)
    edges = bands(clones, sizes)
    firsts = clones.loc[clones["parent_clone"] == 0, "clone"]
    width = sum(edges[clone][1] - edges[clone][0] for clone in firsts)
    np.testing.assert_allclose(width, history[1].sum(axis=1), rtol=1e-9, atol=1e-3)


@given(histories())
def test_bands_lie_in_their_parents_and_apart_from_each_other(history: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """A clone's band lies in that of the clone it came from, and leaves the parent as much room as its own cells."""
    clones, sizes = history
    edges = bands(clones, sizes)
    for clone, own in sizes.items():
        low, high = edges[clone]  # type: ignore[index]
        inside = [edges[child] for child in clones.loc[clones["parent_clone"] == clone, "clone"]]
        slack = 1e-9 * high + 1e-6
        assert all((low <= a + slack).all() and (b <= high + slack).all() for a, b in inside)
        assert all((a[1] <= b[0] + slack).all() for a, b in pairwise(inside))
        left = high - low - sum((b - a for a, b in inside), np.zeros(3))
        np.testing.assert_allclose(left, own, rtol=1e-6, atol=1e-2)


def test_small_clones_count_to_the_clone_they_came_from() -> None:
    """A clone that is not told apart adds its cells to its nearest ancestor that is."""
    clones, sizes = lumped(CLONES, SIZES, 2)
    assert clones["clone"].tolist() == [1, 4]
    assert clones["parent_clone"].tolist() == [0, 1]
    assert sizes.iloc[-1].tolist() == [100.0, 200.0]


def test_genotypes_join_what_grows_in_several_places() -> None:
    """Clones of one genotype are one, and a genotype's parent is the one it first arose from."""
    clones, sizes = by_genotype(CLONES, SIZES)
    assert clones["driver"].tolist() == ["", "kras", "tp53", "smad4"]
    assert clones["parent_clone"].tolist() == [0, 1, 1, 2]
    assert sizes.iloc[-1].tolist() == [50.0, 45.0, 5.0, 200.0]


def test_shares_at_the_end_are_told() -> None:
    """Each band wide enough is named with its share on the last day, by the driver it gained."""
    figure = plots.fish(CLONES, SIZES)
    told = {text.get_text() for text in figure.axes[1].texts}
    assert told == {"First clone  17 %", "+ KRAS activation  10 %", "+ SMAD4 loss  67 %", "First clone  5 %"}


def test_first_clone_is_grey_and_no_other_is() -> None:
    """Clones are told against the first one, which is grey, and the first few do not share a colour."""
    colours = clone_colours(CLONES)
    assert len(set(colours.values())) == 5
    assert colours[1] == "#B9C4CC"


def test_tree_keeps_the_largest_with_all_their_ancestors() -> None:
    """The largest clone is kept with those it descends from, whatever their size."""
    assert largest_clones(CLONES, 1)["clone"].tolist() == [1, 2, 4]


def test_children_stand_below_their_parent_in_order_of_origin() -> None:
    """Rows of a tree follow each clone with all that descends from it."""
    assert sorted(tree_rows(CLONES), key=lambda clone: tree_rows(CLONES)[clone]) == [1, 2, 4, 5, 3]


def test_each_clone_of_the_tree_has_one_dot_at_its_origin() -> None:
    """The tree has one dot a clone, at the age at which it arose, coloured by the organ it grows in."""
    lesions = pd.DataFrame({"lesion": [10, 20], "organ": ["bowel", "liver"], "route": ["primary", "blood"]})
    axes = plots.clone_tree(CLONES, lesions).axes[0]
    dots = {line.get_gid(): line for line in axes.lines if "clone-" in str(line.get_gid())}
    assert [
        float(np.asarray(dots[f"clone-{clone}"].get_xdata())[0]) * 365.25 for clone in CLONES["clone"]
    ] == pytest.approx(CLONES["origin_age_day"].tolist())
    assert dots["clone-5"].get_color() == plots.style.ORGANS["liver"]
    assert dots["clone-1"].get_color() == plots.style.PRIMARY


def test_nothing_to_draw_is_refused() -> None:
    """A fish plot without a cell and a tree without a clone are refused."""
    with pytest.raises(SettingError):
        plots.fish(CLONES, SIZES * 0.0)
    with pytest.raises(SettingError):
        plots.clone_tree(CLONES.iloc[:0])
