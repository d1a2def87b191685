"""The full map: where undetected lesions are in one patient, by weighting simulated patients.

Patients of the same cancer and sex are simulated to the day of their diagnosis. Each gets the likelihood of the record
given what is the case in him as its weight, and what is hidden in those who weigh most is what may be hidden in the
patient. Where too few weigh anything, no number is given. The patient is taken to be untreated, and his cancer to be
like those of the catalogue: what the model leaves out, the map does not know.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from paget.cohort.map_answer import (
    THRESHOLDS_MM,
    Chance,
    Driver,
    Estimates,
    Fit,
    FullMap,
    Place,
    Size,
)
from paget.cohort.map_case import Case, read_record, understood
from paget.cohort.map_fit import SUREST, Evidence, chance_missed, joined, sized, unsized, weights
from paget.cohort.map_pool import Sizes
from paget.model import layout
from paget.model.draws import Floats
from paget.observation.imaging import EXPECTED_ORGANS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from paget.cohort.map_pool import Pool
    from paget.model.record import Record

PATIENTS: Final = 8_000
PATIENTS_MAX: Final = 1_000_000
TRUSTED: Final = 100.0
"""Effective sample size below which a warning is given: a standard error of up to 5 points of per cent."""
ENOUGH: Final = 200.0
"""Effective sample size from which sizes are compared more sharply."""
ALLOWANCES: Final = (0.25, 0.5, 1.0)
"""Factors on the allowance for size, tried from the sharpest on: the more patients, the closer to exact."""
LEAST: Final = 10.0
"""Effective sample size below which no number is given."""
_NODES: Final = layout.code(layout.ORGANS, "regional_lymph_node")
_QUANTILES: Final = (0.1, 0.5, 0.9)
_DRIVERS: Final = 3
_MOVED: Final = 0.05


def full_map(
    record: str | Path | Mapping[str, Any] | Record,
    *,
    patients: int = PATIENTS,
    seed: int = 1,
    workers: int | None = None,
    progress: bool = False,
) -> FullMap:
    """Return where undetected lesions are in one patient, and how large.

    Parameters
    ----------
    record
        What is known: a TOML file, what one holds, or a `paget.model.record.Record`.
    patients
        How many patients to simulate.
    seed
        Seed of their draws.
    workers
        Threads; all cores that this process may use if None.
    progress
        Whether to show a progress bar on a terminal.

    Returns
    -------
    FullMap
        Probabilities and sizes by organ, and the effective sample size; without numbers, and with the reason, where
        too few simulated patients resemble the record.

    Raises
    ------
    UnknownEntryError
        Where the record names a cancer, an examination or a marker that there is not.
    EntryError
        Where it breaks a rule or contradicts itself.
    SettingError
        Where a number is out of range.

    Examples
    --------
    >>> found = paget.full_map("record.toml")  # doctest: +SKIP
    >>> found.effective_sample_size, found.frame()  # doctest: +SKIP
    """
    from paget.cohort.map_pool import simulate_pool
    from paget.cohort.progress import ProgressBar
    from paget.cohort.recipe import check_number, make_recipe
    from paget.cohort.runner import WORKERS_MAX, available_cores

    threads = available_cores() if workers is None else workers
    check_number("patients", patients, 1, PATIENTS_MAX)
    check_number("workers", threads, 1, WORKERS_MAX)
    case = understood(*read_record(record))
    recipe = make_recipe(case.record.cancer, seed=seed, care="none")
    with ProgressBar(f"{case.title}: patients", patients, enabled=progress) as bar:
        pool = simulate_pool(
            recipe, patients, sex=case.record.sex, age_year=case.record.age_year, workers=threads, heard=bar
        )
    return mapped(pool, case)


def mapped(pool: Pool, case: Case) -> FullMap:
    """Return the map of a patient among simulated ones; `full_map` simulates such as are like him.

    Parameters
    ----------
    pool
        Simulated patients of his cancer.
    case
        His record.
    """
    pieces, allowance = sharpest(pool, case)
    weight, without = weights(pieces)
    size = effective(weight)
    fits = tuple(Fit(piece.kind, piece.label, int((piece.log_fit > -np.inf).sum())) for piece in pieces)
    resembling = int((weight > 0.0).sum())
    reason = reason_of(pool, case, fits, resembling, size) if size < LEAST else None
    record = case.record
    return FullMap(
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
        allowance=allowance,
        fits=fits,
        estimates=None if reason else _estimates(pool, case, pieces, weight, without),
        warning=_warning(size) if LEAST <= size < TRUSTED else None,
        reason=reason,
    )


def sharpest(pool: Pool, case: Case) -> tuple[list[Evidence], float]:
    """Return the evidence with the least allowance for size under which enough patients still weigh, and that.

    Parameters
    ----------
    pool, case
        As for `mapped`.
    """
    rest = joined([unsized(part, case) for part in pool.parts])
    for allowance in ALLOWANCES:
        pieces = [*joined([sized(part, case, allowance) for part in pool.parts]), *rest]
        if allowance == ALLOWANCES[-1] or effective(weights(pieces)[0]) >= ENOUGH:
            break
    return pieces, allowance


def effective(weight: Floats) -> float:
    """Return the effective sample size of weights, (sum w)^2 / sum w^2 (Kish 1965, Survey Sampling, Wiley).

    Parameters
    ----------
    weight
        Weights of at least 0; 0 is returned where all are.
    """
    square = float((weight**2).sum())
    return 0.0 if square == 0.0 else float(weight.sum()) ** 2 / square


def quantiles(values: Floats, weight: Floats) -> Size | None:
    """Return the weighted quantiles of diameters; None where nothing has a weight.

    Parameters
    ----------
    values
        Diameters.
    weight
        Their weights.
    """
    total = weight.sum()
    if not total > 0.0:
        return None
    order = np.argsort(values)
    below = np.cumsum(weight[order]) / total
    at = np.minimum(np.searchsorted(below, _QUANTILES), values.size - 1)
    return Size(*(float(value) for value in values[order][at]))


class _Hidden:
    """What no examination of the record showed, in one organ of all patients.

    Parameters
    ----------
    pool, case
        The patients and the record.
    code
        The organ.
    """

    def __init__(self, pool: Pool, case: Case, code: int) -> None:
        self.is_found = code in case.found
        starts = np.cumsum([0, *(part.patients for part in pool.parts)])
        places = [part.organs[code] for part in pool.parts]
        self.sizes = Sizes(
            patients=pool.diagnosed,
            row=np.concatenate([start + place.row for start, place in zip(starts[:-1], places, strict=True)]),
            diameter_mm=np.concatenate([place.diameter_mm for place in places]),
            growth_per_day=np.concatenate([place.growth_per_day for place in places]),
        )
        # In an organ that was clear all lesions were missed. Where one was found, it is the largest.
        missed = np.ones(self.sizes.row.size)
        if self.is_found:
            missed = np.concatenate([chance_missed(part, case, code) for part in pool.parts])
            missed[self.sizes.first] = 0.0
        self.log_shown = np.log1p(-np.minimum(missed, SUREST))

    def at_least(self, from_mm: float) -> Floats:
        """Return each patient's chance of a hidden lesion of a diameter or more, shape (P,)."""
        shown = np.where(self.sizes.diameter_mm >= from_mm, self.log_shown, 0.0)
        return np.asarray(-np.expm1(self.sizes.total(shown)))

    def any_at_least(self, from_mm: float) -> NDArray[np.bool_]:
        """Return which patients have a metastasis of a diameter or more, hidden or not, shape (P,)."""
        return np.asarray(self.sizes.largest(self.sizes.diameter_mm) >= from_mm)

    def largest(self, weight: Floats) -> Size | None:
        """Return quantiles of the largest hidden lesion, where one of the first threshold or more is hidden."""
        row, log_shown = self.sizes.row, self.log_shown
        before = np.cumsum(log_shown) - log_shown
        larger_shown = before - before[self.sizes.first][np.cumsum(self.sizes.first) - 1]
        is_largest = -np.expm1(log_shown) * np.exp(larger_shown) * (self.sizes.diameter_mm >= THRESHOLDS_MM[0])
        return quantiles(self.sizes.diameter_mm, weight[row] * is_largest)


def _estimates(pool: Pool, case: Case, pieces: Sequence[Evidence], weight: Floats, without: Floats) -> Estimates:
    primary = quantiles(np.concatenate([part.primary.largest(part.primary.diameter_mm) for part in pool.parts]), weight)
    assert primary is not None  # noqa: S101 - every patient has a primary, and some have a weight
    places: list[Place] = []
    together = [_Together(pool.diagnosed) for _ in range(2)]
    labels = [piece.label for piece in pieces]
    for code in np.flatnonzero(EXPECTED_ORGANS[case.sex]):
        hidden = _Hidden(pool, case, int(code))
        chance = np.array([hidden.at_least(from_mm) for from_mm in THRESHOLDS_MM])
        present = np.array([hidden.any_at_least(from_mm) for from_mm in THRESHOLDS_MM])
        for sums in together[int(code == _NODES) :]:
            sums.add(chance, present)
        places.append(
            Place(
                name=layout.ORGANS[code],
                is_found=hidden.is_found,
                examined_by=_examinations(case, int(code)),
                chances=_chances(chance, present, weight),
                largest=hidden.largest(weight),
                drivers=_drivers(chance[0], weight, without, labels),
            )
        )
    places.sort(key=lambda place: -place.chances[0].probability)
    distant, anywhere = (
        Place(
            name=name,
            is_found=bool(case.found.keys() - beside),
            examined_by=(),
            chances=_chances(1.0 - sums.clear, sums.present, weight),
            largest=None,
            drivers=_drivers(1.0 - sums.clear[0], weight, without, labels),
        )
        for name, beside, sums in zip(("distant", "anywhere"), ({_NODES}, set()), together, strict=True)
    )
    return Estimates(primary, bool(case.primary), tuple(places), distant, anywhere)


class _Together:
    """Several organs as one place.

    Parameters
    ----------
    patients
        Number of patients.
    """

    def __init__(self, patients: int) -> None:
        shape = (len(THRESHOLDS_MM), patients)
        self.clear, self.present = np.ones(shape), np.zeros(shape, bool)

    def add(self, chance: Floats, present: NDArray[np.bool_]) -> None:
        """Add an organ: chances that a lesion is hidden there, and whether there is one, shape (thresholds, P)."""
        self.clear *= 1.0 - chance
        self.present |= present


def _chances(chance: Floats, present: NDArray[np.bool_], weight: Floats) -> tuple[Chance, ...]:
    mean = np.minimum(chance @ weight, 1.0)
    error = np.sqrt((chance - mean[:, None]) ** 2 @ weight**2)
    rows = zip(THRESHOLDS_MM, mean, error, present.mean(axis=1), strict=True)
    return tuple(Chance(from_mm, float(p), float(e), float(share)) for from_mm, p, e, share in rows)


def _drivers(chance: Floats, weight: Floats, without: Floats, labels: Sequence[str]) -> tuple[Driver, ...]:
    """Return what moved a probability most, the strongest first."""
    least = 0.5 / max(effective(weight), 1.0)
    p = np.clip(np.array([weight @ chance, *(without @ chance)]), least, 1.0 - least)
    log_odds = np.log(p / (1.0 - p))
    moved = [Driver(label, float(log_odds[0] - alone)) for label, alone in zip(labels, log_odds[1:], strict=True)]
    moved = [driver for driver in moved if abs(driver.log_odds) >= _MOVED]
    return tuple(sorted(moved, key=lambda driver: -abs(driver.log_odds))[:_DRIVERS])


def _examinations(case: Case, code: int) -> tuple[str, ...]:
    looked = [clear.modality.id for clear in case.clear if clear.organ == code]
    looked += [seen.modality.id for seen in case.found.get(code, ())]
    looked += [seen.modality.id for seen in case.primary if code == case.primary_organ]
    return tuple(dict.fromkeys(looked))


def _warning(size: float) -> str:
    error = round(100.0 * np.sqrt(0.25 / size))
    return (
        f"The effective sample size is below {TRUSTED:g}: probabilities may be off by {error} points of per cent "
        "(standard error) and more. Simulate more patients."
    )


def reason_of(pool: Pool, case: Case, fits: Sequence[Fit], resembling: int, size: float) -> str:
    """Say why there are no numbers: what nobody has, or that too few have all of it.

    Parameters
    ----------
    pool, case
        As for `mapped`.
    fits
        How many patients each piece of the record fits.
    resembling, size
        How many fit the whole record, and their effective sample size.
    """
    title = case.title[0].lower() + case.title[1:] if case.title[1:2].islower() else case.title
    whom = f"{pool.diagnosed:,} simulated patients with {title}"
    never = [fit.evidence for fit in fits if fit.patients == 0]
    if never:
        return f"None of {whom} resembles this record. Nobody fits: {'; '.join(never)}."
    if resembling == 0:
        rarest = sorted(fits, key=lambda fit: fit.patients)[:2]
        told = "; ".join(f"{fit.evidence} ({fit.patients:,})" for fit in rarest)
        return f"None of {whom} resembles this record as a whole. Fewest fit: {told}."
    return (
        f"Too few of {whom} resemble this record: {resembling} do, with an effective sample size of {size:.1f}, and "
        f"{LEAST:g} are needed."
    )
