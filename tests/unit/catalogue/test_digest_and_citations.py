import re
from collections.abc import Callable
from pathlib import Path

import pytest

from paget import catalogue
from paget.catalogue import Catalogue
from paget.catalogue.citations import bibtex, reference, sources_of
from paget.catalogue.fingerprint import digest_of
from paget.catalogue.settings import override
from paget.model.source import Source

Opened = Callable[..., Catalogue]


@pytest.fixture
def in_use(example: Catalogue, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """Make the example the catalogue in use."""
    monkeypatch.setattr(catalogue, "current", lambda: example)
    return example


def _digest(here: Catalogue) -> str:
    return digest_of({"cancer": here.cancer("example"), "body": here.body()})


def test_fingerprint_survives_comments_order_and_units(folder: Path, opened: Opened) -> None:
    """What means the same has the same fingerprint."""
    before = _digest(opened(folder))
    path = folder / "cancers" / "example.toml"
    text = path.read_text(encoding="utf-8").replace('value = 90.0, unit = "day"', 'unit = "hour", value = 2160.0')
    blocks = re.split(r"\n(?=\[[a-z])", text)
    head, rest = blocks[0], blocks[1:]
    path.write_text("\n".join(["# a remark", head, *reversed(rest)]), encoding="utf-8")
    assert _digest(opened(folder)) == before


def test_fingerprint_changes_with_any_number(folder: Path, opened: Opened) -> None:
    """The last digit of one number counts."""
    before = _digest(opened(folder))
    path = folder / "body" / "human.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("value = 15.0", "value = 15.000001"), encoding="utf-8")
    assert _digest(opened(folder)) != before


def test_fingerprint_of_a_run_covers_what_it_reads(in_use: Catalogue) -> None:
    """Cancer, group, setting and the whole have fingerprints of their own; asking twice gives the same."""
    changed = override(in_use.cancer("example"), {"growth.doubling_time": "60 day"})
    every = [catalogue.digest(name) for name in ("example", "other_example", "both", changed, None)]
    assert len(set(every)) == len(every)
    assert catalogue.digest("example") == catalogue.digest(in_use.cancer("example")) == every[0]
    assert all(re.fullmatch(r"[0-9a-f]{64}", text) for text in every)


def test_group_resolves_to_its_members_and_a_cancer_to_itself(in_use: Catalogue) -> None:
    """A run draws each patient's cancer by these shares."""
    example = in_use.cancer("example")
    assert catalogue.resolve("example") == ((example, 1.0),)
    assert catalogue.resolve("both") == ((example, 0.75), (in_use.cancer("other_example"), 0.25))


@pytest.mark.usefixtures("in_use")
def test_citations_hold_publications_and_not_our_judgement() -> None:
    """What is cited can be read elsewhere."""
    assert [source.id for source in catalogue.cite("example")] == ["paget1889"]
    assert [source.id for source in catalogue.cite("both")] == ["paget1889"]


def test_sources_of_nothing_are_none(example: Catalogue) -> None:
    """No entry, no citation."""
    assert sources_of([], example.sources()) == []


def test_bibtex_has_what_a_bibliography_needs(example: Catalogue) -> None:
    """Kind, key, authors, title, year, journal and identifier; our own judgement is no publication."""
    text = bibtex(example.sources().values())
    assert text.startswith("@article{paget1889,\n  author = {Paget, S.},")
    assert "pages = {571--573}" in text
    assert "doi = {10.1016/S0140-6736(00)49915-0}" in text
    assert "Judgement" not in text


def test_bibtex_escapes_what_tex_would_read() -> None:
    """An ampersand in a title does not break a bibliography."""
    source = Source(
        id="a2000",
        kind="report",
        publisher="Cells & Co",
        title="100% of_it",
        year=2000,
        url="https://a.org/%20x",
    )
    text = bibtex([source])
    assert r"author = {{Cells \& Co}}" in text
    assert r"title = {{100\% of\_it}}" in text
    assert text.startswith("@techreport{a2000,")


@pytest.mark.parametrize(
    ("authors", "who"),
    [(("Paget S",), "Paget S"), (("A B", "C D"), "A B and C D"), (("A B", "C D", "E F"), "A B et al.")],
)
def test_reference_is_one_line_with_its_address(authors: tuple[str, ...], who: str) -> None:
    """Authors are shortened as is usual, and the address can be opened."""
    source = Source(id="a2000", kind="article", authors=authors, title="T.", year=2000, journal="J", pmid="123")
    assert reference(source) == f"{who} (2000). T. J. https://pubmed.ncbi.nlm.nih.gov/123/"
