"""A virtual trial: the data a statistician would see, and beside them what only a simulation can show."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from paget.analysis import adam
from paget.analysis.adam_files import write_adam
from paget.analysis.trial_pairs import Pairs, Resampling, full_times, groups_of, pairs
from paget.analysis.trial_read_out import ArmReadOut, Comparison, TrialData, read_out
from paget.analysis.trial_size import power, sample_size_by_simulation
from paget.cohort.progress import ProgressBar
from paget.cohort.randomising import Randomised, randomise
from paget.cohort.recipe import N_MAX, SEED_MAX, check_number
from paget.cohort.runner import WORKERS_MAX
from paget.cohort.store import write_text, writing
from paget.cohort.trial_runs import ArmTables, TrialCohort, simulate_arms
from paget.cohort.trial_spec import check_trial, read_trial
from paget.errors import MissingExtraError, SettingError
from paget.model.trial import Trial

if TYPE_CHECKING:
    import pandas as pd

    from paget.analysis.shares import Share

LEAST_IN_ARM: Final = 2
SIZES: Final = (50, 100, 200, 400, 800, 1600, 3200)
"""Numbers of patients that are tried, in both arms together."""
TRIALS: Final = 200
"""Trials drawn for the power of each size."""
FRAMES: Final = ("patients", "visits", "treatments", "adverse_events")


@dataclass(frozen=True)
class Size:
    """How large a trial of one arm against the reference has to be, by the primary endpoint.

    Parameters
    ----------
    arm
        Name of the arm.
    as_large_as
        Patients that the real trial had, or this one.
    power
        How often a trial of that size succeeds.
    enough
        The smallest number tried that succeeds as often as wanted; None where none does.
    tried
        Power by number of patients.
    """

    arm: str
    as_large_as: int
    power: Share
    enough: int | None
    tried: dict[int, Share]

    def as_dict(self) -> dict[str, Any]:
        """Return the parts as plain values."""
        return {
            "arm": self.arm,
            "as_large_as": self.as_large_as,
            "power": self.power.as_dict(),
            "enough": self.enough,
            "tried": {str(number): each.as_dict() for number, each in self.tried.items()},
        }


@dataclass(frozen=True)
class TrialResult:
    """What a virtual trial found.

    Parameters
    ----------
    trial
        The specification.
    seed, simulated, found, randomised
        Seed; patients with the cancer, those diagnosed in life, and those randomised.
    data
        The randomised data, censored, each patient in one arm.
    arms, comparisons
        What the data say.
    pairs, sizes
        What they do not: the same patients under both arms, and the size of trial that is needed.
    cohort
        All patients under all arms, not censored.
    """

    trial: Trial
    seed: int
    simulated: int
    found: int
    randomised: int
    data: TrialData
    arms: tuple[ArmReadOut, ...]
    comparisons: tuple[Comparison, ...]
    pairs: tuple[Pairs, ...]
    sizes: tuple[Size, ...]
    cohort: TrialCohort

    def as_dict(self) -> dict[str, Any]:
        """Return everything but the data as plain values, the published numbers among them."""
        published = self.trial.published.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        return {
            "trial": self.trial.id,
            "name": self.trial.name,
            "cancer": self.trial.cancer,
            "seed": self.seed,
            "simulated": self.simulated,
            "found": self.found,
            "randomised": self.randomised,
            "reference": self.trial.control,
            "endpoints": list(self.trial.endpoints),
            "arms": [each.as_dict() for each in self.arms],
            "comparisons": [each.as_dict() for each in self.comparisons],
            "pairs": [each.as_dict() for each in self.pairs],
            "sizes": [each.as_dict() for each in self.sizes],
            "published": published,
        }

    def adam(self) -> dict[str, pd.DataFrame]:
        """Return the randomised data as ADaM data sets, by name."""
        data, study = self.data, self.trial.id.upper()
        return {
            "ADSL": adam.adsl(data.patients, data.treatments, study=study),
            "ADTTE": adam.adtte(data.patients, data.visits, study=study),
            "ADRS": adam.adrs(data.patients, data.visits, study=study),
            "ADTR": adam.adtr(data.patients, data.visits, study=study),
            "ADAE": adam.adae(data.patients, data.adverse_events, study=study),
        }

    def write(self, folder: str | Path, *, with_adam: bool = False) -> None:
        """Write the result as JSON, the randomised data and those of every arm as Parquet, and ADaM data sets.

        Parameters
        ----------
        folder
            Where to; made if it does not exist.
        with_adam
            Whether to write ADaM data sets too, into ``adam``.

        Raises
        ------
        FolderError
            If the folder cannot be written to.
        """
        path = Path(folder)
        with writing(path):
            path.mkdir(parents=True, exist_ok=True)
            text = json.dumps(self.as_dict(), indent=2, ensure_ascii=False, allow_nan=False)
            write_text(path / "result.json", text + "\n")
            for name, tables in (("randomised", self.data), *self.cohort.arms.items()):
                place = path / ("randomised" if name == "randomised" else f"arm-{name}")
                place.mkdir(exist_ok=True)
                for frame in FRAMES:
                    getattr(tables, frame).to_parquet(place / f"{frame}.parquet", index=False)
        if with_adam:
            write_adam(path / "adam", self.adam())


def run_trial(
    spec: str | Path | Trial,
    n: int | None = None,
    *,
    seed: int | None = None,
    workers: int | None = None,
    trials: int = TRIALS,
    progress: bool = False,
) -> TrialResult:
    """Run a virtual trial.

    The same patients are simulated under every arm until death. Each is then randomised to one arm, comes in on a day
    of the accrual, and is seen until the data cut-off or until dropping out: that is the trial. What happened to the
    same patient under the other arms is told beside it.

    Parameters
    ----------
    spec
        A TOML file, or a trial.
    n
        Patients with the cancer to simulate, of whom the eligible are randomised; as many as the specification says
        if None.
    seed
        Seed of all draws; that of the specification if None.
    workers
        Threads; all cores if None. Results do not depend on it.
    trials
        Trials drawn for the power of each size.
    progress
        Whether to show a progress bar on a terminal.

    Returns
    -------
    TrialResult
        What was found.

    Raises
    ------
    EntryError, UnknownEntryError
        If the specification is not valid.
    SettingError
        If a number is out of range, or too few patients were eligible.
    MissingExtraError
        If statsmodels is not installed.

    Examples
    --------
    >>> result = paget.run_trial("examples/trials/pancreas_prodige4.toml", n=500)  # doctest: +SKIP
    >>> result.comparisons[0].hazard_ratios["OS"]  # doctest: +SKIP
    """
    if isinstance(spec, Trial):
        check_trial(spec)
        trial = spec
    else:
        trial = read_trial(spec)
    count = trial.population.patients if n is None else n
    own_seed = trial.population.seed if seed is None else seed
    check_number("n", count, 1, N_MAX)
    check_number("seed", own_seed, 0, SEED_MAX)
    check_number("trials", trials, 1, 100_000)
    if workers is not None:
        check_number("workers", workers, 1, WORKERS_MAX)
    if find_spec("statsmodels") is None:
        raise MissingExtraError("The statistics of trials", "statsmodels", "trials")
    with ProgressBar(f"{trial.name}: patients", count, enabled=progress) as bar:
        cohort = simulate_arms(trial, count, own_seed, workers, bar)
    return analysed(trial, cohort, own_seed, trials)


def analysed(trial: Trial, cohort: TrialCohort, seed: int, trials: int = TRIALS) -> TrialResult:
    """Return what a trial found, once its patients are simulated.

    Parameters
    ----------
    trial
        The trial.
    cohort
        Its patients under every arm.
    seed
        Seed of randomisation.
    trials
        As for `run_trial`.

    Raises
    ------
    SettingError
        If nobody was eligible, or an arm got too few patients.
    """
    first = next(iter(cohort.arms.values()))
    if not first.indices.size:
        raise _nobody(trial, cohort)
    drawn = randomise(trial, first.indices, seed)
    sizes = np.bincount(drawn.arm, minlength=len(trial.arms))
    if sizes.min() < LEAST_IN_ARM:
        raise SettingError(
            f"The arm {trial.arms[int(sizes.argmin())].id} has too few patients to compare.",
            key="n",
            value=cohort.simulated,
            allowed=f"enough for {LEAST_IN_ARM} randomised to each arm; {first.indices.size} were in all",
            fix="simulate more patients",
        )
    data = randomised_data(trial, cohort, drawn)
    names = [arm.id for arm in trial.arms]
    therapies = {arm.id: arm.therapies for arm in trial.arms}
    confirmed = trial.design.response_confirmed
    arms, comparisons = read_out(data, names, trial.control, trial.endpoints, therapies, confirmed=confirmed)
    times = {name: full_times(uncensored(tables)) for name, tables in cohort.arms.items()}
    groups = groups_of(first.patients, first.tests)
    return TrialResult(
        trial=trial,
        seed=seed,
        simulated=cohort.simulated,
        found=cohort.found,
        randomised=int(first.indices.size),
        data=data,
        arms=arms,
        comparisons=comparisons,
        pairs=tuple(pairs(arm.id, trial.control, times, groups) for arm in trial.others),
        sizes=tuple(_size(trial, arm.id, times, drawn, seed, trials) for arm in trial.others),
        cohort=cohort,
    )


def uncensored(tables: ArmTables) -> TrialData:
    """Return the data of one arm with everybody followed until death.

    Parameters
    ----------
    tables
        Tables of the arm.
    """
    patients = tables.patients.assign(censored_age_day=tables.patients["last_age_day"])
    return TrialData(patients, tables.visits, tables.treatments, tables.adverse_events)


def randomised_data(trial: Trial, cohort: TrialCohort, drawn: Randomised) -> TrialData:
    """Return the data of the trial: each patient under the arm to which he was randomised, until the cut-off.

    Parameters
    ----------
    trial
        The trial.
    cohort
        Its patients under every arm.
    drawn
        How they were randomised.
    """
    import pandas as pd

    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in FRAMES}
    for number, arm in enumerate(trial.arms):
        tables, mine = cohort.arms[arm.id], drawn.arm == number
        own = tables.patients[mine]
        until = own["randomised_age_day"] + drawn.seen_day[mine]
        censored = np.minimum(until, own["last_age_day"])
        parts["patients"].append(own.assign(censored_age_day=censored, entry_day=drawn.entry_day[mine]))
        for name in FRAMES[1:]:
            frame = getattr(tables, name)
            parts[name].append(frame[frame["patient"].isin(own["patient"])])
    whole = {name: pd.concat(part).sort_values("patient", kind="stable") for name, part in parts.items()}
    return TrialData(**{name: frame.reset_index(drop=True) for name, frame in whole.items()})


def _size(trial: Trial, arm: str, times: dict[str, pd.DataFrame], drawn: Randomised, seed: int, trials: int) -> Size:
    primary, design = trial.endpoints[0], trial.design
    days = np.stack([times[name][primary].to_numpy() for name in (trial.control, arm)])
    weights = [trial.arm(name).weight for name in (trial.control, arm)]
    drawing = Resampling(days, weights, drawn.seen_day, seed)
    size = trial.published.patients or int(drawn.arm.size)
    enough, tried = sample_size_by_simulation(
        drawing.p_values, SIZES, trials, wanted_power=design.power, alpha=design.alpha
    )
    here = power(lambda count: drawing.p_values(size, count), trials, alpha=design.alpha)
    return Size(arm, size, here, enough, tried)


def _nobody(trial: Trial, cohort: TrialCohort) -> SettingError:
    said = ", ".join(sorted(trial.eligibility.model_dump(exclude_defaults=True)))
    if not cohort.found:
        why = "in none of them was the cancer found in life"
    else:
        why = f"in {cohort.found:,} of them the cancer was found, and none of these met {said} at once"
    return SettingError(
        f"Nobody was eligible: {cohort.simulated:,} patients were simulated, and {why}.",
        key="eligibility",
        value=said,
        allowed="conditions that some of the simulated patients meet",
        fix="simulate more patients, or widen the eligibility",
    )
