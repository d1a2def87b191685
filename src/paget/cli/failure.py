"""How a command ends that cannot go on: one message on standard error, exit code 2, no traceback."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import typer

from paget.errors import PagetError

Given = ParamSpec("Given")
Back = TypeVar("Back")


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
            typer.echo(str(error), err=True)
            raise typer.Exit(error.exit_code) from None

    return telling
