"""Mechanisms: how a therapy that starts becomes EFFECT rows, the only thing that the engine is told of it.

A kill adds deaths, a scale changes a process, surgery and radiation cull, risk is a hazard of the host. How well a
patient responds to a drug is one lifelong draw of the patient and the drug, so a drug given twice works alike twice.
Nothing here is seen by a policy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from paget.model import layout
from paget.model.draws import normals, stream_keys, uniforms
from paget.model.therapy import Act, Irradiate, Kill, Protect, Resect, Scale, Therapy

Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Rows = NDArray[np.void]
Lowered = list[tuple[Integers, Rows]]
"""Effects as pairs: which of the K patients, and one row for each of these."""

ADD_DEATH, SMALL_DEATH, SCALE, CULL, HOST_HAZARD, HOST_RESERVE = range(len(layout.EFFECT_KINDS))
NODES: Final = layout.code(layout.ORGANS, "regional_lymph_node")
LOCAL_RISK_DAY, SYSTEMIC_RISK_DAY = 30.0, 180.0
"""Times over which a therapy's risk of death is told (`model/therapy.py`)."""
_RESPONSE, _MARGIN, _RESPONSIVE = 1, 4, 6
"""Counters of a therapy's stream: response (two draws), margin, and whether a patient responds at all."""


@dataclass(frozen=True)
class Hosts:
    """K patients in whom one therapy starts.

    Parameters
    ----------
    patient : ndarray of int64, shape (K,)
        Indices.
    number : ndarray of int64, shape (K,)
        How often it was started before.
    on_day, off_day : ndarray of float64, shape (K,)
        Patient age in days at which it starts and is planned to end (infinite: goes on).
    growth_per_day : ndarray of float64, shape (K,)
        Growth of the patient's small metastases.
    carries : ndarray of bool, shape (K, B)
        Alterations and biomarkers that the tumour truly has.
    lesions : ndarray of uint64, shape (K, S)
        Keys of metastases that were found, largest first; 0 where there are fewer.
    lesion_organs : ndarray of int64, shape (K, S)
        Their organs.
    symptomatic : ndarray of bool, shape (K, N_ORGANS)
        Organs that hurt or fail.
    """

    patient: Integers
    number: Integers
    on_day: Floats
    off_day: Floats
    growth_per_day: Floats
    carries: Flags
    lesions: NDArray[np.uint64]
    lesion_organs: Integers
    symptomatic: Flags

    @property
    def count(self) -> int:
        """Number of patients, K."""
        return int(self.patient.size)


def lower(therapy: Therapy, tests: tuple[str, ...], cancer: str, seed: int, hosts: Hosts) -> Lowered:
    """Return the EFFECT rows of a therapy that starts in K patients.

    Parameters
    ----------
    therapy
        The therapy.
    tests
        Names of the columns of `hosts.carries`, B of them.
    cancer
        Name of the cancer.
    seed
        The run's seed.
    hosts
        The patients.

    Returns
    -------
    list of (ndarray of int64, ndarray of layout.EFFECT)
    """
    share = _acting(therapy, tests, hosts)
    out: Lowered = []
    for number, act in enumerate(therapy.acts):
        found = _LOWER.get(act.act)
        if found is not None:
            out += found(_Setting(therapy, number, tests, cancer, seed, share), act, hosts)
    if therapy.death.value > 0.0:
        span = LOCAL_RISK_DAY if therapy.is_local else SYSTEMIC_RISK_DAY
        rows = _rows(hosts, HOST_HAZARD, hosts.on_day, np.minimum(hosts.off_day, hosts.on_day + span))
        if not therapy.is_local:
            rows["off_day"] = hosts.off_day
        else:
            rows["off_day"] = hosts.on_day + span
        rows["magnitude"] = -math.log1p(-therapy.death.value) / span
        out.append((_everybody(hosts), rows))
    return out


def scaled(rows: Rows, factor: NDArray[np.float64]) -> Rows:
    """Return effects at another dose: deaths and hazards times the factor, scaled processes nearer to 1.

    Parameters
    ----------
    rows
        Effects, of layout.EFFECT.
    factor
        New over old dose, one a row.
    """
    out = rows.copy()
    kind = rows["kind"]
    proportional = (kind == ADD_DEATH) | (kind == SMALL_DEATH) | (kind == HOST_HAZARD)
    relative = (kind == SCALE) | (kind == HOST_RESERVE)
    magnitude = rows["magnitude"]
    other = np.where(relative, 1.0 + (magnitude - 1.0) * factor, magnitude)
    out["magnitude"] = np.where(proportional, magnitude * factor, other)
    return out


@dataclass(frozen=True)
class _Setting:
    """What every act of one therapy needs."""

    therapy: Therapy
    number: int
    tests: tuple[str, ...]
    cancer: str
    seed: int
    share: Floats

    def keys(self, hosts: Hosts, cell: Integers | int = 0) -> NDArray[np.uint64]:
        lineage = crc32(f"{self.therapy.id}/{self.number}".encode())
        return stream_keys(self.seed, hosts.patient, layout.STREAM_THERAPY, lineage, cell)

    def varied(self, hosts: Hosts, sigma: float) -> Floats:
        """Return each patient's factor on the effect, of median 1."""
        if sigma == 0.0:
            return np.ones(hosts.count)
        return np.exp(sigma * normals(self.keys(hosts), _RESPONSE))


def _acting(therapy: Therapy, tests: tuple[str, ...], hosts: Hosts) -> Floats:
    """Return the share of the effect that is left by what the tumour truly carries."""
    left = 1.0 if therapy.off_target is None else therapy.off_target.value
    share = np.ones(hosts.count)
    if therapy.target:
        share = np.where(_any(therapy.target, tests, hosts), share, left)
    if therapy.lacking:
        share = np.where(_any(therapy.lacking, tests, hosts), left, share)
    return share


def _any(names: tuple[str, ...], tests: tuple[str, ...], hosts: Hosts) -> Flags:
    at = [tests.index(name) for name in names if name in tests]
    return np.asarray(hosts.carries[:, at].any(axis=1))


def _everybody(hosts: Hosts) -> Integers:
    return np.arange(hosts.count, dtype=np.int64)


def _rows(hosts: Hosts, kind: int, on_day: Floats, off_day: Floats) -> Rows:
    rows = np.zeros(hosts.count, layout.EFFECT)
    rows["kind"], rows["organ"], rows["trait"] = kind, layout.ANY, layout.ANY
    rows["on_day"], rows["off_day"] = on_day, off_day
    return rows


def _lasting(act: Kill | Scale, hosts: Hosts, kind: int) -> Rows:
    """Return the rows of an effect that goes on while the drug is given, magnitudes still 0."""
    delay = 0.0 if act.delay is None else act.delay.value
    rows = _rows(hosts, kind, hosts.on_day + delay, np.maximum(hosts.off_day, hosts.on_day + delay))
    if act.half_life is not None:
        rows["shape"] = layout.code(layout.EFFECT_SHAPES, "decay")
        rows["half_life_day"] = act.half_life.value
    if act.sensitivity is not None:
        rows["trait"] = layout.code(layout.TRAITS, act.sensitivity)
    return rows


def _in_organs(rows: Rows, organs: tuple[str, ...], hosts: Hosts) -> Lowered:
    """Return rows for each of some organs, or for all at once where none is named."""
    if not organs:
        return [(_everybody(hosts), rows)]
    out: Lowered = []
    for organ in organs:
        own = rows.copy()
        own["organ"] = layout.code(layout.ORGANS, organ)
        out.append((_everybody(hosts), own))
    return out


def _kill(setting: _Setting, act: Act, hosts: Hosts) -> Lowered:
    """Lower deaths: k s per cell and day, less in organs that the drug reaches badly."""
    assert isinstance(act, Kill)  # noqa: S101 - the table below calls by kind
    rows = _lasting(act, hosts, ADD_DEATH)
    if act.rate is not None:
        strength = act.rate.value * setting.varied(hosts, act.rate.sigma)
    else:
        assert act.multiple is not None  # noqa: S101 - the entry has one of the two
        strength = act.multiple.value * hosts.growth_per_day * setting.varied(hosts, act.multiple.sigma)
    felt = act.cancers.get(setting.cancer)
    rows["magnitude"] = strength * setting.share * (1.0 if felt is None else felt.value)
    out = _in_organs(rows, act.organs, hosts)
    for organ, reached in act.reach.items():
        less = rows.copy()
        less["organ"] = layout.code(layout.ORGANS, organ)
        less["magnitude"] *= reached.value - 1.0
        out.append((_everybody(hosts), less))
    if act.small is not None:
        rows = _lasting(act, hosts, SMALL_DEATH)
        rows["shape"] = layout.code(layout.EFFECT_SHAPES, "constant")
        small = act.small.value * hosts.growth_per_day * setting.varied(hosts, act.small.sigma)
        rows["magnitude"] = small * setting.share
        out += _in_organs(rows, act.organs, hosts)
    return out


def _scale(setting: _Setting, act: Act, hosts: Hosts) -> Lowered:
    """Lower a factor on a process: 1 + (f - 1), the bracket times response, gains and what the target leaves."""
    assert isinstance(act, Scale)  # noqa: S101 - the table below calls by kind
    rows = _lasting(act, hosts, SCALE)
    rows["process"] = layout.code(layout.PROCESSES, act.process)
    change = (act.factor.value - 1.0) * setting.varied(hosts, act.factor.sigma) * setting.share
    for name, gain in act.gains.items():
        change = np.where(_any((name,), setting.tests, hosts), change * gain.value, change)
    if act.responsive is not None:
        change = np.where(uniforms(setting.keys(hosts), _RESPONSIVE) < act.responsive.value, change, 0.0)
    rows["magnitude"] = np.maximum(0.0, 1.0 + change)
    return _in_organs(rows, act.organs, hosts)


def _protect(_setting: _Setting, act: Act, hosts: Hosts) -> Lowered:
    """Lower a factor on what organs can bear."""
    assert isinstance(act, Protect)  # noqa: S101 - the table below calls by kind
    rows = _rows(hosts, HOST_RESERVE, hosts.on_day, hosts.off_day)
    rows["magnitude"] = act.factor.value
    return _in_organs(rows, act.organs, hosts)


def _resect(setting: _Setting, act: Act, hosts: Hosts) -> Lowered:
    """Lower an operation on the day it starts."""
    assert isinstance(act, Resect)  # noqa: S101 - the table below calls by kind
    clear = uniforms(setting.keys(hosts, hosts.number), _MARGIN) < act.complete.value
    rows = _rows(hosts, CULL, hosts.on_day, hosts.on_day)
    rows["magnitude"] = np.where(clear, 0.0, act.left.value)
    return _aimed(rows, act, hosts)


def _irradiate(setting: _Setting, act: Act, hosts: Hosts) -> Lowered:
    """Lower radiation at the end of its course: exp(-n (alpha d + beta d**2)), less what hypoxia spares of the log.

    Fowler 1989, doi:10.1259/0007-1285-62-740-679. Single doses above about 10 Gy kill less than this says.
    """
    assert isinstance(act, Irradiate)  # noqa: S101 - the table below calls by kind
    alpha = act.alpha.value * setting.varied(hosts, act.alpha.sigma)
    dose = act.dose.value
    log_kill = act.fractions * (alpha * dose + act.beta.value * dose * dose) * (1.0 - act.hypoxic.value)
    end = np.minimum(hosts.off_day, hosts.on_day + setting.therapy.schedule.planned_day)
    rows = _rows(hosts, CULL, end, end)
    rows["magnitude"] = np.exp(-log_kill * setting.share)
    if act.sensitivity is not None:
        rows["trait"] = layout.code(layout.TRAITS, act.sensitivity)
    if act.whole:
        return _in_organs(rows, act.organs, hosts)
    return _aimed(rows, act, hosts)


def _aimed(rows: Rows, act: Resect | Irradiate, hosts: Hosts) -> Lowered:
    """Aim rows at the primary, at regional nodes, or at metastases that were found."""
    if act.site in {"primary", "nodes"}:
        rows["organ"] = layout.PRIMARY if act.site == "primary" else NODES
        return [(_everybody(hosts), rows)]
    aims = aimed_at(act, hosts.lesions, hosts.lesion_organs, hosts.symptomatic)
    out: Lowered = []
    for slot in np.flatnonzero(aims.any(axis=0)):
        who = np.flatnonzero(aims[:, slot])
        own = rows[who].copy()
        own["lesion_key"] = hosts.lesions[who, slot]
        out.append((who, own))
    return out


def aimed_at(act: Resect | Irradiate, lesions: NDArray[np.uint64], organs: Integers, symptomatic: Flags) -> Flags:
    """Return which of the metastases that were found a local act is aimed at, shape (K, S).

    Parameters
    ----------
    act
        The act.
    lesions, organs
        Keys and organs of metastases, largest first, shape (K, S); key 0 for none.
    symptomatic
        Organs that hurt or fail, shape (K, N_ORGANS).
    """
    if act.site in {"primary", "nodes"} or (isinstance(act, Irradiate) and act.whole):
        return np.zeros(lesions.shape, np.bool_)
    fitting = lesions != 0
    if isinstance(act, Irradiate) and act.organs:
        fitting &= np.isin(organs, [layout.code(layout.ORGANS, organ) for organ in act.organs])
    if act.site == "symptomatic":
        fitting &= np.take_along_axis(symptomatic, organs, axis=1)
    return np.asarray(fitting & (np.cumsum(fitting, axis=1) <= act.most))


_LOWER: Final[dict[str, Callable[[_Setting, Act, Hosts], Lowered]]] = {
    "kill": _kill,
    "scale": _scale,
    "protect": _protect,
    "resect": _resect,
    "irradiate": _irradiate,
}
"""How each act lowers; what only relieves touches no tumour and has no row."""
