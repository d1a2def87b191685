"""The report of a validation: how near simulations come to published figures, fitted and unseen apart."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from paget.errors import FolderError
from paget.inference.quantities import QUANTITIES
from paget.inference.scoring import Scored
from paget.inference.validate import JSON_NAME
from paget.plots import style
from paget.web import words
from paget.web.markup import Html, folded, joined, table, tag
from paget.web.origins import references
from paget.web.page import Section, cards, note, page, paragraphs
from paget.web.scores import calibration, score_table, scored_text

_MET: Final = "Met: within the published interval, or within 5 points for shares and 25 % for times and sizes."


def of_validation(folder: str | Path) -> str:
    """Return the report of a validation.

    Parameters
    ----------
    folder
        What `paget validate` left.

    Returns
    -------
    str
        A self-contained HTML document.

    Raises
    ------
    FolderError
        If the folder holds no validation.
    """
    held = _read(Path(folder))
    rows = [Scored(**row) for row in held["targets"]]
    cancers = list(dict.fromkeys(row.cancer for row in rows))
    sections = [Section("short", "In short", _short(rows, held))]
    sections += [
        Section("quantities", "By what was asked", _summed(held["summary"], "by_quantity"), "Quantities"),
        Section("cancers", "By cancer", _summed(held["summary"], "by_cancer"), "Cancers"),
        Section("each", "Each figure", _each(rows, cancers)),
        Section("provenance", "Provenance", _provenance(held, cancers)),
        Section("citations", "Where the published figures come from", _citations(rows), "Citations"),
    ]
    title = f"{_named(cancers)}: simulated against published figures"
    under = f"{held['patients']:,} patients per cancer and run · seed {held['seed']}"
    return page(title, under, sections)


def _read(folder: Path) -> dict[str, Any]:
    try:
        held: dict[str, Any] = json.loads((folder / JSON_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        allowed = "a folder that `paget validate` left"
        raise FolderError("There is no validation in this folder.", file=folder, allowed=allowed) from error
    return held


def _named(cancers: Sequence[str]) -> str:
    few = 3
    return style.upper_first(
        words.listed([words.plain(name) for name in cancers]) if len(cancers) <= few else f"{len(cancers)} cancers"
    )


def _short(rows: Sequence[Scored], held: Mapping[str, Any]) -> Html:
    able = [row for row in rows if row.met is not None]
    unseen, fitted = ([row for row in able if row.fitted == flag] for flag in (False, True))
    opening = (
        f"Paget simulated {held['patients']:,} patients of each cancer, under standard care and, where a figure asks "
        "for it, without any, and worked out what was published of real patients."
    )
    left = len(rows) - len(able)
    told = [
        opening,
        scored_text(unseen, fitted=False) if unseen else "Every figure that can be computed was fitted to.",
        scored_text(fitted, fitted=True) if fitted else "",
        f"{left:,} of {len(rows):,} figures cannot be computed; each says why." if left else "",
    ]
    summed = held["summary"]["unseen" if unseen else "fitted"]["all"]
    points, ratio = summed["mean_absolute_error_points"], summed["ratio_off"]
    big = [
        (words.percent(summed["met_share"]), "of figures met that no fit has seen" if unseen else "of figures met", ""),
        (f"{summed['met']:,} of {summed['computed']:,}", "met of those computed", ""),
    ]
    if points is not None:
        big.append((f"{points:.1f}", "points of per cent off, mean over shares", ""))
    if ratio is not None:
        big.append((f"{words.TIMES} {ratio:.2f}", "off, mean factor over times and sizes", ""))
    return joined(tag("div", paragraphs(*told), class_="lead"), cards(big), note(_MET))


def _summed(summary: Mapping[str, Any], key: str) -> Html:
    parts = []
    for name, title in (("unseen", "Figures that no fit has seen"), ("fitted", "Figures that numbers were fitted to")):
        rows = [
            (
                style.upper_first(QUANTITIES[which].words if which in QUANTITIES else words.plain(which)),
                f"{told['computed']:,} of {told['targets']:,}",
                words.percent(told["met_share"]),
                words.fixed(told["mean_absolute_error_points"], 1),
                words.fixed(told["ratio"], 2),
            )
            for which, told in summary[name][key].items()
        ]
        if rows:
            heads = ("", "computed", "met", "mean error, points", "simulated / published")
            parts.append(table(heads, rows, caption=title))
    return joined(parts)


def _each(rows: Sequence[Scored], cancers: Sequence[str]) -> Html:
    parts = []
    for name in cancers:
        mine = [row for row in rows if row.cancer == name]
        met = sum(row.met is True for row in mine)
        able = sum(row.met is not None for row in mine)
        title = f"{style.upper_first(words.plain(name))}: {met} of {able} met"
        both = joined(calibration(mine), score_table(mine, caption=words.plain(name)))
        parts.append(folded(title, both, is_open=len(cancers) == 1, is_printed=True))
    return joined(parts)


def _provenance(held: Mapping[str, Any], cancers: Sequence[str]) -> Html:
    again = f"paget validate {' '.join(cancers)} -n {held['patients']} --seed {held['seed']}"
    return tag("p", "The same again: ", tag("code", again))


def _citations(rows: Sequence[Scored]) -> Html:
    return references({row.source for row in rows if row.source})
