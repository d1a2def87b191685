from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from paget import plots
from paget.errors import SettingError

ROWS: list[dict[str, Any]] = [
    {"label": "OS", "group": "Trial A", "estimate": 0.9, "low": 0.4, "high": 2.1, "published": 0.66},
    {"label": "PFS", "group": "Trial A", "estimate": 0.7, "low": 0.5, "high": None},
    {
        "label": "OS",
        "group": "Trial B",
        "estimate": None,
        "published": 0.8,
        "published_low": 0.6,
        "published_high": 1.0,
    },
]


def test_squares_stand_at_the_estimates_and_circles_at_the_published_ones() -> None:
    """Each number that is known has its mark at its value, and none has a mark that is not known."""
    axes = plots.forest(ROWS).axes[0]
    marks = [
        (line.get_marker(), float(np.asarray(line.get_xdata())[0]))
        for line in axes.lines
        if line.get_gid() == "estimate"
    ]
    assert marks == [("s", 0.9), ("o", 0.66), ("s", 0.7), ("o", 0.8)]


def test_intervals_span_what_is_known_of_them() -> None:
    """A line spans the interval; an end that is not known is the estimate itself."""
    axes = plots.forest(ROWS).axes[0]
    spans = [list(np.asarray(line.get_xdata())) for line in axes.lines if line.get_gid() == "interval"]
    assert spans == [[0.4, 2.1], [0.66, 0.66], [0.5, 0.7], [0.6, 1.0]]


def test_numbers_stand_at_the_right() -> None:
    """Beside each row stand estimate and interval, with a question mark for an end that is not known."""
    told = [text.get_text() for text in plots.forest(ROWS).axes[0].texts]
    assert told == ["0.90 (0.40 to 2.10)", "0.66", "0.70 (0.50 to ?)", "0.80 (0.60 to 1.00)"]


def test_groups_are_named_before_their_rows() -> None:
    """The name of a group stands once, above its first row."""
    labels = [label.get_text().strip() for label in plots.forest(ROWS).axes[0].get_yticklabels()]
    assert labels == ["Trial A", "OS", "PFS", "Trial B", "OS"]


def test_line_of_no_effect_is_always_on_the_axis() -> None:
    """The line stands at 1 for ratios and at 0 for differences, and the axis reaches it."""
    for ratio, at in ((True, 1.0), (False, 0.0)):
        axes = plots.forest([{"label": "far", "estimate": 0.2, "low": 0.15, "high": 0.3}], ratio=ratio).axes[0]
        assert list(np.asarray(axes.lines[0].get_xdata())) == [at, at]
        assert axes.get_xlim()[0] < at < axes.get_xlim()[1]


def test_what_cannot_be_a_ratio_is_refused() -> None:
    """A ratio of zero or less, and a figure without an estimate, are refused."""
    with pytest.raises(SettingError):
        plots.forest([{"label": "a", "estimate": -0.2}])
    with pytest.raises(SettingError):
        plots.forest([{"label": "a", "estimate": None}])
