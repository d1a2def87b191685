"""The program `paget`: its commands, its version, and how failures end.

Exit codes: 0 done; 1 a fault of the program; 2 something the user can mend, told in one message; 130 stopped
by Ctrl-C.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from typing import Annotated

import typer

from paget import __version__
from paget.cli import (
    calibrate,
    catalogue,
    compare,
    origin,
    patient,
    plan,
    report,
    run,
    screen,
    serve,
    targets,
    trial,
    validate,
)
from paget.cli import map as mapping
from paget.errors import PagetError

app = typer.Typer(
    name="paget",
    help="Simulate metastatic cancer in whole virtual patients.",
    epilog="Start with: paget run colorectal -n 1000. For research; not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"paget {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop."),
    ] = False,
) -> None:
    """Simulate metastatic cancer in whole virtual patients."""


app.command("run", short_help="Simulate a cohort, keep its tables, print a summary.")(run.run)
app.command("compare", short_help="Compare the same patients under two policies.")(compare.compare)
app.command("patient", short_help="Tell the story of one patient of a run.")(patient.patient)
app.command("origin", short_help="Infer where a metastatic cancer comes from.", context_settings=origin.SETTINGS)(
    origin.origin
)
app.command("screen", short_help="Compare the same patients with and without screening.")(screen.screen)
app.command("trial", short_help="Run a virtual trial from its specification.")(trial.trial)
app.command("map", short_help="Estimate what is undetected in a patient, by a record.")(mapping.full_map)
app.command("plan", short_help="Compare policies for a patient, by a record and what he prefers.")(plan.plan)
app.command("validate", short_help="Compare a simulation with published figures.")(validate.validate)
app.command("calibrate", short_help="Fit free numbers to published figures.")(calibrate.calibrate)
app.command("report", short_help="Make the report of a run, trial or validation again.")(report.report)
app.command("app", short_help="Serve a local page to run, browse and compare.")(serve.serve)
app.command("targets", short_help="List published figures with their sources.")(targets.targets)
app.command("list", short_help="List cancers, groups, drivers, sources.")(catalogue.list_entries)
app.command("show", short_help="Show every number of an entry and its source.")(catalogue.show)
app.command("cite", short_help="List what to cite for a cancer.")(catalogue.cite)


def main() -> None:
    """Run the program."""
    # The first compilation makes millions of objects that stay; collecting in between takes a tenth of its time.
    gc.set_threshold(100_000)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal or file that knows only ASCII gets question marks rather than no summary.
        sys.stdout.reconfigure(errors="replace")
    try:
        app()
    except BrokenPipeError:
        # Whoever read the output has enough.
        _drop_output()
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _drop_output()
        typer.echo(f"The output cannot be written: {error.strerror}. What was simulated is kept.", err=True)
        sys.exit(PagetError.exit_code)


def _drop_output() -> None:
    """Send the rest of standard output nowhere; without this, closing it at exit would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
