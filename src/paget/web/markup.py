"""Elements of HTML as text that is escaped once, where it enters.

Whatever is no `Html` is text and is escaped, so that no name of a catalogue or a folder can become markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

_EMPTY: Final = frozenset({"br", "col", "hr", "img", "input", "link", "meta"})
_BAR_LEAST: Final = 0.004
"""A share that is not nothing shows as a line at least this part of the width."""


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


Content = str | float | None | Iterable["Content"]


def joined(*content: Content) -> Html:
    """Return contents one after another, escaped unless they are markup.

    Parameters
    ----------
    *content
        Texts, numbers, markup, or iterables of these; None is left out.
    """
    parts: list[str] = []
    for each in content:
        if isinstance(each, Html):
            parts.append(each)
        elif isinstance(each, str | int | float):
            parts.append(escape(str(each)))
        elif each is not None:
            parts.append(joined(*each))
    return Html("".join(parts))


def tag(name: str, /, *content: Content, **attributes: str | float | bool | None) -> Html:
    """Return an element.

    Parameters
    ----------
    name
        Its name.
    *content
        What stands in it.
    **attributes
        Attributes; a trailing underscore is dropped and others become hyphens. True writes the name alone, False and
        None leave it out.
    """
    written = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        word = key.rstrip("_").replace("_", "-")
        written.append(f" {word}" if value is True else f' {word}="{escape(str(value))}"')
    opening = f"<{name}{''.join(written)}>"
    return Html(opening if name in _EMPTY else f"{opening}{joined(*content)}</{name}>")


def table(heads: Sequence[str], rows: Iterable[Sequence[Content]], *, caption: str, numbers: bool = True) -> Html:
    """Return a table; the first column names the rows, and numbers stand to the right.

    Parameters
    ----------
    heads
        Titles of the columns.
    rows
        Cells, row by row.
    caption
        What the table is about, for those who hear it read.
    numbers
        Whether all columns but the first hold numbers.
    """
    side = "n" if numbers else None
    top = tag("tr", [tag("th", head, scope="col", class_=side if place else None) for place, head in enumerate(heads)])
    body = [
        tag("tr", tag("th", first, scope="row"), [tag("td", cell, class_=side) for cell in rest])
        for first, *rest in rows
    ]
    inner = tag("table", tag("caption", caption), tag("thead", top), tag("tbody", body))
    return tag("div", inner, class_="wide", tabindex=0, role="region", aria_label=caption)


def bars(
    heads: Sequence[str], rows: Iterable[tuple[str, float, str]], *, caption: str, colours: Sequence[str] = ()
) -> Html:
    """Return shares as a table with a bar in each row, as long as the largest share allows.

    Parameters
    ----------
    heads
        Titles of the three columns: what, the bar, and the number.
    rows
        What, its share, and the number in words.
    caption
        What the bars show.
    colours
        Colour of each bar as CSS; the page's own if left out.
    """
    listed = list(rows)
    most = max((share for _, share, _ in listed), default=0.0) or 1.0
    body = []
    for place, (label, share, words) in enumerate(listed):
        length = max(share / most, _BAR_LEAST if share else 0.0)
        colour = f";background:{colours[place % len(colours)]}" if colours else ""
        bar = tag("span", class_="bar", style=f"width:{100.0 * length:.1f}%{colour}")
        body.append(
            tag("tr", tag("th", label, scope="row"), tag("td", bar, class_="track"), tag("td", words, class_="n"))
        )
    top = tag(
        "tr",
        tag("th", heads[0], scope="col"),
        tag("th", heads[1], scope="col"),
        tag("th", heads[2], scope="col", class_="n"),
    )
    return tag("table", tag("caption", caption), tag("thead", top), tag("tbody", body), class_="bars")


def folded(title: str, *content: Content, is_open: bool = False, is_printed: bool = False) -> Html:
    """Return contents that open when their title is chosen.

    Parameters
    ----------
    title
        What is behind it.
    *content
        What is shown.
    is_open
        Whether it is open from the start.
    is_printed
        Whether it is unfolded on paper; what is folded there is left out.
    """
    return tag("details", tag("summary", title), content, open=is_open, data_print=is_printed)
