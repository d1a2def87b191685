"""Symptoms: the hazards that the engine watches, which symptoms a symptomatic place shows, and when work-up begins.

A patient has one place for the primary, one for each organ that can hold metastases, and one for the whole burden:
always in that order, so that a place's number means the same in every cancer. The engine calls when a place's hazard
has added up; what the patient then feels is drawn here. The engine's burden of an organ holds a primary that grows
there, so the place of the primary's own organ is off as long as the primary stands.

It stops being true where a treatment takes a symptom away without shrinking the tumour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paget.errors import EntryError
from paget.model import layout
from paget.model.draws import choices, normals, stream_keys, uniforms
from paget.model.symptom import Symptom, SymptomPlace

PLACES: Final = ("primary", *layout.ORGANS, "general")
"""Places by number."""
N_PLACES: Final = len(PLACES)
PRIMARY_PLACE: Final = 0
GENERAL_PLACE: Final = N_PLACES - 1
BURDEN: Final = layout.code(layout.WATCH_QUANTITIES, "burden_cells")

_PICK, _DELAY, _FIRST_SYMPTOM = 1, 2, 4
"""Counters of one place's stream: the presenting symptom, the delay (two draws), then each symptom."""


@dataclass(frozen=True)
class Places:
    """The places of one cancer as arrays over K places, each with up to S symptoms out of N names.

    Parameters
    ----------
    entries : tuple of SymptomPlace
        The entry behind each place, K of them; one entry may stand behind several organs.
    primary_organ : int
        Code of the organ in which the primary grows.
    organ : ndarray of int64, shape (K,)
        Selectors of `layout.WATCH`.
    quantity : ndarray of int64, shape (K,)
        Codes of `layout.WATCH_QUANTITIES`.
    rate_per_day, level_cells, exponent : ndarray of float64, shape (K,)
        The hazard is rate_per_day * (quantity / level_cells) ** exponent.
    delay_day, delay_sigma : ndarray of float64, shape (K,)
        Median days from symptom to work-up, and the lognormal width between patients.
    symptoms : tuple of str
        Ids of all symptoms of these places, N of them, sorted.
    symptom : ndarray of int64, shape (K, S)
        Positions in `symptoms`; N where a place has fewer than S.
    share : ndarray of float64, shape (K, S)
        Share of each symptom among patients in whom the place is symptomatic; 0 where a place has fewer.
    """

    entries: tuple[SymptomPlace, ...]
    primary_organ: int
    organ: NDArray[np.int64]
    quantity: NDArray[np.int64]
    rate_per_day: NDArray[np.float64]
    level_cells: NDArray[np.float64]
    exponent: NDArray[np.float64]
    delay_day: NDArray[np.float64]
    delay_sigma: NDArray[np.float64]
    symptoms: tuple[str, ...]
    symptom: NDArray[np.int64]
    share: NDArray[np.float64]


@dataclass(frozen=True)
class Presentation:
    """What P patients feel as a place becomes symptomatic.

    Parameters
    ----------
    present : ndarray of bool, shape (P, N)
        Which of `Places.symptoms` each patient has.
    presenting : ndarray of int64, shape (P,)
        The one that brings the patient to a doctor: a position in `Places.symptoms`.
    """

    present: NDArray[np.bool_]
    presenting: NDArray[np.int64]


def places_of(entries: Mapping[str, SymptomPlace], cancer: str, organ: str) -> Places:
    """Return the places of one cancer.

    Of several entries that fit a place, one that names the cancer goes before one that holds for all, and one for
    few organs before one for many.

    Parameters
    ----------
    entries
        All entries of the kind ``symptoms``.
    cancer
        Name of the cancer.
    organ
        Organ in which its primary grows.

    Returns
    -------
    Places

    Raises
    ------
    EntryError
        Where a place has no entry, or two that fit equally well.
    """
    fitting = [entry for entry in entries.values() if not entry.cancers or cancer in entry.cancers]
    chosen = [_best([entry for entry in fitting if entry.kind == "primary"], "primary", cancer)]
    chosen += [_best([entry for entry in fitting if name in entry.organs], name, cancer) for name in layout.ORGANS]
    chosen.append(_best([entry for entry in fitting if entry.kind == "general"], "general", cancer))
    names = tuple(sorted({symptom.id for entry in chosen for symptom in entry.symptoms}))
    widest = max(len(entry.symptoms) for entry in chosen)
    symptom = np.full((N_PLACES, widest), len(names), np.int64)
    share = np.zeros((N_PLACES, widest))
    for place, entry in enumerate(chosen):
        symptom[place, : len(entry.symptoms)] = [names.index(one.id) for one in entry.symptoms]
        share[place, : len(entry.symptoms)] = [one.share.value for one in entry.symptoms]
    return Places(
        entries=tuple(chosen),
        primary_organ=layout.code(layout.ORGANS, organ),
        organ=np.array([layout.PRIMARY, *range(layout.N_ORGANS), layout.ANY], np.int64),
        quantity=np.array([layout.code(layout.WATCH_QUANTITIES, entry.hazard.size) for entry in chosen], np.int64),
        rate_per_day=np.array([entry.hazard.rate.value for entry in chosen]),
        level_cells=np.array([entry.hazard.level.value for entry in chosen]),
        exponent=np.array([entry.hazard.exponent.value for entry in chosen]),
        delay_day=np.array([entry.delay.value for entry in chosen]),
        delay_sigma=np.array([entry.delay.sigma for entry in chosen]),
        symptoms=names,
        symptom=symptom,
        share=share,
    )


def _best(fitting: Iterable[SymptomPlace], place: str, cancer: str) -> SymptomPlace:
    ranked = sorted(fitting, key=_rank)
    if not ranked:
        raise EntryError(
            f"No entry says what becomes symptomatic at the place {place!r} of {cancer}.",
            key="symptoms",
            value=place,
            allowed="for each cancer an entry for its primary, for every organ, and a general one",
            fix=f'say presents_like = "..." in the cancer, or add symptoms/primary_{cancer}.toml for it'
            if place == "primary"
            else f"add an entry whose organs hold {place}",
        )
    if len(ranked) > 1 and _rank(ranked[0]) == _rank(ranked[1]):
        raise EntryError(
            f"Two entries fit the place {place!r} of {cancer} equally well.",
            key="symptoms",
            value=f"{ranked[0].id}, {ranked[1].id}",
            allowed="one entry that names the cancer, or that stands for the fewest organs",
            fix="add cancers to one of them, or remove the organ from the other",
        )
    return ranked[0]


def _rank(entry: SymptomPlace) -> tuple[bool, int]:
    return (not entry.cancers, len(entry.organs))


def watch_rows(
    places: Places,
    symptomatic: NDArray[np.bool_],
    *,
    primary_stands: ArrayLike = True,
    episode: ArrayLike = 0,
    first_id: int = 0,
    frailty: ArrayLike = 1.0,
) -> NDArray[np.void]:
    """Return the rows by which the engine watches P patients, one a place.

    The burden of metastases in an organ, and that of the body as a whole, is felt at level / frailty, as organs fail
    at lethal burden / frailty: who bears less feels it sooner. The primary and lumps are felt by their size alone.

    Parameters
    ----------
    places
        The places of the cancer.
    symptomatic : ndarray of bool, shape (P, K)
        Places that are symptomatic already; they are off.
    primary_stands : array-like of bool, shape (P,)
        Whether the primary is in place. While it is, metastases of its own organ are not watched by themselves.
    episode : array-like of int64, shape (P,)
        How often a patient's places were set anew, as after a remission; each time has clocks of its own.
    first_id
        Id of place 0 in episode 0; ids of other watches must be lower.
    frailty : array-like of float64, shape (P,)
        Factors on the burden of the patients (`host.frailty`).

    Returns
    -------
    ndarray of layout.WATCH, shape (P, K)
        `place_numbers` turns an id that the engine calls with into a place.
    """
    rows = np.zeros(symptomatic.shape, layout.WATCH)
    rows["kind"] = layout.code(layout.WATCH_KINDS, "hazard")
    rows["organ"] = places.organ
    rows["quantity"] = places.quantity
    borne = (np.arange(N_PLACES) != PRIMARY_PLACE) & (places.quantity == BURDEN)
    factor = np.broadcast_to(np.asarray(frailty, np.float64), symptomatic.shape[:1])
    rows["level"] = places.level_cells / np.where(borne, factor[:, None], 1.0)
    rows["rate_per_day"] = places.rate_per_day
    rows["exponent"] = places.exponent
    rounds = np.broadcast_to(np.asarray(episode, np.int64), symptomatic.shape[:1])
    rows["id"] = first_id + rounds[:, None] * N_PLACES + np.arange(N_PLACES)
    return switched(rows, places, symptomatic, primary_stands=primary_stands)


def switched(
    rows: NDArray[np.void],
    places: Places,
    symptomatic: NDArray[np.bool_],
    *,
    primary_stands: ArrayLike = True,
) -> NDArray[np.void]:
    """Return rows that the engine has run with places switched on and off, and clocks where they stand.

    Parameters
    ----------
    rows : ndarray of layout.WATCH, shape (P, K)
        Rows of `watch_rows`, as they came back from the engine.
    places
        The places of the cancer.
    symptomatic : ndarray of bool, shape (P, K)
        Places that are off.
    primary_stands : array-like of bool, shape (P,)
        As for `watch_rows`.
    """
    off = symptomatic.copy()
    off[:, 1 + places.primary_organ] |= np.asarray(primary_stands, np.bool_)
    rows = rows.copy()
    rows["done"] = off
    return rows


def place_numbers(watch_id: ArrayLike, first_id: int = 0) -> NDArray[np.int64]:
    """Return the places that ids of watches stand for; -1 for a watch that is no symptom's.

    Parameters
    ----------
    watch_id : array-like of int64
        Ids with which the engine called.
    first_id
        As given to `watch_rows`.
    """
    number = np.asarray(watch_id, np.int64) - first_id
    return np.where(number >= 0, number % N_PLACES, -1)


def presenting(
    seed: int, patient: ArrayLike, places: Places, place_number: ArrayLike, *, episode: ArrayLike = 0
) -> Presentation:
    """Draw which symptoms patients have, and which of them brings the patient to a doctor.

    The presenting symptom is picked by share; each other one is then present with the chance that makes its share
    among all such patients the entry's own. So nobody who is symptomatic is without a symptom.

    Parameters
    ----------
    seed
        The run's seed.
    patient : array-like of int64, shape (P,)
        Indices.
    places
        The places of the cancer.
    place_number : array-like of int64, shape (P,)
        The place that became symptomatic in each.
    episode : array-like of int64, shape (P,)
        As for `watch_rows`.

    Returns
    -------
    Presentation
    """
    place = np.asarray(place_number, np.int64)
    keys = stream_keys(seed, patient, layout.STREAM_SYMPTOM, place, episode)
    share, symptom = places.share[place], places.symptom[place]
    weight = share / share.sum(axis=1, keepdims=True)
    first = choices(uniforms(keys, _PICK), share)
    also = uniforms(keys[:, None], _FIRST_SYMPTOM + np.arange(share.shape[1])) * (1.0 - weight) < share - weight
    also[np.arange(place.size), first] = True
    # Where a place has fewer symptoms than the widest, what was drawn lands in a last column that is cut off.
    present = np.zeros((place.size, len(places.symptoms) + 1), np.bool_)
    np.put_along_axis(present, symptom, also, axis=1)
    return Presentation(present[:, :-1], symptom[np.arange(place.size), first])


def workup_day(
    seed: int,
    patient: ArrayLike,
    day: ArrayLike,
    places: Places,
    place_number: ArrayLike,
    *,
    episode: ArrayLike = 0,
) -> NDArray[np.float64]:
    """Return the patient ages in days at which work-ups begin: the day of the symptom plus a drawn delay.

    Parameters
    ----------
    seed
        The run's seed.
    patient : array-like of int64, shape (P,)
        Indices.
    day : array-like of float64, shape (P,)
        Patient ages in days at which the symptom came.
    places
        The places of the cancer.
    place_number : array-like of int64, shape (P,)
        The place that became symptomatic.
    episode : array-like of int64, shape (P,)
        As for `watch_rows`.
    """
    place = np.asarray(place_number, np.int64)
    keys = stream_keys(seed, patient, layout.STREAM_SYMPTOM, place, episode)
    delay = places.delay_day[place] * np.exp(places.delay_sigma[place] * normals(keys, _DELAY))
    return np.asarray(np.asarray(day, np.float64) + delay)


def symptoms_of(places: Places) -> dict[str, Symptom]:
    """Return the symptoms of a cancer's places by id, as the first place that lists each one words it."""
    found: dict[str, Symptom] = {}
    for entry in places.entries:
        for symptom in entry.symptoms:
            found.setdefault(symptom.id, symptom)
    return found
