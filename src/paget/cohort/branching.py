"""Branches: the patients of a finished run with the same past, and from a point in time on under another policy.

Draws are functions of keys, so the run is simulated again from its provenance: the old policy decides until each
patient's point and the new one after it. The points are read from the finished run's tables.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from paget.analysis.columns import numbers
from paget.care.switching import Switching
from paget.care.toxicity import Table
from paget.care.untreated import Untreated
from paget.cohort.api import simulate
from paget.cohort.care_plan import NONE, STANDARD, CarePlan, Planner, make_plan, name_of
from paget.cohort.cohort import Cohort
from paget.cohort.drawn import parameters_of, recipe_by
from paget.errors import FolderError, SettingError
from paget.model.protocol import Protocol

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paget.cohort.runner import Submitter
    from paget.model.cancer import Cancer
    from paget.model.chart import Policy
    from paget.model.modality import Modality
    from paget.model.therapy import Therapy
    from paget.model.tissue import Tissue

AT_DIAGNOSIS: Final = "diagnosis"
AT_PROGRESSION: Final = "progression"
AGE: Final = "age="
ALLOWED: Final = "diagnosis, progression, days since the diagnosis such as 180, or an age in days such as age=25000"
SUPPORTIVE: Final = ("supportive", "bone_agent")
"""Kinds of therapies that do nothing against the cancer."""
SAME: Final = ("paget_version", "layout_version", "catalogue_digest", "block_patients")
"""What the past depends on besides what provenance says of the run."""


@dataclass(frozen=True, eq=False)
class Branch(Planner):
    """Care that changes hands at a point in time.

    Parameters
    ----------
    before, after
        The old policy, and the new one.
    at
        The point, as it was asked for.
    run
        Digest of the run that it branches from.
    from_day : ndarray of float64, shape (N,)
        Each patient's age in days at the point; infinite where it never comes to that.
    """

    before: str | Policy | Protocol
    after: str | Policy
    at: str
    run: str
    from_day: NDArray[np.float64]

    @property
    def policy_name(self) -> str:
        """What tells this care from any other."""
        told = self._as_dict()
        digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]
        return f"{told['before']}>{told['after']}@{digest}"

    def origin(self) -> dict[str, object]:
        """Return what a run's provenance says of it: which run, at what point, from what to what."""
        return {"branch": self._as_dict()}

    def _as_dict(self) -> dict[str, str]:
        return {"run": self.run, "at": self.at, "before": name_of(self.before), "after": name_of(self.after)}

    def plan_for(self, cancer: Cancer, tissue: Tissue, modalities: Mapping[str, Modality], seed: int) -> CarePlan:
        """Return how the patients of one cancer are cared for; see `make_plan`.

        Parameters
        ----------
        cancer, tissue, modalities, seed
            As for `make_plan`.
        """
        new = _planned(self.after, cancer, tissue, modalities, seed)
        if self.at == AT_DIAGNOSIS:
            return new
        old = _planned(self.before, cancer, tissue, modalities, seed)
        known = {each.id: each for each in (*old.therapies, *new.therapies)}
        switching = Switching(
            old.policy,
            new.policy,
            therapies=tuple(known),
            own_before=[each.id for each in old.therapies],
            own_after=[each.id for each in new.therapies],
            from_day=self.from_day,
            rules_before=len(old.rules),
            against=None if self.at == AT_PROGRESSION else _against(known.values()),
        )
        return replace(
            old,
            name=self.policy_name,
            policy=switching,
            rules=(*old.rules, *new.rules),
            therapies=tuple(known.values()),
            toxicities=Table.of(tuple(known.values())),
        )


def branch(
    run: str | Path | Cohort,
    care: str | Policy = STANDARD,
    *,
    at: str | float = AT_DIAGNOSIS,
    before: Policy | None = None,
    out: str | Path | None = None,
    workers: int | None = None,
    scheduler: str | Submitter | None = None,
    progress: bool = False,
) -> Cohort:
    """Simulate the patients of a finished run once more, from a point in time on under another policy.

    Parameters
    ----------
    run
        The run, or its folder.
    care
        The new policy, as for `simulate`; "none" for visits without treatment.
    at
        ``diagnosis``; ``progression``, each patient's first; days since the diagnosis; or ``age=`` and an age in days.
    before
        The old policy, where it was an object: its code is not part of the run.
    out, workers, scheduler, progress
        As for `simulate`.

    Returns
    -------
    Cohort
        The same patients, alike until the point.

    Raises
    ------
    FolderError
        If there is no finished run, or this version or catalogue would not give the same past.
    SettingError
        If the point or a policy is not known, or nobody comes to that point.

    Examples
    --------
    >>> other = paget.branch("runs/colorectal-1000-1", "best_supportive_care", at="progression")  # doctest: +SKIP
    """
    cohort = run if isinstance(run, Cohort) else Cohort.open(run)
    point = _point(at)
    made = cohort.provenance
    chosen = Branch(
        before=str(made["care"]) if point == AT_DIAGNOSIS else _old_policy(cohort, before),
        after=care,
        at=point,
        run=_digest(made),
        from_day=_from_day(cohort, point),
    )
    kept = {key: made[key] for key in ("seed", "years", "settings", "screening")}
    parameters = parameters_of(made)
    _same_past(cohort, recipe_by(parameters, made["cancer"], **kept, care=NONE).identity.as_dict())
    return simulate(
        made["cancer"],
        len(cohort),
        **kept,
        parameters=parameters,
        care=chosen,
        out=out,
        workers=workers,
        scheduler=scheduler,
        progress=progress,
    )


class UntreatedCare(Planner):
    """Visits without treatment: the natural history, in which the worth of days is known."""

    @property
    def policy_name(self) -> str:
        """What tells this care from any other."""
        return "untreated"

    def plan_for(self, cancer: Cancer, tissue: Tissue, modalities: Mapping[str, Modality], seed: int) -> CarePlan:
        """Return the plan; see `make_plan`."""
        plan = make_plan(Untreated(), cancer, tissue, modalities, seed)
        assert plan is not None  # noqa: S101 - a policy that is an object always has a plan
        return replace(plan, name=NONE)


def _planned(
    care: str | Policy | Protocol, cancer: Cancer, tissue: Tissue, modalities: Mapping[str, Modality], seed: int
) -> CarePlan:
    plan = make_plan(care, cancer, tissue, modalities, seed)
    return UntreatedCare().plan_for(cancer, tissue, modalities, seed) if plan is None else plan


def _against(therapies: Iterable[Therapy]) -> NDArray[np.bool_]:
    return np.array([each.kind not in SUPPORTIVE for each in therapies], np.bool_)


def _point(at: str | float) -> str:
    """Return a point in its one form; days of a number are since the diagnosis."""
    text = f"{at:g}" if isinstance(at, int | float) else at.strip()
    if text in (AT_DIAGNOSIS, AT_PROGRESSION):
        return text
    try:
        day = float(text.removeprefix(AGE))
    except ValueError:
        day = math.nan
    if not (math.isfinite(day) and day >= 0.0):
        raise SettingError("There is no such point to branch at.", key="at", value=text, allowed=ALLOWED)
    if day == 0.0 and not text.startswith(AGE):
        return AT_DIAGNOSIS
    return f"{AGE if text.startswith(AGE) else ''}{day:g}"


def _from_day(cohort: Cohort, point: str) -> NDArray[np.float64]:
    """Return each patient's age in days at the point, infinite where there is none."""
    found = _days(cohort.arrow("patients", ["diagnosis_age_day"])["diagnosis_age_day"])
    if point == AT_PROGRESSION:
        visits = cohort.arrow("visits", ["patient", "age_day", "event"])
        told = visits.filter(pc.equal(pc.cast(visits["event"], "string"), AT_PROGRESSION))
        day = np.full(found.size, np.inf)
        np.minimum.at(day, told["patient"].to_numpy(), _days(told["age_day"]))
    elif point.startswith(AGE):
        day = np.where(np.isfinite(found), np.maximum(float(point.removeprefix(AGE)), found), np.inf)
    else:
        day = found if point == AT_DIAGNOSIS else found + float(point)
    if not np.isfinite(day).any():
        raise SettingError(
            f"Nobody in the run comes to the point {point!r}.",
            key="at",
            value=point,
            allowed=ALLOWED,
            fix="branch at diagnosis; without visits nobody's progression is seen",
        )
    return day


def _days(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Return ages in days, infinite where there is none."""
    days = numbers(column)
    return np.where(np.isnan(days), np.inf, days)


def _old_policy(cohort: Cohort, given: Policy | None) -> str | Policy | Protocol:
    """Return the policy that the run was made with."""
    made, name = cohort.provenance, str(cohort.provenance["care"])
    if given is not None:
        if name_of(given) != name:
            raise SettingError(
                "The run was made with another policy.", key="before", value=name_of(given), allowed=name
            )
        return given
    if "protocol" in made:
        return Protocol.model_validate(made["protocol"])
    if "@" in name:
        raise SettingError(
            "The run's own policy cannot be had from its folder.",
            file=cohort.path,
            key="care",
            value=name,
            allowed="a run under a policy of the catalogue or a TOML file",
            fix="branch at diagnosis, or hand over the object as `before`; of a branch, branch the first run",
        )
    return name


def _digest(made: Mapping[str, Any]) -> str:
    """Return the digest that tells a finished run from others, its number of patients included."""
    told = {key: made.get(key) for key in (*SAME, "cancer", "seed", "settings", "years", "screening", "care", "n")}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def _same_past(cohort: Cohort, now: Mapping[str, object]) -> None:
    for key in SAME:
        held = cohort.provenance.get(key)
        if held != now[key]:
            raise FolderError(
                "The run's past cannot be had again: it was made with other software or entries.",
                file=cohort.path,
                key=key,
                value=held,
                allowed=str(now[key]),
                fix="simulate it anew with this version and catalogue",
            )
