"""What each policy may bring a patient like this one, and which of them fits what he prefers.

Patients of the same cancer, sex and age are simulated to their diagnosis and weighted by how well they fit the record,
as for the map. Those who resemble it are then cared for under each policy, the same ones under all, so that policies
differ by what they do and not by chance. The patient is taken to be as fit as they are: a record says nothing of it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from paget.analysis.columns import numbers
from paget.care.preferences import Preference, front, score
from paget.cohort.map_answer import Fit
from paget.cohort.map_case import read_record, understood
from paget.cohort.map_fit import weights
from paget.cohort.map_pool import in_people_like, simulate_pool
from paget.cohort.mapping import LEAST, PATIENTS_MAX, TRUSTED, effective, quantiles, reason_of, sharpest
from paget.cohort.plan_answer import RESPECTS, Expected, Option, Plan, Spread
from paget.cohort.recipe import check_number, make_recipe
from paget.errors import SettingError, nearest
from paget.model.calendar import YEAR_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from paget.cohort.map_case import Case
    from paget.cohort.map_pool import Pool
    from paget.cohort.recipe import Recipe
    from paget.model.record import Record

    Floats = NDArray[np.float64]

POLICIES: Final = ("none", "best_supportive_care", "watchful_waiting", "standard_of_care")
PATIENTS: Final = 4_000
RESAMPLES: Final = 2_000
NAMES: Final = ("length", "quality", "burden")
ALL_QUALITY: Final = Preference(length=0.0, quality=1.0, burden=0.0)
WARNING: Final = (
    f"The effective sample size is below {TRUSTED:g}: a few simulated patients decide. Simulate more patients."
)
COLUMNS: Final = ("patient", "diagnosis_age_day", "death_age_day", "quality_adjusted_day", "treatment_day", "home_day")


def plan(
    record: str | Path | Mapping[str, Any] | Record,
    prefer: Preference | Mapping[str, float] | None = None,
    *,
    policies: Sequence[str] = POLICIES,
    patients: int = PATIENTS,
    seed: int = 1,
    workers: int | None = None,
    progress: bool = False,
) -> Plan:
    """Return what policies may bring a patient like this one, and which of them fits what he prefers.

    Parameters
    ----------
    record
        What is known: a TOML file, what one holds, or a `paget.model.record.Record`.
    prefer
        Weights of length, quality and burden; those left out share what is left of 1. Quality alone counts if None.
    policies
        Policies of the catalogue or TOML files to compare; "none" for visits without treatment.
    patients
        How many patients to simulate.
    seed
        Seed of their draws and of the bootstrap.
    workers
        Threads; all cores that this process may use if None.
    progress
        Whether to show a progress bar on a terminal.

    Returns
    -------
    Plan
        Expected years, quality-adjusted years, days of treatment and days at home of each policy; without numbers, and
        with the reason, where too few simulated patients resemble the record.

    Raises
    ------
    UnknownEntryError, EntryError
        Where the record or a policy is wrong.
    SettingError
        Where a weight, a policy or a number is.

    Examples
    --------
    >>> found = paget.plan("record.toml", {"quality": 0.7})  # doctest: +SKIP
    >>> found.preferred, found.frame()  # doctest: +SKIP
    """
    from paget.cohort.progress import ProgressBar
    from paget.cohort.runner import WORKERS_MAX, available_cores

    threads = available_cores() if workers is None else workers
    check_number("patients", patients, 1, PATIENTS_MAX)
    check_number("workers", threads, 1, WORKERS_MAX)
    preference = prefer if isinstance(prefer, Preference) else preference_of(prefer or {})
    case = understood(*read_record(record))
    recipes = _recipes(case, policies, seed)
    told = case.record
    with ProgressBar(f"{case.title}: patients", patients, enabled=progress) as bar:
        pool = simulate_pool(
            next(iter(recipes.values())), patients, sex=told.sex, age_year=told.age_year, workers=threads, heard=bar
        )
    return _answered(pool, case, recipes, preference, threads)


def preference_of(weights_given: Mapping[str, float]) -> Preference:
    """Return a preference of which some weights are given; the others share what is left of 1.

    Parameters
    ----------
    weights_given
        Weights by name: length, quality, burden. Quality alone counts where none is given.

    Raises
    ------
    SettingError
        Where a name is not known, or weights are out of range.
    """
    for name, weight in weights_given.items():
        if name not in NAMES:
            raise SettingError(
                "There is no such preference.", key="prefer", value=name, allowed=NAMES, meant=nearest(name, NAMES)
            )
        if not 0.0 <= weight <= 1.0:
            raise SettingError("A weight is out of range.", key=f"prefer {name}", value=weight, allowed="from 0 to 1")
    if not weights_given:
        return ALL_QUALITY
    rest = [name for name in NAMES if name not in weights_given]
    left = 1.0 - sum(weights_given.values())
    shared = {name: max(left, 0.0) / len(rest) for name in rest}
    return Preference(**{**weights_given, **shared})


def _recipes(case: Case, policies: Sequence[str], seed: int) -> dict[str, Recipe]:
    """Return what to simulate under each policy."""
    from paget.cohort.branching import UntreatedCare

    if not policies or len(set(policies)) < len(policies):
        raise SettingError(
            "Policies to compare are named once each.",
            key="policies",
            value=", ".join(policies),
            allowed="one policy or more",
        )
    cares = {name: UntreatedCare() if name == "none" else name for name in policies}
    return {name: make_recipe(case.record.cancer, seed=seed, care=care) for name, care in cares.items()}


def _answered(pool: Pool, case: Case, recipes: Mapping[str, Recipe], preference: Preference, threads: int) -> Plan:
    pieces, _ = sharpest(pool, case)
    weight = weights(pieces)[0]
    size, resembling = effective(weight), int((weight > 0.0).sum())
    fits = tuple(Fit(piece.kind, piece.label, int((piece.log_fit > -np.inf).sum())) for piece in pieces)
    reason = reason_of(pool, case, fits, resembling, size) if size < LEAST else None
    options: tuple[Option, ...] = ()
    if reason is None:
        courses = _courses(pool, case, recipes, weight > 0.0, threads)
        options = compared(list(recipes), courses, weight[weight > 0.0], preference, pool.seed)
    record = case.record
    return Plan(
        cancer=record.cancer,
        title=case.title,
        sex=record.sex,
        age_year=round(record.age_year, 2),
        day=str(record.day),
        seed=pool.seed,
        simulated=pool.simulated,
        diagnosed=pool.diagnosed,
        resembling=resembling,
        effective_sample_size=size,
        preference={name: getattr(preference, name) for name in NAMES},
        options=options,
        preferred=max(options, key=lambda option: option.score.mean).policy if options else None,
        warning=WARNING if LEAST <= size < TRUSTED else None,
        reason=reason,
    )


def _courses(pool: Pool, case: Case, recipes: Mapping[str, Recipe], chosen: NDArray[np.bool_], threads: int) -> Floats:
    """Return what came of some patients under each policy, shape (policies, K, respects)."""
    starts = np.cumsum([0, *(part.patients for part in pool.parts)])
    own = [part.patient[chosen[start : start + part.patients]] for part, start in zip(pool.parts, starts, strict=False)]

    def lived(job: tuple[Recipe, int]) -> Floats:
        recipe, number = job
        return _lived(recipe, number, own[number], case)

    jobs = [(recipe, number) for recipe in recipes.values() for number in range(len(own))]
    with ThreadPoolExecutor(threads, thread_name_prefix="paget-plan") as pool_of_threads:
        done = list(pool_of_threads.map(lived, jobs))
    return np.array([np.concatenate(done[k : k + len(own)]) for k in range(0, len(done), len(own))])


def _lived(recipe: Recipe, number: int, patients: NDArray[np.int64], case: Case) -> Floats:
    """Return what came of patients of one cancer, in their order, shape (K, respects)."""
    from paget.cohort.course import life_courses

    if not patients.size:
        return np.zeros((0, len(RESPECTS)))
    cancer = in_people_like(recipe.members[number][0], case.record.sex, case.record.age_year)
    eyes, plan_of = replace(recipe.eyes[number], cancer=cancer), recipe.plans[number]
    order = np.argsort(patients, kind="stable")
    told = life_courses(
        recipe.programs[number], eyes, recipe.population, recipe.seed, patients[order], plan=plan_of
    ).patients
    column = {name: numbers(told[name]) for name in COLUMNS}
    years = (column["death_age_day"] - column["diagnosis_age_day"]) / YEAR_DAY
    quality = column["quality_adjusted_day"] / YEAR_DAY
    out = np.empty((patients.size, len(RESPECTS)))
    out[order] = np.stack([years, quality, column["treatment_day"], column["home_day"]], axis=1)
    return out


def compared(
    names: Sequence[str], courses: Floats, weight: Floats, preference: Preference, seed: int
) -> tuple[Option, ...]:
    """Return each policy with its expected values, its place on the front, and how often it has the best score.

    Parameters
    ----------
    names
        Names of the policies, in the order of the first axis of `courses`.
    courses : ndarray of float64, shape (policies, K, respects)
        What came of each patient under each policy, by `RESPECTS`.
    weight : ndarray of float64, shape (K,)
        Weights of the patients.
    preference
        What years, quality and burden are worth.
    seed
        Seed of the bootstrap, which draws patients, the same ones for all policies.
    """
    generator, patients = np.random.default_rng(seed), weight.size
    drawn = generator.multinomial(patients, np.full(patients, 1.0 / patients), size=RESAMPLES) * weight
    total = drawn.sum(axis=1)
    # Where a bootstrap sample holds nobody of weight there is nothing to average.
    drawn = np.concatenate([weight[None], drawn[total > 0.0]])
    means = np.einsum("bk,pkr->bpr", drawn / drawn.sum(axis=1, keepdims=True), courses)
    scores = score(preference, means[:, :, 0], means[:, :, 1], means[:, :, 2])
    best = np.bincount(scores[1:].argmax(axis=1), minlength=len(names)) / max(len(scores) - 1, 1)
    on_front = front(np.stack([means[0, :, 0], means[0, :, 1], -means[0, :, 2]], axis=1))
    options = []
    for k, name in enumerate(names):
        spread = quantiles(courses[k, :, 0], weight)
        assert spread is not None  # noqa: S101 - some patient has a weight
        options.append(
            Option(
                policy=name,
                expected={what: _expected(means[:, k, r]) for r, what in enumerate(RESPECTS)},
                years=Spread(spread.low, spread.median, spread.high),
                on_front=bool(on_front[k]),
                score=_expected(scores[:, k]),
                chosen_share=float(best[k]),
            )
        )
    return tuple(options)


def _expected(values: Floats) -> Expected:
    """Return the first of some values with the interval of the rest, which are bootstrap samples."""
    low, high = np.quantile(values[1:] if values.size > 1 else values, [0.025, 0.975])
    return Expected(float(values[0]), float(low), float(high))
