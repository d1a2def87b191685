"""What is true of all figures: no text is cut off, too small to read or hidden by another, whatever is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from paget import plots
from paget.analysis.calibration import curve
from paget.model.layout import FUNNEL_STEPS, ORGANS
from paget.plots import style

DRAWN = np.random.Generator(np.random.PCG64(7))
COUNT = 400
DAYS = DRAWN.exponential(900.0, COUNT)
STAGES = DRAWN.choice(["I", "II", "III", "IV"], COUNT)
PATIENTS = pd.DataFrame(
    {
        "patient": np.arange(COUNT),
        "cancer": DRAWN.choice(["colorectal", "breast_triple_negative", "lung_small_cell", "pancreas"], COUNT),
        "diagnosis_age_day": 20000.0,
        "first_line_age_day": 20050.0,
        "death_age_day": np.where(DRAWN.random(COUNT) < 0.7, 20000.0 + DAYS, np.nan),
        "last_age_day": 20000.0 + DAYS,
        "stage": STAGES,
    }
)
LESIONS = pd.DataFrame(
    {
        "patient": np.repeat(np.arange(COUNT), 6),
        "lesion": np.tile(np.arange(1, 7), COUNT),
        "parent_lesion": np.tile([0, 1, 1, 1, 2, 3], COUNT),
        "organ": [*["bowel", *["liver"] * 5]] * COUNT,
        "route": np.tile(["primary", "blood", "lymph", "cavity", "blood", "blood"], COUNT),
        "detectable_age_day": 1.0,
        "diameter_mm": DRAWN.lognormal(2.0, 1.0, 6 * COUNT),
    }
)
LESIONS["organ"] = np.where(LESIONS["route"] == "primary", "bowel", DRAWN.choice(ORGANS[:9], 6 * COUNT))
CLONES = pd.DataFrame(
    {
        "clone": np.arange(1, 31),
        "parent_clone": [0, *(DRAWN.integers(1, place) for place in range(2, 31))],
        "driver": ["", *DRAWN.choice(["kras", "liver_programme", "smad4", "vegf_escape"], 29)],
        "lesion": DRAWN.integers(1, 7, 30),
        "origin_age_day": 18000.0 + np.sort(DRAWN.random(30)) * 2000.0,
        "cells": DRAWN.lognormal(15.0, 3.0, 30),
    }
)
SIZES = pd.DataFrame({clone: np.linspace(0.0, 1.0, 20) ** 4 * DRAWN.lognormal(15.0, 1.0) for clone in CLONES["clone"]})
SIZES.index = pd.Index(np.linspace(18000.0, 20000.0, 20))
VISITS = pd.DataFrame(
    {
        "patient": np.repeat(np.arange(COUNT), 3),
        "age_day": np.tile([20050.0, 20110.0, 20170.0], COUNT),
        "event": "visit",
        "line": 1,
        "targets_sum_mm": DRAWN.lognormal(3.0, 0.7, 3 * COUNT),
        "response": DRAWN.choice(["SD", "PR", "CR", "PD"], 3 * COUNT),
    }
)
TREATMENTS = pd.DataFrame(
    {
        "patient": np.repeat(np.arange(COUNT), 2),
        "therapy": np.tile(["surgery_primary", "folfox"], COUNT),
        "line": np.tile([0, 1], COUNT),
        "phase": np.tile(["local", "systemic"], COUNT),
        "start_age_day": np.tile([20010.0, 20050.0], COUNT),
        "end_age_day": np.tile([20017.0, 20200.0], COUNT),
    }
)
CURVE = curve(DRAWN.random(500), DRAWN.random(500) < 0.5, np.full(500, 1 / 500))
ROWS = [
    {
        "label": f"A group of patients, number {n}",
        "group": f"Trial {n // 2}",
        "estimate": 0.5 + 0.1 * n,
        "low": 0.4,
        "high": 1.9,
    }
    | ({"published": 0.8, "published_low": 0.6, "published_high": 1.1} if n % 2 else {})
    for n in range(6)
]
PLAN = pd.DataFrame(
    {"policy": ["none", "best_supportive_care", "watchful_waiting", "standard_of_care"], "on_front": True}
)
for column, values in (("treatment_days", [0.0, 0.0, 1.0, 420.0]), ("quality_adjusted_years", [0.63, 0.65, 0.7, 2.7])):
    PLAN[column], PLAN[f"{column}_low"], PLAN[f"{column}_high"] = values, np.array(values) * 0.8, np.array(values) * 1.3
AGE = np.linspace(18000.0, 22000.0, 50)
BURDEN: Mapping[str, np.ndarray] = {
    organ: 1e3 * np.exp(np.linspace(0.0, rate, 50))
    for organ, rate in zip(ORGANS[:7], np.linspace(16.0, 20.0, 7), strict=True)
} | {
    "primary": 1e10 * np.exp(-np.linspace(0.0, 30.0, 50)),
    "skin": np.where(AGE < 21200.0, 1e8, 0.0),
    "kidney": np.where(AGE < 20650.0, 1e5, 0.0),
}
MIGRATIONS = pd.DataFrame(
    {
        "from_organ": ["bowel"] * 9 + ["liver"] * 2,
        "to_organ": [*ORGANS[:9], "lung", "bone"],
        "route": ["blood"] * 9 + ["blood"] * 2,
    }
)
CHANGE = pd.Series(DRAWN.normal(-20.0, 50.0, 90).clip(-100.0))

FIGURES: dict[str, Callable[[], Figure]] = {
    "kaplan_meier": lambda: plots.kaplan_meier(
        {s: (DAYS[s == STAGES], DAYS[s == STAGES] < 2000) for s in ("I", "II", "III", "IV")}
    ),
    "kaplan_meier_arms": lambda: plots.kaplan_meier(
        {"Chemotherapy alone": (DAYS, DAYS > 0), "Chemotherapy with bevacizumab": (DAYS * 1.1, DAYS > 0)}
    ),
    "stage_bars": lambda: plots.stage_bars(PATIENTS[PATIENTS["cancer"] == "colorectal"]),
    "stage_bars_several": lambda: plots.stage_bars(PATIENTS),
    "site_heat_map": lambda: plots.site_heat_map(plots.site_shares(PATIENTS, LESIONS)),
    "funnel": lambda: plots.funnel({step: 10.0 ** (11 - place) for place, step in enumerate(FUNNEL_STEPS)}),
    "burden_over_time": lambda: plots.burden_over_time(
        AGE,
        BURDEN,
        TREATMENTS[TREATMENTS["patient"] == 0],
        marks={"diagnosis": 20000.0, "relapse": 20300.0, "death": 22000.0},
    ),
    "sizes": lambda: plots.sizes(LESIONS),
    "fish": lambda: plots.fish(CLONES, SIZES),
    "clone_tree": lambda: plots.clone_tree(CLONES),
    "migration_graph": lambda: plots.migration_graph(MIGRATIONS),
    "organ_flow": lambda: plots.organ_flow(LESIONS),
    "swimmer": lambda: plots.swimmer(TREATMENTS, VISITS, PATIENTS),
    "waterfall": lambda: plots.waterfall(CHANGE),
    "spider": lambda: plots.spider(plots.tumour_change(VISITS.assign(baseline_sum_mm=30.0))),
    "calibration_curve": lambda: plots.calibration_curve({"All markers": CURVE, "Imaging alone": CURVE}),
    "trade_off_front": lambda: plots.trade_off_front(PLAN, preferred="standard_of_care"),
    "forest": lambda: plots.forest(ROWS, favours=("favours the arm", "favours the reference")),
}
MARKS_ON_AREAS = {"migration_graph", "organ_flow"}
"""Here numbers stand on a ground of their own over bands and arrows, and may touch."""


@pytest.fixture(scope="module")
def drawn() -> dict[str, tuple[Figure, list[tuple[Text, Bbox]]]]:
    """Return each figure with the texts that it shows and the boxes they take, in pixels."""
    found = {}
    for name, make in FIGURES.items():
        figure = make()
        canvas = FigureCanvasAgg(figure)
        canvas.draw()  # type: ignore[no-untyped-call]
        renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
        axes_of_both: list[Any] = [axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)]
        # Ticks beyond the ends of an axis, and those of axes that are off, exist, but are not drawn.
        kept = {id(tick.label1) for axis in axes_of_both if axis.axes.axison for tick in axis._update_ticks()}
        ticks = {id(tick.label1) for axis in axes_of_both for tick in (*axis.majorTicks, *axis.minorTicks)}
        texts = [text for text in figure.findobj(Text) if id(text) not in ticks - kept]
        shown = [text for text in texts if text.get_visible() and text.get_text().strip() != ""]
        found[name] = (figure, [(text, Text.get_window_extent(text, renderer)) for text in shown])
    return found


def told(text: Text) -> str:
    return text.get_text().replace("\n", " ")


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_is_cut_off(name: str, drawn: dict[str, tuple[Figure, list[tuple[Text, Bbox]]]]) -> None:
    """Every text lies within its figure."""
    figure, boxes = drawn[name]
    width, height = figure.bbox.width, figure.bbox.height
    slack = 1.0
    outside = [
        told(text)
        for text, box in boxes
        if box.x0 < -slack or box.y0 < -slack or box.x1 > width + slack or box.y1 > height + slack
    ]
    assert outside == []


@pytest.mark.parametrize("name", FIGURES)
def test_every_text_can_be_read_at_half_size(
    name: str, drawn: dict[str, tuple[Figure, list[tuple[Text, Bbox]]]]
) -> None:
    """No text is smaller than what is still legible at half size, and every figure has a title."""
    _, boxes = drawn[name]
    assert [told(text) for text, _ in boxes if float(text.get_fontsize()) < style.SMALL_POINT] == []
    assert sum(text.get_gid() == "title" for text, _ in boxes) == 1


@pytest.mark.parametrize("name", sorted(set(FIGURES) - MARKS_ON_AREAS))
def test_no_text_hides_another(name: str, drawn: dict[str, tuple[Figure, list[tuple[Text, Bbox]]]]) -> None:
    """No two texts of a figure cover each other."""
    _, boxes = drawn[name]
    flat = [(text, box) for text, box in boxes if text.get_rotation() in {0.0, 90.0}]
    covered = [
        (told(a), told(b))
        for (a, one), (b, other) in combinations(flat, 2)
        if min(one.x1, other.x1) - max(one.x0, other.x0) > 1.0 and min(one.y1, other.y1) - max(one.y0, other.y0) > 2.0
    ]
    assert covered == []


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_tells_what_it_shows(name: str, drawn: dict[str, tuple[Figure, list[tuple[Text, Bbox]]]]) -> None:
    """Each figure has a text for those who cannot see it that begins with its title."""
    figure, boxes = drawn[name]
    title = next(told(text) for text, _ in boxes if text.get_gid() == "title")
    assert str(figure.alt).startswith(title)  # type: ignore[attr-defined]


def test_every_public_figure_is_looked_at() -> None:
    """Each function of the package that returns a figure is among those drawn here."""
    others = {"save", "svg", "style", "site_shares", "tumour_change", "by_genotype", "clone_history"}
    views = {"linked_html", "linked_patients", "save_linked", "body_map", "patient_view"}
    assert set(plots.__all__) - others - views <= {
        name.removesuffix("_arms").removesuffix("_several") for name in FIGURES
    }
