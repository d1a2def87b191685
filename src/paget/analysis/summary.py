"""The first look at a run: who spread, where to, how fast, and what they died of.

A summary is plain values, so it can be written as JSON; keys end in their unit, shares come with their
standard error and 95 % interval. Deposits in regional lymph nodes are regional spread, not metastases.
Everybody is followed from the first cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paget.analysis.durations import MONTH_DAY
from paget.analysis.explain import explain
from paget.analysis.shares import share
from paget.analysis.survival import kaplan_meier
from paget.analysis.tally import LATE_YEAR, MOST_SITES
from paget.model.calendar import YEAR_DAY
from paget.model.layout import CAUSES, FUNNEL_STEPS, ORGANS

if TYPE_CHECKING:
    from paget.analysis.tally import Tally


def summarise(tally: Tally, *, years: float | None, year_to_1cm: float | None) -> dict[str, Any]:
    """Turn the counts of a run into its summary.

    Parameters
    ----------
    tally
        Counts over all patients.
    years
        Horizon in years after the first cell; None where everybody was followed until death.
    year_to_1cm
        Median years that a primary of this cancer takes from the first cell to 1 cm, by its growth law.

    Returns
    -------
    dict
        The summary, as plain values.
    """
    summary: dict[str, Any] = {
        "patients": tally.patients,
        "cancers": dict(sorted(tally.by_cancer.items())),
        "spread": _spread(tally),
        "timing": {
            "first_cell_to_primary_1cm_year": tally.to_one_cm.quartiles(YEAR_DAY),
            "first_cell_to_first_spread_year": tally.to_spread.quartiles(YEAR_DAY),
            "first_cell_to_distant_spread_year": tally.to_distant_spread.quartiles(YEAR_DAY),
            "distant_spread_to_metastasis_1cm_year": tally.spread_to_one_cm.quartiles(YEAR_DAY),
            "founded_to_detectable_year": tally.founded_to_detectable.quartiles(YEAR_DAY),
        },
        "late": {
            "after_year": LATE_YEAR,
            "patients": share(tally.late_patients, tally.with_metastasis).as_dict(),
            "metastases_from_sleep": share(tally.metastases_woken, tally.metastases).as_dict(),
        },
        "diagnosis": tally.found.as_dict(),
        "care": None if tally.cared is None else tally.cared.as_dict(),
        "death": _death(tally),
        "survival_from_1cm": _survival(tally),
        "funnel": _funnel(tally),
    }
    summary["untracked"] = {
        "patients_with_clones": tally.untracked_clone_patients,
        "patients_with_lesions": tally.untracked_lesion_patients,
    }
    summary["notes"] = explain(summary, years=years, year_to_1cm=year_to_1cm)
    return summary


def _spread(tally: Tally) -> dict[str, Any]:
    organs = sorted(range(len(ORGANS)), key=lambda organ: (-int(tally.with_organ[organ]), organ))
    sites = [int(count) for count in tally.sites]
    few = {str(number): sites[number] for number in range(MOST_SITES)}
    counted = {**few, f"{MOST_SITES}+": sum(sites[MOST_SITES:])}
    patients = max(tally.patients, 1)
    return {
        "with_spread": share(tally.with_spread, tally.patients).as_dict(),
        "with_distant_spread": share(tally.with_distant_spread, tally.patients).as_dict(),
        "with_established": share(tally.with_established, tally.patients).as_dict(),
        "with_regional_nodes": share(tally.with_regional, tally.patients).as_dict(),
        "with_metastasis": share(tally.with_metastasis, tally.patients).as_dict(),
        "by_organ": {
            ORGANS[organ]: {
                **share(int(tally.with_organ[organ]), tally.patients).as_dict(),
                "metastases": int(tally.metastases_by_organ[organ]),
            }
            for organ in organs
            if tally.with_organ[organ]
        },
        "sites": {number: share(count, tally.patients).as_dict() for number, count in counted.items()},
        "sites_mean": sum(number * count for number, count in enumerate(sites)) / patients,
        "metastases_mean": tally.metastases / patients,
    }


def _death(tally: Tally) -> dict[str, Any]:
    causes = sorted(range(len(CAUSES)), key=lambda cause: (-int(tally.causes[cause]), cause))
    return {
        "by_cause": {
            CAUSES[cause]: share(int(tally.causes[cause]), tally.patients).as_dict()
            for cause in causes
            if tally.causes[cause]
        },
        "age_year": tally.age_at_death.quartiles(YEAR_DAY),
    }


def _survival(tally: Tally) -> dict[str, Any]:
    everyone = kaplan_meier(tally.death_after_one_cm, tally.censored_after_one_cm)
    cancer_alone = kaplan_meier(tally.cancer_death_after_one_cm, tally.otherwise_after_one_cm)
    deaths, censored = tally.death_after_one_cm.total, tally.censored_after_one_cm.total
    median, low, high = (None if day is None else day / MONTH_DAY for day in everyone.median_day())
    alone = cancer_alone.median_day()[0]
    reached = deaths + censored > 0
    return {
        "patients": deaths + censored,
        "deaths": deaths,
        "median_month": median,
        "median_month_low": low,
        "median_month_high": high,
        "median_month_cancer_alone": None if alone is None else alone / MONTH_DAY,
        "alive_at_1_year": everyone.alive_at(YEAR_DAY) if reached else None,
        "alive_at_5_year": everyone.alive_at(5 * YEAR_DAY) if reached else None,
    }


def _funnel(tally: Tally) -> dict[str, Any]:
    counts = {step: float(count) for step, count in zip(FUNNEL_STEPS, tally.funnel, strict=True)}
    shed, patients = counts["shed"], max(tally.patients, 1)
    return {
        "count_per_patient": {step: count / patients for step, count in counts.items()},
        "count_per_shed_cell": {step: count / shed if shed else None for step, count in counts.items()},
    }
