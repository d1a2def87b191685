"""Run arms of published trials in virtual patients, and write docs/therapies.md.

    python docs/tune_therapies.py colorectal folfox+bevacizumab    one arm
    python docs/tune_therapies.py colorectal                       all arms of a cancer that have targets
    python docs/tune_therapies.py --page                           all arms, and the page

Every arm holds patients with metastases at diagnosis and a performance status of 0 or 1, whose tumours carry what the
trial asked for. They are given the therapies until the tumour grows, and comfort after that.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from paget.cohort.recipe import Recipe, make_recipe
from paget.model.protocol import FollowUp, Protocol, Rule, When
from paget.model.quantity import Quantity

TABLE = Path(__file__).with_name("therapy_targets.csv")
PAGE = Path(__file__).with_name("therapies.md")
TEXT = Path(__file__).with_name("therapies_text.md")
SEED: Final = 20
PATIENTS: Final = 150
"""Patients in an arm: a share of 50 % is then known to 4 points, a median to about 12 %."""
CHUNK: Final = 500
MOST: Final = 20_000
"""Patients looked through at most to fill an arm."""
MONTH_DAY: Final = 30.4375
SCAN_DAY: Final = 56.0
LOOKED_AT: Final = {
    "breast_hr_positive": "mri_breast",
    "breast_her2_positive": "mri_breast",
    "breast_triple_negative": "mri_breast",
}
"""What is used beside CT where CT shows the primary badly: a target that is missed looks like a response."""
NEAR_SHARE, NEAR_RATIO = 0.10, 0.25
"""An arm agrees if its responses lie within 10 points and its median without progression within a quarter."""


@dataclass(frozen=True)
class Target:
    """One arm of a trial: whom it treated with what, and what was published of it.

    Parameters
    ----------
    cancer, trial
        The cancer, and the name of the trial.
    therapies, before
        What is given together, and what was given in the line before.
    has, lacks
        Alterations that tumours had to have, or not to have.
    orr, pfs_month, os_month
        Share that responds, and medians; NaN where not published.
    seen
        read, reconstructed (from the published curve), or recalled.
    source
        Publication.
    """

    cancer: str
    trial: str
    therapies: tuple[str, ...]
    before: tuple[str, ...]
    has: tuple[str, ...]
    lacks: tuple[str, ...]
    orr: float
    pfs_month: float
    os_month: float
    seen: str
    source: str


@dataclass(frozen=True)
class Result:
    """What an arm of n patients gave."""

    n: int
    orr: float
    pfs_month: float
    os_month: float
    five_years: float
    free_month: tuple[float, ...] = ()


def targets() -> tuple[Target, ...]:
    """Return the table of published arms."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return tuple(_target(row) for row in csv.DictReader(lines))


def _target(row: dict[str, str]) -> Target:
    lists = {name: _names(row[name]) for name in ("therapies", "before", "has", "lacks")}
    orr, pfs, overall = (float(row[name] or "nan") for name in ("orr", "pfs_month", "os_month"))
    return Target(row["cancer"], row["trial"], **lists, orr=orr, pfs_month=pfs, os_month=overall, seen=row["seen"],
                  source=row["source"])  # fmt: skip


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split("+") if name)


def arm_protocol(
    therapies: tuple[str, ...], before: tuple[str, ...] = (), imaging: tuple[str, ...] = ("ct",)
) -> Protocol:
    """Return a protocol of one arm: the therapies until progression, after those of an earlier line if there was one.

    Parameters
    ----------
    therapies
        What is given together.
    before
        What is given in the line before; none for a first line. What is in both goes on.
    imaging
        Examinations every eight weeks.
    """
    fit: dict[str, object] = {"new_line": True, "phase": "systemic", "goal": "control"}
    metastatic, waiting = When(metastatic=True, worst_fitness=1), When(phases=("watching",))
    rules = [_rule("first", ["diagnosis"], give=before or therapies, when=metastatic, **fit)]
    rules.append(_rule("others", ["diagnosis"], phase="supportive", goal="comfort"))
    if before:
        kept = tuple(name for name in before if name in therapies)
        rules.append(_rule("second", ["progression"], give=therapies, keep=kept, when=When(lines=(1,)), **fit))
    goes_on: dict[str, object] = {"keep_all": True, "goal": "control"}
    rules += [
        _rule("ends", ["progression"], phase="supportive", goal="comfort"),
        _rule("waits", ["treated", "intolerance"], phase="watching", **goes_on),
        _rule("waits_on", ["visit", "decline"], when=waiting, phase="watching", **goes_on),
        _rule("in_comfort", ["visit"], when=When(goals=("comfort",)), phase="supportive", goal="comfort"),
        _rule("goes_on", ["visit", "decline"], phase="systemic", **goes_on),
    ]
    return Protocol(
        id="arm",
        policy="arm",
        name="Arm of a trial",
        summary="One regimen until progression.",
        rules=tuple(rules),
        follow_up=(
            FollowUp(phases=("systemic", "watching"), every=_days(SCAN_DAY), imaging=imaging),
            FollowUp(phases=("none", "supportive"), every=_days(2.0 * SCAN_DAY)),
        ),
    )


def _days(value: float) -> Quantity:
    return Quantity(value=value, unit="day", source="paget", grade="assumed", rationale="As in most trials.")


def _rule(name: str, at: Sequence[str], **more: object) -> Rule:
    told = {"id": name, "at": at, "source": "paget", "grade": "assumed", "rationale": "Arm of a trial.", **more}
    return Rule.model_validate(told)


@cache
def metastatic(cancer: str, has: tuple[str, ...], lacks: tuple[str, ...], wanted: int = PATIENTS) -> tuple[int, ...]:
    """Return patients in whom metastases were known at diagnosis, and whose tumours were found to fit.

    Parameters
    ----------
    cancer
        The cancer.
    has, lacks
        Alterations of which all, or none, were found.
    wanted
        How many are looked for, among `MOST` at most.
    """
    recipe, found = make_recipe(cancer, seed=SEED, care="none"), list[int]()
    for first in range(0, MOST, CHUNK):
        tables = recipe(first, CHUNK)
        patients = tables.patients.to_pandas()
        tests = tables.tests.to_pandas()
        carried = tests[tests.positive].groupby("patient").test.agg(set)
        for patient in patients.patient[patients.m == 1]:
            own = carried.get(patient, set())
            if own.issuperset(has) and own.isdisjoint(lacks):
                found.append(int(patient))
        if len(found) >= wanted:
            break
    return tuple(found[:wanted])


def run(recipe: Recipe, patients: Sequence[int], therapies: tuple[str, ...], line: int) -> Result:
    """Run an arm, and return what is read off it.

    Parameters
    ----------
    recipe
        What decides the tables.
    patients
        Whom to treat; those who are too weak or die before are no part of the arm.
    therapies
        What is given together.
    line
        In which line.
    """
    tables = recipe.patients(np.asarray(patients, np.int64))
    courses, visits = tables.treatments.to_pandas(), tables.visits.to_pandas()
    died = tables.patients.to_pandas().set_index("patient").death_age_day
    own = courses[courses.therapy.isin(therapies) & (courses.line == line) & (courses.phase == "systemic")]
    start = own.groupby("patient").start_age_day.max()
    seen = visits[visits.patient.isin(start.index)]
    seen = seen[seen.age_day > seen.patient.map(start)]
    measured = seen[seen.targets_sum_mm.notna()].patient.unique()
    best = seen[seen.response.isin(["CR", "PR"])].patient.unique()
    grown = seen[seen.response == "PD"].groupby("patient").age_day.min().reindex(start.index)
    responded = np.isin(measured, best)
    free = np.fmin(grown.to_numpy(float), died.reindex(start.index).to_numpy(float)) - start.to_numpy()
    lived = died.reindex(start.index).to_numpy(float) - start.to_numpy()
    return Result(
        n=int(start.size),
        orr=float(responded.mean()) if responded.size else float("nan"),
        pfs_month=float(np.median(free)) / MONTH_DAY if start.size else float("nan"),
        os_month=float(np.median(lived)) / MONTH_DAY if start.size else float("nan"),
        five_years=float((lived > 60.0 * MONTH_DAY).mean()) if start.size else float("nan"),
        free_month=tuple(np.sort(free) / MONTH_DAY),
    )


def arm_of(target: Target, patients: int = PATIENTS) -> Result:
    """Return what the arm of a target gives.

    Parameters
    ----------
    target
        The arm.
    patients
        How many patients with metastases are looked for.
    """
    who = metastatic(target.cancer, target.has, target.lacks, patients)
    imaging = ("ct", LOOKED_AT[target.cancer]) if target.cancer in LOOKED_AT else ("ct",)
    care: Any = arm_protocol(target.therapies, target.before, imaging)
    recipe = make_recipe(target.cancer, seed=SEED, care=care)
    return run(recipe, who, target.therapies, 2 if target.before else 1)


def agrees(target: Target, result: Result) -> bool:
    """Return whether an arm came near what was published.

    Parameters
    ----------
    target
        What was published.
    result
        What the arm gave.
    """
    shares = np.isnan(target.orr) or abs(result.orr - target.orr) <= NEAR_SHARE
    ratio = result.pfs_month / target.pfs_month
    return bool(shares and (np.isnan(ratio) or abs(ratio - 1.0) <= NEAR_RATIO))


def line_of(target: Target, result: Result) -> str:
    """Return a row of the page's table: simulated against published.

    Parameters
    ----------
    target
        What was published.
    result
        What the arm gave.
    """
    carried = [*target.has, *(f"no {name}" for name in target.lacks)]
    cells = [
        target.cancer,
        " + ".join(target.therapies),
        "2" if target.before else "1",
        ", ".join(carried),
        str(result.n),
        _pair(100.0 * result.orr, 100.0 * target.orr, 0),
        _pair(result.pfs_month, target.pfs_month, 1),
        _pair(result.os_month, target.os_month, 1),
        f"{target.trial} ({target.source}; {target.seen})",
        "yes" if agrees(target, result) else "no",
    ]
    return f"| {' | '.join(cells)} |"


def _pair(simulated: float, published: float, digits: int) -> str:
    told = [f"{value:.{digits}f}" if np.isfinite(value) else "-" for value in (simulated, published)]
    ratio = simulated / published if published > 0.0 else float("nan")
    return f"{told[0]} / {told[1]}" + (f" ({ratio:.2f})" if np.isfinite(ratio) else "")


COLUMNS: Final = (
    "| cancer | therapies | line | tumours | n | responses % | months without progression | months of life "
    "| published | near |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


def main() -> None:
    """Run the arms that the command line names, and print them or write the page."""
    parser = argparse.ArgumentParser(description="Run arms of published trials in virtual patients.")
    parser.add_argument("cancer", nargs="?", help="a cancer; all if absent")
    parser.add_argument("therapies", nargs="?", help="what is given together, such as folfox+bevacizumab")
    parser.add_argument("--patients", type=int, default=PATIENTS, help="patients with metastases to look for")
    parser.add_argument("--page", action="store_true", help=f"write {PAGE.name}")
    asked = parser.parse_args()
    chosen = [each for each in targets() if asked.cancer in {None, each.cancer}]
    if asked.therapies is not None:
        chosen = [each for each in chosen if each.therapies == _names(asked.therapies)]
    lines, near = [], 0
    for target in chosen:
        result = arm_of(target, asked.patients)
        lines.append(line_of(target, result))
        near += agrees(target, result)
        print(lines[-1], flush=True)
    count = f"{near} of {len(chosen)} arms lie near what was published."
    print(count)
    if asked.page:
        PAGE.write_text("\n".join([TEXT.read_text(encoding="utf-8"), count, "", COLUMNS, *lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
