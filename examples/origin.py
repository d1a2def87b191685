"""Where do the metastases come from? One patient in words, then ten thousand in arrays.

Run it with: python examples/origin.py
"""

# ruff: noqa: INP001, T201 - a script beside the package, which prints what it shows

from __future__ import annotations

import numpy as np

import paget

PATIENTS = 10_000

found = paget.origin(["liver", "lung"], {"CK7": "-", "CK20": "+", "CDX2": "+"}, sex="male", age=64)
print(f"{found.likeliest}: {found.posterior[found.likeliest]:.1%}")
for weight in found.weights:
    print(f"  {weight.name} {weight.result}: {weight.likelihood_ratio:.2g} times as likely there as in other origins")
if found.next_best is not None:
    print(
        f"  next: {found.next_best.name}, {found.next_best.gain_bits:.2f} bits for {found.next_best.cost_usd:.0f} USD"
    )

rng = np.random.default_rng(1)
many = paget.origin_posteriors(
    sites={organ: rng.binomial(1, share, PATIENTS) for organ, share in (("liver", 0.5), ("bone", 0.3))},
    tests={marker: rng.binomial(1, share, PATIENTS) for marker, share in (("CK7", 0.6), ("TTF1", 0.3))},
    sex=rng.integers(0, 2, PATIENTS),
    age_year=rng.normal(66.0, 11.0, PATIENTS).clip(20.0, 100.0),
)
names, counts = np.unique(many.likeliest, return_counts=True)
for name, count in sorted(zip(names, counts, strict=True), key=lambda pair: -pair[1]):
    print(f"{count:6d} patients: most likely {name}")
