"""What a trial's data say, read as a statistician reads them: each arm by itself, and each compared with the reference.

Times and responses are those of the ADaM data sets, so that whoever analyses the exported data finds the same numbers.
All patients count in the arm to which they were randomised.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from paget.analysis.adam import adae, adrs, adtte
from paget.analysis.durations import MONTH_DAY
from paget.analysis.shares import Share, share
from paget.analysis.trial_statistics import Estimate, difference_in_shares, hazard_ratio, log_rank, median

if TYPE_CHECKING:
    import pandas as pd

MEDIANS: Final = {"OS": "OS", "PFS": "PFS", "DoR": "DOR"}
"""Endpoints with a median, and their codes in ADTTE."""
COMPARED: Final = ("OS", "PFS")
SHARES: Final = ("ORR", "SRE", "grade3")
SEVERE: Final = 3


@dataclass(frozen=True)
class TrialData:
    """The data of a trial.

    Parameters
    ----------
    patients
        With ``arm``, ``randomised_age_day`` and ``censored_age_day`` beside what a run tells of them.
    visits, treatments, adverse_events
        Theirs, each under the patient's own arm.
    """

    patients: pd.DataFrame
    visits: pd.DataFrame
    treatments: pd.DataFrame
    adverse_events: pd.DataFrame

    def times(self) -> pd.DataFrame:
        """Return the times to events (ADTTE)."""
        return adtte(self.patients, self.visits)


@dataclass(frozen=True)
class ArmReadOut:
    """One arm.

    Parameters
    ----------
    arm, patients
        Its name, and how many were randomised to it.
    events
        Events seen, by endpoint.
    medians_month
        Median times with their intervals, by endpoint.
    shares
        Shares of all in the arm, by endpoint.
    """

    arm: str
    patients: int
    events: dict[str, int]
    medians_month: dict[str, Estimate]
    shares: dict[str, Share]

    def as_dict(self) -> dict[str, Any]:
        """Return the parts as plain values."""
        return {
            "arm": self.arm,
            "patients": self.patients,
            "events": self.events,
            "medians_month": {name: each.as_dict() for name, each in self.medians_month.items()},
            "shares": {name: each.as_dict() for name, each in self.shares.items()},
        }


@dataclass(frozen=True)
class Comparison:
    """One arm against the reference.

    Parameters
    ----------
    arm, reference
        Names.
    hazard_ratios
        By Cox regression, by endpoint.
    p_values
        By the log-rank test, by endpoint.
    differences
        Of shares, by endpoint.
    """

    arm: str
    reference: str
    hazard_ratios: dict[str, Estimate]
    p_values: dict[str, float]
    differences: dict[str, Estimate]

    def as_dict(self) -> dict[str, Any]:
        """Return the parts as plain values."""
        return {
            "arm": self.arm,
            "reference": self.reference,
            "hazard_ratios": {name: each.as_dict() for name, each in self.hazard_ratios.items()},
            "p_values": self.p_values,
            "differences": {name: each.as_dict() for name, each in self.differences.items()},
        }


def read_out(
    data: TrialData,
    arms: Sequence[str],
    reference: str,
    endpoints: Collection[str],
    therapies: Mapping[str, Collection[str]],
    *,
    confirmed: bool = False,
) -> tuple[tuple[ArmReadOut, ...], tuple[Comparison, ...]]:
    """Return what the data say of each arm, and of each arm against the reference.

    Parameters
    ----------
    data
        The data.
    arms
        Names of the arms, each of which has patients.
    reference
        The arm that others are compared with.
    endpoints
        Which of OS, PFS, DoR, ORR, SRE and grade3 to tell; others are passed over.
    therapies
        Of each arm, the therapies whose effects count for ``grade3``.
    confirmed
        Whether ORR counts confirmed responses only. RECIST 1.1 asks for confirmation where response is the primary
        endpoint of a trial without arms, and not in a randomised one (Eisenhauer et al. 2009, section 4.6).

    Returns
    -------
    tuple
        The arms, and the comparisons, both in the order of `arms`.
    """
    times, response = data.times(), "CBOR" if confirmed else "BOR"
    flags = {name: flag for name, flag in _flags(data, therapies, response).items() if name in endpoints}
    told = tuple(_one(name, data, times, flags, endpoints) for name in arms)
    by_name = {each.arm: each for each in told}
    others = [name for name in arms if name != reference]
    return told, tuple(_against(by_name[name], by_name[reference], times, endpoints) for name in others)


def _one(
    arm: str, data: TrialData, times: pd.DataFrame, flags: Mapping[str, pd.Series[bool]], endpoints: Collection[str]
) -> ArmReadOut:
    mine = data.patients["arm"].astype(str) == arm
    events, medians = {}, {}
    for name, code in MEDIANS.items():
        own = times[(times["PARAMCD"] == code) & (times["TRTP"] == arm)]
        if name not in endpoints:
            continue
        seen = own["CNSR"] == 0
        events[name] = int(seen.sum())
        medians[name] = in_months(median(own["AVAL"], seen)) if len(own) else Estimate(None, None, None)
    return ArmReadOut(
        arm=arm,
        patients=int(mine.sum()),
        events=events,
        medians_month=medians,
        shares={name: share(int(flag[mine].sum()), int(mine.sum())) for name, flag in flags.items()},
    )


def _against(arm: ArmReadOut, reference: ArmReadOut, times: pd.DataFrame, endpoints: Collection[str]) -> Comparison:
    ratios, p_values = {}, {}
    for name in COMPARED:
        if name not in endpoints:
            continue
        own = times[(times["PARAMCD"] == name) & times["TRTP"].isin([arm.arm, reference.arm])]
        seen = own["CNSR"] == 0
        ratios[name] = hazard_ratio(own["AVAL"], seen, own["TRTP"], reference=reference.arm)[arm.arm]
        p_values[name] = log_rank(own["AVAL"], seen, own["TRTP"])
    shares = {name: (each, reference.shares[name]) for name, each in arm.shares.items()}
    differences = {
        name: difference_in_shares(one.count, one.of, other.count, other.of) for name, (one, other) in shares.items()
    }
    return Comparison(arm.arm, reference.arm, ratios, p_values, differences)


def _flags(data: TrialData, therapies: Mapping[str, Collection[str]], response: str) -> dict[str, pd.Series[bool]]:
    """Return who responded, had a skeletal event, or a severe effect, in the order of the patients."""
    patients = data.patients
    best = adrs(patients, data.visits)
    best = best[best["PARAMCD"] == response]
    responders = _patients(best["USUBJID"][best["AVALC"].isin(["CR", "PR"])])
    after, until = patients["randomised_age_day"], patients["censored_age_day"]
    skeletal = patients["skeletal_event_age_day"]
    events = adae(patients, data.adverse_events)
    own = np.array([therapy in therapies[arm] for therapy, arm in zip(events["AETRT"], events["TRTP"], strict=True)])
    severe = events["USUBJID"][own.astype(bool) & (events["ATOXGRN"] >= SEVERE) & (events["TRTEMFL"] == "Y")]
    number = patients["patient"]
    return {
        "ORR": number.isin(responders),
        "SRE": (skeletal >= after) & ~(skeletal > until),
        "grade3": number.isin(_patients(severe)),
    }


def _patients(subjects: pd.Series[str]) -> list[int]:
    """Return the patients that subjects of an ADaM data set stand for."""
    return [int(subject.rpartition("-")[2]) for subject in subjects]


def in_months(days: Estimate) -> Estimate:
    """Return an estimate in days as one in months.

    Parameters
    ----------
    days
        The estimate.
    """
    return Estimate(*(None if each is None else each / MONTH_DAY for each in (days.value, days.low, days.high)))
