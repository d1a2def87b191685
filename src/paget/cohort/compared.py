"""The same patients under two policies: who lives longer, how well, at what cost, and who gains.

Two runs hold the same patients when everything but their care is the same. Times are from the diagnosis, which no care
has touched yet; patients who were never found are left out, as no policy reaches them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from paget.analysis.columns import numbers, stage_groups, texts
from paget.analysis.durations import MONTH_DAY, DayCounts
from paget.analysis.paired_benefit import GAIN_DAY, PairedBenefit, paired_benefit
from paget.analysis.shares import share
from paget.analysis.survival import kaplan_meier
from paget.cohort.cohort import Cohort
from paget.errors import SettingError
from paget.model.calendar import YEAR_DAY

SAME: Final = ("cancer", "seed", "settings", "years", "screening", "paget_version", "layout_version")
"""What has to be equal for patients to be the same; the catalogue's digest is held against the other as well."""
GROUPS: Final = ("unknown", "I", "II", "III", "IV")
YEARS: Final = (1, 5)
WORTH: Final = {
    "quality_adjusted_year": ("quality_adjusted_day", YEAR_DAY),
    "home_day": ("home_day", 1.0),
    "treatment_day": ("treatment_day", 1.0),
}
"""What is told of each run besides survival: the column it is read from, and the days of its unit."""
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Comparison:
    """Two runs of the same patients, A and B; every pair is in that order, and a gain is what B adds.

    Parameters
    ----------
    cancer, title, seed
        What was simulated.
    care
        The two policies.
    patients, diagnosed
        Number of patients in both runs, and how many of them were found.
    survival
        Median survival from diagnosis (months) with its interval, and shares alive after 1 and 5 years.
    gain
        Years that both give, and that B adds to each life: mean with its interval, median, shares of those who gain 30
        days and who lose one.
    worth
        Quality-adjusted years, days at home, days of treatment: means, and the mean paired difference.
    causes
        Shares of the causes of death.
    stages
        Survival and gain by stage at diagnosis.
    """

    cancer: str
    title: str
    seed: int
    care: tuple[str, str]
    patients: int
    diagnosed: int
    survival: tuple[dict[str, Any], dict[str, Any]]
    gain: dict[str, Any]
    worth: dict[str, dict[str, Any] | None]
    causes: tuple[dict[str, float], dict[str, float]]
    stages: dict[str, dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as plain values."""
        return asdict(self)


def compare(run_a: str | Path | Cohort, run_b: str | Path | Cohort, *, seed: int = 0) -> Comparison:
    """Compare two runs of the same patients under two policies.

    Parameters
    ----------
    run_a, run_b
        The runs, or their folders. Where one has more patients than the other, those that both have are compared.
    seed
        Seed of the bootstrap of intervals.

    Returns
    -------
    Comparison
        What B adds to A.

    Raises
    ------
    FolderError
        If a folder holds no finished run.
    SettingError
        If the runs do not hold the same patients, or nobody was found.

    Examples
    --------
    >>> paget.compare("runs/standard", "runs/comfort").gain  # doctest: +SKIP
    """
    runs = [run if isinstance(run, Cohort) else Cohort.open(run) for run in (run_a, run_b)]
    _same_patients(*runs)
    held = [_Arm(run, min(map(len, runs))) for run in runs]
    if not np.array_equal(held[0].onset_day, held[1].onset_day):
        raise SettingError("The patients of the two runs are not the same.", key="onset_age_day")
    found = np.isfinite(held[0].diagnosis_day)
    if not found.any():
        raise SettingError("Nobody in these runs was diagnosed, so there is nothing to compare.", key="patients")
    made = runs[0].provenance
    return Comparison(
        cancer=made["cancer"],
        title=made["title"],
        seed=made["seed"],
        care=(care_name(made), care_name(runs[1].provenance)),
        patients=int(found.size),
        diagnosed=int(found.sum()),
        survival=(held[0].survival(found), held[1].survival(found)),
        gain=_gain(held, found, seed),
        worth={name: _worth(held, found, *told, seed) for name, told in WORTH.items()},
        causes=(held[0].causes(found), held[1].causes(found)),
        stages=_by_stage(held, found, seed),
    )


def care_name(made: Mapping[str, Any]) -> str:
    """Return the name of a run's policy in words.

    Parameters
    ----------
    made
        The run's provenance.
    """
    branch = made.get("branch")
    if branch is not None:
        after = str(branch["after"]).partition("@")[0]
        at = branch["at"]
        return f"{after} from {at if not at[:1].isdigit() else f'day {at}'}"
    return str(made["care"]).partition("@")[0].rpartition(".")[2]


class _Arm:
    """The columns of one run that a comparison needs, of its first patients."""

    def __init__(self, run: Cohort, patients: int) -> None:
        table = run.arrow("patients").slice(0, patients)
        self._table = table
        self.onset_day, self.diagnosis_day, death, last = (
            self.days(name) for name in ("onset_age_day", "diagnosis_age_day", "death_age_day", "last_age_day")
        )
        self.died = np.isfinite(death)
        self.lived_day = np.where(self.died, death, last) - self.diagnosis_day
        self.stage = stage_groups(table["stage"])

    def days(self, column: str) -> Floats:
        """Return a column, NaN where there is nothing; all NaN where the run has no such column."""
        if column not in self._table.column_names:
            return np.full(self._table.num_rows, np.nan)
        return numbers(self._table[column])

    def survival(self, which: Flags) -> dict[str, Any]:
        """Return survival from diagnosis of some patients."""
        deaths, censored = DayCounts(), DayCounts()
        deaths.add(self.lived_day[which & self.died])
        censored.add(self.lived_day[which & ~self.died])
        curve = kaplan_meier(deaths, censored)
        median, low, high = (None if day is None else day / MONTH_DAY for day in curve.median_day())
        alive = {f"alive_at_{year}_year": curve.alive_at(year * YEAR_DAY) for year in YEARS}
        return {"median_month": median, "low": low, "high": high, **alive}

    def causes(self, which: Flags) -> dict[str, float]:
        """Return the shares of the causes of death, the most frequent first."""
        names = np.array(texts(self._table["cause"]))[which]
        found, counts = np.unique(names, return_counts=True)
        order = np.lexsort((found, -counts))
        return {str(found[k]): float(counts[k] / names.size) for k in order}


def _gain(held: list[_Arm], which: Flags, seed: int) -> dict[str, Any]:
    benefit = paired_benefit(*(each.lived_day[which] for each in held), seed=seed)
    same = int((held[0].lived_day[which] == held[1].lived_day[which]).sum())
    return {
        "lived_year": [float(each.lived_day[which].mean() / YEAR_DAY) for each in held],
        **_mean(benefit, YEAR_DAY, "year"),
        "median_year": benefit.median_gain_day / YEAR_DAY,
        "gaining": benefit.gaining.as_dict(),
        "losing": benefit.harmed.as_dict(),
        "unchanged": share(same, benefit.pairs).as_dict(),
        "gaining_from_day": GAIN_DAY,
    }


def _mean(benefit: PairedBenefit, unit_day: float, unit: str) -> dict[str, Any]:
    """Return the mean gain with its interval in a unit."""
    mean = benefit.mean_gain_day.as_dict()
    named = {"value": f"mean_{unit}", "low": "low", "high": "high"}
    return {named[key]: None if value is None else value / unit_day for key, value in mean.items()}


def _worth(held: list[_Arm], which: Flags, column: str, unit_day: float, seed: int) -> dict[str, Any] | None:
    """Return the means of a column and the mean difference; None where a run has it not, as without care."""
    a, b = (each.days(column)[which] / unit_day for each in held)
    if np.isnan(a).any() or np.isnan(b).any():
        return None
    difference = paired_benefit(a, b, seed=seed).mean_gain_day
    return {"mean": [float(a.mean()), float(b.mean())], "difference": difference.as_dict()}


def _by_stage(held: list[_Arm], found: Flags, seed: int) -> dict[str, dict[str, Any]]:
    stages = {}
    for group, name in enumerate(GROUPS):
        which = found & (held[0].stage == group)
        if which.any():
            benefit = paired_benefit(*(each.lived_day[which] for each in held), seed=seed)
            stages[name] = {
                "patients": int(which.sum()),
                "median_month": [each.survival(which)["median_month"] for each in held],
                "gain": _mean(benefit, YEAR_DAY, "year"),
                "gaining": benefit.gaining.as_dict(),
                "losing": benefit.harmed.as_dict(),
            }
    return stages


def _same_patients(run_a: Cohort, run_b: Cohort) -> None:
    """Raise unless all that decides who the patients are is equal."""
    for key in (*SAME, "catalogue_digest"):
        a, b = run_a.provenance.get(key), run_b.provenance.get(key)
        if a != b:
            raise SettingError(
                f"The two runs do not hold the same patients: {key} differs.",
                key=key,
                value=f"{a!r} and {b!r}",
                allowed="runs that differ in their care alone",
                fix="simulate one of them anew as a branch of the other: paget run CANCER --branch RUN --care POLICY",
            )
