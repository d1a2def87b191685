"""What a calibration found: the posterior, scores before and after, and what the figures do not determine."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from paget.cohort.store import write_text, writing
from paget.inference.scoring import summary_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from paget.inference.calibrate import Problem
    from paget.inference.free import Axis
    from paget.inference.posterior import Likelihood, Posterior
    from paget.inference.scoring import Scored

    Floats = NDArray[np.float64]

DRAWS: Final = 200
"""Rows of the posterior that are kept."""

UNDETERMINED: Final = 0.7
"""A posterior as wide as this share of its prior tells next to nothing."""

_EVEN_SD: Final = 1.0 / np.sqrt(12.0)
"""Standard deviation of an even prior from 0 to 1."""

POSTERIOR_NAME: Final = "posterior.csv"
FIT_NAME: Final = "fit.csv"
REPORT_NAME: Final = "report.json"


@dataclass(frozen=True)
class Round:
    """A wave of a calibration.

    Parameters
    ----------
    stage, wave
        Which.
    points
        Points that it simulated.
    figures
        Figures that it was fitted to.
    effective
        Independent draws of its posterior.
    seconds
        Time it took.
    """

    stage: str
    wave: int
    points: int
    figures: int
    effective: int
    seconds: float


@dataclass(frozen=True)
class Calibration:
    """The result of a calibration.

    Parameters
    ----------
    problem
        What was fitted to what.
    rounds
        The waves.
    likelihood
        Emulators and density of the last wave.
    moved
        Places of the free numbers that the last wave fitted, among those of the problem.
    posterior
        The posterior of the last wave.
    names
        Names of the figures that the last wave was fitted to.
    before, after
        All figures at the stated values and at the posterior median, simulated with patients that the fit has not seen.
    patients, points, seed
        Patients per point, points per wave and seed.
    seconds
        Time it took.
    folder
        Where its points are kept.
    """

    problem: Problem
    rounds: tuple[Round, ...]
    likelihood: Likelihood
    moved: tuple[int, ...]
    posterior: Posterior
    names: tuple[str, ...]
    before: tuple[Scored, ...]
    after: tuple[Scored, ...]
    patients: int
    points: int
    seed: int
    seconds: float
    folder: Path

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The free numbers that were fitted."""
        return tuple(self.problem.axes[place] for place in self.moved)

    def draws(self, count: int = DRAWS) -> Floats:
        """Return evenly picked points of the posterior, coordinates from 0 to 1, shape (count, D)."""
        held = self.posterior.points
        return held[np.linspace(0, len(held) - 1, count).astype(np.int64)]

    def numbers(self) -> list[dict[str, Any]]:
        """Return each fitted number: stated, fitted, its posterior's 95 % interval, and how far it is determined."""
        points = self.posterior.points
        ends = np.quantile(points, [0.025, 0.5, 0.975], axis=0)
        ratio = points.std(axis=0) / _EVEN_SD
        return [
            {
                "cancer": place.cancer,
                "key": axis.key.split(":")[-1],
                "stage": axis.stage,
                "unit": place.unit,
                "stated": place.stated,
                "value": place.value(float(ends[1, at])),
                "low": place.value(float(ends[0, at])),
                "high": place.value(float(ends[2, at])),
                "prior_low": place.low,
                "prior_high": place.high,
                "posterior_by_prior": float(ratio[at]),
                "determined": bool(ratio[at] <= UNDETERMINED),
            }
            for at, axis in enumerate(self.axes)
            for place in axis.places
        ]

    def correlation(self) -> Floats:
        """Return the correlations between the fitted numbers, shape (D, D)."""
        return np.atleast_2d(np.corrcoef(self.posterior.points, rowvar=False))

    def figures(self) -> list[dict[str, Any]]:
        """Return each figure before and after the fit, and how well its emulator predicts points left out."""
        explained = {name: made.explained for name, made in zip(self.names, self.likelihood.emulators, strict=True)}
        rows = []
        for old, new in zip(self.before, self.after, strict=True):
            name = f"{new.cancer}/{new.quantity}/{new.stratum}"
            target = next(t for t in self.problem.targets if (t.cancer, t.quantity, t.stratum) == _key(new))
            rows.append(
                {
                    "figure": name,
                    **{
                        part: getattr(new, part)
                        for part in ("cancer", "quantity", "stratum", "published", "low", "high")
                    },
                    "before": old.simulated,
                    "after": new.simulated,
                    "se": new.se,
                    "met_before": old.met,
                    "met_after": new.met,
                    "fitted": new.fitted,
                    "explained": explained.get(target.name),
                }
            )
        return rows

    def scores(self) -> dict[str, Any]:
        """Return the scores of all figures summed up, before and after the fit."""
        both = {"before": self.before, "after": self.after}
        found: dict[str, Any] = {}
        for when, rows in both.items():
            # All at once: this page is about the fit, and says so.
            summary = summary_of([replace(row, fitted=True) for row in rows], {})["fitted"]
            found[when] = {"all": summary["all"], "by_quantity": summary["by_quantity"]}
        return found

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "cancer": self.problem.name,
            "numbers": self.numbers(),
            "correlation": {"keys": [axis.key for axis in self.axes], "values": self.correlation().tolist()},
            "figures": self.figures(),
            "scores": self.scores(),
            "left_out": [{"figure": name, "reason": reason} for name, reason in self.problem.left_out],
            "rounds": [asdict(each) for each in self.rounds],
            "patients": self.patients,
            "points": self.points,
            "seed": self.seed,
            "seconds": self.seconds,
        }

    def write(self) -> Path:
        """Write posterior, fit and report into the folder of the calibration.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        FolderError
            If the folder cannot be written to.
        """
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        write_text(self.folder / POSTERIOR_NAME, _csv(self.posterior_rows()))
        write_text(self.folder / FIT_NAME, _csv(self.figures()))
        report = json.dumps(self.as_dict(), indent=2, ensure_ascii=False, allow_nan=False)
        write_text(self.folder / REPORT_NAME, report + "\n")
        return self.folder

    def posterior_rows(self) -> list[dict[str, Any]]:
        """Return the kept draws, one value per number; in a group each is named by its cancer too."""
        single = len(self.problem.members) == 1
        return [
            {
                axis.key.split(":")[-1] if single else f"{place.cancer}:{axis.key.split(':')[-1]}": place.value(
                    float(at)
                )
                for axis, at in zip(self.axes, point, strict=True)
                for place in axis.places
            }
            for point in self.draws()
        ]


def _key(row: Scored) -> tuple[str, str, str]:
    return row.cancer, row.quantity, row.stratum


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    text = io.StringIO()
    written = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    written.writeheader()
    written.writerows(rows)
    return text.getvalue()
