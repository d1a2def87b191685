"""The answer to where a metastatic cancer comes from, as plain values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from paget.model.tissue import Floats

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Weight:
    """How much one finding speaks for the likeliest origin.

    Parameters
    ----------
    kind
        ``sites``, ``marker``, ``mutation`` or ``histology``.
    name
        What was found: the test's id, or the sites.
    result
        The result in words.
    chance
        How often the likeliest origin shows it.
    chance_otherwise
        How often the other origins do, weighed by how common they are at that sex and age.
    """

    kind: str
    name: str
    result: str
    chance: float
    chance_otherwise: float

    @property
    def likelihood_ratio(self) -> float:
        """How many times likelier the finding is in that origin than in the others together."""
        return self.chance / self.chance_otherwise


@dataclass(frozen=True)
class NextTest:
    """What a test that was not done could tell.

    Parameters
    ----------
    name
        Its id; ``gene panel`` for all alterations that are not known yet, which are sequenced together.
    gain_bits
        Expected fall of uncertainty about the origin.
    cost_usd
        What it costs.
    """

    name: str
    gain_bits: float
    cost_usd: float

    @property
    def gain_bits_per_100_usd(self) -> float:
        """Expected fall of uncertainty for a hundred dollars."""
        return 100.0 * self.gain_bits / self.cost_usd if self.cost_usd > 0.0 else math.inf


@dataclass(frozen=True)
class Origin:
    """The answer for one patient.

    Parameters
    ----------
    posterior
        Probability of each origin, greatest first.
    prior
        The same before any finding, for the patient's sex and age.
    weights
        What drove the answer, strongest first.
    next_tests
        Tests that were not done, the most telling for its cost first.
    uncertainty_bits
        Entropy of the posterior: 0 where the origin is certain.
    """

    posterior: dict[str, float]
    prior: dict[str, float]
    weights: tuple[Weight, ...]
    next_tests: tuple[NextTest, ...]
    uncertainty_bits: float

    @property
    def likeliest(self) -> str:
        """The origin with the greatest probability."""
        return next(iter(self.posterior))

    @property
    def next_best(self) -> NextTest | None:
        """The test that tells most for its cost; None where every test was done."""
        return self.next_tests[0] if self.next_tests else None

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as plain values, as `paget origin --json` prints it."""
        return {
            "posterior": self.posterior,
            "likeliest": self.likeliest,
            "prior": self.prior,
            "uncertainty_bits": self.uncertainty_bits,
            "evidence": [
                {
                    "kind": weight.kind,
                    "name": weight.name,
                    "result": weight.result,
                    "chance": weight.chance,
                    "chance_otherwise": weight.chance_otherwise,
                    "log_likelihood_ratio": math.log(weight.likelihood_ratio),
                }
                for weight in self.weights
            ],
            "next_best": None if self.next_best is None else _plain(self.next_best),
            "next_tests": [_plain(test) for test in self.next_tests],
        }


def _plain(test: NextTest) -> dict[str, Any]:
    return {
        "test": test.name,
        "gain_bits": test.gain_bits,
        "cost_usd": test.cost_usd,
        "gain_bits_per_100_usd": test.gain_bits_per_100_usd,
    }


@dataclass(frozen=True)
class OriginPosteriors:
    """The answers for many patients.

    Parameters
    ----------
    origins : tuple of str
        Names of the origins, O of them.
    probability : ndarray of float64, shape (P, O)
        Probabilities; rows sum to 1.
    """

    origins: tuple[str, ...]
    probability: Floats

    @property
    def likeliest(self) -> NDArray[np.str_]:
        """The origin with the greatest probability, shape (P,)."""
        likeliest: NDArray[np.str_] = np.array(self.origins)[self.probability.argmax(axis=1)]
        return likeliest

    def frame(self) -> pd.DataFrame:
        """Return the probabilities as a data frame, one column for each origin."""
        import pandas as pd

        return pd.DataFrame(self.probability, columns=list(self.origins))
