"""Where lesions lie on the body map: in which part of an organ, and at which nodes."""

from __future__ import annotations

import math
from typing import Final

Spot = tuple[float, float, float, float]
"""An ellipse in which lesions lie: its centre and half axes."""

STATIONS: Final[dict[str, tuple[tuple[float, float], ...]]] = {
    "cervical": ((189, 166), (187, 178), (183, 191), (231, 166), (233, 178), (237, 191)),
    "supraclavicular": ((170, 200), (160, 199), (250, 200), (260, 199)),
    "axillary": ((112, 262), (107, 275), (116, 283), (121, 271), (308, 262), (313, 275), (304, 283), (299, 271)),
    "mediastinal": ((203, 236), (217, 236), (198, 253), (222, 253), (190, 270), (230, 270)),
    "hepatic": ((196, 408), (204, 401), (190, 416)),
    "coeliac": ((212, 408), (220, 400), (208, 417), (230, 436), (244, 431)),
    "paraaortic": ((204, 452), (216, 456), (203, 466), (217, 470), (209, 447)),
    "renal": ((192, 440), (228, 442), (198, 452), (222, 454)),
    "mesenteric": ((180, 480), (196, 479), (212, 482), (228, 480), (244, 477), (262, 492)),
    "pelvic": ((186, 507), (178, 522), (184, 538), (234, 507), (242, 522), (236, 538)),
    "inguinal": ((138, 586), (146, 597), (155, 605), (282, 586), (274, 597), (265, 605)),
}
"""Groups of lymph nodes, by the region they drain."""

REGIONAL: Final[dict[str, tuple[str, ...]]] = {
    "lung": ("mediastinal",),
    "pleura": ("mediastinal",),
    "heart": ("mediastinal",),
    "liver": ("hepatic",),
    "pancreas": ("coeliac",),
    "stomach": ("coeliac",),
    "spleen": ("coeliac",),
    "bowel": ("mesenteric",),
    "peritoneum": ("mesenteric",),
    "kidney": ("renal",),
    "adrenal": ("renal",),
    "bladder": ("pelvic",),
    "prostate": ("pelvic",),
    "ovary": ("pelvic",),
    "breast": ("axillary",),
    "thyroid": ("cervical",),
    "head_neck": ("cervical",),
    "brain": ("cervical",),
    "skin": ("axillary", "inguinal"),
    "bone": ("inguinal",),
}
"""Groups of nodes that drain each organ first."""

DISTANT: Final = ("supraclavicular", "paraaortic", "mediastinal", "coeliac", "inguinal", "axillary")
"""Groups in which distant lymph nodes are drawn, those that are regional left out."""

SPOTS: Final[dict[str, tuple[Spot, ...]]] = {
    "lung": ((158, 272, 20, 34), (152, 318, 26, 30), (262, 268, 18, 32), (280, 322, 15, 34), (176, 236, 10, 16)),
    "liver": ((150, 388, 26, 26), (186, 378, 22, 18), (222, 368, 16, 9), (136, 414, 12, 14)),
    "bone": (
        *((210, 212 + 16 * k, 7, 5) for k in range(12)),
        *((210, 402 + 17 * k, 10, 5) for k in range(5)),
        (210, 504, 12, 16),
        (140, 474, 18, 14),
        (280, 474, 18, 14),
        (128, 550, 9, 9),
        (292, 550, 9, 9),
        (118, 600, 5, 22),
        (302, 600, 5, 22),
        (84, 236, 8, 9),
        (336, 236, 8, 9),
        (80, 292, 4, 34),
        (340, 292, 4, 34),
        (150, 590, 8, 7),
        (270, 590, 8, 7),
        (115, 330, 3, 12),
        (305, 330, 3, 12),
        (116, 372, 3, 8),
        (304, 372, 3, 8),
        (124, 240, 7, 18),
        (296, 240, 7, 18),
        (184, 25, 9, 3),
        (238, 26, 8, 3),
        (146, 203, 16, 2),
        (274, 203, 16, 2),
    ),
    "brain": ((190, 62, 15, 24), (230, 62, 15, 24)),
    "adrenal": ((168, 411, 5, 4), (252, 402, 5, 4)),
    "peritoneum": (
        (132, 500, 4, 26),
        (288, 502, 4, 24),
        (210, 512, 44, 18),
        (162, 556, 14, 5),
        (258, 556, 14, 5),
        (112, 420, 3, 14),
        (306, 424, 3, 14),
    ),
    "pleura": (
        (121, 350, 3, 18),
        (299, 350, 3, 18),
        (132, 286, 3, 22),
        (288, 286, 3, 22),
        (160, 353, 18, 2),
        (284, 362, 8, 3),
    ),
    "skin": (
        (72, 300, 10, 40),
        (346, 320, 10, 40),
        (150, 640, 22, 26),
        (270, 644, 22, 26),
        (122, 440, 4, 20),
        (60, 430, 10, 30),
        (360, 440, 10, 30),
        (128, 226, 14, 8),
        (290, 228, 14, 8),
        (186, 110, 8, 8),
    ),
    "kidney": ((163, 440, 8, 24), (259, 438, 8, 22)),
    "ovary": ((179, 538, 5, 5), (241, 538, 5, 5)),
    "bowel": (
        (281, 490, 5, 40),
        (250, 537, 16, 5),
        (138, 500, 5, 34),
        (212, 479, 40, 5),
        (213, 566, 4, 16),
        (210, 508, 40, 18),
    ),
    "spleen": ((291, 390, 8, 18),),
    "heart": ((226, 302, 22, 28),),
    "pancreas": ((198, 439, 9, 7), (236, 433, 20, 6), (266, 418, 10, 5)),
    "thyroid": ((198, 190, 4, 8), (222, 190, 4, 8)),
    "breast": ((158, 302, 22, 26), (262, 302, 22, 26)),
    "prostate": ((210, 590, 9, 7),),
    "stomach": ((262, 384, 11, 24), (236, 418, 18, 5)),
    "bladder": ((210, 563, 20, 9),),
    "head_neck": ((210, 128, 18, 7), (210, 150, 6, 10), (210, 168, 6, 7)),
}
"""Ellipses in which an organ's lesions lie, the likelier a larger one is."""

PRIMARY_AT: Final[dict[str, tuple[float, float]]] = {
    "lung": (156, 264),
    "liver": (152, 384),
    "bone": (128, 620),
    "brain": (228, 56),
    "skin": (70, 268),
    "kidney": (262, 430),
    "ovary": (241, 538),
    "bowel": (262, 540),
    "pancreas": (197, 439),
    "thyroid": (197, 188),
    "breast": (282, 286),
    "prostate": (207, 590),
    "stomach": (250, 412),
    "bladder": (220, 562),
    "head_neck": (216, 142),
}
"""Where a primary is drawn."""

ANCHORS: Final[dict[str, tuple[float, float]]] = {
    "lung": (148, 268),
    "liver": (134, 392),
    "bone": (80, 312),
    "brain": (236, 60),
    "adrenal": (253, 402),
    "peritoneum": (126, 494),
    "pleura": (300, 352),
    "skin": (352, 318),
    "kidney": (158, 448),
    "ovary": (179, 538),
    "bowel": (283, 500),
    "spleen": (296, 388),
    "heart": (244, 304),
    "pancreas": (270, 415),
    "thyroid": (197, 190),
    "breast": (146, 310),
    "prostate": (205, 590),
    "stomach": (266, 378),
    "bladder": (194, 562),
    "head_neck": (194, 128),
}
"""Where the label of an organ points to."""
_TRIES: Final = 24
_FAR: Final = 1e9
_MIX: Final = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
_WHOLE: Final = 2**64


def spots(organ: str, primary: str) -> tuple[Spot, ...]:
    """Return the ellipses in which an organ's lesions lie, given the organ of the primary.

    Parameters
    ----------
    organ, primary
        Among `layout.ORGANS`; an empty text for a primary that is not known.
    """
    if organ in SPOTS:
        return SPOTS[organ]
    regional = REGIONAL.get(primary, ("mesenteric",))
    names = regional if organ == "regional_lymph_node" else [name for name in DISTANT if name not in regional]
    return tuple((x, y, 2.5, 3.0) for name in names for x, y in STATIONS[name])


def anchor(organ: str, sex: str, primary: str) -> tuple[float, float]:
    """Return where a label points to in a body of one sex."""
    from paget.plots.body_layers import drawn_in

    if organ in ANCHORS:
        return drawn_in(*ANCHORS[organ], sex)
    far = max if organ == "distant_lymph_node" else min
    x, y, _, _ = far(spots(organ, primary), key=lambda spot: spot[0] if organ == "distant_lymph_node" else -spot[0])
    return drawn_in(x, y, sex)


def place(
    organ: str, key: object, primary: str, taken: list[tuple[float, float]], *, is_primary: bool = False
) -> tuple[float, float]:
    """Return where a lesion is drawn: somewhere in its organ, by its key alone but for lesions that lie there.

    Parameters
    ----------
    organ, primary
        Its organ, and that of the primary.
    key
        What tells it from others: the same key comes to the same place.
    taken
        Where other lesions of the organ lie; the new one is added.
    is_primary
        Whether it is the primary.
    """
    if is_primary and organ in PRIMARY_AT:
        taken.append(PRIMARY_AT[organ])
        return taken[-1]
    beds = spots(organ, primary)
    area = [rx * ry for _, _, rx, ry in beds]
    best, widest = (beds[0][0], beds[0][1]), -1.0
    for k in range(_TRIES):
        first, second, third = (_share(key, 3 * k + j) for j in range(3))
        at = first * sum(area)
        number = next((n for n in range(len(beds)) if at <= sum(area[: n + 1])), len(beds) - 1)
        x, y, rx, ry = beds[number]
        angle, out = 2.0 * math.pi * second, math.sqrt(third)
        spot = x + rx * out * math.cos(angle), y + ry * out * math.sin(angle)
        room = min((math.dist(spot, other) for other in taken), default=_FAR)
        if room > widest:
            best, widest = spot, room
        if not taken:
            break
    taken.append(best)
    return best


def _share(key: object, number: int) -> float:
    """Return a number from 0 to 1 that depends on a key alone (the mixing steps of SplitMix64)."""
    told = int(str(key), 16) if _is_hex(str(key)) else sum(ord(sign) * 31**k for k, sign in enumerate(str(key)))
    mixed = (told + (number + 1) * _MIX[0]) % _WHOLE
    mixed = (mixed ^ (mixed >> 30)) * _MIX[1] % _WHOLE
    mixed = (mixed ^ (mixed >> 27)) * _MIX[2] % _WHOLE
    return ((mixed ^ (mixed >> 31)) >> 11) / 2.0**53


def _is_hex(text: str) -> bool:
    return bool(text) and all(sign in "0123456789abcdef" for sign in text)
