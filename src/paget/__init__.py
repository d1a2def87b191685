"""Metastatic cancer in whole virtual patients, from the first malignant cell to the patient's death.

Nothing heavy is loaded here: a name below is imported when it is first used, so that `import paget` and
the command line stay quick to start.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from paget import catalogue as catalogue
    from paget import errors as errors
    from paget.cohort.api import simulate as simulate
    from paget.cohort.branching import branch as branch
    from paget.cohort.cohort import Cohort as Cohort
    from paget.cohort.compared import compare as compare
    from paget.cohort.mapping import full_map as full_map
    from paget.cohort.origins import origin as origin
    from paget.cohort.origins import origin_posteriors as origin_posteriors
    from paget.cohort.planning import plan as plan
    from paget.cohort.screened import compare_screening as compare_screening
    from paget.cohort.trial import run_trial as run_trial

__version__ = "0.1.0"

_LAZY: Final = {
    "Cohort": ("paget.cohort.cohort", "Cohort"),
    "branch": ("paget.cohort.branching", "branch"),
    "catalogue": ("paget.catalogue", ""),
    "compare": ("paget.cohort.compared", "compare"),
    "compare_screening": ("paget.cohort.screened", "compare_screening"),
    "errors": ("paget.errors", ""),
    "full_map": ("paget.cohort.mapping", "full_map"),
    "origin": ("paget.cohort.origins", "origin"),
    "origin_posteriors": ("paget.cohort.origins", "origin_posteriors"),
    "plan": ("paget.cohort.planning", "plan"),
    "run_trial": ("paget.cohort.trial", "run_trial"),
    "simulate": ("paget.cohort.api", "simulate"),
}
"""Public name -> (module, attribute); an empty attribute stands for the module itself."""

__all__ = [
    "Cohort",
    "__version__",
    "branch",
    "catalogue",
    "compare",
    "compare_screening",
    "errors",
    "full_map",
    "origin",
    "origin_posteriors",
    "plan",
    "run_trial",
    "simulate",
]


if not TYPE_CHECKING:  # to the type checker a misspelt name stays an error

    def __getattr__(name: str) -> object:
        """Import a public name when it is first asked for."""
        if name not in _LAZY:
            text = f"module 'paget' has no attribute {name!r}; it has {', '.join(__all__)}"
            raise AttributeError(text)
        module_name, attribute = _LAZY[name]
        module = import_module(module_name)
        found: object = getattr(module, attribute) if attribute else module
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
