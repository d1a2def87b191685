"""Print speed and memory with ratios: `python -m benchmarks [--only SECTION,...] [--patients N] [--cancers ID,...]`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks import care, finding, floor, gillespy, memory, speed, starts
from benchmarks.machine import machine
from benchmarks.tables import Table, keep, print_machine, print_table, tell
from paget import catalogue

PATIENTS = 500
SECTIONS = ("patients", "finding", "care", "steps", "starts", "memory", "gillespy")


def some_of(allowed: Sequence[str], text: str) -> list[str]:
    """Return the names in a text with commas.

    Parameters
    ----------
    allowed
        All names there are.
    text
        What the user wrote.

    Raises
    ------
    argparse.ArgumentTypeError
        If one of them is not allowed.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in allowed]
    if unknown or not names:
        message = f"{', '.join(unknown) or 'nothing'}: not among {', '.join(allowed)}"
        raise argparse.ArgumentTypeError(message)
    return names


def number(text: str) -> int:
    """Return a whole number above zero.

    Parameters
    ----------
    text
        What the user wrote.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is none.
    """
    if not text.isdecimal() or int(text) < 1:
        message = f"{text}: not a whole number above zero"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def asked() -> argparse.Namespace:
    """Return what the command line asks for."""
    known = [str(name) for name in catalogue.list_cancers()]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Print speed and memory with ratios.")
    parser.add_argument("--only", type=partial(some_of, SECTIONS), default=list(SECTIONS), help=", ".join(SECTIONS))
    parser.add_argument("--patients", type=number, default=PATIENTS, help="of each cancer, in the section `patients`")
    parser.add_argument("--cancers", type=partial(some_of, known), help="in the sections `patients` and `steps`")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures there as well")
    options = parser.parse_args()
    options.known = known
    return options


def main() -> int:
    """Measure and print, section by section."""
    options = asked()
    work: dict[str, Callable[[], Table]] = {
        "patients": partial(speed.measure, options.cancers or options.known, options.patients),
        "finding": partial(finding.measure, options.cancers, options.patients),
        "care": partial(care.measure, options.cancers, 4 * options.patients),
        "steps": partial(floor.measure, options.cancers),
        "starts": starts.measure,
        "memory": memory.measure,
        "gillespy": gillespy.measure,
    }
    where = machine()
    print_machine(where)
    tables: dict[str, Table] = {}
    failed = False
    for name in options.only:
        start = time.perf_counter()
        try:
            tables[name] = work[name]()
        except Exception as error:  # noqa: BLE001 - a section that fails must not cost the others
            failed = True
            tell(f"{name} could not be measured: {type(error).__name__}: {error}")
            continue
        print_table(tables[name])
        tell(f"  {name}: {time.perf_counter() - start:.0f} s")
    if options.json is not None:
        keep(options.json, tables, where)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
