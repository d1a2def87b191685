from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from paget.model.layout import CAUSES, FUNNEL_STEPS, ORGANS, ROUTES
from paget.plots import style

# Machado, Oliveira & Fernandes 2009 (doi:10.1109/TVCG.2009.113), severity 1.0, on linear RGB.
VISIONS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
USUAL_SITES = ORGANS[:10]
DISTANCE = 20.0
"""A difference of CIELAB (1976) that is seen at a glance; 2.3 is just noticeable."""


def lab(colour: str, vision: np.ndarray) -> np.ndarray:
    parts = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255.0
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(vision @ linear, 0.0, 1.0) / np.array([0.95047, 1.0, 1.08883])
    bent = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16.0 / 116.0)
    return np.array([116.0 * bent[1] - 16.0, 500.0 * (bent[0] - bent[1]), 200.0 * (bent[1] - bent[2])])


def nearest_pair(colours: dict[str, str], vision: np.ndarray) -> tuple[float, tuple[str, str]]:
    pairs = combinations(colours, 2)
    return min((float(np.linalg.norm(lab(colours[a], vision) - lab(colours[b], vision))), (a, b)) for a, b in pairs)


@pytest.mark.parametrize("vision", VISIONS)
def test_usual_sites_stay_apart_for_the_colour_blind(vision: str) -> None:
    """The ten usual sites of metastasis are told apart at a glance under every kind of colour vision."""
    distance, pair = nearest_pair({site: style.ORGANS[site] for site in USUAL_SITES}, VISIONS[vision])
    assert distance >= DISTANCE, pair


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("palette", [style.RESPONSES, style.ROUTES], ids=["responses", "routes"])
def test_responses_and_routes_stay_apart_for_the_colour_blind(palette: dict[str, str], vision: str) -> None:
    """Responses and routes are told apart under every kind of colour vision."""
    distance, pair = nearest_pair(dict(palette), VISIONS[vision])
    assert distance >= DISTANCE, pair


def test_later_stages_are_darker() -> None:
    """Stages are ordered by their lightness, so that their order is seen without any hue."""
    light = [style.luminance(style.STAGES[stage]) for stage in ("0", "I", "II", "III", "IV")]
    assert light == sorted(light, reverse=True)
    assert min(high / low for high, low in pairwise(light)) > 1.4


def test_each_name_has_one_colour() -> None:
    """Every organ, cause of death and route of the layout has a colour, and organs never share one."""
    assert set(style.ORGANS) == set(ORGANS)
    assert set(style.CAUSES) == set(CAUSES)
    assert set(style.ROUTES) == set(ROUTES)
    assert len(set(style.ORGANS.values())) == len(ORGANS)


def test_text_in_any_colour_is_legible() -> None:
    """Text in a colour of the palette has a contrast of 4.5 on white, and text on a fill one of 4.5 on the fill."""
    palette = {
        *style.ORGANS.values(),
        *style.STAGES.values(),
        *style.RESPONSES.values(),
        *style.CAUSES.values(),
        *style.GROUPS,
    }
    assert min(style.contrast(style.text_colour(colour)) for colour in palette) >= 4.5
    assert min(style.contrast(style.text_on(colour), colour) for colour in palette) >= 4.5


def test_black_on_white_has_the_greatest_contrast() -> None:
    """Contrast is that of WCAG: 21 for black on white, 1 for a colour on itself."""
    assert style.contrast("#000000") == pytest.approx(21.0)
    assert style.contrast("#6AB2F7", "#6AB2F7") == pytest.approx(1.0)


def test_css_holds_the_same_palette() -> None:
    """The custom properties of pages are the colours of figures."""
    css = style.as_css(".report")
    assert css.startswith(".report {")
    for kind, palette in (("organ", style.ORGANS), ("stage", style.STAGES), ("cause", style.CAUSES)):
        for name, colour in palette.items():
            assert f"--{kind}-{name.lower().replace('_', '-')}: {colour};" in css


def test_words_leave_no_underscore() -> None:
    """Whatever stands in a table is written in words: no underscore reaches a figure."""
    told = [style.words(name) for name in (*ORGANS, *CAUSES, *FUNNEL_STEPS, "sbrt_metastases")]
    assert not any("_" in text for text in told)
    assert style.words("sbrt_metastases") == "SBRT metastases"


def test_groups_of_stages_have_the_colours_of_stages() -> None:
    """Groups that are all stages have the stages' colours; groups with other names differ from each other."""
    assert style.group_colours(["II", "IV"]) == {"II": style.STAGES["II"], "IV": style.STAGES["IV"]}
    assert len(set(style.group_colours(["A", "B", "C"]).values())) == 3
