"""Random streams: a draw is a function of what it is for, and of nothing else. Alpha 1e-3, seeds fixed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import stats

import paget.engine
from paget import catalogue
from paget.cohort.population import draw_patients
from paget.engine import Capacity, rng
from paget.model import layout

if TYPE_CHECKING:
    from tests.statistical.conftest import World

engine: Any = paget.engine
ALPHA = 1e-3
DRAWS = 100_000
NAMES = ("course", "lesion", "clone", "pools")
SCRATCH = {"path", "row", "moved"}
GOLDEN_WORDS = (2317656894634393038, 16115506988710177141, 13101076689337665668)
GOLDEN_UNIFORMS = (0.9035550128892532, 0.5399297871036786, 0.4562885970304047, 0.2953693202635189)


def word(world: World, *parts: int) -> int:
    """Return the key of a stream."""
    return int(world.exposed(rng.stream_key)(*(np.uint64(part) for part in parts)))


def test_the_streams_are_the_ones_they_have_always_been(world: World) -> None:
    """Golden values: a change here changes every result, and belongs into the change log."""
    assert tuple(word(world, 1, 2, 3, 4, k) for k in range(3)) == GOLDEN_WORDS
    drawn = rng.uniforms(20_260_101, np.arange(4), layout.STREAM_PATIENT, 1)
    assert tuple(float(u) for u in drawn) == GOLDEN_UNIFORMS


def hold_independent(first: np.ndarray, second: np.ndarray) -> None:
    """Hold two columns of draws to uniformity, and their pairs to independence."""
    for column in (first, second):
        assert stats.chisquare(np.histogram(column, 100, (0.0, 1.0))[0]).pvalue > ALPHA
    table = np.histogram2d(first, second, 16, ((0.0, 1.0), (0.0, 1.0)))[0]
    assert stats.chisquare(table.ravel()).pvalue > ALPHA
    assert stats.pearsonr(first, second).pvalue > ALPHA


@pytest.mark.parametrize("apart", [1, 2, 64, 2**32])
def test_neighbouring_patients_draw_independently(apart: int) -> None:
    """Seed 121, alpha 1e-3."""
    who = np.arange(DRAWS, dtype=np.int64)
    hold_independent(rng.uniforms(121, who, 1, 0), rng.uniforms(121, who + apart, 1, 0))


@pytest.mark.parametrize(("stream", "lineage", "seed"), [(2, 0, 121), (1, 1, 121), (1, 0, 122), (1, 2**40, 121)])
def test_neighbouring_streams_lineages_and_seeds_draw_independently(stream: int, lineage: int, seed: int) -> None:
    """Seeds 121 and 122, alpha 1e-3."""
    who = np.arange(DRAWS, dtype=np.int64)
    hold_independent(rng.uniforms(121, who, 1, 0), rng.uniforms(seed, who, stream, lineage))


@pytest.mark.parametrize("lag", [1, 2, 7])
def test_draws_of_one_stream_are_uniform_and_independent(world: World, lag: int) -> None:
    """Seed 123, alpha 1e-3."""
    draws = world.sampled(rng.uniform, 123, DRAWS + lag)
    hold_independent(draws[:-lag], draws[lag:])


def test_keys_of_neighbouring_things_do_not_collide(world: World) -> None:
    """No chance: 8,000 keys of patients, streams, lineages and intervals are all different."""
    parts = product(range(20), range(4), range(10), range(10))
    keys = {word(world, 1, *part) for part in parts}
    assert len(keys) == 8_000


@cache
def cancer() -> tuple[Any, Any, Any]:
    """Return colorectal cancer, compiled, and a population: all processes on."""
    entry = catalogue.cancer("colorectal")
    return entry, engine.compile_program(entry, catalogue.body(), catalogue.drivers()), catalogue.population()


def lives(indices: np.ndarray, room: Capacity | None = None) -> list[dict[str, bytes]]:
    """Return each patient's end state as bytes, run as one block."""
    entry, compiled, population = cancer()
    who = draw_patients(compiled, entry, population, 5, indices)
    state, _ = engine.advance(compiled, engine.start(compiled, 5, who, capacity=room))
    out = []
    for p in range(indices.size):
        one = {"patient": state.patient[p].tobytes()}
        for name in NAMES:
            rows = getattr(state, name)[p : p + 1].copy()
            if name in ("lesion", "clone"):
                rows = rows[:, : state.course[f"{name}s"][p]]
            for field in SCRATCH & set(rows.dtype.names):
                rows[field] = 0
            one[name] = rows.tobytes()
        out.append(one)
    return out


@pytest.fixture(scope="module")
def together() -> list[dict[str, bytes]]:
    """Return the lives of 40 patients run as one block."""
    return lives(np.arange(40))


def test_a_life_does_not_depend_on_the_block_it_is_run_in(together: list[dict[str, bytes]]) -> None:
    """Seed 5: blocks of 7 and single patients give the same bits."""
    in_blocks = [life for first in range(0, 40, 7) for life in lives(np.arange(first, min(first + 7, 40)))]
    assert in_blocks == together
    assert lives(np.array([23]))[0] == together[23]


def test_a_life_does_not_depend_on_order_or_neighbours(together: list[dict[str, bytes]]) -> None:
    """Seed 5: shuffled, thinned out, or with strangers among them, patients live the same lives."""
    order = np.random.default_rng(6).permutation(40)
    assert [together[i] for i in order] == lives(order)
    mixed = np.array([3, 900_001, 17, 2**40, 31])
    after = lives(mixed)
    assert [after[k] for k in (0, 2, 4)] == [together[i] for i in (3, 17, 31)]


def test_a_life_does_not_depend_on_threads(together: list[dict[str, bytes]]) -> None:
    """Seed 5: four threads at once give the same bits."""
    with ThreadPoolExecutor(4) as pool:
        parts = pool.map(lives, [np.arange(first, first + 10) for first in range(0, 40, 10)])
        assert [life for part in parts for life in part] == together


def test_a_life_does_not_depend_on_the_room_it_is_given(together: list[dict[str, bytes]]) -> None:
    """Seed 5: room for one lesion and one clone grows as needed, and leaves the same bits."""
    assert lives(np.arange(40), Capacity(1, 1)) == together
    assert lives(np.arange(40), Capacity(400, 900)) == together


def test_another_seed_gives_other_lives(together: list[dict[str, bytes]]) -> None:
    """No chance worth naming."""
    entry, compiled, population = cancer()
    one, other = (draw_patients(compiled, entry, population, seed, np.arange(40)) for seed in (5, 6))
    assert not np.any(one["soil"] == other["soil"])
    assert len({life["lesion"] for life in together}) == 40


def test_no_two_lesions_of_a_cohort_share_a_key() -> None:
    """No chance worth naming: keys are node ids of the trees."""
    entry, compiled, population = cancer()
    who = draw_patients(compiled, entry, population, 5, np.arange(40))
    state, _ = engine.advance(compiled, engine.start(compiled, 5, who))
    for name in ("lesion", "clone"):
        held = np.arange(getattr(state, name).shape[1]) < state.course[f"{name}s"][:, None]
        if name == "lesion":
            held &= state.lesion["status"] != 0
        else:
            held &= state.clone["lesion"] >= 0
        keys = getattr(state, name)["key"][held]
        assert np.unique(keys).size == keys.size
