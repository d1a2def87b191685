"""How well a record fits each simulated patient, piece by piece of evidence.

The patient's true state is asked how likely it is to have given the record. A size fits by a normal law of its
logarithm, whose width is the error of measurement and, because a finite number of patients stands for all, an allowance
for patients who differ a little (approximate Bayesian computation; Beaumont et al. 2002, Genetics 162:2025-2035).
Beyond `REACH` widths nothing fits, so that a record like nobody's is seen to be one. An organ that was clear fits by
the chance that all lesions there were missed, by the detection curves of the catalogue. Findings count as true.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.cohort.map_markers import REACH, log_fit
from paget.model import layout
from paget.model.draws import Floats
from paget.observation.imaging import chance_seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from paget.cohort.map_case import Case, Clear, Seen
    from paget.cohort.map_pool import Part, Sizes
    from paget.model.modality import Modality

AGE_YEAR: Final = 5.0
"""Width of the allowance for age."""
PRIMARY: Final = 0.25
METASTASIS: Final = 0.4
"""Widths of the allowance for size, in the logarithm of the diameter: a quarter, and about a half."""
CHANGE: Final = 0.15
"""Width of the allowance for how a size changes between two examinations, in the logarithm."""
COUNT: Final = 0.3
"""Width of the allowance for the number of lesions, in its logarithm, besides chance."""
SUREST: Final = 1.0 - 1e-9
"""No lesion is seen for certain."""
LOGISTIC: Final = 1.702
"""A normal distribution function is within 0.01 of a logistic one of so many times its slope."""


@dataclass(frozen=True)
class Evidence:
    """One piece of a record, and how well it fits each of P patients.

    Parameters
    ----------
    kind
        ``age``, ``primary``, ``found``, ``clear`` or ``marker``.
    label
        What it says.
    organ
        Name of the organ that it is about; None where it is about none or several.
    log_fit : ndarray of float64, shape (P,)
        Logarithm of its likelihood, up to a constant; minus infinity where it does not fit.
    """

    kind: str
    label: str
    organ: str | None
    log_fit: Floats


def evidence(part: Part, case: Case, allowance: float = 1.0) -> list[Evidence]:
    """Return how well each piece of a record fits some patients, in an order that the record alone decides.

    Parameters
    ----------
    part
        The patients.
    case
        The record.
    allowance
        Factor on the widths by which sizes of patients who differ a little are let fit.
    """
    return [*sized(part, case, allowance), *unsized(part, case)]


def sized(part: Part, case: Case, allowance: float = 1.0) -> list[Evidence]:
    """Return how well the sizes and numbers of lesions fit; see `evidence`."""
    pieces = []
    if case.primary:
        fit = _sizes(part, part.primary, case.primary, allowance * PRIMARY, case.primary_organ)
        if layout.code(layout.ORGANS, part.cancer.organ) != case.primary_organ:
            fit = np.full_like(fit, -np.inf)
        pieces.append(Evidence("primary", f"primary {_largest(case.primary)}", layout.ORGANS[case.primary_organ], fit))
    for code, seen in case.found.items():
        organ, sizes = layout.ORGANS[code], part.organs[code]
        fit = _sizes(part, sizes, seen, allowance * METASTASIS, code) + _number(sizes, seen, code)
        pieces.append(Evidence("found", f"{_words(organ)} {_largest(seen)}", organ, fit))
    return pieces


def unsized(part: Part, case: Case) -> list[Evidence]:
    """Return how well all else fits: sex and age, organs that were clear, and blood; see `evidence`."""
    pieces = [Evidence("age", "sex and age", None, _sex_and_age(part, case)), *_all_clear(part, case)]
    for blood in case.blood:
        unit = "" if blood.marker.unit in ("1", "cell") or isinstance(blood.value, str) else f" {blood.marker.unit}"
        value = blood.value if isinstance(blood.value, str) else f"{blood.value:g}"
        fit = log_fit(part, blood.marker.of(part.cancer), case.sex, blood.value)
        pieces.append(Evidence("marker", f"{blood.marker.name} {value}{unit}", None, fit))
    return pieces


def chance_shown(modality: Modality, code: int, diameter_mm: Floats) -> Floats:
    """Return the chance that lesions are seen and reported, in patients whose tumour the examination marks.

    Parameters
    ----------
    modality
        The examination.
    code
        The organ.
    diameter_mm
        True diameters, of any shape.
    """
    if modality.look is None:
        return np.zeros(diameter_mm.shape)
    error, smallest = max(modality.look.measurement_error.value, 0.02), modality.look.smallest.value
    too_small = (smallest / np.maximum(diameter_mm, 0.01)) ** (LOGISTIC / error)
    seen = chance_seen(modality, np.full(diameter_mm.shape, code), diameter_mm)
    return np.asarray(np.minimum(seen / (1.0 + too_small), SUREST))


def chance_missed(part: Part, case: Case, code: int) -> Floats:
    """Return the chance that all examinations of an organ missed each metastasis there, shape (L,).

    Parameters
    ----------
    part
        The patients.
    case
        The record, which says what was examined.
    code
        The organ.
    """
    sizes = part.organs[code]
    looks = [(clear.modality, clear.after_day) for clear in case.clear if clear.organ == code]
    looks += [(seen.modality, seen.after_day) for seen in case.found.get(code, ())]
    missed = np.ones(sizes.diameter_mm.shape)
    for modality, after_day in looks:
        missed *= 1.0 - _share(part, modality) * chance_shown(modality, code, later(sizes, after_day))
    return missed


def later(sizes: Sizes, after_day: float) -> Floats:
    """Return diameters (mm) so many days after the diagnosis, without treatment; before it where negative.

    A cube root of exponential growth at the rate of the day of diagnosis, which is close over half a year.

    Parameters
    ----------
    sizes
        Lesions on the day of diagnosis.
    after_day
        Days.
    """
    return np.asarray(sizes.diameter_mm * np.exp(np.clip(sizes.growth_per_day * after_day / 3.0, -3.0, 3.0)))


def kernel(apart: Floats) -> Floats:
    """Return the logarithm of how well what is so many widths apart fits; minus infinity beyond `REACH`."""
    return np.where(np.abs(apart) <= REACH, -0.5 * apart**2, -np.inf)


def _sex_and_age(part: Part, case: Case) -> Floats:
    fit = kernel((part.age_year - case.record.age_year) / AGE_YEAR)
    return np.where(part.sex == case.sex, fit, -np.inf)


def _sizes(part: Part, sizes: Sizes, seen: Sequence[Seen], allowance: float, code: int) -> Floats:
    """Return how well the largest lesion of a place fits what examinations measured there."""
    apart, error, fit = [], [], np.zeros(part.patients)
    for each in seen:
        look = each.modality.look
        diameter = sizes.largest(later(sizes, each.after_day))
        shown = _share(part, each.modality) * chance_shown(each.modality, code, diameter)
        apart.append(np.log(each.diameter_mm / np.maximum(diameter, 1e-9)))
        fit += np.log(np.maximum(shown, 1e-300))
        error.append(0.0 if look is None else look.measurement_error.value)
    distance, variance = np.array(apart), np.square(error) + CHANGE**2
    mean = (1.0 / variance) @ distance / (1.0 / variance).sum()
    measured = 1.0 / (1.0 / np.maximum(np.square(error), 1e-6)).sum()
    fit = fit + kernel(mean / np.sqrt(measured + allowance**2))
    if len(seen) > 1:
        fit = fit + kernel((distance - mean) / np.sqrt(variance)[:, None]).sum(axis=0)
    return np.where(sizes.largest(sizes.diameter_mm) > 0.0, fit, -np.inf)


def _number(sizes: Sizes, seen: Sequence[Seen], code: int) -> Floats:
    """Return how well the number of lesions that examinations can be expected to show fits the number seen."""
    fit = np.zeros(sizes.patients)
    for each in seen:
        if not each.is_counted and each.lesions == 1:
            continue
        expected = sizes.total(chance_shown(each.modality, code, later(sizes, each.after_day)))
        width = np.sqrt(1.0 / (expected + 0.5) + COUNT**2)
        apart = np.log((each.lesions + 0.5) / (expected + 0.5)) / width
        fit += kernel(apart if each.is_counted else np.maximum(apart, 0.0))
    return fit


def _all_clear(part: Part, case: Case) -> list[Evidence]:
    """Return how well organs without a finding fit: one piece for each organ and examination.

    A tracer that marks some tumours only makes one piece of all its organs, because these depend on each other.
    """
    pieces: list[Evidence] = []
    by_modality: dict[str, list[Clear]] = defaultdict(list)
    for clear in case.clear:
        by_modality[clear.modality.id].append(clear)
    showed = {seen.modality.id for each in (case.primary, *case.found.values()) for seen in each}
    for name, clears in by_modality.items():
        logs, share = dict(_by_organ(part, clears)), _share(part, clears[0].modality)
        if clears[0].modality.uptake is not None and name not in showed and len(logs) > 1:
            fit = _whether_marked(share, np.sum(list(logs.values()), axis=0))
            pieces.append(Evidence("clear", f"clear: {name}", None, fit))
            continue
        for code, missed in logs.items():
            organ = layout.ORGANS[code]
            fit = missed if name in showed else _whether_marked(share, missed)
            pieces.append(Evidence("clear", f"{_words(organ)} clear: {name}", organ, fit))
    return pieces


def _whether_marked(share: float, log_missed: Floats) -> Floats:
    """Return the logarithm of the chance that all was missed, where only a share of tumours is marked at all."""
    return np.asarray(np.logaddexp(np.log(max(1.0 - share, 1e-12)), np.log(share) + log_missed))


def _by_organ(part: Part, clears: Iterable[Clear]) -> Iterator[tuple[int, Floats]]:
    """Yield, by organ, the logarithm of the chance that all lesions were missed each time, the primary among them."""
    own = layout.code(layout.ORGANS, part.cancer.organ)
    logs: dict[int, Floats] = {}
    for clear in clears:
        places = [part.organs[clear.organ], *([part.primary] if clear.organ == own and not clear.but_primary else [])]
        for sizes in places:
            shown = chance_shown(clear.modality, clear.organ, later(sizes, clear.after_day))
            logs[clear.organ] = logs.get(clear.organ, 0.0) + sizes.total(np.log1p(-shown))
    yield from logs.items()


def _share(part: Part, modality: Modality) -> float:
    """Return the share of patients whose tumour the examination marks."""
    return 1.0 if modality.uptake is None else modality.uptake.of(part.cancer.id)


def _largest(seen: Sequence[Seen]) -> str:
    """Return the largest size that was measured, and how many lesions were seen where there were several."""
    count = max(each.lesions for each in seen)
    return f"{max(each.diameter_mm for each in seen):g} mm{f' ({count})' if count > 1 else ''}"


def _words(organ: str) -> str:
    return (
        organ.replace("_", " ").replace("distant lymph node", "distant nodes").replace("regional lymph node", "nodes")
    )


def joined(parts: Sequence[list[Evidence]]) -> list[Evidence]:
    """Return the evidence about patients of several cancers as that about all of them, in the order of the cancers.

    Parameters
    ----------
    parts
        What `evidence` returned for each.
    """
    return [
        Evidence(these[0].kind, these[0].label, these[0].organ, np.concatenate([each.log_fit for each in these]))
        for these in zip(*parts, strict=True)
    ]


def weights(pieces: Sequence[Evidence]) -> tuple[Floats, Floats]:
    """Return patients' weights by a whole record, and by the record without each of its pieces.

    Parameters
    ----------
    pieces
        E pieces of evidence.

    Returns
    -------
    whole : ndarray of float64, shape (P,)
        Summing to 1; all 0 where nobody fits.
    without : ndarray of float64, shape (E, P)
        The same, with one piece left out.
    """
    logs = np.array([piece.log_fit for piece in pieces])
    impossible = np.isneginf(logs)
    finite = np.where(impossible, 0.0, logs)
    total, barred = finite.sum(axis=0), impossible.sum(axis=0)
    whole = np.where(barred == 0, total, -np.inf)
    without = np.where(barred - impossible == 0, total - finite, -np.inf)
    return _normalised(whole[None])[0], _normalised(without)


def _normalised(log_weight: Floats) -> Floats:
    """Return weights that sum to 1 in each row; 0 in rows in which nobody fits."""
    top = log_weight.max(axis=1, initial=-np.inf, keepdims=True)
    weight = np.exp(log_weight - np.where(np.isneginf(top), 0.0, top))
    return np.asarray(weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-300))
