"""How the patients of a run were treated, to what effect, and at what price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from paget import catalogue
from paget.model.therapy import Therapy
from paget.plots import style
from paget.web import words
from paget.web.markup import Html, bars, folded, joined, table, tag
from paget.web.page import note, paragraphs
from paget.web.run_courses import courses

if TYPE_CHECKING:
    from paget.web.run_facts import RunFacts

_TOXICITIES_SHOWN: Final = 12
_RESPONSES: Final = ("CR", "PR", "SD", "PD", "")


def treatment(facts: RunFacts) -> Html:
    """Return what was given, and how the disease answered."""
    care = facts.summary["care"]
    if care is None or not care["cared_for"]["count"]:
        return tag("p", "Nobody was treated.")
    relapsed, responded = care["relapsed"], care["responded"]
    told = [_goals(care)]
    if relapsed["share"] is not None:
        told.append(f"Of those found at stages I to III, {words.with_interval(relapsed)} relapsed later.")
    if responded["share"] is not None:
        first = care["progression_free_month"]
        held = "the median was not reached" if first is None else f"held the disease for a median of {first:.1f} months"
        told.append(
            f"Of those who had a line of therapy for advanced disease, {words.with_interval(responded)} responded at "
            f"some time (complete or partial response). The first line {held}."
        )
    names = therapy_names()
    given = [
        (style.upper_first(names.get(name, words.plain(name))), each["share"], words.percent(each["share"]))
        for name, each in care["therapies"].items()
    ]
    heads = ("therapy", "share of those diagnosed", "%")
    return joined(
        paragraphs(*told),
        bars(heads, given, caption="Who had it at least once, of those diagnosed"),
        _lines(facts),
        courses(facts),
    )


def therapy_names() -> dict[str, str]:
    """Return the names for people of all therapies."""
    return {name: each.name for name, each in catalogue.entries("therapies", Therapy).items()}


def effect_names() -> dict[str, str]:
    """Return the names for people of all unwanted effects."""
    therapies = catalogue.entries("therapies", Therapy).values()
    return {effect.id: effect.name for each in therapies for effect in each.toxicities}


def _goals(care: dict[str, Any]) -> str:
    none = care["lines"].get("0", {"share": 0.0})["share"]
    more = 1.0 - none
    return (
        f"{care['cared_for']['count']:,} patients were cared for. {words.percent(more)} of them came to have therapy "
        "for advanced disease, line after line; the others were treated locally, were never fit enough, or did not "
        "relapse."
    )


def _lines(facts: RunFacts) -> Html:
    counted = facts.responses()
    if not counted:
        return Html("")
    rows = []
    for line, counts in counted.items():
        whole = sum(counts.values())
        shares = (words.percent(counts[name] / whole) for name in _RESPONSES)
        rows.append((f"line {line}", f"{whole:,}", *shares))
    heads = ("line", "patients", *(style.upper_first(_response(name)) for name in _RESPONSES))
    return table(heads, rows, caption="Best response to systemic therapy for advanced disease, by line (RECIST 1.1)")


def _response(name: str) -> str:
    return style.words(name) if name else "not assessed"


def toxicity(facts: RunFacts) -> Html:
    """Return the unwanted effects of treatment."""
    care = facts.summary["care"]
    rows = facts.toxicities()
    if not rows:
        return tag("p", "Treatment had no unwanted effects.")
    names = effect_names()
    severe, died = care["severe_toxicity"], care["treatment_deaths"]
    told = tag(
        "p",
        f"{words.with_interval(severe)} of those cared for had an unwanted effect of grade 3 or worse at some time, "
        f"and {words.with_interval(died, 1)} of all patients died of treatment.",
    )
    chart = bars(
        ("effect", "share with grade 3 or worse", "%"),
        [
            (style.upper_first(names.get(name, words.plain(name))), hard / of, words.percent(hard / of, 1))
            for name, _, hard, of in rows
        ][:_TOXICITIES_SHOWN],
        caption="Severe unwanted effects (CTCAE grade 3 or worse), of those diagnosed",
        colours=(style.CAUSES["effect"],),
    )
    every = table(
        ("effect", "patients", "any grade", "grade 3 or worse"),
        [
            (
                style.upper_first(names.get(name, words.plain(name))),
                f"{some:,}",
                words.percent(some / of, 1),
                words.percent(hard / of, 1),
            )
            for name, some, hard, of in rows
        ],
        caption="Unwanted effects of treatment, of those diagnosed",
    )
    return joined(told, chart, folded("All effects as a table", every))


def quality(facts: RunFacts) -> Html:
    """Return what the years after diagnosis were worth."""
    year = facts.summary["care"]["mean_year"]
    if year["lived"] is None:
        return tag("p", "Nobody was cared for.")
    worth = words.percent(year["quality_adjusted"] / year["lived"]) if year["lived"] else words.DASH
    told = tag(
        "p",
        f"After diagnosis patients lived {year['lived']:.1f} years in the mean. Weighed by how well they felt, these "
        f"were worth {year['quality_adjusted']:.1f} years of full health ({worth}). {year['at_home']:.1f} years "
        f"were spent at home, and {year['under_treatment']:.1f} under treatment.",
    )
    rows = [
        (
            f"Stage {name}" if name != "unknown" else "Unknown",
            f"{size:,}",
            *(f"{each:.1f}" for each in worth),
            words.percent(worth[1] / worth[0]) if worth[0] else words.DASH,
        )
        for name, size, worth in facts.worth_by_stage()
    ]
    heads = ("stage", "patients", "years lived", "quality-adjusted", "at home", "under treatment", "worth of a year")
    chart = table(heads, rows, caption="Mean years after diagnosis, by stage at diagnosis")
    return joined(
        told, chart, note("Not discounted. Utilities of states and of unwanted effects are in the catalogue.")
    )
