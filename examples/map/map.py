"""Tell where undetected metastases are in one patient, and in the same patient with a clear liver.

Run it with: python examples/map/map.py
"""

# ruff: noqa: INP001, T201 - a script beside the package, which prints what it shows

from __future__ import annotations

import tomllib
from pathlib import Path

import paget

PATIENTS = 3_000
"""Enough for an example; the default is 8,000."""

record = tomllib.loads(Path(__file__).with_name("record.toml").read_text(encoding="utf-8"))
clear = {**record, "findings": [finding for finding in record["findings"] if finding["organ"] != "liver"]}

for name, given in (("as found", record), ("with a clear liver", clear)):
    found = paget.full_map(given, patients=PATIENTS)
    print(f"{name}: effective sample size {found.effective_sample_size:.0f}")
    if found.estimates is None:
        print(f"  {found.reason}")
        continue
    for place in found.estimates.organs[:5]:
        chance = place.chances[0]
        print(f"  {place.name}: {chance.probability:.0%} +- {chance.standard_error:.0%} from {chance.from_mm:g} mm")
