"""What a calibration found: the posterior, scores before and after, and what the figures do not determine."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from paget.cohort.store import write_text, writing
from paget.inference.identifiability import Determined, correlation, determined
from paget.inference.scoring import summary_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from paget.inference.free import Axis
    from paget.inference.problem import Problem
    from paget.inference.scoring import Scored
    from paget.inference.sensitivity import Index
    from paget.inference.waves import Wave

    Floats = NDArray[np.float64]

DRAWS: Final = 200
"""Rows of the posterior that are kept."""

POSTERIOR_NAME: Final = "posterior.csv"
FIT_NAME: Final = "fit.csv"
SENSITIVITY_NAME: Final = "sensitivity.csv"
REPORT_NAME: Final = "report.json"


@dataclass(frozen=True)
class Calibration:
    """The result of a calibration.

    Parameters
    ----------
    problem
        What was fitted to what.
    waves
        The waves; the last one holds the posterior.
    before, after
        All figures at the stated values and at the posterior median, simulated with patients that the fit has not seen.
    sensitivity
        Sobol indices of the main outcomes, within the box of the first wave of the last stage.
    patients, seed
        Patients per point and seed.
    seconds
        Time it took.
    folder
        Where its points are kept.
    """

    problem: Problem
    waves: tuple[Wave, ...]
    before: tuple[Scored, ...]
    after: tuple[Scored, ...]
    sensitivity: tuple[Index, ...]
    patients: int
    seed: int
    seconds: float
    folder: Path

    @property
    def posterior(self) -> Floats:
        """The posterior of the last wave, coordinates from 0 to 1, shape (S, D)."""
        return self.waves[-1].posterior.points

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The free numbers that were fitted."""
        return tuple(self.problem.axes[place] for place in self.waves[-1].moved)

    def draws(self, count: int = DRAWS) -> Floats:
        """Return evenly picked points of the posterior, coordinates from 0 to 1, shape (count, D)."""
        held = self.posterior
        return held[np.linspace(0, len(held) - 1, count).astype(np.int64)]

    def numbers(self) -> list[dict[str, Any]]:
        """Return each fitted number: stated, fitted, its posterior's 95 % interval, and how far it is determined."""
        ends = np.quantile(self.posterior, [0.025, 0.5, 0.975], axis=0)
        told = self.determined()
        return [
            {
                "cancer": place.cancer,
                "key": axis.number,
                "stage": axis.stage,
                "unit": place.unit,
                "stated": place.stated,
                "value": place.value(float(ends[1, at])),
                "low": place.value(float(ends[0, at])),
                "high": place.value(float(ends[2, at])),
                "prior_low": place.low,
                "prior_high": place.high,
                "width_by_prior": told[at].ratio,
                "determined": told[at].determined,
                "words": told[at].words,
            }
            for at, axis in enumerate(self.axes)
            for place in axis.places
        ]

    def determined(self) -> tuple[Determined, ...]:
        """Return how far each free number is determined."""
        return determined(self.posterior, [axis.key for axis in self.axes], self.waves[-1].box)

    def figures(self) -> list[dict[str, Any]]:
        """Return each figure before and after the fit, and the error of its emulator: of a share, or of a logarithm."""
        last = self.waves[-1].likelihood
        pairs = zip(last.aims, last.emulators, strict=True)
        error = {aim.name: aim.slope() * made.variance**0.5 for aim, made in pairs}
        names = ("cancer", "quantity", "stratum", "published", "low", "high")
        return [
            {
                **{part: getattr(new, part) for part in names},
                "before": old.simulated,
                "after": new.simulated,
                "se": new.se,
                "met_before": old.met,
                "met_after": new.met,
                "fitted": new.fitted,
                "emulator_error": error.get(target.name),
            }
            for target, old, new in zip(self.problem.targets, self.before, self.after, strict=True)
        ]

    def scores(self) -> dict[str, Any]:
        """Return the scores of all figures summed up, before and after the fit."""
        found: dict[str, Any] = {}
        for when, rows in (("before", self.before), ("after", self.after)):
            # All at once, fitted or not: this is about the fit, and says so.
            summary = summary_of([replace(row, fitted=True) for row in rows], {})["fitted"]
            found[when] = {"all": summary["all"], "by_quantity": summary["by_quantity"]}
        return found

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "cancer": self.problem.name,
            "numbers": self.numbers(),
            "correlation": {
                "keys": [axis.key for axis in self.axes],
                "values": correlation(self.posterior).tolist(),
            },
            "sensitivity": [asdict(index) for index in self.sensitivity],
            "figures": self.figures(),
            "scores": self.scores(),
            "left_out": [{"figure": name, "reason": reason} for name, reason in self.problem.left_out],
            "waves": [_told(wave) for wave in self.waves],
            "patients": self.patients,
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
        if self.sensitivity:
            write_text(self.folder / SENSITIVITY_NAME, _csv([asdict(index) for index in self.sensitivity]))
        write_text(self.folder / REPORT_NAME, report + "\n")
        return self.folder

    def posterior_rows(self) -> list[dict[str, Any]]:
        """Return the kept draws, one value per number; in a group each is named by its cancer too."""
        single = len(self.problem.members) == 1
        return [
            {
                axis.number if single else f"{place.cancer}:{axis.number}": place.value(float(at))
                for axis, at in zip(self.axes, point, strict=True)
                for place in axis.places
            }
            for point in self.draws()
        ]


def _told(wave: Wave) -> dict[str, Any]:
    return {
        "stage": wave.stage,
        "number": wave.number,
        "points": wave.points,
        "figures": len(wave.likelihood.aims),
        "effective_draws": wave.posterior.effective,
        "seconds": wave.seconds,
    }


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    text = io.StringIO()
    written = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    written.writeheader()
    written.writerows(rows)
    return text.getvalue()
