"""The report of a run: what was simulated, how far it spread, where to, how it ended, and how far to trust it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from paget.web import origins, run_care, run_outcome, run_people, run_spread, run_story, trust
from paget.web.ahead import OWN
from paget.web.markup import Html
from paget.web.page import Section, page
from paget.web.run_facts import RunFacts

if TYPE_CHECKING:
    from paget.cohort.cohort import Cohort
    from paget.web.ahead import Ahead

Part = tuple[str, str, str, Callable[[RunFacts], Html]]

_SPREAD: Final[tuple[Part, ...]] = (
    ("short", "In short", "", run_story.in_short),
    ("sites", "Where it spread", "Sites", run_spread.sites),
    ("cascade", "How cells became metastases", "Cascade", run_spread.cascade),
    ("found", "How it was found, and at which stage", "Found", run_spread.found),
    ("survival", "Survival by stage", "Survival", run_outcome.survival),
    ("causes", "What patients died of", "Deaths", run_outcome.causes),
)
_CARE: Final[tuple[Part, ...]] = (
    ("treatment", "Treatment and response", "Treatment", run_care.treatment),
    ("toxicity", "What treatment cost: unwanted effects", "Toxicity", run_care.toxicity),
    ("quality", "Quality of life", "Quality", run_care.quality),
)
_END: Final[tuple[Part, ...]] = (
    ("patients", "Some patients", "Patients", run_people.people),
    ("trust", "How far to trust it", "Trust", trust.trust),
    ("provenance", "Provenance", "", lambda facts: origins.provenance(facts.made)),
    ("citations", "What to cite", "Citations", lambda facts: origins.citations(facts.made["sources"])),
)


def of_run(cohort: Cohort, ahead: Ahead | None = None) -> str:
    """Return the report of a run.

    Parameters
    ----------
    cohort
        The run.
    ahead
        A process that has got ready to draw.

    Returns
    -------
    str
        A self-contained HTML document.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    FolderError
        If a part of the run is damaged.
    """
    facts = RunFacts(cohort)
    if ahead is not None:
        ahead.begin(cohort.path)
        own = {each.id: each for each in sections(facts, only=OWN)}
        drawn = ahead.sections()
        if drawn is not None:
            own |= {each.id: each for each in drawn}
            return page(run_story.title(facts), run_story.under(facts), [own[part[0]] for part in _parts(facts)])
    return page(run_story.title(facts), run_story.under(facts), sections(facts))


def sections(facts: RunFacts, *, without: Sequence[str] = (), only: Sequence[str] = ()) -> list[Section]:
    """Return the parts of a report.

    Parameters
    ----------
    facts
        The run.
    without
        Ids of parts that are not wanted.
    only
        Ids of the parts that are; all of them if empty.
    """
    return [
        Section(name, title, draw(facts), short)
        for name, title, short, draw in _parts(facts)
        if name not in without and (not only or name in only)
    ]


def _parts(facts: RunFacts) -> tuple[Part, ...]:
    return (*_SPREAD, *(_CARE if facts.is_treated else ()), *_END)
