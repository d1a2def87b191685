"""A second process that draws most of a run's report, and gets ready for it while the run is still computed.

Loading what draws takes about as long as drawing, and both can be done on another core. Whatever goes wrong there, the
report is drawn by this process, so that nothing but time depends on it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from paget.web.page import Section

OWN: Final = ("patients",)
"""Sections that are left to the process that ran the patients, which has what simulates them."""


class Ahead:
    """The process; it ends when it is closed, and with the process that started it.

    Parameters
    ----------
    cancer
        What the run is of.
    """

    def __init__(self, cancer: str) -> None:
        command = [sys.executable, "-m", __name__, cancer]
        pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere)  # noqa: S603 - itself
        self._asked = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def begin(self, folder: Path) -> None:
        """Let it draw.

        Parameters
        ----------
        folder
            What the run has left.
        """
        if self._asked:
            return
        self._asked = True
        if self._process.stdin is not None:
            # A process that is gone has closed its end, and one that was closed this one.
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.write(f"{json.dumps(str(folder.absolute()))}\n".encode())
                self._process.stdin.close()

    def sections(self) -> list[Section] | None:
        """Return what it has drawn, once it is ready; None if it cannot draw, or was not asked."""
        from paget.web.markup import Html
        from paget.web.page import Section

        if not self._asked or self._process.stdout is None:
            return None
        try:
            rows = json.loads(self._process.stdout.read())
            return [Section(name, title, Html(content), short) for name, title, content, short in rows]
        except (OSError, ValueError):
            return None

    def close(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._process.wait()


def can_help() -> bool:
    """Return whether there is a core for it besides the one that this process needs."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores > 1


def main(arguments: Sequence[str]) -> None:
    """Get ready, wait for a folder, and write its sections to the standard output.

    Parameters
    ----------
    arguments
        What the run is of.
    """
    # Ctrl-C is for the run, which closes this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _get_ready(arguments[0])
    asked = sys.stdin.readline()
    if asked:
        from paget.cohort.cohort import Cohort
        from paget.web.run_facts import RunFacts
        from paget.web.run_report import sections

        drawn = sections(RunFacts(Cohort.open(json.loads(asked))), without=OWN)
        json.dump([(each.id, each.title, each.content, each.short) for each in drawn], sys.stdout)


def _get_ready(cancer: str) -> None:
    """Load what draws, and read what any report of this cancer needs."""
    import pandas as pd

    from paget import catalogue, plots
    from paget.errors import PagetError
    from paget.inference import targets
    from paget.inference.fitted import Fits
    from paget.web import run_report  # noqa: F401 - what it imports is wanted

    some = pd.DataFrame({"diagnosis_age_day": [1.0, 1.0], "stage": ["I", "IV"], "cancer": cancer})
    plots.svg(plots.stage_bars(some), alt="")
    with contextlib.suppress(PagetError):
        catalogue.digest(cancer)
        targets.shipped()
        Fits.of_catalogue()


if __name__ == "__main__":
    main(sys.argv[1:])
