"""Two policies one after the other: the old one decides until a patient's point in time, the new one from then on.

Which of them decides follows from the chart's day and the patient alone, so it does not matter in which order or in
which blocks charts come. Each is handed charts with its own columns of therapies. The new policy takes over at the
first decision from the point on, and what it cannot order is stopped then. Examinations for new symptoms and to tell
response stay those of the old policy's plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from paget.errors import SettingError
from paget.model import layout
from paget.model.chart import EVENTS, Charts, Flags, Floats, Integers, Orders, Policy

ROUNDING_DAY: Final = 1e-6
SOON_DAY: Final = 1.0
DIAGNOSIS: Final = layout.code(EVENTS, "diagnosis")


class Switching:
    """The policy that goes from one to another (`model.chart.Policy`); T therapies in all.

    Parameters
    ----------
    before, after
        The policies.
    therapies
        The therapies of both, in the order of the charts' columns.
    own_before, own_after
        Those that each policy knows, in its own order.
    from_day : ndarray of float64, shape (N,)
        Age in days of each patient of the run from which the new policy decides; infinite for never.
    rules_before
        Number of rules of the old policy; those of the new one are counted on from there.
    against : ndarray of bool, shape (T,), optional
        Therapies that act against the cancer. Whoever has had none of them is called to a visit on the day of the point
        and presented to the new policy as at a diagnosis; nobody is, if None.
    """

    def __init__(
        self,
        before: Policy,
        after: Policy,
        *,
        therapies: tuple[str, ...],
        own_before: Sequence[str],
        own_after: Sequence[str],
        from_day: Floats,
        rules_before: int,
        against: Flags | None = None,
    ) -> None:
        self.therapies = therapies
        self._before = _Columns(before, therapies, own_before)
        self._after = _Columns(after, therapies, own_after)
        self._from_day = from_day
        self._rules_before = rules_before
        self._against = against

    def decide(self, charts: Charts) -> Orders:
        """Return what the policy whose turn it is says of each patient.

        Parameters
        ----------
        charts
            Patients for whom a decision is due.
        """
        from_day = self._from(charts)
        over = charts.day >= from_day - ROUNDING_DAY
        if over.all():
            return self._decide_after(charts, from_day)
        if not over.any():
            return self._decide_before(charts, from_day)
        early = self._decide_before(charts.of(~over), from_day[~over])
        late = self._decide_after(charts.of(over), from_day[over])
        return _together(over, early, late)

    def needs_retest(self, charts: Charts) -> Flags:
        """Return for whom tissue or blood is tested anew before the decision, shape (P,).

        Parameters
        ----------
        charts
            Patients for whom a decision is due.
        """
        over = charts.day >= self._from(charts) - ROUNDING_DAY
        return np.where(over, self._after.needs_retest(charts), self._before.needs_retest(charts))

    def _from(self, charts: Charts) -> Floats:
        if charts.count and charts.patient.max() >= self._from_day.size:
            raise SettingError(
                "A branch has no patient of this number.",
                key="n",
                value=int(charts.patient.max()) + 1,
                allowed=f"at most {self._from_day.size}, the patients of the run that it branches from",
            )
        return np.asarray(self._from_day[charts.patient])

    def _decide_before(self, charts: Charts, from_day: Floats) -> Orders:
        orders = self._before.decide(charts)
        called = self._never_treated(charts) & ~(orders.start & self._acts).any(axis=1)
        left = np.where(called, np.maximum(from_day - charts.day, SOON_DAY), np.inf)
        return replace(orders, next_visit_day=np.minimum(orders.next_visit_day, left))

    @property
    def _acts(self) -> Flags:
        return np.ones(len(self.therapies), np.bool_) if self._against is None else self._against

    def _never_treated(self, charts: Charts) -> Flags:
        """Return who has had nothing against the cancer, where such patients are presented anew."""
        if self._against is None:
            return np.zeros(charts.count, np.bool_)
        return np.asarray(~(charts.given[:, self._against] > 0).any(axis=1))

    def _decide_after(self, charts: Charts, from_day: Floats) -> Orders:
        fresh = (charts.day < from_day + SOON_DAY) & self._never_treated(charts)
        charts = replace(charts, event=np.where(fresh, DIAGNOSIS, charts.event))
        orders = self._after.decide(charts)
        dropped = charts.on & ~self._after.knows
        stop = orders.stop | dropped
        # Whoever is left with nothing by this is seen at once, so that the new policy says what comes instead.
        bare = dropped.any(axis=1) & ~((charts.on & ~stop) | orders.start).any(axis=1)
        rule = np.where(orders.rule >= 0, orders.rule + self._rules_before, orders.rule)
        soon = np.minimum(orders.next_visit_day, SOON_DAY)
        return replace(orders, stop=stop, rule=rule, next_visit_day=np.where(bare, soon, orders.next_visit_day))


class _Columns:
    """A policy behind charts that have columns for more therapies than it knows.

    Parameters
    ----------
    policy
        The policy.
    therapies
        Names of all columns.
    own
        Those that it knows, in its own order.
    """

    def __init__(self, policy: Policy, therapies: tuple[str, ...], own: Sequence[str]) -> None:
        self._policy, self._own = policy, tuple(own)
        self._at: Integers = np.array([therapies.index(name) for name in own], np.int64)
        self.knows: Flags = np.isin(np.arange(len(therapies)), self._at)

    def decide(self, charts: Charts) -> Orders:
        """Return the policy's orders over all columns."""
        orders = self._policy.decide(self._narrowed(charts))
        wide = np.zeros((2, *charts.on.shape), np.bool_)
        wide[0][:, self._at], wide[1][:, self._at] = orders.start, orders.stop
        return replace(orders, start=wide[0], stop=wide[1])

    def needs_retest(self, charts: Charts) -> Flags:
        """Return for whom the policy wants to test anew, shape (P,); nobody where it does not say."""
        needs = getattr(self._policy, "needs_retest", None)
        if needs is None:
            return np.zeros(charts.count, np.bool_)
        return np.asarray(needs(self._narrowed(charts)), np.bool_)

    def _narrowed(self, charts: Charts) -> Charts:
        return replace(charts, therapies=self._own, given=charts.given[:, self._at], on=charts.on[:, self._at])


def _together(over: Flags, early: Orders, late: Orders) -> Orders:
    """Return the orders of all patients, `late` for those whom a mask of shape (P,) picks and `early` for the rest."""

    def both(name: str) -> np.ndarray:
        first, second = getattr(early, name), getattr(late, name)
        out = np.empty((over.size, *first.shape[1:]), np.result_type(first, second))
        out[~over], out[over] = first, second
        return out

    return Orders(**{name: both(name) for name in vars(early)})
