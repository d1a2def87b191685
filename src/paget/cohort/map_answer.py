"""The answer of `paget map`, as plain values: where undetected lesions are, how large, and how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

THRESHOLDS_MM: Final = (0.5, 2.0, 10.0)
"""Diameters from which a lesion counts: about 65,000 cells, what the best scan may show, and what scans show."""
DISCLAIMER: Final = "For research and teaching; not a medical device."


@dataclass(frozen=True)
class Size:
    """The middle four fifths of a diameter: a tenth of patients lie below `low`, and a tenth above `high` (mm)."""

    low: float
    median: float
    high: float

    def as_dict(self) -> dict[str, float]:
        """Return it by the quantiles' names."""
        return {"q10": self.low, "q50": self.median, "q90": self.high}


@dataclass(frozen=True)
class Driver:
    """How far a piece of the record moved a probability.

    Parameters
    ----------
    evidence
        The piece.
    log_odds
        Natural logarithm of the odds with the whole record, less that without the piece: above 0 where it raises them.
    """

    evidence: str
    log_odds: float


@dataclass(frozen=True)
class Chance:
    """Probability of at least one undetected lesion of a diameter or more.

    Parameters
    ----------
    from_mm
        The diameter.
    probability
        Given the record.
    standard_error
        Of the probability, because patients are finitely many.
    before
        Share of all simulated patients with a metastasis of that diameter there, detected or not: what would be said
        if nothing were known.
    """

    from_mm: float
    probability: float
    standard_error: float
    before: float


@dataclass(frozen=True)
class Place:
    """What may be undetected in one place.

    Parameters
    ----------
    name
        An organ, or ``distant`` or ``anywhere`` for all organs, without and with the regional nodes.
    is_found
        Whether the record has metastases there; if so, all numbers are of further ones.
    examined_by
        Examinations of it in the record.
    chances
        By diameter, in the order of `THRESHOLDS_MM`.
    largest
        Diameter of the largest undetected lesion, where there is one of at least the first threshold; None where no
        simulated patient has one.
    drivers
        What moved the first of the chances most.
    """

    name: str
    is_found: bool
    examined_by: tuple[str, ...]
    chances: tuple[Chance, ...]
    largest: Size | None
    drivers: tuple[Driver, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "place": self.name,
            "found": self.is_found,
            "examined_by": list(self.examined_by),
            "undetected": [vars(chance) for chance in self.chances],
            "largest_mm": None if self.largest is None else self.largest.as_dict(),
            "drivers": [vars(driver) for driver in self.drivers],
        }


@dataclass(frozen=True)
class Fit:
    """How many simulated patients a piece of the record fits by itself."""

    kind: str
    evidence: str
    patients: int


@dataclass(frozen=True)
class Estimates:
    """What is estimated from the patients who resemble a record.

    Parameters
    ----------
    primary
        Diameter of the primary.
    primary_found
        Whether it is in the record.
    organs
        The organs that the patient has, the likeliest first.
    distant, anywhere
        All organs together, without and with the regional nodes.
    """

    primary: Size
    primary_found: bool
    organs: tuple[Place, ...]
    distant: Place
    anywhere: Place


@dataclass(frozen=True)
class FullMap:
    """Where undetected lesions are in one patient, and how large.

    Parameters
    ----------
    cancer, title
        The cancer's name in the catalogue, and for people.
    sex, age_year, day
        The patient, and the day that is mapped.
    seed, simulated, diagnosed, resembling
        Seed of the simulated patients; how many there were, how many of them were found, and how many of those fit the
        record at all.
    effective_sample_size
        Number of patients of equal weight that would tell as much.
    allowance
        How sharply sizes were compared: factor on the widest allowance, 1 where patients are few.
    fits
        How many fit each piece of the record.
    estimates
        The numbers; None where too few patients resemble the record to give any.
    warning
        Why not to trust the numbers much; None where there is no such reason.
    reason
        Why there are no numbers; None where there are.
    """

    cancer: str
    title: str
    sex: str
    age_year: float
    day: str
    seed: int
    simulated: int
    diagnosed: int
    resembling: int
    effective_sample_size: float
    allowance: float
    fits: tuple[Fit, ...]
    estimates: Estimates | None
    warning: str | None
    reason: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as plain values, as `paget map --json` prints it."""
        told = {name: getattr(self, name) for name in ("cancer", "title", "sex", "age_year", "day", "seed")}
        told |= {name: getattr(self, name) for name in ("simulated", "diagnosed", "resembling")}
        estimates = self.estimates
        return {
            **told,
            "effective_sample_size": self.effective_sample_size,
            "allowance": self.allowance,
            "evidence": [vars(fit) for fit in self.fits],
            "estimates": None
            if estimates is None
            else {
                "primary": {"found": estimates.primary_found, "diameter_mm": estimates.primary.as_dict()},
                "anywhere": estimates.anywhere.as_dict(),
                "distant": estimates.distant.as_dict(),
                "organs": [place.as_dict() for place in estimates.organs],
            },
            "warning": self.warning,
            "reason": self.reason,
            "disclaimer": DISCLAIMER,
        }

    def frame(self) -> pd.DataFrame:
        """Return the probabilities as a data frame, one row for each organ; empty where there are none."""
        import pandas as pd

        organs = () if self.estimates is None else self.estimates.organs
        rows = [
            {
                "organ": place.name,
                "found": place.is_found,
                **{f"probability_{chance.from_mm:g}_mm": chance.probability for chance in place.chances},
                "largest_mm": None if place.largest is None else place.largest.median,
            }
            for place in organs
        ]
        names = [f"probability_{from_mm:g}_mm" for from_mm in THRESHOLDS_MM]
        return pd.DataFrame(rows, columns=["organ", "found", *names, "largest_mm"])
