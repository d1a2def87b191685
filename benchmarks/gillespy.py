"""GillesPy2 on the one sub-model that it can do, beside the engine's own laws (`submodel.py`).

Its stochastic simulation algorithm plays every division and death. The compiled C++ solver runs where a C++
compiler is found, and the NumPy solver elsewhere, to a smaller size. Means are printed with their standard
errors, to show that both simulate the same thing.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import submodel
from benchmarks.submodel import FIRST, Rates
from benchmarks.tables import Cell, Table, tell
from benchmarks.timing import best_of

HEAD = ("method", "ms CPU", "ratio", "cells", "mutants", "founders' cells")
SEED = 1
CELLS, TRAJECTORIES = 1e6, 24
"""Cells at the end, and trajectories, with the C++ solver."""
CELLS_NUMPY, TRAJECTORIES_NUMPY = 1e4, 8
"""The same with the NumPy solver."""
OWN_TRAJECTORIES = 20_000
MS = 1e3


def cpu_s() -> float:
    """Return the processor seconds that this process and its finished children have used."""
    return sum(os.times()[:4])


def model_of(rates: Rates, days: float) -> Any:  # noqa: ANN401 - GillesPy2 has no types
    """Return the sub-model as GillesPy2 has it.

    Parameters
    ----------
    rates
        The rates.
    days
        When trajectories end.
    """
    import gillespy2

    model = gillespy2.Model("lesion")
    species = {name: gillespy2.Species(name, first) for name, first in (("C", int(FIRST)), ("M", 0), ("F", 0))}
    model.add_species(list(species.values()))
    for name, rate in vars(rates).items():
        model.add_parameter(gillespy2.Parameter(name, expression=repr(rate)))
    for number, (name, made, rate) in enumerate(
        [
            ("C", {"C": 2}, "birth"),
            ("C", {}, "death"),
            ("C", {"C": 1, "M": 1}, "mutation"),
            ("C", {"C": 1, "F": 1}, "founding"),
            ("M", {"M": 2}, "birth"),
            ("M", {}, "mutant_death"),
            ("F", {"F": 2}, "birth"),
            ("F", {}, "death"),
        ]
    ):
        reaction = gillespy2.Reaction(name=f"r{number}", reactants={name: 1}, products=made, rate=rate)
        model.add_reaction(reaction)
    model.timespan(gillespy2.TimeSpan([0.0, days]))
    return model


@contextlib.contextmanager
def _scons_found() -> Iterator[None]:
    """Let GillesPy2 find the build tool that it brings along, also where no environment is active."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def compiled_solver(model: Any) -> Any:  # noqa: ANN401 - GillesPy2 has no types
    """Return GillesPy2's C++ solver for a model, or None where it cannot be built.

    Parameters
    ----------
    model
        The model, which the solver is compiled for.
    """
    import gillespy2
    from gillespy2.core.gillespyError import BuildError, SimulationError

    try:
        with _scons_found():
            return gillespy2.SSACSolver(model)
    except (BuildError, SimulationError, OSError) as error:
        tell(f"  gillespy: no C++ solver: {str(error).splitlines()[0]}")
        return None


def measure_gillespy(rates: Rates, *, compiled: bool = True) -> tuple[str, float, float, np.ndarray[Any, Any]]:
    """Return the solver's name, the mean size reached, processor seconds a trajectory, and final counts.

    Parameters
    ----------
    rates
        The rates.
    compiled
        Whether to try the C++ solver.
    """
    import gillespy2

    cells, count = CELLS, TRAJECTORIES
    solver = compiled_solver(model_of(rates, rates.days_to(cells))) if compiled else None
    name = "C++ solver"
    if solver is None:
        cells, count, name = CELLS_NUMPY, TRAJECTORIES_NUMPY, "NumPy solver"
        solver = gillespy2.NumPySSASolver(model_of(rates, rates.days_to(cells)))
    tell(f"  gillespy: {count} trajectories to {cells:g} cells, {name}")
    before = cpu_s()
    found = solver.run(number_of_trajectories=count, seed=SEED)
    spent = (cpu_s() - before) / count
    return name, cells, spent, np.array([[float(one[s][-1]) for s in "CMF"] for one in found])


def measure(*, compiled: bool = True) -> Table:
    """Return the table of the sub-model.

    Parameters
    ----------
    compiled
        Whether to try GillesPy2's C++ solver.
    """
    title = "GILLESPY2 on growth, mutation and founding alone, CPU per trajectory"
    if importlib.util.find_spec("gillespy2") is None:
        return Table(title, HEAD, (), ("GillesPy2 is not installed; the extra `bench` brings it.",))
    rates = Rates()
    name, cells, theirs_s, theirs = measure_gillespy(rates, compiled=compiled)
    days = rates.days_to(cells)
    submodel.simulate(rates, SEED, 2, days)
    spent = best_of(3, lambda: submodel.simulate(rates, SEED, OWN_TRAJECTORIES, days))
    own_s = spent.cpu_s / OWN_TRAJECTORIES
    own = submodel.simulate(rates, SEED, OWN_TRAJECTORIES, days)
    rows: tuple[tuple[Cell, ...], ...] = (
        (f"GillesPy2 {version('gillespy2')}, {name}", MS * theirs_s, theirs_s / own_s, *_means(theirs)),
        ("Paget's laws", MS * own_s, 1.0, *_means(own)),
        ("the means in theory", None, None, *(f"{mean:,.0f}" for mean in rates.means(days))),
    )
    notes = (
        f"{FIRST:.0f} cells at first, {cells:,.0f} on average after {days:.0f} days; means with standard errors over",
        f"{len(theirs)} and {len(own):,} trajectories; building the solver is not counted.",
    )
    return Table(title, HEAD, rows, notes)


def _means(counts: np.ndarray[Any, Any]) -> tuple[str, ...]:
    """Return the mean of each column with its standard error."""
    errors = counts.std(axis=0, ddof=1) / np.sqrt(counts.shape[0])
    return tuple(f"{mean:,.0f} +- {error:,.0f}" for mean, error in zip(counts.mean(axis=0), errors, strict=True))
