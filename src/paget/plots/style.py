"""One style for every figure, page and view: colours, words, sizes. Nothing here needs a package for drawing.

Colours were searched for numerically: the ten usual sites of metastasis, the stages and the responses stay apart under
normal vision and under simulated protanopia, deuteranopia and tritanopia (Machado et al. 2009), which the tests hold
them to. Rarer organs are always named beside their colour, since twenty-two colours cannot all be told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

INK: Final = "#1A1A1A"
MUTED: Final = "#595959"
RULE: Final = "#D9D9D9"
PAPER: Final = "#FFFFFF"
ACCENT: Final = "#0B5FA5"

ORGANS: Final[Mapping[str, str]] = {
    "lung": "#6AB2F7",
    "liver": "#572C0E",
    "bone": "#D2CB3B",
    "brain": "#B04E9F",
    "adrenal": "#C26023",
    "distant_lymph_node": "#257A5C",
    "regional_lymph_node": "#93D483",
    "peritoneum": "#691BB1",
    "pleura": "#123A4B",
    "skin": "#F7A9C5",
    "kidney": "#9C4A55",
    "ovary": "#D98CB3",
    "bowel": "#8C7A5B",
    "spleen": "#7A3B69",
    "heart": "#B3243B",
    "pancreas": "#CFA36B",
    "thyroid": "#5FA8A0",
    "breast": "#E08A8A",
    "prostate": "#4F6BB0",
    "stomach": "#B08FBF",
    "bladder": "#9AA83F",
    "head_neck": "#7F8C99",
}
"""One colour an organ."""

PRIMARY: Final = "#3D3D3D"
"""The primary itself, whichever organ it grows in."""

STAGES: Final[Mapping[str, str]] = {
    "0": "#B5DCE6",
    "I": "#67AFD4",
    "II": "#3F7FBF",
    "III": "#4B4A9C",
    "IV": "#2A1548",
    "unknown": "#B8B8B8",
}
"""One colour a stage, darker as it is later."""

RESPONSES: Final[Mapping[str, str]] = {
    "CR": "#055347",
    "PR": "#2983EA",
    "SD": "#E6CB68",
    "PD": "#A14605",
    "NE": "#BFC6CA",
}
"""One colour a response by RECIST."""

CAUSES: Final[Mapping[str, str]] = {
    **ORGANS,
    "cachexia": "#4A4A4A",
    "effect": "#D55E00",
    "other": "#A9B1B7",
    "alive": "#E7EBEE",
}
"""One colour a cause of death; the failure of an organ has the organ's."""

ROUTES: Final[Mapping[str, str]] = {"primary": PRIMARY, "blood": "#BE3F30", "lymph": "#3D9E9B", "cavity": "#D7AE0D"}
"""One colour a route by which the founder of a lesion came."""

GROUPS: Final = ("#0B5FA5", "#D55E00", "#00876C", "#B04E9F", "#3D3D3D", "#C79A00", "#5AA9E6", "#7A3B1E")
"""Colours of groups without one of their own, such as the arms of a trial, in order."""

LOADS_NOTHING: Final = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
"""A policy of content security under which a page has to hold all it shows."""

FONTS: Final = ("DejaVu Sans", "Verdana", "sans-serif")
"""Verdana has nearly the same widths where DejaVu Sans is not installed."""

WIDTH_INCH: Final = 7.0
TITLE_POINT: Final = 14.0
TEXT_POINT: Final = 12.0
SMALL_POINT: Final = 10.5
"""No text of a figure is smaller, so that it is still legible at half size."""

_ORGAN_WORDS: Final = {
    "distant_lymph_node": "distant nodes",
    "regional_lymph_node": "regional nodes",
    "adrenal": "adrenal gland",
    "head_neck": "head and neck",
}
_CAUSE_WORDS: Final = {"cachexia": "wasting", "effect": "treatment", "other": "another cause", "alive": "alive"}
_STEP_WORDS: Final = {
    "shed": "shed by tumours",
    "survived_circulation": "survived in the blood",
    "arrested": "lodged in small vessels",
    "extravasated": "left the vessel",
    "survived": "survived in the new organ",
    "dormant": "fell asleep",
    "woken": "woke again",
    "founded": "began to divide",
    "established": "grew to 1,000 cells",
    "vascularised": "got vessels of their own",
    "detectable": "became detectable",
}
_RESPONSE_WORDS: Final = {
    "CR": "complete response",
    "PR": "partial response",
    "SD": "stable disease",
    "PD": "progression",
    "NE": "not evaluable",
}
_SHORT_FORMS: Final = {word.lower(): word for word in ("HER2", "HR", "SBRT", "SRS", "CAR", "TIL", "EMT", "PARP")}
_LEAST_CONTRAST: Final = 4.5
_BLACK: Final = "#000000"
_DARKER: Final = 0.92


def words(name: str) -> str:
    """Return the name of an entry, an organ, a cause, a step of the funnel or a response in words.

    Parameters
    ----------
    name
        As it stands in a table.

    Returns
    -------
    str
        What to write in a figure.
    """
    for known in (_ORGAN_WORDS, _CAUSE_WORDS, _STEP_WORDS, _RESPONSE_WORDS):
        if name in known:
            return known[name]
    return " ".join(_SHORT_FORMS.get(word, word) for word in name.split("_"))


def upper_first(text: str) -> str:
    """Return a text with its first letter as a capital and the rest as it is."""
    return text[:1].upper() + text[1:]


def group_colours(names: list[str]) -> dict[str, str]:
    """Return a colour for each group: its own if it is a stage, organ, response or route, else the next free one.

    Parameters
    ----------
    names
        The groups, in order.

    Returns
    -------
    dict
        Group to colour.
    """
    for own in (STAGES, RESPONSES, ORGANS, ROUTES):
        if all(name in own for name in names):
            return {name: own[name] for name in names}
    return {name: GROUPS[number % len(GROUPS)] for number, name in enumerate(names)}


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2), from 0 for black to 1 for white.

    Parameters
    ----------
    colour
        ``#RRGGBB``.
    """
    parts = [int(colour[start : start + 2], 16) / 255.0 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]  # noqa: PLR2004
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(colour: str, ground: str = PAPER) -> float:
    """Return the contrast of two colours (WCAG 2.2), from 1 to 21."""
    light, dark = sorted((luminance(colour), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_colour(colour: str) -> str:
    """Return a colour darkened until text in it is legible on white (contrast of 4.5).

    Parameters
    ----------
    colour
        ``#RRGGBB``.
    """
    parts = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    while contrast(_hex(parts)) < _LEAST_CONTRAST:
        parts = [int(part * _DARKER) for part in parts]
    return _hex(parts)


def text_on(colour: str) -> str:
    """Return black or white, whichever is legible on a fill."""
    return _BLACK if contrast(_BLACK, colour) >= contrast(PAPER, colour) else PAPER


def mixed(colour: str, share: float, ground: str = PAPER) -> str:
    """Return a colour mixed into a ground.

    Parameters
    ----------
    colour
        ``#RRGGBB``.
    share
        How much of it, from 0 to 1.
    ground
        ``#RRGGBB`` of the rest.
    """
    pairs = [(int(colour[start : start + 2], 16), int(ground[start : start + 2], 16)) for start in (1, 3, 5)]
    return _hex([round(share * own + (1.0 - share) * other) for own, other in pairs])


def as_css(selector: str = ":root") -> str:
    """Return the palette as custom properties of CSS, such as ``--organ-lung``.

    Parameters
    ----------
    selector
        What they belong to.

    Returns
    -------
    str
        One rule. Names: ``--ink``, ``--muted``, ``--rule``, ``--paper``, ``--accent``, ``--primary``, ``--font``,
        ``--group-1`` and so on, and ``--organ-``, ``--stage-``, ``--response-``, ``--cause-`` and ``--route-`` followed
        by the name in lower case with hyphens.
    """
    named = {"ink": INK, "muted": MUTED, "rule": RULE, "paper": PAPER, "accent": ACCENT, "primary": PRIMARY}
    named["font"] = ", ".join(f'"{font}"' if " " in font else font for font in FONTS)
    named |= {f"group-{number}": colour for number, colour in enumerate(GROUPS, start=1)}
    kinds = {"organ": ORGANS, "stage": STAGES, "response": RESPONSES, "cause": CAUSES, "route": ROUTES}
    for kind, palette in kinds.items():
        named |= {f"{kind}-{name.lower().replace('_', '-')}": colour for name, colour in palette.items()}
    body = "".join(f"  --{name}: {value};\n" for name, value in named.items())
    return f"{selector} {{\n{body}}}\n"


def _hex(parts: list[int]) -> str:
    return "#" + "".join(f"{part:02X}" for part in parts)
