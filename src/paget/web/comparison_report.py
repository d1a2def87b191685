"""The report of a comparison: the same patients under two policies, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from paget import plots
from paget.cohort.compared import compare
from paget.plots import style
from paget.web import origins, words
from paget.web.drawn import drawn
from paget.web.markup import Html, joined, table, tag
from paget.web.page import Section, cards, note, page, paragraphs
from paget.web.run_facts import RunFacts

if TYPE_CHECKING:
    from paget.cohort.cohort import Cohort
    from paget.cohort.compared import Comparison

_WORTH: Final = {
    "quality_adjusted_year": ("Quality-adjusted years", 2),
    "home_day": ("Days at home", 0),
    "treatment_day": ("Days of treatment", 0),
}
_CAUSES_SHOWN: Final = 8


def of_comparison(run_a: Cohort, run_b: Cohort) -> str:
    """Return the report of two runs of the same patients.

    Parameters
    ----------
    run_a, run_b
        The runs; a gain is what the second adds.

    Returns
    -------
    str
        A self-contained HTML document.

    Raises
    ------
    SettingError
        If the patients are not the same.
    """
    found = compare(run_a, run_b)
    names = _names(found)
    sections = [
        Section("short", "In short", _short(found, names)),
        Section("survival", "Survival from diagnosis", _curves((run_a, run_b), names), "Survival"),
        Section("outcomes", "What each gives", _outcomes(found, names), "Outcomes"),
        Section("stages", "Who gains, by stage", _stages(found, names), "Stages"),
        Section("causes", "What patients died of", _causes(found, names), "Deaths"),
        Section("provenance", "Provenance", _provenance((run_a, run_b), names)),
        Section("citations", "What to cite", origins.citations(run_a.provenance["sources"]), "Citations"),
    ]
    title = f"{found.title}: {names[1]} against {names[0]}"
    return page(title, f"The same {found.patients:,} patients in both · seed {found.seed}", sections)


def _names(found: Comparison) -> tuple[str, str]:
    a, b = (words.policy(name) for name in found.care)
    return (a, b) if a != b else (f"{a} (A)", f"{b} (B)")


def _short(found: Comparison, names: tuple[str, str]) -> Html:
    gain = found.gain
    longer, shorter, same = (words.percent(gain[name]["share"]) for name in ("gaining", "losing", "unchanged"))
    opening = (
        f"The same {found.diagnosed:,} diagnosed patients of {found.patients:,} lived twice: once with {names[0]}, "
        f"once with {names[1]}. With {names[1]} they lived {_years(gain)} in the mean."
    )
    each = (
        f"{longer} lived more than {gain['gaining_from_day']:.0f} days longer with {names[1]}, {shorter} more than a "
        f"day shorter, and {same} just as long. No trial can see this: here each patient lives twice."
    )
    big = [
        (f"{words.signed(gain['mean_year'], 2)} years", f"of life added by {names[1]}, mean", _ends(gain, 2)),
        (longer, "live longer", words.interval(gain["gaining"])),
        (shorter, "live shorter", words.interval(gain["losing"])),
    ]
    worth = found.worth["quality_adjusted_year"]
    if worth is not None:
        added = worth["difference"]
        big.append((words.signed(added["value"], 2), "quality-adjusted years added, mean", _ends(added, 2)))
    return joined(tag("div", paragraphs(opening, each), class_="lead"), cards(big))


def _years(gain: dict[str, Any]) -> str:
    mean = gain["mean_year"]
    return f"{abs(mean):.2f} years {'longer' if mean >= 0.0 else 'shorter'}"


def _ends(each: dict[str, Any], digits: int) -> str:
    return f"95 % {words.signed(each['low'], digits)} to {words.signed(each['high'], digits)}"


def _curves(runs: tuple[Cohort, Cohort], names: tuple[str, str]) -> Html:
    groups = {}
    size = min(map(len, runs))
    for run, name in zip(runs, names, strict=True):
        facts = RunFacts(run)
        mine = facts.is_diagnosed[:size]
        groups[style.upper_first(name)] = (facts.lived_day[:size][mine], (facts.cause != "alive")[:size][mine])
    return drawn(plots.kaplan_meier(groups, title="Overall survival"), "Survival from diagnosis under both policies")


def _outcomes(found: Comparison, names: tuple[str, str]) -> Html:
    a, b = found.survival
    rows: list[tuple[str, ...]] = [("Median survival", _median(a), _median(b), words.DASH)]
    for year in (1, 5):
        key = f"alive_at_{year}_year"
        rows.append(
            (
                f"Alive at {words.several(year, 'year', 'years')}",
                *(words.percent(each[key]) for each in (a, b)),
                words.DASH,
            )
        )
    gain = found.gain
    lived = (f"{years:.2f}" for years in gain["lived_year"])
    rows.append(("Years of life", *lived, f"{words.signed(gain['mean_year'], 2)} ({_ends(gain, 2)})"))
    for name, (label, digits) in _WORTH.items():
        told = found.worth[name]
        if told is not None:
            means = (f"{mean:,.{digits}f}" for mean in told["mean"])
            added = told["difference"]
            rows.append((label, *means, f"{words.signed(added['value'], digits)} ({_ends(added, digits)})"))
    heads = ("from diagnosis", *names, f"added by {names[1]}")
    missing = note("Worth is not weighed in a run without care.") if None in found.worth.values() else ""
    return joined(table(heads, rows, caption="Outcomes from diagnosis on, means of the same patients"), missing)


def _median(survival: dict[str, Any]) -> str:
    return f"{words.months(survival['median_month'])}"


def _stages(found: Comparison, names: tuple[str, str]) -> Html:
    rows = [
        (
            f"Stage {name}" if name != "unknown" else "Unknown",
            f"{told['patients']:,}",
            *(words.months(value) for value in told["median_month"]),
            f"{words.signed(told['gain']['mean_year'], 1)} ({_ends(told['gain'], 1)})",
            words.percent(told["gaining"]["share"]),
            words.percent(told["losing"]["share"]),
        )
        for name, told in found.stages.items()
    ]
    heads = ("stage", "patients", *(f"median, {name}" for name in names), "mean gain, years", "gain", "lose")
    return table(heads, rows, caption=f"What {names[1]} adds, by stage at diagnosis")


def _causes(found: Comparison, names: tuple[str, str]) -> Html:
    a, b = found.causes
    causes = sorted({*a, *b}, key=lambda name: -max(a.get(name, 0.0), b.get(name, 0.0)))[:_CAUSES_SHOWN]
    rows = [
        (style.upper_first(words.cause(name)), words.percent(a.get(name, 0.0)), words.percent(b.get(name, 0.0)))
        for name in causes
    ]
    return table(("cause", *names), rows, caption="Cause of death, of those diagnosed")


def _provenance(runs: tuple[Cohort, Cohort], names: tuple[str, str]) -> Html:
    return joined(
        [
            (tag("h3", style.upper_first(name)), origins.provenance(run.provenance))
            for name, run in zip(names, runs, strict=True)
        ]
    )
