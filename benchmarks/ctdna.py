"""Shed tumour DNA of 20 tumours of 1e8 cells, beside the package `ctdna` of the model's authors.

Run as `python -m benchmarks.ctdna [--python INTERPRETER]`. The interpreter is one that has `ctdna` installed (`pip
install ctdna` in an environment of its own); it is this one, or what `PAGET_BENCH_CTDNA` names. Both do the published
example of Avanzini et al. 2020 (doi:10.1126/sciadv.abc4308).

The package goes from event to event: single cells up to 1e4, from there on each genome shed and cleared, and it notes
size and genomes each day. Paget draws the age at 1e8 cells and the genomes of each day from their laws. Both run on one
core, and imports are not counted. From Python 3.10 on the package needs a shim, as it imports a name that is gone; what
it says without one is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from functools import partial
from typing import Any

from benchmarks.machine import machine
from benchmarks.tables import Cell, Table, print_machine, print_table, ratio, tell
from benchmarks.timing import best_of
from paget.observation.ctdna import genomes_mean, grown_shedders

TITLE = "Tumour DNA in blood: 20 tumours of 1e8 cells, birth 0.14, death 0.13 a day"
HEAD = ("method", "ms CPU", "ratio", "mean genomes")
TUMOURS = 20
CELLS = 1e8
HALF_LIFE_MINUTES = 30
SHED_PER_DEATH = 1.4e-4
RATES = {
    "birth_per_day": 0.14,
    "death_per_day": 0.13,
    "shed_per_death": SHED_PER_DEATH,
    "half_life_day": HALF_LIFE_MINUTES / 1440.0,
}
REPEATS = 20
SEED = 1
MANY = 20_000
MS = 1e3
INTERPRETER = os.environ.get("PAGET_BENCH_CTDNA", sys.executable)
PACKAGE_SECONDS_MAX = 1800

SHIM = "import collections, collections.abc; collections.Sequence = collections.abc.Sequence"
PACKAGE = f"""
import json, time
import numpy
from importlib.metadata import version
from ctdna.lesions_sim import sim_n_pt_subjects
from ctdna.sampling import take_liquid_biopsies
from ctdna.utils import calculate_elimination_rate
epsilon = calculate_elimination_rate({HALF_LIFE_MINUTES})
numpy.random.seed({SEED})
began = time.process_time()
found = sim_n_pt_subjects({TUMOURS}, {RATES["birth_per_day"]}, {RATES["death_per_day"]}, {SHED_PER_DEATH}, epsilon,
                          det_size={CELLS})
spent = time.process_time() - began
print(json.dumps({{"version": version("ctdna"), "cpu_s": spent, "mean": sum(map(float, found)) / len(found)}}))
"""
"""What is run of the package: its own simulation, after the imports that its command line makes."""


def package(interpreter: str, *, shim: bool) -> tuple[dict[str, Any] | None, str]:
    """Return what the package measured and nothing, or None and the last line of its error.

    Parameters
    ----------
    interpreter
        A Python in which it may be installed.
    shim
        Whether to give back the name that it imports and newer Pythons lack.
    """
    program = f"{SHIM if shim else ''}\n{PACKAGE}"
    with tempfile.TemporaryDirectory() as folder:  # the package writes a log where it runs
        done = subprocess.run(
            [interpreter, "-c", program],
            capture_output=True,
            text=True,
            cwd=folder,
            check=False,
            timeout=PACKAGE_SECONDS_MAX,
        )
    said = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    last = said[-1] if said else f"ended with code {done.returncode}"
    return (json.loads(last), "") if done.returncode == 0 else (None, last)


def own_seconds(looks: int | None) -> float:
    """Return processor seconds of Paget for 20 tumours, the best of some calls.

    Parameters
    ----------
    looks
        Daily looks at each tumour; all days of its life if None.
    """
    return best_of(REPEATS, lambda: grown_shedders(SEED, TUMOURS, CELLS, looks=looks, **RATES)).cpu_s


def measure(interpreter: str = INTERPRETER) -> Table:
    """Return the table of both.

    Parameters
    ----------
    interpreter
        A Python in which the package may be installed.
    """
    rows: list[tuple[Cell, ...]] = []
    notes: list[str] = []
    other: dict[str, Any] | None = None
    for shim in (False, True):
        how = "with a shim" if shim else "as it is"
        tell(f"  ctdna: the package, {how}; a minute or two")
        other, fault = package(interpreter, shim=shim)
        if other is not None:
            rows.append((f"package ctdna {other['version']}, {how}", MS * other["cpu_s"], 1.0, other["mean"]))
            break
        rows.append((f"package ctdna, {how}", None, None, None))
        notes.append(f"The package {how}: {fault.partition(' (')[0]}.")
    spent = other["cpu_s"] if other else None
    mean_of = partial(grown_shedders, SEED, MANY, CELLS, looks=1, **RATES)
    for looks, what in ((None, "size and genomes of each day"), (1, "age and genomes at the size")):
        own = own_seconds(looks)
        mean = float(mean_of().genomes.mean()) if looks else None
        rows.append((f"paget, {what}", MS * own, ratio(spent, own), mean))
    closed = float(genomes_mean(CELLS, 0.14, 0.13, SHED_PER_DEATH, HALF_LIFE_MINUTES / 1440.0))
    rows.append(("closed form", None, None, closed))
    notes.append(f"Ratio: how many times as fast as the package. Paget's mean is of {MANY:,} tumours.")
    return Table(TITLE, HEAD, tuple(rows), tuple(notes))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--python", default=INTERPRETER, help="an interpreter that has the package ctdna")
    options = parser.parse_args()
    print_machine(machine())
    print_table(measure(options.python))
    return 0


if __name__ == "__main__":
    sys.exit(main())
