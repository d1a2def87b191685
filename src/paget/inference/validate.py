"""Validation: simulate each cancer once, compute every published figure, and say how near it is.

The entries of a group are simulated, and the group is mixed from them, so that nothing is simulated twice. A run
without treatment is made only where a target asks for it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from paget import catalogue
from paget.cohort import runner
from paget.cohort.api import simulate
from paget.cohort.care_plan import STANDARD
from paget.cohort.recipe import N_MAX, SEED_MAX, check_number
from paget.cohort.store import write_text, writing
from paget.errors import SettingError, UnknownEntryError, nearest
from paget.inference import targets as published
from paget.inference.fitted import Fits
from paget.inference.outcomes import mixed, outcomes_of
from paget.inference.quantities import quantity
from paget.inference.scoring import Scored, scored, summary_of
from paget.inference.strata import NotComputableError

if TYPE_CHECKING:
    from paget.inference.estimates import Estimate
    from paget.inference.outcomes import Outcomes
    from paget.inference.quantities import Compute, Run
    from paget.inference.targets import Target

CARE: Final[dict[Run, str]] = {"treated": STANDARD, "untreated": "none"}
"""Policy of each run."""

TABLE_NAME: Final = "validation.csv"
JSON_NAME: Final = "validation.json"


@dataclass(frozen=True)
class Validation:
    """Scored targets of some cancers.

    Parameters
    ----------
    targets
        One per target, in their order in the file.
    summary
        Scores summed up, fitted and unseen apart; see `scoring.summary_of`.
    n, seed
        Patients simulated per entry and run, and the seed.
    """

    targets: tuple[Scored, ...]
    summary: dict[str, Any]
    n: int
    seed: int

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "targets": [row.as_dict() for row in self.targets],
            "summary": self.summary,
            "patients": self.n,
            "seed": self.seed,
        }

    def as_csv(self) -> str:
        """Return the scored targets as CSV."""
        text = io.StringIO()
        rows = csv.DictWriter(text, [field.name for field in fields(Scored)], lineterminator="\n")
        rows.writeheader()
        rows.writerows(row.as_dict() for row in self.targets)
        return text.getvalue()

    def write(self, folder: str | Path) -> Path:
        """Write the scored targets as CSV, and everything as JSON.

        Parameters
        ----------
        folder
            Where; it is made if it is not there.

        Returns
        -------
        Path
            The table.

        Raises
        ------
        FolderError
            If the folder cannot be written to.
        """
        path = Path(folder)
        with writing(path):
            path.mkdir(parents=True, exist_ok=True)
        write_text(path / TABLE_NAME, self.as_csv())
        write_text(path / JSON_NAME, json.dumps(self.as_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n")
        return path / TABLE_NAME


def validate(
    cancers: Sequence[str] = (),
    targets_file: str | Path | None = None,
    n: int = 20_000,
    *,
    seed: int = 1,
    workers: int | None = None,
    progress: bool = False,
) -> Validation:
    """Compare simulated with published figures.

    Parameters
    ----------
    cancers
        Cancers or groups whose targets to compute; all that have any if empty.
    targets_file
        A file of targets; those of the catalogue if None.
    n
        Patients simulated per entry and run.
    seed
        Seed of all draws.
    workers
        Threads; all cores if None.
    progress
        Whether to show progress bars on a terminal.

    Returns
    -------
    Validation
        Every target with its score, or with the reason why it cannot be computed.

    Raises
    ------
    UnknownEntryError
        If a name is none of a cancer or group.
    SettingError
        If a number is out of range, or a cancer has no targets.
    EntryError
        If the file of targets breaks a rule.
    """
    check_number("n", n, 1, N_MAX)
    check_number("seed", seed, 0, SEED_MAX)
    if workers is not None:
        check_number("workers", workers, 1, runner.WORKERS_MAX)
    wanted = chosen(published.shipped() if targets_file is None else published.read(targets_file), cancers)
    plans = [plan_of(target) for target in wanted]
    runs = _Runs(n, seed, workers, progress=progress)
    fits = Fits.of_catalogue()
    found: dict[int, Estimate | str] = {}
    for place, (target, plan) in enumerate(zip(wanted, plans, strict=True)):
        found[place] = plan if isinstance(plan, str) else plan.computed(runs, target.cancer)
    rows = tuple(scored(target, found[place], fitted=fits.holds(target)) for place, target in enumerate(wanted))
    return Validation(rows, summary_of(rows, fits.parameters), n, seed)


def chosen(targets: Sequence[Target], cancers: Sequence[str]) -> tuple[Target, ...]:
    """Return the targets of some cancers, all if none is named.

    Parameters
    ----------
    targets
        What to choose from.
    cancers
        Cancers or groups.

    Raises
    ------
    UnknownEntryError
        If a name is none of a cancer or group, nor of any target.
    SettingError
        If one has no targets.
    """
    having = tuple(dict.fromkeys(target.cancer for target in targets))
    for name in cancers:
        if name in having:
            continue
        catalogue.resolve(name)
        raise SettingError(
            f"There is no target for {name}.",
            value=name,
            allowed=having,
            meant=nearest(name, having),
            fix="see: paget targets",
        )
    return tuple(target for target in targets if not cancers or target.cancer in cancers)


@dataclass(frozen=True)
class Plan:
    """How a target is computed.

    Parameters
    ----------
    run
        From which run.
    compute
        By what.
    """

    run: Run
    compute: Compute

    def computed(self, runs: _Runs, cancer: str) -> Estimate | str:
        """Return the simulated figure, or the reason why there is none."""
        try:
            return self.compute(runs.outcomes(cancer, self.run))
        except NotComputableError as error:
            return str(error)


def plan_of(target: Target) -> Plan | str:
    """Return how a target is computed, or the reason why it cannot be.

    Parameters
    ----------
    target
        The target.
    """
    try:
        asked = quantity(target.quantity)
        compute = asked.bound(target.stratum)
        catalogue.resolve(target.cancer)
    except NotComputableError as error:
        return str(error)
    except UnknownEntryError as error:
        return f"no cancer or group is called {target.cancer!r}" + (f"; nearest: {error.meant}" if error.meant else "")
    return Plan(asked.run, compute)


class _Runs:
    """Runs made when they are first asked for."""

    def __init__(self, n: int, seed: int, workers: int | None, *, progress: bool) -> None:
        self._n, self._seed, self._workers, self._progress = n, seed, workers, progress
        self._held: dict[tuple[str, Run], Outcomes] = {}

    def outcomes(self, name: str, run: Run) -> Outcomes:
        """Return the outcomes of a cancer, or of a group as a mixture of its entries."""
        members = catalogue.resolve(name)
        if len(members) == 1:
            return self._entry(members[0][0].id, run)
        if (name, run) not in self._held:
            self._held[name, run] = mixed([(self._entry(cancer.id, run), share) for cancer, share in members])
        return self._held[name, run]

    def _entry(self, name: str, run: Run) -> Outcomes:
        if (name, run) not in self._held:
            cohort = simulate(
                name, self._n, seed=self._seed, workers=self._workers, care=CARE[run], progress=self._progress
            )
            self._held[name, run] = outcomes_of(cohort, catalogue.cancer(name))
        return self._held[name, run]
