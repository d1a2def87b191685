"""What only a simulation can see of a trial: every patient under every arm, followed until death.

From these pairs come who gains and who does not, and, by drawing trials from them again and again, how often a trial of
a given size would have found the difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from paget.analysis.durations import MONTH_DAY
from paget.analysis.paired_benefit import PairedBenefit, paired_benefit
from paget.analysis.trial_read_out import TrialData, in_months
from paget.analysis.trial_statistics import log_rank
from paget.model.calendar import YEAR_DAY

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

GAINS: Final = {"OS": "OS", "PFS": "PFS", "QALY": "QALY"}
LEAST_PAIRS: Final = 20
"""A group is told where it and the rest have at least as many pairs."""
OLD_YEAR: Final = 65.0
COMMON: Final = (0.05, 0.95)
"""A finding in tissue makes groups where a share between these has it."""
RESAMPLES: Final = 500


@dataclass(frozen=True)
class Pairs:
    """One arm against the reference in the same patients.

    Parameters
    ----------
    arm, reference
        Names.
    benefits
        By endpoint: OS, PFS and quality-adjusted life, in days.
    half_held_by
        The smallest share of patients who together have half of all days of life that are gained; None for no gain.
    groups
        By group of patients, as known at randomisation: the benefit in OS.
    """

    arm: str
    reference: str
    benefits: dict[str, PairedBenefit]
    half_held_by: float | None
    groups: dict[str, PairedBenefit]

    def as_dict(self) -> dict[str, Any]:
        """Return the parts as plain values; months in place of days."""
        return {
            "arm": self.arm,
            "reference": self.reference,
            "benefits": {name: _plain(each) for name, each in self.benefits.items()},
            "half_held_by": self.half_held_by,
            "groups": {name: _plain(each) for name, each in self.groups.items()},
        }


def _plain(benefit: PairedBenefit) -> dict[str, Any]:
    return {
        "pairs": benefit.pairs,
        "mean_gain_month": in_months(benefit.mean_gain_day).as_dict(),
        "median_gain_month": benefit.median_gain_day / MONTH_DAY,
        "gaining": benefit.gaining.as_dict(),
        "harmed": benefit.harmed.as_dict(),
    }


def full_times(data: TrialData) -> pd.DataFrame:
    """Return the days to each event of patients who were followed until death, by patient.

    Parameters
    ----------
    data
        The data of one arm with nobody censored.

    Returns
    -------
    DataFrame
        Index ``patient``; ``OS`` and ``PFS`` in days from randomisation, ``QALY`` in quality-adjusted days from
        diagnosis, of which the part before randomisation is the same in every arm.
    """
    times = data.times()
    found = {code: times[times["PARAMCD"] == code].set_index("USUBJID")["AVAL"] for code in ("OS", "PFS")}
    patients = data.patients.sort_values("patient", kind="stable").set_index("patient")
    table = patients[["quality_adjusted_day"]].rename(columns={"quality_adjusted_day": "QALY"})
    return table.assign(**{code: each.sort_index().to_numpy() for code, each in found.items()})


def pairs(
    arm: str, reference: str, times: Mapping[str, pd.DataFrame], groups: Mapping[str, NDArray[np.bool_]]
) -> Pairs:
    """Return what an arm does to the same patients.

    Parameters
    ----------
    arm, reference
        Names of the arms.
    times
        By arm, as `full_times` gives them, over the same patients.
    groups
        Masks over the patients by name.
    """
    one, other = times[reference], times[arm]
    gain = (other["OS"] - one["OS"]).to_numpy()
    told = {name: mask for name, mask in groups.items() if min(mask.sum(), (~mask).sum()) >= LEAST_PAIRS}
    return Pairs(
        arm=arm,
        reference=reference,
        benefits={name: paired_benefit(one[code], other[code], resamples=RESAMPLES) for name, code in GAINS.items()},
        half_held_by=half_held_by(gain),
        groups={
            name: paired_benefit(one["OS"][mask], other["OS"][mask], resamples=RESAMPLES) for name, mask in told.items()
        },
    )


def half_held_by(gain_day: NDArray[np.float64]) -> float | None:
    """Return the smallest share of patients who together have half of all days gained.

    Parameters
    ----------
    gain_day
        Gains, shape (P,); losses count as none.
    """
    gained = np.sort(np.maximum(gain_day, 0.0))[::-1]
    if not gained.sum() > 0.0:
        return None
    return float((np.searchsorted(np.cumsum(gained), gained.sum() / 2.0) + 1) / gained.size)


def groups_of(patients: pd.DataFrame, tests: pd.DataFrame) -> dict[str, NDArray[np.bool_]]:
    """Return groups of patients by what is known of them at randomisation.

    Parameters
    ----------
    patients
        Patients in order of their index, with ``randomised_age_day`` and ``fitness``.
    tests
        Results of tests at diagnosis.
    """
    age_year = patients["randomised_age_day"].to_numpy() / YEAR_DAY
    female = (patients["sex"].astype(str) == "female").to_numpy()
    fitness = patients["fitness"].to_numpy()
    sites = patients["sites_found"].to_numpy()
    groups = {
        f"under {OLD_YEAR:g} years": age_year < OLD_YEAR,
        f"{OLD_YEAR:g} years or older": age_year >= OLD_YEAR,
        "women": female,
        "men": ~female,
        "performance status 0": fitness == 0,
        "performance status 1 or worse": fitness >= 1,
        "at most one organ at diagnosis": sites <= 1,
        "more organs at diagnosis": sites > 1,
    }
    found = tests[(tests["specimen"].astype(str) == "tissue") & tests["positive"]]
    by_test = found.groupby(found["test"].astype(str))["patient"]
    has = {name: patients["patient"].isin(rows).to_numpy() for name, rows in by_test if name != "biopsy"}
    for name in sorted(has, key=lambda name: abs(has[name].mean() - 0.5)):
        if COMMON[0] <= has[name].mean() <= COMMON[1]:
            groups |= {f"{name} found": has[name], f"{name} not found": ~has[name]}
    return {name: mask for name, mask in groups.items() if 0 < mask.sum() < mask.size}


class Resampling:
    """Trials drawn from patients who were simulated under both arms (as `trial_size.power` asks for them).

    Parameters
    ----------
    days
        Days to the primary endpoint under the reference and under the arm, shape (2, P).
    weights
        Of the reference and of the arm.
    seen_day
        Days for which each patient of the real draw was seen, from which those of new ones are drawn, shape (P,).
    seed
        Seed of the draws.
    """

    def __init__(
        self, days: NDArray[np.float64], weights: Sequence[int], seen_day: NDArray[np.float64], seed: int
    ) -> None:
        self.days, self.seen_day, self.seed = days, seen_day, seed
        self.weights = tuple(weights)

    def p_values(self, patients: int, trials: int) -> NDArray[np.float64]:
        """Return the log-rank p-value of each of some trials; 1 where the arm does worse, which is no success.

        Parameters
        ----------
        patients
            Patients in a trial, of both arms.
        trials
            How many trials.
        """
        generator = np.random.default_rng([self.seed, patients])
        first = round(patients * self.weights[0] / sum(self.weights))
        arm = (np.arange(patients) >= first).astype(np.int64)
        values = np.ones(trials)
        for number in range(trials):
            who = generator.integers(0, self.days.shape[1], patients)
            seen = self.seen_day[generator.integers(0, self.seen_day.size, patients)]
            days = self.days[arm, who]
            until, event = np.minimum(days, seen), days <= seen
            if fewer_events_than_expected(until, event, arm):
                values[number] = log_rank(until, event, arm)
        return values


def fewer_events_than_expected(days: NDArray[np.float64], event: NDArray[np.bool_], arm: NDArray[np.int64]) -> bool:
    """Return whether arm 1 had fewer events than it would have if both arms had one hazard.

    Parameters
    ----------
    days, event, arm
        Time, whether it ended with the event, and arm (0 or 1) of each patient, shape (P,).
    """
    order = np.argsort(days, kind="stable")
    event, arm = event[order], arm[order]
    share_at_risk = np.cumsum(arm[::-1])[::-1] / np.arange(arm.size, 0, -1)
    return bool((event * (arm - share_at_risk)).sum() < 0.0)
