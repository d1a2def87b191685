"""How a command ends that cannot go on: one message on standard error, exit code 2, no traceback."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from functools import wraps
from textwrap import fill
from typing import ParamSpec, TypeVar

import typer

from paget.errors import PagetError

Given = ParamSpec("Given")
Back = TypeVar("Back")


_INDENT = " " * 11
"""Where the parts of a message begin, after their names."""


def fitted(text: str, width: int) -> str:
    """Return a message whose long lines go on below the part that they belong to.

    Parameters
    ----------
    text
        The message, one part a line.
    width
        Columns of the terminal.
    """
    lines = (
        fill(
            line,
            width,
            subsequent_indent=_INDENT if line.startswith("  ") else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.splitlines()
    )
    return "\n".join(lines)


def told(command: Callable[Given, Back]) -> Callable[Given, Back]:
    """Make a command tell its errors as text and end with their exit code.

    Parameters
    ----------
    command
        A function that typer runs.

    Returns
    -------
    Callable
        The same, with `PagetError` turned into a message.
    """

    @wraps(command)
    def telling(*args: Given.args, **options: Given.kwargs) -> Back:
        try:
            return command(*args, **options)
        except PagetError as error:
            text = str(error)
            if sys.stderr.isatty():
                text = fitted(text, shutil.get_terminal_size().columns)
            typer.echo(text, err=True)
            raise typer.Exit(error.exit_code) from None

    return telling
