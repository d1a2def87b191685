"""The catalogue as a page of Markdown tables, so that the documentation never retypes a number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from paget.catalogue.citations import reference
from paget.catalogue.numbers import stated
from paget.catalogue.registry import Catalogue
from paget.catalogue.wording import interval, number, said, spread, with_unit
from paget.model.body import Body
from paget.model.cancer import Cancer
from paget.model.population import Population
from paget.model.quantity import GRADES

_HEAD = """# The catalogue

This page is written by `make docs-tables` from the entries themselves; edit those.

Grades: *measured* (read off the source), *derived* (computed from it), *fitted* (to named targets),
*transferred* (from another cancer or species), *assumed* (judgement, at most informed by a source).
Spread is between patients: `ln sd` is the standard deviation of the logarithm, `sd` of the number itself.
Why each number was chosen: `paget show NAME --full`.
"""


def catalogue_page(catalogue: Catalogue) -> str:
    """Return all entries of a catalogue as one page of Markdown.

    Parameters
    ----------
    catalogue
        The catalogue.
    """
    cancers = [catalogue.cancer(name) for name in catalogue.names("cancers")]
    drivers = list(catalogue.drivers().values())
    parts = [_HEAD, "## Grades of the numbers of each cancer", *_grades(cancers), "## Cancers"]
    for cancer in cancers:
        parts += [
            f"### {cancer.name} (`{cancer.id}`)",
            f"Primary in: {cancer.organ}. {cancer.summary}",
            *_numbers(cancer),
            *_expectations(cancer),
        ]
    parts.append("## Groups")
    for group in catalogue.groups().values():
        parts += [f"### {group.name} (`{group.id}`)", group.summary, *_numbers(group)]
    parts.append("## Drivers")
    for driver in drivers:
        parts += [
            f"### {driver.name} (`{driver.id}`)",
            f"{driver.gene}; {driver.step}. {driver.summary}",
            *_numbers(driver),
        ]
    parts += ["## Body", *_body(catalogue.body()), "## Populations"]
    for name in catalogue.names("populations"):
        parts += _population(catalogue.population(name))
    parts += ["## Sources", *_sources(catalogue)]
    return "\n\n".join(part for part in parts if part).rstrip() + "\n"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(heads)
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _numbers(entry: BaseModel) -> Iterator[str]:
    rows = [
        (
            f"`{item.key}`",
            with_unit(item.quantity),
            spread(item.quantity),
            interval(item.quantity),
            *_from(item.sourced.grade, item.sourced.source, item.sourced.locator),
        )
        for item in stated(entry)
        if item.quantity is not None
    ]
    yield _table(("number", "value", "spread", "interval", "grade", "source"), rows)


def _expectations(cancer: Cancer) -> Iterator[str]:
    yield "What a run of the entry must give:"
    rows = [
        (f"`{item.key}`", said(item.sourced), *_from(item.sourced.grade, item.sourced.source, item.sourced.locator))
        for item in stated(cancer.expect, "expect.")
    ]
    yield _table(("expectation", "value", "grade", "source"), rows)


def _from(grade: str, source: str, locator: str) -> tuple[str, str]:
    return grade, f"{source}: {locator}" if locator else source


def _grades(entries: Iterable[BaseModel]) -> Iterator[str]:
    rows = []
    for entry in entries:
        grades = Counter[str](item.sourced.grade for item in stated(entry))
        rows.append((f"`{getattr(entry, 'id', '')}`", *(str(grades[grade]) for grade in GRADES), str(grades.total())))
    yield _table(("cancer", *GRADES, "all"), rows)


def _body(body: Body) -> Iterator[str]:
    yield body.summary
    yield from _numbers(body)


def _population(population: Population) -> Iterator[str]:
    deaths = population.other_cause_mortality
    yield f"### {population.name} (`{population.id}`)"
    grade, source = _from(deaths.grade, deaths.source, deaths.locator)
    yield f"{population.summary} Probability of death within a year from other causes ({grade}; {source})."
    rows = zip(deaths.age_year, deaths.male, deaths.female, strict=True)
    yield _table(("age (year)", "male", "female"), (tuple(number(cell) for cell in row) for row in rows))


def _sources(catalogue: Catalogue) -> Iterator[str]:
    rows = [
        (f"`{key}`", reference(source), "yes" if source.checked else "no")
        for key, source in sorted(catalogue.sources().items())
        if source.kind != "judgement"
    ]
    yield _table(("key", "reference", "verified"), rows)
