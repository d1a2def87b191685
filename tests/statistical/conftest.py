"""A small made-up world for the engine: round numbers, every process off until a test turns it on."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numba as nb
import numpy as np
import pytest
from scipy import stats

import paget.engine
from paget import catalogue
from paget.engine import rng as draws
from paget.engine.circulation import BLOOD
from paget.engine.growth import LOG_SMALL
from paget.model import layout

engine: Any = paget.engine
Array = np.ndarray[Any, Any]
LUNG = layout.ORGANS.index("lung")
BOWEL = layout.ORGANS.index("bowel")
OFF = 1e30


@cache
def exposed(kernel: Any) -> Callable[..., Any]:
    """Return a kernel in a form that Python can call."""

    def call(*arguments: Any) -> Any:
        return kernel(*arguments)

    return nb.njit(error_model="numpy")(call)


@cache
def _looped(kernel: Any) -> Callable[..., Array]:
    open_stream, stream_key = draws.open_stream, draws.stream_key

    def loop(seed: int, count: int, arguments: tuple[float, ...]) -> Array:
        rng = np.empty(2, np.uint64)
        out = np.empty(count)
        open_stream(rng, stream_key(seed, 0, 0, 0, 0))
        for i in range(count):
            out[i] = kernel(rng, *arguments)
        return out

    return nb.njit(error_model="numpy")(loop)


def sampled(kernel: Any, seed: int, count: int, *arguments: float) -> Array:
    """Return draws of a sampler, all from one stream named by `seed`."""
    return _looped(kernel)(seed, count, arguments)


@cache
def _base() -> Any:
    cancer = catalogue.cancer("colorectal")
    return engine.compile_program(cancer, catalogue.body(), catalogue.drivers())


def program(**fields: Any) -> Any:
    """Return a PROGRAM in which cells only grow; `fields` turn on what a test is about.

    Growth is 0.03 a day, birth 0.06, capacity 1e6 cells without vessels and 1e12 with them; whatever is
    shed arrives in the lung and stays.
    """
    base = _base()
    table = base.table.copy()
    single = np.zeros_like(table["single"])
    single[0][:, :, BLOOD, :, LUNG] = 1.0
    plain = {
        "primary_organ": BOWEL, "drivers": 0, "interval_day": 30.0, "log_avascular": math.log(1e6),
        "log_immune": math.log(1e7), "log_detectable": math.log(1e8), "log_one_cm": math.log(1e9),
        "birth_factor": 2.0, "growth_per_day": 0.03, "metastasis_growth_per_day": 0.03, "shed_per_day": 0.0,
        "size_exponent": 0.7, "cluster_potential": 1.0, "sleep_share": 0.0, "waking_per_day": 0.0,
        "loss_per_day": 0.0, "vessel_per_day": 0.0, "cachexia_burden": OFF, "cachexia_per_day": 0.0,
        "fastest_driver": 1.0, "extravasation": 1.0, "mutation_rate": 0.0, "colonisation": 1.0,
        "inverse_span": [1.0 / math.log(1e3), 1.0 / math.log(1e9), 1.0 / math.log(1e9)], "organ_growth": 1.0,
        "lethal_burden": OFF, "peak_per_day": 0.0, "share": [1.0, 0.0, 0.0], "single": single,
        "entries": single, "cluster": 0.0, "fate_class": 0, "traits": 1.0,
    }  # fmt: skip
    for name, value in {**plain, **fields}.items():
        table[name] = value
    table["missing_rate"] = 0.0
    genotypes = np.arange(table["missing_rate"].shape[1])
    for bit in range(table["drivers"][0]):
        table["missing_rate"][0, (genotypes >> bit) & 1 == 0] += table["mutation_rate"][0, bit]
    return engine.Program(table, base.driver_ids)


def patients(count: int, **fields: Any) -> Array:
    """Return equal patients, numbered from 0, whose first malignant cell arises on day 0."""
    out = np.zeros(count, layout.PATIENT)
    plain = {
        "index": np.arange(count), "other_death_day": np.inf, "growth_per_day": 0.03, "frailty": 1.0,
        "metastasis_growth_per_day": 0.03, "soil": 1.0,
    }  # fmt: skip
    for name, value in {**plain, **fields}.items():
        out[name] = value
    return out


def planted(compiled: Any, seed: int, who: Array, cells: float, *, vascular: bool = True, **rows: Any) -> Any:
    """Return a state in which each patient's primary has `cells` cells on day 0."""
    state = engine.start(compiled, seed, who, **rows)
    first = state.lesion[:, 0]
    for name in ("since_day", "founded_day", "established_day"):
        first[name] = 0.0
    first["log_cells"] = first["peak_log_cells"] = math.log(cells)
    first["vascular"] = int(vascular)
    state.clone[:, 0]["cells"] = cells
    return state


def add_clone(state: Any, genotype: int, cells: float) -> None:
    """Add to each patient's primary a clone of `cells` cells, counted one by one below a thousand."""
    at = state.course["clones"][0]
    clone = state.clone[:, at]
    clone["key"] = state.clone[:, 0]["key"] + np.uint64(2 * at)
    clone["parent_key"] = state.clone[:, 0]["key"]
    clone["genotype"] = genotype
    clone["count"] = cells if cells < math.exp(LOG_SMALL) else -1.0
    clone["cells"] = cells
    clone["next_clone"] = state.lesion[:, 0]["first_clone"]
    clone["row"] = -1
    state.lesion["first_clone"][:, 0] = at
    state.lesion["clones"][:, 0] += 1
    state.course["clones"] += 1


def effect(kind: str, **fields: Any) -> Array:
    """Return one EFFECT row that matches everything, from the first day on."""
    row = np.zeros(1, layout.EFFECT)
    row["kind"] = layout.EFFECT_KINDS.index(kind)
    for name, value in {"organ": layout.ANY, "trait": layout.ANY, "off_day": np.inf, **fields}.items():
        row[name] = value
    return row


def watch(kind: str, **fields: Any) -> Array:
    """Return one WATCH row on the whole body."""
    row = np.zeros(1, layout.WATCH)
    row["kind"] = layout.WATCH_KINDS.index(kind)
    for name, value in {"organ": layout.ANY, "clock": -1.0, "exponent": 1.0, **fields}.items():
        row[name] = value
    return row


def for_all(count: int, *rows: Array) -> Array:
    """Return the same rows for `count` patients, shape (patients, rows)."""
    return np.tile(np.concatenate(rows), (count, 1))


def run(compiled: Any, state: Any, until_day: float) -> tuple[Any, Array]:
    """Advance every patient to `until_day` or an earlier stop."""
    return engine.advance(compiled, state, np.full(state.patient.size, until_day))  # type: ignore[no-any-return]


def living(state: Any) -> Array:
    """Return which slots hold a living metastasis, shape (patients, lesions)."""
    held = np.arange(state.lesion.shape[1]) < state.course["lesions"][:, None]
    alive = held & (state.lesion["status"] == 1)
    alive[:, 0] = False
    return alive  # type: ignore[no-any-return]


def chi_square(counts: Array, law: Any) -> float:
    """Return the p value of whole numbers against a law, in about 25 bins, rare ones pooled."""
    quantiles = law.ppf(np.linspace(0.0, 1.0, 26)[1:-1])
    inner = np.unique(np.concatenate([quantiles, quantiles - 1.0]))
    cuts = np.concatenate([inner[inner >= 0.0], [np.inf]])
    expected = np.diff(np.concatenate([[0.0], law.cdf(cuts)])) * counts.size
    observed = np.diff(np.concatenate([[0], np.searchsorted(np.sort(counts), cuts, side="right")]))
    return pooled_chi_square(observed, expected)


def pooled_chi_square(observed: Array, expected: Array, least: float = 8.0) -> float:
    """Return the p value of counts against expected ones, with those below `least` pooled into one."""
    keep = expected >= least
    observed = np.append(observed[keep], observed[~keep].sum())
    expected = np.append(expected[keep], expected[~keep].sum())
    used = expected > 1e-9 * expected.sum()
    observed, expected = observed[used], expected[used]
    statistic = float(((observed - expected) ** 2 / expected).sum())
    return float(stats.chi2.sf(statistic, max(1, observed.size - 1)))


class World:
    """What tests of the engine are made from."""

    engine: Any = engine
    exposed = staticmethod(exposed)
    sampled = staticmethod(sampled)
    program = staticmethod(program)
    patients = staticmethod(patients)
    planted = staticmethod(planted)
    add_clone = staticmethod(add_clone)
    effect = staticmethod(effect)
    watch = staticmethod(watch)
    for_all = staticmethod(for_all)
    run = staticmethod(run)
    living = staticmethod(living)
    chi_square = staticmethod(chi_square)
    pooled_chi_square = staticmethod(pooled_chi_square)


@pytest.fixture(scope="session")
def world() -> World:
    """Return the made-up world."""
    return World()
