"""The one decorator of compiled functions: cached on disk under a name that changes with the sources.

A cached function is not compiled anew when a function that it calls, in another file, changes. The cache
folder therefore carries a digest of the engine and of the layout: an edit makes a fresh folder.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import numba as nb
from numba.core import config
from platformdirs import user_cache_path

from paget.model import draws, layout


def sources_digest() -> str:
    """Return a short digest of every source that reaches compiled code, and of numba's version."""
    digest = hashlib.sha256(nb.__version__.encode())
    for path in [*sorted(Path(__file__).parent.glob("*.py")), Path(layout.__file__), Path(draws.__file__)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> str:
    """Return a writable folder for compiled code: `$PAGET_CACHE`, the user's cache, or a temporary one."""
    name = f"engine-{sources_digest()}"
    own = os.environ.get("PAGET_CACHE")
    for base in [Path(own)] if own else [user_cache_path("paget", appauthor=False)]:
        try:
            (base / name).mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(base / name, os.W_OK):
            return str(base / name)
    return str(Path(tempfile.gettempdir()) / f"paget-{name}")


CACHE_FOLDER = cache_folder()


def _compiled(function, **options: bool):
    """Return a dispatcher whose cache lies in `CACHE_FOLDER`."""
    before = config.CACHE_DIR  # type: ignore[attr-defined]  # numba sets its options at import
    config.CACHE_DIR = CACHE_FOLDER  # type: ignore[attr-defined]
    try:
        # The stubs leave out the two options that spare the wrappers.
        return nb.njit(cache=True, nogil=True, error_model="numpy", **options)(function)  # type: ignore[call-overload]
    finally:
        config.CACHE_DIR = before  # type: ignore[attr-defined]


_INNER = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}
"""No wrappers, and no counting of references: inner functions borrow every array and make none."""


def kernel(function):
    """Compile a function that other compiled functions call.

    It cannot be called from Python, which spares a third of the first compilation; tests wrap it.
    """
    return _compiled(function, **_INNER)


def leaf(function):
    """Compile a short function into each of its callers: handing over an array takes longer than what it does."""
    return _compiled(function, forceinline=True, **_INNER)


def entry(function):
    """Compile a function that Python calls; it releases the interpreter lock while it runs."""
    return _compiled(function, no_cfunc_wrapper=True)
