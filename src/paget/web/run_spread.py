"""How the cancers of a run spread and how they were found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from paget import catalogue, plots
from paget.plots import style
from paget.web import words
from paget.web.drawn import drawn
from paget.web.markup import Html, bars, folded, joined, table, tag
from paget.web.page import note

if TYPE_CHECKING:
    from paget.web.run_facts import RunFacts

_ORGANS_SHOWN: Final = 10
_SYMPTOMS_SHOWN: Final = 10
_FLOW_PATIENTS: Final = 500
_STEPS: Final = (
    *("shed", "survived_circulation", "arrested", "extravasated", "survived", "dormant", "founded"),
    *("established", "vascularised", "detectable"),
)


def sites(facts: RunFacts) -> Html:
    """Return where metastases were: a body map, organs with their shares, and organs by stage."""
    spread = facts.summary["spread"]
    if not spread["with_metastasis"]["count"]:
        return tag("p", "No metastasis large enough to be seen formed in any organ.")
    organs = list(spread["by_organ"].items())
    shares = {name: each["share"] for name, each in organs}
    told = tag(
        "p",
        f"{words.percent(spread['with_distant_spread']['share'])} had some distant spread, most of it too small to be "
        f"seen at first; {words.percent(spread['with_metastasis']['share'])} had a metastasis that became large enough "
        f"to see, with {spread['metastases_mean']:.1f} such metastases per patient. A patient counts here from the day "
        "on which the metastasis was large enough to be seen, whether or not anybody looked.",
    )
    rows = [
        (style.upper_first(style.words(name)), each["share"], words.with_interval(each))
        for name, each in organs[:_ORGANS_SHOWN]
    ]
    colours = [style.ORGANS[name] for name, _ in organs]
    heads = ("organ", "share of patients", "% (95 % interval)")
    chart = bars(heads, rows, caption="Patients who ever had a metastasis there", colours=colours)
    slept = facts.summary["late"]["metastases_from_sleep"]
    late = facts.summary["late"]
    under = note(
        f"{words.percent(slept['share'])} of these metastases grew from cells that had slept, and in "
        f"{words.percent(late['patients']['share'])} of patients with a metastasis the first became visible more than "
        f"{late['after_year']:g} years after distant spread began."
    )
    body = _map(shares, facts)
    pair = tag("div", body, tag("div", chart, under), class_="pair")
    return joined(told, pair, _by_stage(facts), _flow(facts), _all(organs))


def _map(shares: dict[str, float], facts: RunFacts) -> Html:
    sexes = facts.patients["sex"].value_counts().to_pylist()
    sex = max(sexes, key=lambda each: int(each["counts"]))["values"]
    primaries = {catalogue.cancer(str(name)).organ for name in facts.summary["cancers"]}
    primary = primaries.pop() if len(primaries) == 1 else ""
    point = tag("span", " Point at an organ for its share.", class_="screen")
    picture = Html(plots.body_map(shares, str(sex), primary=primary, ident="run"))
    return tag("figure", picture, tag("figcaption", "Darker: in more patients.", point))


def _by_stage(facts: RunFacts) -> Html:
    import pandas as pd

    shares = facts.site_shares()
    if not shares:
        return Html("")
    frame = pd.DataFrame(shares).T.fillna(0.0)
    alt = "Share of patients with a metastasis by organ, for each stage at diagnosis"
    subtitle = "Share of patients (%) who ever had a detectable metastasis in the organ, by stage at diagnosis"
    return drawn(plots.site_heat_map(frame, title="Where each stage spread to", subtitle=subtitle), alt)


def _flow(facts: RunFacts) -> Html:
    some = min(len(facts.cohort), _FLOW_PATIENTS)
    columns = ("patient", "lesion", "parent_lesion", "organ", "route", "detectable_age_day")
    lesions = facts.first("lesions", some, columns).to_pandas()
    alt = "Organs that seeded metastases, the routes they took, and the organs in which they grew"
    below = "" if some == len(facts.cohort) else f"Of the first {some:,} patients."
    return drawn(plots.organ_flow(lesions), alt, below=below)


def _all(organs: list[tuple[str, dict[str, Any]]]) -> Html:
    rows = [
        (
            style.upper_first(style.words(name)),
            f"{each['count']:,}",
            words.with_interval(each, 1),
            f"{each['metastases']:,}",
            f"{each['metastases'] / each['count']:.1f}",
        )
        for name, each in organs
    ]
    heads = ("organ", "patients", "% (95 % interval)", "metastases", "per patient with any")
    return folded("All organs as a table", table(heads, rows, caption="Detectable metastases by organ"))


def cascade(facts: RunFacts) -> Html:
    """Return what became of the cells that left a tumour."""
    funnel = facts.summary["funnel"]
    per_patient, per_cell = funnel["count_per_patient"], funnel["count_per_shed_cell"]
    if not per_patient["shed"]:
        return tag("p", "No cell left any tumour.")
    seen = per_patient["detectable"]
    one_in = f"one in {words.number(per_patient['shed'] / seen, 2)}" if seen else "none"
    told = tag(
        "p",
        f"A patient's tumours shed {words.number(per_patient['shed'], 2)} cells in the mean. Of these, {one_in} became "
        f"a metastasis large enough to be seen ({words.number(seen, 2)} per patient). Most cells die in the new "
        "tissue, and most of those that survive sleep or die out before they are a thousand.",
    )
    figure = drawn(plots.funnel(facts.summary), "Cells per patient that passed each step of the metastatic cascade")
    rows = [
        (style.upper_first(style.words(name)), words.number(per_patient[name], 2), words.number(per_cell[name], 2))
        for name in _STEPS
    ]
    heads = ("step", "cells per patient", "per cell shed")
    return joined(told, figure, folded("The same as a table", table(heads, rows, caption="The metastatic cascade")))


def found(facts: RunFacts) -> Html:
    """Return how the cancers were found, and at which stage."""
    diagnosis = facts.summary["diagnosis"]
    if not diagnosis["diagnosed"]["count"]:
        return tag("p", "Nobody was diagnosed.")
    routes = [
        (style.upper_first(name), each["share"], words.percent(each["share"]))
        for name, each in diagnosis["route"].items()
    ]
    symptoms = [
        (style.upper_first(words.plain(name)), each["share"], words.percent(each["share"]))
        for name, each in list(diagnosis["first_symptom"].items())[:_SYMPTOMS_SHOWN]
    ]
    stages = [
        (f"Stage {name}" if name != "unknown" else "Unknown", f"{each['count']:,}", words.with_interval(each, 1))
        for name, each in diagnosis["stage"].items()
    ]
    unknown = diagnosis["unknown_primary"]
    age = words.quartiles(diagnosis["age_year"], "years")
    told = tag(
        "p",
        f"Median age at diagnosis: {age}. A distant metastasis was found then in "
        f"{words.percent(diagnosis['with_metastasis_found']['share'])}"
        + (f"; in {words.percent(unknown['share'])} the primary was not found." if unknown["count"] else "."),
    )
    alt = "Stage at diagnosis: " + ", ".join(f"{row[0]} {row[2]}" for row in stages)
    chart = drawn(plots.stage_bars(facts.staged()), alt)
    tables = tag(
        "div",
        bars(("route", "share of patients", "%"), routes, caption="How the cancer was found, of all patients"),
        bars(("symptom", "share of patients", "%"), symptoms, caption="First symptom, of all patients"),
        class_="pair",
    )
    by_stage = table(("stage", "patients", "% (95 % interval)"), stages, caption="Stage at diagnosis, of those found")
    return joined(told, chart, folded("Stages as a table", by_stage), tables)
