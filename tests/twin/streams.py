"""Named random streams in whole Python numbers, every one cut to 64 bits by hand.

A stream is named by (seed, patient, purpose, lineage, cell of the mesh). Its k-th draw is the finaliser of
SplitMix64 (Steele, Lea & Flood 2014) of key + k * increment, both made from the name.
"""

from __future__ import annotations

import math

MASK = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15
SPREADER = 0xFF51AFD7ED558CCD
SECOND_SPREADER = 0xC4CEB9FE1A85EC53


def finalise(word: int) -> int:
    """Return a 64-bit word stirred by SplitMix64."""
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & MASK
    return word ^ (word >> 31)


def extend(key: int, word: int) -> int:
    """Return the hash of a key followed by one more word."""
    stirred = finalise((word + GOLDEN) & MASK)
    return finalise(key ^ ((stirred * SPREADER) & MASK))


def name_key(seed: int, patient: int, purpose: int, lineage: int, cell: int) -> int:
    """Return the key of the stream of that name."""
    key = finalise(((seed & MASK) + GOLDEN) & MASK)
    for word in (patient, purpose, lineage, cell):
        key = extend(key, word & MASK)
    return key


def birth_key(parent: int, birth: int, ordinal: int) -> int:
    """Return the key of a lesion or clone, which is odd and so never 0."""
    return extend(extend(parent, birth), ordinal) | 1


class Stream:
    """One sequence of draws.

    Parameters
    ----------
    key : int
        Its name, hashed.
    """

    def __init__(self, key: int) -> None:
        self.state = key
        step = ((key ^ (key >> 33)) * SPREADER) & MASK
        step = ((step ^ (step >> 33)) * SECOND_SPREADER) & MASK
        self.step = (step ^ (step >> 33)) | 1

    def uniform(self) -> float:
        """Return a draw from [0, 1) with 53 bits."""
        self.state = (self.state + self.step) & MASK
        return (finalise(self.state) >> 11) / 2**53

    def exponential(self) -> float:
        """Return a draw from the exponential law of mean 1."""
        return -math.log1p(-self.uniform())

    def normal(self) -> float:
        """Return a standard normal draw: the cosine half of Box and Muller's pair."""
        radius = math.sqrt(2.0 * self.exponential())
        return radius * math.cos(2.0 * math.pi * self.uniform())

    def poisson(self, mean: float) -> int:
        """Return a Poisson count: by its upper tail, from 30 by rejection, above 1e8 a rounded normal."""
        if mean <= 0.0:
            return 0
        if mean < 30.0:
            return self._poisson_by_tail(mean)
        if mean > 1e8:
            return max(0, math.floor(mean + math.sqrt(mean) * self.normal() + 0.5))
        return self._poisson_by_rejection(mean)

    def _poisson_by_tail(self, mean: float) -> int:
        """Return the first k with P(more than k) <= u, which rises with the mean for the same u."""
        u = self.uniform()
        if u >= mean:
            return 0
        count = 0
        chance = math.exp(-mean)
        more = -math.expm1(-mean)
        while more > u and count < 400:
            count += 1
            chance = chance * (mean / count)
            more -= chance
        return count

    def _poisson_by_rejection(self, mean: float) -> int:
        """Return a count by PTRS (Hörmann 1993): a ratio of uniforms under a transformed hat."""
        b = 0.931 + 2.53 * math.sqrt(mean)
        a = 0.02483 * b - 0.059
        quick = 0.9277 - 3.6224 / (b - 2.0)
        hat = 1.1239 + 1.1328 / (b - 3.4)
        while True:
            u = self.uniform() - 0.5
            v = 1.0 - self.uniform()
            edge = 0.5 - abs(u)
            if edge <= 0.0:
                continue
            count = math.floor((2.0 * a / edge + b) * u + mean + 0.43)
            if edge >= 0.07 and v <= quick:
                return count
            if count < 0 or (edge < 0.013 and v > edge):
                continue
            density = count * math.log(mean) - mean - math.lgamma(count + 1.0)
            if math.log(v * hat / (a / (edge * edge) + b)) <= density:
                return count

    def geometric(self, eta: float) -> int:
        """Return n >= 1 with chance (1 - eta) eta**(n - 1)."""
        if eta <= 0.0:
            return 1
        return 1 + math.floor(-self.exponential() / math.log(eta))

    def binomial(self, n: int, p: float) -> int:
        """Return successes in n trials, counting the rarer of success and failure."""
        if n <= 0 or p <= 0.0:
            return 0
        if p >= 1.0:
            return n
        if n * p * (1.0 - p) > 1e4:
            spread = math.sqrt(n * p * (1.0 - p))
            return int(min(n, max(0.0, math.floor(n * p + spread * self.normal() + 0.5))))
        rare = min(p, 1.0 - p)
        parts, count, left = math.ceil(-n * math.log1p(-rare) / 600.0), 0, n
        for part in range(parts):
            size = left // (parts - part)
            count += self._rare_successes(size, rare)
            left -= size
        return count if p <= 0.5 else n - count

    def _rare_successes(self, n: int, p: float) -> int:
        """Return the first k with P(at most k) > u, for p <= 1/2."""
        left = self.uniform()
        count, chance = 0, math.exp(n * math.log1p(-p))
        while left >= chance and count < n:
            left -= chance
            chance *= p / (1.0 - p) * (n - count) / (count + 1)
            count += 1
        return count

    def gamma(self, shape: float) -> float:
        """Return a gamma draw of shape >= 1 and scale 1 (Marsaglia & Tsang 2000)."""
        d = shape - 1.0 / 3.0
        while True:
            z = self.normal()
            v = (1.0 + z / math.sqrt(9.0 * d)) ** 3
            if v <= 0.0:
                continue
            if -self.exponential() < 0.5 * z * z + d * (1.0 - v + math.log(v)):
                return d * v
