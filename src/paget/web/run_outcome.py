"""How the lives of a run ended: survival by stage and causes of death."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from paget import plots
from paget.analysis.durations import MONTH_DAY, DayCounts
from paget.analysis.survival import kaplan_meier
from paget.model.calendar import YEAR_DAY
from paget.plots import style
from paget.web import words
from paget.web.drawn import drawn
from paget.web.markup import Html, bars, folded, joined, table, tag
from paget.web.page import note

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paget.web.run_facts import RunFacts

_CAUSES_SHOWN: Final = 12
_YEARS: Final = (1, 3, 5, 10)


def survival(facts: RunFacts) -> Html:
    """Return survival from diagnosis by stage, with numbers at risk."""
    groups = facts.survival_groups()
    if not groups:
        return tag("p", "Nobody was diagnosed, so there is no survival from diagnosis.")
    rows = [_row(name, *group) for name, group in groups.items()]
    five = ", ".join(f"{row[0]}: {row[5]}" for row in rows)
    whole = facts.survival()
    told = tag(
        "p",
        f"From diagnosis, half of the patients lived {words.months(whole['median'])} or longer. Alive at five years, "
        f"by stage at diagnosis: {five}.",
    )
    chart = drawn(plots.kaplan_meier(groups), f"Survival from diagnosis by stage. Alive at five years: {five}")
    heads = ("stage", "patients", "median (95 % interval)", *(f"alive at {year} y" for year in _YEARS))
    numbers = table(heads, rows, caption="Overall survival from diagnosis, any cause of death")
    why = (
        "Deaths of any cause count. With time the curves bend as patients of that age die of other causes as well."
        if facts.is_treated
        else "Nobody was treated: these are natural histories."
    )
    return joined(told, chart, note(why), folded("The same as a table", numbers))


def _row(name: str, lived_day: NDArray[np.float64], died: NDArray[np.bool_]) -> tuple[str, ...]:
    deaths, censored = DayCounts(), DayCounts()
    deaths.add(lived_day[died])
    censored.add(lived_day[~died])
    curve = kaplan_meier(deaths, censored)
    median, low, high = (None if day is None else day / MONTH_DAY for day in curve.median_day())
    ends = f" ({words.months(low)} to {words.months(high)})" if median is not None else ""
    alive = (words.percent(curve.alive_at(year * YEAR_DAY)) for year in _YEARS)
    return (name, f"{lived_day.size:,}", f"{words.months(median)}{ends}", *alive)


def causes(facts: RunFacts) -> Html:
    """Return what the patients died of."""
    death = facts.summary["death"]
    rows = list(death["by_cause"].items())[:_CAUSES_SHOWN]
    told = (
        tag("p", f"Age at death: {words.quartiles(death['age_year'], 'years')}.") if death["age_year"]["count"] else ""
    )
    chart = bars(
        ("cause", "share of patients", "% (95 % interval)"),
        [(style.upper_first(words.cause(name)), each["share"], words.with_interval(each)) for name, each in rows],
        caption="Cause of death, of all patients",
        colours=[style.CAUSES.get(name, style.MUTED) for name, _ in rows],
    )
    under = note(
        "Failure of an organ is by the burden of tumour in it. Wasting is by the burden of all tumour together. "
        "Another cause is by the life table of the population."
    )
    return joined(told, chart, under)
