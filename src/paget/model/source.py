"""A publication, data set or judgement that numbers come from."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from paget.model.names import EntryId
from paget.model.quantity import Frozen, broken_rule

Kind = Literal["article", "book", "dataset", "report", "web", "judgement"]


class Source(Frozen):
    """One source, with enough to find it again."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: EntryId = Field(description="key by which numbers name it")
    kind: Kind = Field(description="article, book, dataset, report, web or judgement")
    authors: tuple[str, ...] = Field(default=(), description="family name, then initials")
    title: str = Field(min_length=1, description="title")
    year: int = Field(ge=1600, le=2200, description="year of publication")
    journal: str = Field(default="", description="journal, or the book that a chapter stands in")
    volume: str = Field(default="", description="volume")
    pages: str = Field(default="", description="pages or article number")
    publisher: str = Field(default="", description="publisher or institution")
    doi: Annotated[str, StringConstraints(pattern=r"^(10\.\d{4,9}/\S+)?$")] = Field(default="", description="DOI")
    pmid: Annotated[str, StringConstraints(pattern=r"^\d*$")] = Field(default="", description="PubMed number")
    url: str = Field(default="", description="address")
    isbn: str = Field(default="", description="ISBN")
    checked: bool = Field(default=False, description="whether authors, year and identifier were verified")
    note: str = Field(default="", description="remark")

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if self.kind == "judgement":
            return self
        if not (self.doi or self.pmid or self.url or self.isbn):
            raise broken_rule(
                "The source {id} cannot be found again: it has no doi, pmid, url or isbn.",
                id=self.id,
                allowed="at least one of doi, pmid, url, isbn",
                fix='add doi = "10...."',
            )
        if not (self.authors or self.publisher):
            raise broken_rule(
                "The source {id} names no author.",
                id=self.id,
                key="authors",
                allowed='authors = ["Family I"], or publisher = "..." for an institution',
                fix="add authors or publisher",
            )
        return self

    @property
    def link(self) -> str:
        """Address at which the source can be read, or an empty text."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.pmid:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"
        return self.url

    @property
    def who(self) -> str:
        """Authors as a short text: one, two, or the first and others."""
        names = self.authors or (self.publisher,)
        if len(names) == 1:
            return names[0]
        return " and ".join(names) if len(names) == 2 else f"{names[0]} et al."  # noqa: PLR2004
