"""Print one table of speed with ratios: `python -m benchmarks [--patients N] [--cancers ID,ID]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

import paget
from benchmarks.patients import chunks, drawn, program_of
from benchmarks.rows import Row, machine, print_table
from benchmarks.timing import Spent, best_of, once
from paget import catalogue, engine

SEED = 1


def engine_alone(cancer_id: str, count: int, interval_days: float | None) -> Spent:
    """Return what the engine takes for some patients, one core, compiled beforehand."""
    program = program_of(cancer_id, interval_days)
    who = drawn(program, cancer_id, SEED, count)
    engine.advance(program, engine.start(program, SEED, who[:2]))

    def run() -> None:
        for part in chunks(who):
            engine.advance(program, engine.start(program, SEED, part))

    return best_of(2, run)


def as_users_run(cancer_id: str, count: int, workers: int) -> Spent:
    """Return what a whole run takes, tables and summary included."""
    return once(lambda: paget.simulate(cancer_id, n=count, seed=SEED, workers=workers))


def measure(cancers: list[str], count: int) -> Iterator[Row]:
    """Yield the rows of the table, cancer by cancer."""
    for cancer_id in cancers:
        own = count / engine_alone(cancer_id, count, None).cpu_s
        yield Row("engine alone", cancer_id, own, "patients/s of processor")
        few = max(16, count // 8)
        weekly = few / engine_alone(cancer_id, few, 7.0).cpu_s
        yield Row("engine, 7-day interval", cancer_id, weekly, "patients/s of processor", own / weekly, "default")
        one = count / as_users_run(cancer_id, count, 1).wall_s
        yield Row("whole run, 1 worker", cancer_id, one, "patients/s")
        two = count / as_users_run(cancer_id, count, 2).wall_s
        yield Row("whole run, 2 workers", cancer_id, two, "patients/s", two / one, "1 worker")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=500)
    parser.add_argument("--cancers", default="")
    options = parser.parse_args()
    names = options.cancers.split(",") if options.cancers else list(catalogue.list_cancers())
    print_table(list(measure([str(name) for name in names], options.patients)), machine())
    return 0


if __name__ == "__main__":
    sys.exit(main())
