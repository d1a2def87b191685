"""A run in a few sentences and six numbers: what was simulated, how far it spread, where to, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from paget.cohort.compared import care_name
from paget.web import words
from paget.web.markup import Html, joined, tag
from paget.web.page import cards, note, paragraphs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paget.web.run_facts import RunFacts

_ORGANS_NAMED: Final = 3
_ROUTES: Final = {
    "symptom of the primary": "because the primary made symptoms",
    "symptom of a metastasis": "because a metastasis made symptoms",
    "general symptom": "because of general symptoms",
    "incidental": "by chance",
    "screening": "by screening",
}


def policy_of(made: Mapping[str, Any]) -> str:
    """Return a run's policy in words; a branch says from when on it follows another.

    Parameters
    ----------
    made
        The run's provenance.
    """
    return words.policy(care_name(made))


def title(facts: RunFacts) -> str:
    """Return the title of a run's report."""
    summary = facts.summary
    return f"{summary['title']} in {words.several(summary['patients'], 'virtual patient', 'virtual patients')}"


def under(facts: RunFacts) -> str:
    """Return the line below the title: care, seed, horizon and whatever was set."""
    made = facts.made
    parts = [words.sentence(policy_of(made)), f"seed {made['seed']}", _followed(made["years"])]
    if made.get("screening"):
        parts.append(f"screened by {words.plain(made['screening'])}")
    parts += [f"{key} = {value}" for key, value in made["settings"].items()]
    return " · ".join(parts)


def in_short(facts: RunFacts) -> Html:
    """Return the sentences, the numbers and the notes that a reader needs first."""
    notes = [note(f"Note: {each}") for each in facts.summary["notes"]]
    lead = tag("div", paragraphs(*sentences(facts)), class_="lead")
    return joined(lead, cards(numbers(facts)), notes)


def numbers(facts: RunFacts) -> list[tuple[str, str, str]]:
    """Return up to six big numbers, each with its words and how sure it is."""
    summary, survival, died = facts.summary, facts.survival(), facts.died_of()
    spread, found = summary["spread"], summary["diagnosis"]
    ever = spread["with_metastasis"]
    told = [(words.percent(ever["share"]), "had a metastasis large enough to see, at some time", words.interval(ever))]
    if spread["by_organ"]:
        organ, first = next(iter(spread["by_organ"].items()))
        where = f"had one in {words.the_organ(organ)}, the most frequent site"
        told.append((words.percent(first["share"]), where, words.interval(first)))
    if found["diagnosed"]["count"]:
        late = found["stage"].get("IV")
        if late is not None:
            told.append((words.percent(late["share"]), "of those found had stage IV", words.interval(late)))
        ends = words.ends_of(survival["five_low"], survival["five_high"])
        told.append((words.percent(survival["five"]), "were alive five years after diagnosis", ends))
        range_ = [words.months(survival[end]) for end in ("low", "high")]
        told.append((words.months(survival["median"]), "median survival from diagnosis", f"95 % {' to '.join(range_)}"))
    told.append((words.percent(died["share"]), "died of the cancer or its treatment", words.interval(died)))
    return told


def sentences(facts: RunFacts) -> list[str]:
    """Return what was simulated, how far it spread, where to and how it ended, a sentence or two each."""
    summary = facts.summary
    people = words.several(summary["patients"], "person", "people")
    mixture = (
        f" ({words.several(len(summary['cancers']), 'kind', 'kinds')} of it)" if len(summary["cancers"]) > 1 else ""
    )
    care = "without any treatment" if not facts.is_treated else _cared(policy_of(facts.made))
    screened = f", offered screening by “{words.plain(facts.made['screening'])}”" if facts.made["screening"] else ""
    name = summary["title"][:1].lower() + summary["title"][1:]
    opening = (
        f"Paget simulated the lives of {people} with {name}{mixture}, from the first malignant cell "
        f"{_until(facts.made['years'])}{screened}, {care}."
    )
    told = [opening, _spread(summary), _timing(facts), _found(summary), _ended(facts)]
    return [each for each in told if each]


def _cared(policy: str) -> str:
    return f"cared for by the policy “{policy}” once the cancer was found"


def _until(years: float | None) -> str:
    return "to death" if years is None else f"for {years:g} years or until death"


def _followed(years: float | None) -> str:
    return "followed until death" if years is None else f"followed for {years:g} years from the first cell"


def _spread(summary: dict[str, Any]) -> str:
    spread = summary["spread"]
    if not spread["with_metastasis"]["count"]:
        return "In none of them did the cancer form a metastasis large enough to be seen."
    organs = list(spread["by_organ"].items())[:_ORGANS_NAMED]
    where = words.listed([f"{words.the_organ(name)} ({words.percent(each['share'])})" for name, each in organs])
    many = spread["sites"].get("4+", {"share": 0.0})["share"]
    return (
        f"In {words.percent(spread['with_metastasis']['share'])} it formed a metastasis large enough to be seen, "
        f"most often in {where}; {words.percent(many)} had them in four organs or more."
    )


def _timing(facts: RunFacts) -> str:
    timing, before = facts.summary["timing"], facts.spread_before_diagnosis()
    spread, one_cm = timing["first_cell_to_distant_spread_year"], timing["first_cell_to_primary_1cm_year"]
    if spread["median"] is None or before["share"] is None:
        return ""
    size = "" if one_cm["median"] is None else f"; the primary reached 1 cm after {one_cm['median']:.1f}"
    return (
        f"Distant spread, where it happened, began a median of {spread['median']:.1f} years after the first malignant "
        f"cell{size}. It had begun before the diagnosis in {words.percent(before['share'])} of those who ever had it."
    )


def _found(summary: dict[str, Any]) -> str:
    found = summary["diagnosis"]
    if not found["diagnosed"]["count"]:
        return "In nobody was the cancer found in life."
    route = next((name for name in found["route"] if name in _ROUTES), "")
    how = f", most often {_ROUTES[route]}" if route else ""
    stages = words.listed([f"{name} in {words.percent(each['share'])}" for name, each in found["stage"].items()])
    return (
        f"The cancer was found in life in {words.percent(found['diagnosed']['share'])}{how}, at a median age of "
        f"{found['age_year']['median']:.0f}. The stage then was {stages}."
    )


def _ended(facts: RunFacts) -> str:
    summary, died = facts.summary, facts.died_of()
    by_cause = summary["death"]["by_cause"]
    age = summary["death"]["age_year"]["median"]
    alive = by_cause.get("alive")
    parts = [f"{words.percent(died['share'])} died of the cancer or its treatment"]
    own = [(name, each) for name, each in by_cause.items() if name not in ("alive", "other")]
    if own:
        parts[0] += f", most often of {words.cause(own[0][0])} ({words.percent(own[0][1]['share'])})"
    if "other" in by_cause:
        parts.append(f"{words.percent(by_cause['other']['share'])} of another cause")
    if alive:
        parts.append(f"{words.percent(alive['share'])} were alive at the end")
    ages = "" if age is None else f" The median age at death was {age:.0f}."
    return f"In the end {'; '.join(parts)}.{ages}"
