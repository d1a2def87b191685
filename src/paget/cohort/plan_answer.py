"""The answer of `paget plan`, as plain values: what each policy may bring a patient, and which of them fits him."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

RESPECTS: Final = ("years", "quality_adjusted_years", "treatment_days", "home_days")
"""What policies are compared in, from the diagnosis to death."""


@dataclass(frozen=True)
class Expected:
    """What is to be expected: a weighted mean, and its 95 % interval because simulated patients are finitely many."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Spread:
    """What single patients get: a tenth get less than `low`, half less than `median`, a tenth more than `high`."""

    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Option:
    """One policy.

    Parameters
    ----------
    policy
        Its name.
    expected
        By respect: years lived from the diagnosis, quality-adjusted years, days under treatment, days at home.
    years
        How far single patients' years differ.
    on_front
        Whether no other policy is as good in years, quality and burden and better in one of them.
    score
        Years, quality-adjusted years and the burden of treatment, weighed together, in years.
    chosen_share
        Share of bootstrap samples in which it has the best score.
    """

    policy: str
    expected: dict[str, Expected]
    years: Spread
    on_front: bool
    score: Expected
    chosen_share: float


@dataclass(frozen=True)
class Plan:
    """Policies compared for patients like one.

    Parameters
    ----------
    cancer, title, sex, age_year, day, seed
        Who it is about, on which day, and the seed.
    simulated, diagnosed, resembling, effective_sample_size
        How many patients were simulated, found, fit the record, and how many equally good ones those amount to.
    preference
        Weights of length, quality and burden.
    options
        The policies, in the order asked for; none where too few patients resemble the record.
    preferred
        The one with the best score; None without options.
    warning, reason
        How far a small sample is to be trusted; why there is no answer.
    """

    cancer: str
    title: str
    sex: str
    age_year: float
    day: str
    seed: int
    simulated: int
    diagnosed: int
    resembling: int
    effective_sample_size: float
    preference: dict[str, float]
    options: tuple[Option, ...]
    preferred: str | None
    warning: str | None
    reason: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        return asdict(self)

    def frame(self) -> pd.DataFrame:
        """Return one row a policy: expected values with their intervals, front and score."""
        import pandas as pd

        rows = []
        for option in self.options:
            row: dict[str, object] = {"policy": option.policy}
            for name, told in {**option.expected, "score": option.score}.items():
                row |= {name: told.mean, f"{name}_low": told.low, f"{name}_high": told.high}
            rows.append({**row, "on_front": option.on_front, "chosen_share": option.chosen_share})
        return pd.DataFrame(rows)
