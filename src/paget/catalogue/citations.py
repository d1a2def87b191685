"""Citations: the sources that numbers come from, and the same as BibTeX."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from pydantic import BaseModel

from paget.catalogue.numbers import stated
from paget.model.quantity import JUDGEMENT
from paget.model.source import Source

_KINDS = {"article": "article", "book": "book", "dataset": "misc", "report": "techreport", "web": "misc"}
_ESCAPED = {
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\~{}",
    "^": r"\^{}",
}


def sources_of(entries: Iterable[BaseModel], sources: Mapping[str, Source]) -> list[Source]:
    """Return the publications that some entries take numbers from, in the order of their keys.

    Parameters
    ----------
    entries
        Entries of the catalogue.
    sources
        All sources by key.

    Returns
    -------
    list of Source
        Each once; our own judgement is not among them.
    """
    keys = {number.sourced.source for entry in entries for number in stated(entry)} - {JUDGEMENT}
    return [sources[key] for key in sorted(keys) if sources[key].kind != "judgement"]


def reference(source: Source) -> str:
    """Return one source as a line of a list of references.

    Parameters
    ----------
    source
        The source.
    """
    where = source.journal or (source.publisher if source.authors else "")
    if source.volume:
        where += f" {source.volume}"
    if source.pages:
        where += f":{source.pages}" if source.volume else f" {source.pages}"
    parts = (
        f"{source.who} ({source.year})",
        source.title.rstrip("."),
        where.strip(),
        source.link or f"ISBN {source.isbn}",
    )
    return ". ".join(part for part in parts if part)


def bibtex(sources: Iterable[Source]) -> str:
    """Return sources as BibTeX.

    Parameters
    ----------
    sources
        The sources; our own judgement is left out.
    """
    return "\n".join(_record(source) for source in sources if source.kind != "judgement")


def _record(source: Source) -> str:
    fields = {
        "author": " and ".join(_bibtex_name(name) for name in source.authors) or f"{{{_escaped(source.publisher)}}}",
        "title": f"{{{_escaped(source.title)}}}",
        "year": str(source.year),
        _place_field(source): _escaped(source.journal),
        "volume": source.volume,
        "pages": source.pages.replace("-", "--") if "--" not in source.pages else source.pages,
        "institution" if source.kind == "report" else "publisher": _escaped(source.publisher),
        "doi": source.doi,
        "url": source.url.replace("%", r"\%") if not source.doi else "",
        "isbn": source.isbn,
        "note": f"PMID {source.pmid}" if source.pmid and not source.doi else "",
    }
    lines = [f"  {name} = {{{text}}}," for name, text in fields.items() if text]
    return "\n".join([f"@{_KINDS[source.kind]}{{{source.id},", *lines, "}", ""])


def _place_field(source: Source) -> str:
    return "journal" if source.kind == "article" else "howpublished" if source.kind in {"web", "dataset"} else "series"


def _bibtex_name(name: str) -> str:
    """Turn 'Bolin S' into 'Bolin, S.'; a name without initials is an institution and kept whole."""
    family, _, initials = name.rpartition(" ")
    letters = initials.replace("-", "").replace(".", "")
    short = bool(family) and letters.isupper() and len(letters) <= 4  # noqa: PLR2004
    if not short:
        return f"{{{_escaped(name)}}}"
    return f"{_escaped(family)}, {' '.join(f'{letter}.' for letter in letters)}"


def _escaped(text: str) -> str:
    return "".join(_ESCAPED.get(letter, letter) for letter in unicodedata.normalize("NFC", text))
