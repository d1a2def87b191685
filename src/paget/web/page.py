"""The frame of every page: one file that carries its style and asks nothing of any network.

A policy in the page itself forbids it to load anything, so that a report stays what it is wherever it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import paget
from paget.plots import style as palette
from paget.web.markup import Content, Html, joined, tag

POLICY: Final = palette.LOADS_NOTHING
"""What a report may load: nothing but what stands in it."""

DISCLAIMER: Final = "Paget is for research and teaching; it is not a medical device."


@dataclass(frozen=True)
class Section:
    """A part of a page with its heading.

    Parameters
    ----------
    id
        Name by which it is linked to.
    title
        The heading.
    content
        What stands under it.
    short
        The title in the list of contents; the heading if empty.
    is_printed
        Whether it stands on paper, too.
    """

    id: str
    title: str
    content: Html
    short: str = ""
    is_printed: bool = True


@cache
def asset(name: str) -> str:
    """Return a text file that lies beside this module.

    Parameters
    ----------
    name
        Name of the file.
    """
    return files("paget.web").joinpath(name).read_text(encoding="utf-8")


def page(title: str, under: str, sections: Sequence[Section], *, style: str = "") -> str:
    """Return a whole page.

    Parameters
    ----------
    title
        Title and first heading.
    under
        The line below it.
    sections
        Its parts, in order.
    style
        More CSS.

    Returns
    -------
    str
        A self-contained HTML document.
    """
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="generator", content=f"Paget {paget.__version__}"),
        tag("title", f"{title} - Paget"),
        tag("link", rel="icon", href="data:,"),
        tag("style", Html(palette.as_css() + asset("page.css") + style)),
    )
    contents = [tag("li", tag("a", each.short or each.title, href=f"#{each.id}")) for each in sections]
    body = tag(
        "body",
        tag("a", "Skip to the content", class_="skip", href="#content"),
        tag("header", _framed(tag("h1", title), tag("p", under), tag("p", DISCLAIMER)), class_="top"),
        tag("nav", _framed(tag("ul", contents)), class_="contents", aria_label="Contents"),
        tag("main", [_section(each) for each in sections], id="content", class_="frame"),
        tag("footer", f"Made by Paget {paget.__version__}.", class_="frame"),
        tag("script", Html(asset("page.js"))),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def cards(rows: Sequence[tuple[str, str, str]]) -> Html:
    """Return big numbers, each with what it is and how sure it is.

    Parameters
    ----------
    rows
        Number, words and small print.
    """
    items = [tag("li", tag("strong", big), tag("span", words), tag("small", small)) for big, words, small in rows]
    return tag("ul", items, class_="cards")


def paragraphs(*texts: Content) -> Html:
    """Return texts as paragraphs; empty ones are left out."""
    return joined([tag("p", text) for text in texts if text])


def note(*text: Content) -> Html:
    """Return a paragraph in small print."""
    return tag("p", *text, class_="note")


def _framed(*content: Content) -> Html:
    return tag("div", *content, class_="frame")


def _section(each: Section) -> Html:
    heading = tag("h2", each.title, id=f"{each.id}-title")
    shown = None if each.is_printed else "screen"
    return tag("section", heading, each.content, id=each.id, class_=shown, aria_labelledby=f"{each.id}-title")
