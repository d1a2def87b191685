"""The body map: organs tinted by a number, lesions drawn to scale, as one SVG that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from paget.errors import SettingError, nearest
from paget.model.layout import ORGANS, SEXES
from paget.plots import style
from paget.plots.body_layers import NATURAL, ONLY, PLAIN, drawn_in, group, organs
from paget.plots.body_places import anchor, place
from paget.plots.outline import HEIGHT, MM_PER_UNIT, WIDTH

MARGIN: Final = 175
"""Room for labels on either side."""
LEGEND: Final = 60
RAMP: Final = ("#F6D9CF", "#E39A8B", "#C2545B", "#8C1D40", "#4F0A2B")
"""Colours from little to much, each darker than the one before."""
LESION: Final = "#8C1D40"
LEAST_RADIUS: Final = 1.6
"""Lesions that would be smaller on the drawing are dots of this radius."""
_LABELS: Final = 12
_GAP: Final = 53.0
_TEXT: Final = 21


def body_map(
    shown: Mapping[str, float] | Sequence[Mapping[str, Any]],
    sex: str = "female",
    *,
    lesions: Sequence[Mapping[str, Any]] = (),
    primary: str = "",
    measure: str = "share of patients",
    title: str = "",
    ident: str = "pg",
) -> str:
    """Return a body with organs tinted by a number or lesions drawn to scale.

    Parameters
    ----------
    shown
        A number from 0 to 1 by organ, which tints it; or lesions, rows with ``organ`` and ``diameter_mm`` and, if they
        are known, ``lesion``, ``route`` and ``label``.
    sex
        ``female`` or ``male``.
    lesions
        Lesions, where `shown` are numbers.
    primary
        The organ of the primary, by which regional nodes are told.
    measure
        What the numbers are, for the legend.
    title
        What the map shows, for those who do not see it.
    ident
        What ids within the SVG begin with; several maps of one page need different ones.

    Returns
    -------
    str
        SVG that stands alone, with a title on every organ and lesion.

    Raises
    ------
    SettingError
        If an organ or a sex is not known, or a number is not from 0 to 1.

    Examples
    --------
    >>> body_map({"liver": 0.4, "lung": 0.2}, "male", primary="bowel")[:4]
    '<svg'
    """
    shares = dict(shown) if isinstance(shown, Mapping) else {}
    rows = [*lesions, *(() if isinstance(shown, Mapping) else shown)]
    _check(sex, [*shares, *(str(row["organ"]) for row in rows), *([primary] if primary else [])])
    for organ, share in shares.items():
        if not 0.0 <= share <= 1.0:
            raise SettingError("A number of the body map is not a share.", key=organ, value=share, allowed="0 to 1")
    most = _round_up(max(shares.values(), default=0.0))
    tinted = isinstance(shown, Mapping)
    fills = {organ: _tint(shares.get(organ, 0.0), most) if tinted else NATURAL[organ] for organ in organs(sex)}
    fills["skin"] = _tint(shares["skin"], most) if shares.get("skin") else NATURAL["skin"]
    told = {organ: _told(organ, shares.get(organ) if tinted else None, measure) for organ in fills}
    labels = _labels(shares, sex, primary)
    body = figure(sex, primary=primary, fills=fills, titles=told, ident=ident)
    width = WIDTH + (2 * MARGIN if labels else 0)
    left = -MARGIN if labels else 0
    height = HEIGHT + (LEGEND if tinted else 0)
    words = escape(title or _sentence(shares, rows, measure))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} 0 {width} {height}" role="img" '
        f'aria-labelledby="{ident}-title" font-family="{escape(", ".join(style.FONTS))}">'
        f'<title id="{ident}-title">{words}</title>{body}'
        f"<g>{''.join(_dots(rows, sex, primary))}</g>{labels}"
        f"{_legend(most, measure, ident) if tinted else ''}</svg>"
    )


def figure(
    sex: str,
    *,
    primary: str = "",
    fills: Mapping[str, str] = NATURAL,
    titles: Mapping[str, str] | None = None,
    ident: str = "pg",
) -> str:
    """Return the body's groups of SVG and what they refer to, to be set into an ``svg`` element.

    Parameters
    ----------
    sex, primary, ident
        As for `body_map`.
    fills
        Colour by organ.
    titles
        Text by organ; the organ's name if None.
    """
    told = titles or {organ: style.upper_first(style.words(organ)) for organ in fills}
    groups = (
        group(organ, sex, fills[organ], primary=primary, title=escape(told[organ]), ident=ident)
        for organ in organs(sex)
    )
    return f'{_definitions(ident)}<g class="pg-body" mask="url(#{ident}-mask)">{"".join(groups)}</g>'


def radius(diameter_mm: float) -> float:
    """Return the radius in which a lesion is drawn, in units of the drawing: to scale unless it is too small."""
    return max(LEAST_RADIUS, diameter_mm / 2.0 / MM_PER_UNIT)


def _check(sex: str, named: Iterable[str]) -> None:
    if sex not in SEXES:
        raise SettingError("There is no such body.", key="sex", value=sex, allowed=SEXES)
    for organ in named:
        if organ not in ORGANS:
            meant = nearest(organ, ORGANS)
            raise SettingError("The body map has no such organ.", key="organ", value=organ, allowed=ORGANS, meant=meant)


def _round_up(share: float) -> float:
    """Return the end of the scale: a round number not below the largest share."""
    ends = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8)
    return next((end for end in ends if share <= end), 1.0)


def _tint(share: float, most: float) -> str:
    if share <= 0.0:
        return PLAIN
    at = min(1.0, share / most) * (len(RAMP) - 1)
    low = min(int(at), len(RAMP) - 2)
    return style.mixed(RAMP[low + 1], at - low, RAMP[low])


def _told(organ: str, share: float | None, measure: str) -> str:
    name = style.upper_first(style.words(organ))
    return name if share is None else f"{name}: {_percent(share)} ({measure})"


def _percent(share: float) -> str:
    return f"{100.0 * share:.1f} %" if 0.0 < share < 0.00995 else f"{100.0 * share:.0f} %"  # noqa: PLR2004


def _sentence(shares: Mapping[str, float], rows: Sequence[Mapping[str, Any]], measure: str) -> str:
    if rows:
        count = len({str(row["organ"]) for row in rows})
        return f"Body map of {len(rows)} lesions in {count} organs"
    first = sorted((item for item in shares.items() if item[1] > 0.0), key=lambda item: -item[1])[:3]
    most = ", ".join(f"{style.words(organ)} {_percent(share)}" for organ, share in first)
    return f"Body map of the {measure} by organ" + (f": {most}" if most else "")


def _labels(shares: Mapping[str, float], sex: str, primary: str) -> str:
    """Return the names of the organs with most, each beside the body and tied to its place."""
    most = sorted((item for item in shares.items() if item[1] > 0.0), key=lambda item: -item[1])[:_LABELS]
    sides: dict[bool, list[tuple[float, float, str]]] = {False: [], True: []}
    for organ, _ in most:
        if ONLY.get(organ, sex) == sex:
            x, y = anchor(organ, sex, primary)
            sides[x > WIDTH / 2].append((y, x, organ))
    parts = []
    for right, found in sides.items():
        levels = _apart([y for y, _, _ in sorted(found)])
        edge, sign = (WIDTH + 8, 1) if right else (-8, -1)
        for level, (y, x, organ) in zip(levels, sorted(found), strict=True):
            line = f"M{x:.1f} {y:.1f}L{edge - 26 * sign} {level:.1f}H{edge - 4 * sign}"
            place_of = f'x="{edge}" text-anchor="{"start" if right else "end"}" font-size="{_TEXT}"'
            parts.append(
                f'<path d="{line}" fill="none" stroke="{style.MUTED}"/>'
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" fill="{style.INK}" stroke="#fff" stroke-width=".8"/>'
                f'<text {place_of} y="{level + 1:.1f}" fill="{style.INK}">'
                f"{escape(style.upper_first(style.words(organ)))}</text>"
                f'<text {place_of} y="{level + 22:.1f}" fill="{style.MUTED}">{_percent(shares[organ])}</text>'
            )
    return f"<g>{''.join(parts)}</g>" if parts else ""


def _apart(levels: list[float]) -> list[float]:
    """Return rising levels moved apart as little as is needed."""
    out: list[float] = []
    for level in levels:
        out.append(max(level, out[-1] + _GAP) if out else level)
    over = max(0.0, out[-1] - (HEIGHT - 30.0)) if out else 0.0
    for k in range(len(out) - 1, -1, -1):
        highest = out[k] - over if k == len(out) - 1 else min(out[k], out[k + 1] - _GAP)
        out[k] = highest
    return out


def _dots(rows: Sequence[Mapping[str, Any]], sex: str, primary: str) -> Iterable[str]:
    """Return lesions as circles, the largest behind."""
    taken: dict[str, list[tuple[float, float]]] = {}
    found = []
    for number, row in enumerate(rows):
        organ, size = str(row["organ"]), float(row["diameter_mm"] or 0.0)
        if size <= 0.0 or ONLY.get(organ, sex) != sex:
            continue
        own = str(row.get("route", "")) == "primary"
        x, y = place(organ, row.get("lesion", number), primary, taken.setdefault(organ, []), is_primary=own)
        x, y = drawn_in(x, y, sex)
        text = str(row.get("label", "")) or f"{style.upper_first(style.words(organ))}: {size:.0f} mm"
        found.append((-size, x, y, text))
    for size, x, y, text in sorted(found):
        yield (
            f'<circle class="pg-dot" cx="{x:.1f}" cy="{y:.1f}" r="{radius(-size):.1f}" fill="{LESION}" '
            f'fill-opacity=".85" stroke="#fff" stroke-width="1"><title>{escape(text)}</title></circle>'
        )


def _legend(most: float, measure: str, ident: str) -> str:
    """Return the scale of colours below the body."""
    stops = "".join(f'<stop offset="{k / (len(RAMP) - 1)}" stop-color="{each}"/>' for k, each in enumerate(RAMP))
    left, wide, top = 60, WIDTH - 120, HEIGHT + 4
    text = f'font-size="{_TEXT - 1}" fill="{style.INK}"'
    return (
        f'<defs><linearGradient id="{ident}-ramp">{stops}</linearGradient></defs>'
        f'<rect x="{left}" y="{top}" width="{wide}" height="11" rx="2" fill="url(#{ident}-ramp)"/>'
        f'<text x="{left - 8}" y="{top + 13}" text-anchor="end" {text}>0</text>'
        f'<text x="{left + wide + 8}" y="{top + 13}" {text}>{_percent(most)}</text>'
        f'<text x="{WIDTH / 2}" y="{top + 38}" text-anchor="middle" {text}>{escape(measure)}</text>'
    )


def _definitions(ident: str) -> str:
    return (
        f'<defs><linearGradient id="{ident}-shade" x1="0" y1="0" x2=".5" y2="1">'
        '<stop offset="0" stop-color="#fff" stop-opacity=".3"/><stop offset=".5" stop-color="#fff" stop-opacity="0"/>'
        '<stop offset="1" stop-color="#3b1d14" stop-opacity=".16"/></linearGradient>'
        f'<radialGradient id="{ident}-round" gradientUnits="userSpaceOnUse" cx="210" cy="330" r="330">'
        '<stop offset=".3" stop-color="#fff" stop-opacity=".35"/>'
        '<stop offset="1" stop-color="#8a6d57" stop-opacity=".18"/></radialGradient>'
        f'<linearGradient id="{ident}-fade" gradientUnits="userSpaceOnUse" x1="0" y1="606" x2="0" y2="688">'
        '<stop offset="0" stop-color="#fff"/><stop offset="1" stop-color="#000"/></linearGradient>'
        f'<mask id="{ident}-mask" maskUnits="userSpaceOnUse" x="0" y="0" width="{WIDTH}" height="{HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#{ident}-fade)"/></mask></defs>'
    )
