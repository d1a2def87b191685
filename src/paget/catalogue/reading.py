"""From TOML text to a validated object, or to one clear error.

This is the border: whatever is wrong in a file ends here as an `EntryError` or a `UnitError` that names
the file, the dotted key, the value, what is allowed, the nearest match and the usual fix.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from paget.catalogue.faults import told
from paget.errors import EntryError

Model = TypeVar("Model", bound=BaseModel)


def read_table(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        Its content.

    Raises
    ------
    EntryError
        Where it cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise EntryError(
            f"This file is not valid TOML: {error}.",
            file=path,
            allowed="TOML: key = value, texts in quotes, each key once, tables in [brackets]",
            fix="correct the line that is named",
        ) from error
    except UnicodeDecodeError as error:
        raise EntryError("This file is not UTF-8 text.", file=path, fix="save it as UTF-8") from error
    except OSError as error:
        raise EntryError(
            f"This file cannot be read: {error.strerror}.", file=path, fix="check its permissions"
        ) from error


def validated(model: type[Model], table: object, file: object, prefix: str = "") -> Model:
    """Return the object that a table describes.

    Parameters
    ----------
    model
        What it should be.
    table
        Parsed TOML.
    file
        Where it stands, for the message.
    prefix
        Key of the table in that file, dotted.

    Returns
    -------
    Model
        The validated object.

    Raises
    ------
    EntryError
        Where a rule is broken.
    UnitError
        Where a unit does not fit.
    """
    try:
        return model.model_validate(table)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        raise told(model, faults, file, prefix) from None
