"""`paget screen`: what a screening programme does to the patients who will have a cancer."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from paget.cli.failure import told
from paget.cli.options import CancerName, Care, Json, Seed, Settings, parsed


@told
def screen(
    cancer: CancerName,
    programme: Annotated[str, typer.Option("--programme", metavar="NAME", help="See: paget list pathways.")],
    n: Annotated[int, typer.Option("--patients", "-n", metavar="N", help="Number of patients.")] = 10_000,
    seed: Seed = 1,
    settings: Settings = None,
    care: Care = "standard_of_care",
    as_json: Json = False,
) -> None:
    """Find the same patients with and without screening; print stage shift, lead time and overdiagnosis."""
    from paget.cohort.screened import compare_screening

    found = compare_screening(
        cancer, programme, n, seed=seed, settings=parsed(settings), care=care, progress=not as_json
    )
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for line in lines(found):
        typer.echo(line)


def lines(found: dict[str, Any]) -> list[str]:
    """Return the measures of a comparison in words, a line each.

    Parameters
    ----------
    found
        What `compare_screening` returned.
    """
    head = (
        f"{found['cancer']}: {found['patients']:,} patients, {found['screened']:,} screened at least once "
        f"({found['programme']}), seed {found['seed']}"
    )
    if not found["screened"]:
        return [
            head,
            "Nobody was screened: none of these patients has the age and sex that the programme invites, and comes.",
        ]
    lead = found["median_lead_time_day"]
    return [
        head,
        f"found by screening      {found['screen_detected']:,}",
        f"interval cancers        {found['interval_cancers']:,} ({_share(found['interval_share'])} of both)",
        f"overdiagnosed           {found['overdiagnosed']:,} ({_share(found['overdiagnosis_share'])} of those found)",
        f"lead time, median       {'-' if lead is None else f'{lead / 365.25:.1f} years'}",
        f"stages with screening   {_stages(found['screened_stage_share'])}",
        f"stages without          {_stages(found['unscreened_stage_share'])}",
        f"fewer found late        {_share(found['late_reduction'])}",
        *_mortality(found),
        "For research; not a medical device.",
    ]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100.0 * value:.0f} %"


def _stages(shares: list[float] | None) -> str:
    if shares is None:
        return "-"
    return "  ".join(
        f"{name} {100.0 * share:.0f} %" for name, share in zip(("I", "II", "III", "IV"), shares, strict=True)
    )


def _mortality(found: dict[str, Any]) -> list[str]:
    """Return what screening did to deaths, in words."""
    if found["care"] == "none":
        return ["Nobody is treated here, so screening changes no death."]
    told = found["mortality"]
    error = told["gained_day_error"]
    spread = "" if error is None else f" ± {error / 30.4375:.1f}"
    fewer = _share(told["relative_reduction"])
    with_it, without = told["deaths_screened"], told["deaths_unscreened"]
    return [
        f"died of the cancer      {with_it:,} with screening, {without:,} without ({fewer} fewer)",
        f"gained a person         {told['gained_day_mean'] / 30.4375:.1f}{spread} months of life",
    ]
