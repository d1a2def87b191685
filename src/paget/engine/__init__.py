"""The engine: rows in, stops out. It knows no drug, scan, symptom or guideline."""

from paget.engine.compile import Program, compile_program
from paget.engine.start import advance, funnel, look, snapshot, start, with_effects, with_watches
from paget.engine.state import Capacity, State
from paget.engine.view import View, view

__all__ = [
    "Capacity",
    "Program",
    "State",
    "View",
    "advance",
    "compile_program",
    "funnel",
    "look",
    "snapshot",
    "start",
    "view",
    "with_effects",
    "with_watches",
]
