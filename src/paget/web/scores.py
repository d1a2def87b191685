"""Simulated beside published figures, as text and table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from paget import plots
from paget.analysis.shares import Z_95
from paget.inference.quantities import QUANTITIES
from paget.plots import style
from paget.web import words
from paget.web.drawn import drawn
from paget.web.markup import Content, Html, joined, table, tag

if TYPE_CHECKING:
    from paget.inference.scoring import Scored


_STRATA: Final = {"site": "{value}", "months": "{value} months", "years": "{value} years", "base": "of {value}"}
"""How a part of a stratum is told; the others by key and value."""


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
    told = label(name) + (f", {stratum_words(stratum)}" if stratum else "") + (" (fitted)" if row["fitted"] else "")
    source = tag("span", told, title=f"{row['source']} {row['reason'] or ''}".strip())
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
    """Return figures that draw simulated beside published values, shares and others apart.

    Parameters
    ----------
    rows
        Scored figures.
    """
    able = [row for row in rows if row.simulated is not None]
    shares = [row for row in able if is_share(row.quantity)]
    others = [row for row in able if not is_share(row.quantity) and row.simulated and row.published]
    parts = []
    if shares:
        figure = plots.forest(
            [_of_share(row) for row in shares],
            ratio=False,
            title="Shares, simulated and published",
            measure="Share (%)",
            digits=0,
        )
        parts.append(drawn(figure, "Shares as simulated beside the published ones"))
    if others:
        figure = plots.forest(
            [_of_ratio(row) for row in others], title="Times and sizes", measure="Simulated / published"
        )
        parts.append(drawn(figure, "Times and sizes as simulated, divided by the published ones"))
    return joined(parts)


def _of_share(row: Scored) -> dict[str, Any]:
    value, half = 100.0 * (row.simulated or 0.0), 100.0 * Z_95 * (row.se or 0.0)
    return {
        "label": stratum_words(row.stratum) or label(row.quantity),
        "group": label(row.quantity),
        "estimate": value,
        "low": max(value - half, 0.0),
        "high": min(value + half, 100.0),
        "published": 100.0 * row.published,
        "published_low": None if row.low is None else 100.0 * row.low,
        "published_high": None if row.high is None else 100.0 * row.high,
    }


def _of_ratio(row: Scored) -> dict[str, Any]:
    value = (row.simulated or 0.0) / row.published
    half = Z_95 * (row.se or 0.0) / row.published
    return {
        "label": f"{label(row.quantity)}, {stratum_words(row.stratum)}".rstrip(", "),
        "estimate": value,
        "low": max(value - half, 0.2 * value),
        "high": value + half,
    }


def label(quantity: str) -> str:
    """Return a quantity in words."""
    return style.upper_first(QUANTITIES[quantity].words if quantity in QUANTITIES else words.plain(quantity))


def stratum_words(stratum: str) -> str:
    """Return a stratum in words, such as ``stage IV, age 50-79``."""
    told = []
    for part in stratum.split(";"):
        key, _, value = (text.strip() for text in part.partition("="))
        told.append(_STRATA.get(key, "{key} {value}").format(key=words.plain(key), value=words.organ(value)).strip())
    return ", ".join(each for each in told if each)
