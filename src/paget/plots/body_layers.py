"""The layers of the body map: each organ as a group of SVG, tinted, the female trunk drawn in from the male."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np

from paget.plots import outline_shapes as shapes
from paget.plots import style
from paget.plots.body_places import REGIONAL, STATIONS
from paget.plots.outline import WIDTH, Point, mirrored, path, points_of, symmetric

NATURAL: Final[Mapping[str, str]] = {
    "skin": "#F1E7DD",
    "bone": "#F5EFDF",
    "brain": "#E6C6C0",
    "head_neck": "#DBA79E",
    "thyroid": "#BC6E66",
    "lung": "#EBC1BA",
    "pleura": "#D9A9A6",
    "heart": "#BE6259",
    "liver": "#A8675A",
    "spleen": "#946479",
    "stomach": "#E2B69D",
    "pancreas": "#E8CB90",
    "kidney": "#B0665A",
    "adrenal": "#DDB465",
    "peritoneum": "#F3DBC9",
    "bowel": "#E0B29B",
    "bladder": "#ECD7A8",
    "prostate": "#C49A95",
    "ovary": "#E5B0BA",
    "breast": "#F0CFC0",
    "distant_lymph_node": "#B9CBA0",
    "regional_lymph_node": "#B9CBA0",
}
"""Colours of organs that no number tints."""
PLAIN: Final = "#F0EEEA"
"""Colour of organs of which a number is shown that is nothing."""

ORDER: Final = (
    *("skin", "bone", "pleura", "lung", "heart", "peritoneum", "kidney", "spleen", "pancreas", "stomach", "liver"),
    *("adrenal", "bowel", "ovary", "bladder", "prostate", "brain", "head_neck", "thyroid", "breast"),
    *("distant_lymph_node", "regional_lymph_node"),
)
"""Organs from the back to the front."""
ONLY: Final = {"ovary": "female", "prostate": "male"}

_TRUNK: Final = (
    (0, 0.93), (150, 0.92), (205, 0.93), (290, 0.955), (340, 0.95), (370, 0.935), (396, 0.905), (420, 0.885),
    (440, 0.9), (470, 0.94), (500, 0.985), (530, 1.0), (700, 1.0),
)  # fmt: skip
_ARM: Final = 0.905
_EDGE: Final = "#3B2A24"
_BESIDE: Final[Mapping[str, tuple[tuple[tuple[shapes.Part, ...], str, str], ...]]] = {
    "heart": ((shapes.VESSELS, "#CF8078", ""), (shapes.AIRWAY, "#E9E4DC", "")),
    "bladder": ((shapes.WOMB, "#DDA3A0", "female"),),
}
"""What is drawn behind an organ and is none itself: its parts, colour, and the sex that has it."""
_WAIST_Y: Final = 430.0
_RIBS: Final = (
    (206, 170, 216, 190, 234), (218, 146, 240, 184, 262), (232, 132, 264, 186, 288), (247, 122, 288, 188, 308),
    (262, 116, 310, 190, 324), (278, 112, 332, 186, 342), (294, 110, 354, 172, 362), (310, 110, 374, 160, 384),
    (326, 112, 392, 150, 400), (342, 116, 408, 142, 412), (358, 124, 420, 130, 424),
)  # fmt: skip
"""Ribs: level of the head; farthest point to the side; end at the front."""
_SPINE: Final = ((152, 204, 6, 15, 18), (204, 394, 12, 18, 25), (394, 480, 5, 27, 33))
"""Neck, chest and loins: from, to, number of vertebrae, width of the first and of the last."""


def drawn_in(x: float, y: float, sex: str) -> tuple[float, float]:
    """Return a point of the drawing in a body of one sex: the trunk of a woman is narrower down to the hips.

    Parameters
    ----------
    x, y
        A point as drawn, in a man.
    sex
        One of `layout.SEXES`.
    """
    if sex != "female":
        return x, y
    trunk = float(np.interp(y, [level for level, _ in _TRUNK], [share for _, share in _TRUNK]))
    aside = abs(x - WIDTH / 2)
    near, far = (95.0, 125.0) if y < _WAIST_Y else (118.0, 140.0)
    arm = 0.0 if y < shapes.SHOULDER_Y else float(np.clip((aside - near) / (far - near), 0.0, 1.0))
    return WIDTH / 2 + (x - WIDTH / 2) * (trunk + (_ARM - trunk) * arm), y


def organs(sex: str) -> tuple[str, ...]:
    """Return the organs of a body of one sex, from the back to the front."""
    return tuple(organ for organ in ORDER if ONLY.get(organ, sex) == sex)


def group(organ: str, sex: str, fill: str, *, primary: str = "", title: str = "", ident: str = "pg") -> str:
    """Return one organ as a group of SVG.

    Parameters
    ----------
    organ
        One of `layout.ORGANS`.
    sex
        One of `layout.SEXES`.
    fill
        Its colour.
    primary
        The organ of the primary, which tells regional from distant nodes.
    title
        What is told when a pointer rests on it.
    ident
        What ids of gradients begin with.
    """
    edge = style.mixed(fill, 0.62, _EDGE)
    told = f"<title>{title}</title>" if title else ""
    opacity = {"breast": ' opacity="0.55"', "peritoneum": ' opacity="0.6"'}.get(organ, "")
    body = "".join(_drawn(organ, sex, fill, edge, primary, ident))
    behind = "".join(_behind(organ, sex, "" if fill == NATURAL[organ] else PLAIN, ident))
    return f'{behind}<g class="pg-organ" data-organ="{organ}"{opacity}>{told}{body}</g>'


def _drawn(organ: str, sex: str, fill: str, edge: str, primary: str, ident: str) -> Iterator[str]:
    if organ == "skin":
        silhouette = path(symmetric(points_of(shapes.BODY[sex])))
        bare = fill == NATURAL["skin"]
        line = (
            f'stroke="{edge}" stroke-opacity=".6" stroke-width="1.2"' if bare else f'stroke="{fill}" stroke-width="4"'
        )
        yield f'<path d="{silhouette}" fill="{NATURAL["skin"]}" {line}/>'
        yield f'<path d="{silhouette}" fill="url(#{ident}-round)"/>'
        return
    if organ.endswith("lymph_node"):
        yield from _nodes(organ, sex, fill, edge, primary)
        return
    if organ == "bone":
        yield from _bones(sex, fill, edge)
    parts = shapes.MALE_BREAST if organ == "breast" and sex == "male" else shapes.ORGANS[organ]
    for kind, text in parts:
        for points in _sides(kind, text, sex):
            yield from _part(kind.replace("pair ", ""), points, fill, edge, ident)
    if organ == "lung":
        yield f'<path d="{"".join(_ribs(sex))}" fill="none" stroke="#fff" stroke-opacity=".3" stroke-width="3.6"/>'


def _behind(organ: str, sex: str, tint: str, ident: str) -> Iterator[str]:
    for parts, natural, only in _BESIDE.get(organ, ()):
        fill = tint or natural
        if only in {"", sex}:
            for kind, text in parts:
                for points in _sides(kind, text, sex):
                    yield from _part(kind.replace("pair ", ""), points, fill, style.mixed(fill, 0.62, _EDGE), ident)


def _sides(kind: str, text: str, sex: str) -> Iterator[list[Point]]:
    points = points_of(text)
    yield _placed(points, sex)
    if kind.startswith("pair"):
        yield _placed(mirrored(points), sex)


def _placed(points: Iterable[Point], sex: str) -> list[Point]:
    return [(*drawn_in(x, y, sex), corner) for x, y, corner in points]


def _part(kind: str, points: list[Point], fill: str, edge: str, ident: str) -> Iterator[str]:
    what, _, width = kind.partition(" ")
    line = path(points, closed=what in {"fill", "hole"})
    round_ = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'
    if what == "fill":
        yield f'<path d="{line}" fill="{fill}" stroke="{edge}" stroke-width=".9"/>'
        yield f'<path d="{line}" fill="url(#{ident}-shade)"/>'
    elif what == "hole":
        yield f'<path d="{line}" fill="{NATURAL["skin"]}" stroke="{edge}" stroke-width=".9"/>'
    elif what == "rim":
        yield f'<path d="{line}" {round_} stroke="{edge}" stroke-width="{float(width) + 1.4:g}"/>'
        yield f'<path d="{line}" {round_} stroke="{fill}" stroke-width="{width}"/>'
    elif what in {"line", "gut"}:
        yield f'<path d="{line}" {round_} stroke="{edge}" stroke-width="{float(width) + 1.6:g}"/>'
        yield f'<path d="{line}" {round_} stroke="{fill}" stroke-width="{width}"/>'
        lit = float(width) / 3.0
        yield f'<path d="{line}" {round_} stroke="#fff" stroke-opacity=".22" stroke-width="{lit:.1f}"/>'
        if what == "gut":
            across = 'stroke="#000" stroke-opacity=".11" stroke-dasharray="1.3 7.7"'
            yield f'<path d="{line}" fill="none" {across} stroke-width="{width}"/>'
    else:
        yield f'<path d="{line}" {round_} stroke="{edge}" stroke-opacity=".55" stroke-width="{width}"/>'


def _bones(sex: str, fill: str, edge: str) -> Iterator[str]:
    ribs = "".join(_ribs(sex))
    yield f'<path d="{ribs}" fill="none" stroke="{edge}" stroke-opacity=".75" stroke-width="5.4"/>'
    yield f'<path d="{ribs}" fill="none" stroke="{fill}" stroke-width="4"/>'
    spine = []
    for first, last, count, narrow, wide in _SPINE:
        high = (last - first) / count
        for k in range(count):
            half = (narrow + (wide - narrow) * k / (count - 1)) / 2.0
            spine.append(path(_placed(_vertebra(first + k * high, high, half), sex)))
    yield f'<path d="{"".join(spine)}" fill="{fill}" stroke="{edge}" stroke-opacity=".75" stroke-width=".9"/>'


def _vertebra(y: float, high: float, half: float) -> list[Point]:
    middle, low = y + high / 2.0, y + high - 1.5
    outline = [(-half, y + 1), (0, y + 1.6), (half, y + 1), (half - 2, middle), (half, low), (0, low - 0.5)]
    outline += [(-half, low), (2 - half, middle)]
    return [(WIDTH / 2 + x, level, False) for x, level in outline]


def _ribs(sex: str) -> Iterator[str]:
    for head, side_x, side_y, end_x, end_y in _RIBS:
        points: list[Point] = [
            (201, head, False),
            ((201 + side_x) / 2 - 2, head + 2, False),
            (side_x + 3, (head + side_y) / 2 - 2, False),
            (side_x, side_y, False),
            (side_x + 9, side_y + (end_y - side_y) * 0.45, False),
            ((side_x + end_x) / 2 + 6, side_y + (end_y - side_y) * 0.8, False),
            (end_x, end_y, False),
        ]
        yield path(_placed(points, sex), closed=False)
        yield path(_placed(mirrored(points), sex), closed=False)


def _nodes(organ: str, sex: str, fill: str, edge: str, primary: str) -> Iterator[str]:
    regional = REGIONAL.get(primary, ())
    wide, high = (2.4, 3.1) if fill == NATURAL[organ] else (3.2, 4.0)
    yield f'<g fill="{fill}" stroke="{edge}" stroke-width=".7">'
    for name, places in STATIONS.items():
        if (name in regional) == (organ == "regional_lymph_node"):
            for x, y in places:
                at, down = drawn_in(x, y, sex)
                yield f'<ellipse cx="{at:.1f}" cy="{down:g}" rx="{wide}" ry="{high}"/>'
    yield "</g>"
