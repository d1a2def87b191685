"""How patients are found: symptoms, chance and screening lead to examinations, and these to a diagnosis with a stage.

The engine runs until a symptom, a visit or a screening calls; whoever is examined is looked at as he stands that day.
Whoever is found is handed over to care, or, without it, is not called again: then being found changes no lesion.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from paget import engine
from paget.cohort.caring import Care
from paget.cohort.diagnosis import (
    AT_DEATH,
    BY_CHANCE,
    BY_GENERAL,
    BY_METASTASIS,
    BY_PRIMARY,
    BY_SCREENING,
    Diagnosis,
    Eyes,
)
from paget.cohort.seen import truth_in_view
from paget.cohort.testing import sampled, tested
from paget.model import layout
from paget.model.calendar import YEAR_DAY
from paget.model.findings import Audit, Findings, together
from paget.observation import assay_screens, imaging, screening, staging, symptoms, workup

if TYPE_CHECKING:
    from paget.cohort.care_plan import CarePlan
    from paget.engine import Program, State
    from paget.model.truth import Truth

WATCH: Final = layout.STOP_REASONS.index("watch")
OVERFLOW: Final = layout.STOP_REASONS.index("overflow")
CLOCK: Final = layout.WATCH_KINDS.index("clock")
INCIDENTAL: Final = 8
"""Examinations for other reasons that one patient may have from the first cell on."""
VISIT, FIRST_INCIDENTAL, FIRST_SCREEN, FIRST_SYMPTOM = 0, 1, 100, 1000
"""Ids of watches: the next work-up, then those of each kind."""


class Search:
    """The search for one block's cancers: who was called for what, and what it showed.

    Parameters
    ----------
    program
        The compiled cancer.
    eyes
        How they are looked for.
    seed
        The run's seed.
    state
        The block at the first malignant cell.
    plan
        How those who are found are cared for; not at all if None.
    """

    def __init__(self, program: Program, eyes: Eyes, seed: int, state: State, plan: CarePlan | None = None) -> None:
        self.program, self.eyes, self.seed = program, eyes, seed
        patients = state.patient.size
        self.known = Diagnosis.none(patients)
        self.symptomatic = np.zeros((patients, symptoms.N_PLACES), bool)
        self.care: Care | None = None
        if plan is not None:
            self.care = Care(program, eyes, plan, seed, self.known, self.symptomatic, FIRST_SYMPTOM)
        self.repeats = np.zeros(patients, np.int64)
        self.state = engine.with_watches(state, self._watches(state))

    def _watches(self, state: State) -> np.ndarray:
        who, onset = state.patient["index"], state.patient["onset_day"]
        chance = workup.incidental_days(self.seed, who, onset, self.eyes.plan, INCIDENTAL)
        clocks = [np.full((onset.size, 1), np.inf), chance]
        ids = [np.array([VISIT]), FIRST_INCIDENTAL + np.arange(INCIDENTAL)]
        if self.eyes.programme is not None:
            sex = state.patient["sex"]
            days = screening.screen_days(self.seed, who, sex, self.eyes.programme, from_day=onset)
            clocks.append(np.where(np.isnan(days), np.inf, days))
            ids.append(FIRST_SCREEN + np.arange(days.shape[1]))
        at, number = np.concatenate(clocks, axis=1), np.concatenate(ids)
        rows = np.zeros(at.shape, layout.WATCH)
        rows["kind"], rows["id"], rows["at_day"] = CLOCK, number, at
        frailty = state.patient["frailty"]
        felt = symptoms.watch_rows(self.eyes.places, self.symptomatic, first_id=FIRST_SYMPTOM, frailty=frailty)
        return np.concatenate([rows, felt], axis=1)

    def run(self, until: np.ndarray | None = None, *, until_found: bool = False) -> np.ndarray:
        """Let the engine run and answer its calls until nobody is called any more.

        Parameters
        ----------
        until : ndarray of float64, shape (P,), optional
            Patient age in days at which the course ends if death does not come first.
        until_found : bool, optional
            Whether whoever is found stays on that day.

        Returns
        -------
        ndarray of bool, shape (P,)
            Patients who needed more room; theirs is to be run again.
        """
        full = np.zeros(self.state.patient.size, bool)
        while True:
            self.state, stops = engine.advance(self.program, self.state, until, grow=False)
            full |= stops["reason"] == OVERFLOW
            called = np.flatnonzero(stops["reason"] == WATCH)
            if called.size:
                self.answer(called, stops["watch_id"][called])
            over = full | ~np.isnan(self.known.day) if until_found else full
            self.state.course["finished"][over] = 1
            if not called.size:
                return full

    def answer(self, called: np.ndarray, watch_id: np.ndarray) -> None:
        """Answer the calls of some patients: note a symptom, or examine; those under care are seen there."""
        if self.care is not None:
            cared = self.care.ward.book.enrolled[called]
            if cared.any():
                self.state = self.care.answer(self.state, called[cared], watch_id[cared])
            called, watch_id = called[~cared], watch_id[~cared]
        place = symptoms.place_numbers(watch_id, FIRST_SYMPTOM)
        self._feel(called[place >= 0], place[place >= 0])
        rest, number = called[place < 0], watch_id[place < 0]
        if rest.size:
            self._visit(rest, number)

    def _feel(self, who: np.ndarray, place: np.ndarray) -> None:
        """Note symptoms, and set the day of the work-up that they lead to."""
        if not who.size:
            return
        known, index, now = self.known, self.state.patient["index"][who], self.state.course["now_day"][who]
        self.symptomatic[who, place] = True
        first = np.isnan(known.symptom_day[who])
        drawn = symptoms.presenting(self.seed, index, self.eyes.places, place)
        known.symptom_day[who[first]] = now[first]
        known.symptom_place[who[first]] = place[first]
        known.symptom[who[first]] = drawn.presenting[first]
        day = symptoms.workup_day(self.seed, index, now, self.eyes.places, place)
        self._set_visit(who, np.maximum(day, now))

    def _set_visit(self, who: np.ndarray, day: np.ndarray) -> None:
        """Set the next work-up, unless an earlier one is waiting."""
        watch = self.state.watch
        waiting = np.where(watch["done"][who, VISIT] == 0, watch["at_day"][who, VISIT], np.inf)
        watch["at_day"][who, VISIT] = np.minimum(waiting, day)
        watch["done"][who, VISIT] = 0

    def _visit(self, who: np.ndarray, number: np.ndarray) -> None:
        """Examine patients."""
        view = engine.view(self.program, self.state, who, 0.0)
        density = self.eyes.cancer.growth.cell_density.value
        for part in view.by_size():
            self._examine(who[part], number[part], truth_in_view(self.program, view.of(part), density))

    def _examine(self, who: np.ndarray, number: np.ndarray, truth: Truth) -> None:
        """Examine patients; whoever has a tumour found is staged, and called no more."""
        plan, by_chance, by_screen = self.eyes.plan, self._is(number, FIRST_INCIDENTAL), number >= FIRST_SCREEN
        ordered = np.zeros((who.size, len(plan.modalities)), bool)
        worked_up = number == VISIT
        felt = self.symptomatic[who, 1:-1]
        ordered |= worked_up[:, None] & (plan.first | ((felt[:, :, None] & plan.by_organ).any(axis=1)))
        ordered |= by_chance[:, None] & plan.incidental
        if by_screen.any():
            positive = self._screened(who, truth, by_screen)
            ordered |= positive[:, None] & plan.first
        findings, audit = self._examined(truth, ordered)
        found = np.zeros(who.size, bool)
        found[findings.row[~audit.is_false]] = True
        more, more_audit = self._examined(truth, self._further(who, found, findings, ordered, worked_up))
        both, both_audit = together((findings, audit), (more, more_audit))
        self._tell(who, number, truth, found, both, both_audit)
        again = worked_up & ~found & (self.repeats[who] < plan.repeats)
        self.repeats[who[again]] += 1
        self._set_visit(who[again], self.state.course["now_day"][who[again]] + plan.repeat_day)

    @staticmethod
    def _is(number: np.ndarray, first: int) -> np.ndarray:
        return np.asarray((number >= first) & (number < FIRST_SCREEN))

    def _screened(self, who: np.ndarray, truth: Truth, by_screen: np.ndarray) -> np.ndarray:
        """Return whose screening test is positive."""
        test = self.eyes.test
        if test is None:
            return np.zeros(who.size, bool)
        self.known.screens[who[by_screen]] += 1
        ordered = by_screen[:, None]
        if test.shows_lesions:
            findings, _ = imaging.examine(self.seed, truth, [test], ordered, truth.day, self.eyes.cancer)
            positive = np.zeros(who.size, bool)
            positive[findings.row] = True
        else:
            results, _ = assay_screens.screen_assays(self.seed, truth, [test], ordered, truth.day, self.eyes.cancer)
            positive = np.zeros(who.size, bool)
            positive[results.row[results.is_positive]] = True
        missed = by_screen & ~positive
        self.known.last_screen_day[who[missed]] = truth.day[missed]
        return positive

    def _examined(self, truth: Truth, ordered: np.ndarray) -> tuple[Findings, Audit]:
        """Return the findings of examinations that stand after a second look."""
        plan = self.eyes.plan
        findings, audit = imaging.examine(self.seed, truth, plan.modalities, ordered, truth.day, self.eyes.cancer)
        stands = workup.standing(self.seed, truth.patient, findings, audit, plan.disproved)
        return findings.where(stands), Audit(audit.lesion[stands])

    def _further(
        self, who: np.ndarray, found: np.ndarray, findings: Findings, ordered: np.ndarray, worked_up: np.ndarray
    ) -> np.ndarray:
        """Return the examinations that follow what was found: the primary's, and staging where spread is likely."""
        plan = self.eyes.plan
        extent = self._extent(findings, who.size)
        likely = (np.nan_to_num(extent.primary_mm) >= plan.staging_from_mm) | (extent.nodes > 0)
        likely |= extent.distant.any(axis=1) | (worked_up & self.symptomatic[who, 1:-1].any(axis=1))
        wanted = found[:, None] & (plan.first | (likely[:, None] & plan.staging))
        return np.asarray(wanted & ~ordered)

    def _extent(self, findings: Findings, patients: int) -> staging.Extent:
        return staging.clinical_extent(findings, patients, self.eyes.cancer.organ, self.eyes.table)

    def _tell(
        self, who: np.ndarray, number: np.ndarray, truth: Truth, found: np.ndarray, findings: Findings, audit: Audit
    ) -> None:
        """Stage those in whom a tumour was found, and stop looking for them."""
        known, extent = self.known, self._extent(findings, who.size)
        age_year = truth.day / YEAR_DAY
        clinical = staging.stage(extent, self.eyes.table, age_year)
        largest = np.zeros((who.size, layout.N_ORGANS))
        spread = np.where(truth.is_primary, 0.0, truth.diameter_mm)
        np.maximum.at(largest, (np.arange(who.size)[:, None], truth.organ), spread)
        staged = staging.stage(self._specimen(extent, clinical, truth, largest), self.eyes.table, age_year)
        at = who[found]
        known.day[at] = truth.day[found]
        known.route[at] = self._route(who, number)[found]
        for name in ("t", "n", "m", "stage"):
            getattr(known, name)[at] = getattr(staged, name)[found]
        known.clinical_stage[at] = clinical.stage[found]
        known.primary_found[at] = ~np.isnan(extent.primary_mm[found])
        known.sites_found[at] = extent.distant.sum(axis=1)[found]
        known.true_primary_mm[at] = np.where(truth.is_primary, truth.diameter_mm, 0.0).max(axis=1)[found]
        known.true_largest_mm[at] = largest[found]
        mine = found[findings.row]
        kept = findings.where(mine)
        kept.row[:] = who[kept.row]
        known.findings.append((kept, Audit(audit.lesion[mine])))
        unknown = found & np.isnan(extent.primary_mm)
        tissue = sampled(self.eyes, self.seed, truth, found, findings, audit)
        results = tested(self.eyes, self.seed, truth, found, tissue, unknown)
        known.tests.append(replace(results, row=who[results.row]))
        if self.care is None:
            self.state.watch["done"][at] = 1
        elif at.size:
            # Symptoms go on calling; chance and screening have found what they could.
            self.state.watch["done"][at, VISIT + 1 : -symptoms.N_PLACES] = 1
            self.state = self.care.enrol(self.state, who, found, truth, findings, audit, tissue)

    def _specimen(
        self, clinical: staging.Extent, staged: staging.Staged, truth: Truth, largest: np.ndarray
    ) -> staging.Extent:
        """Return the extent that registries tell: of the specimen where there is no metastasis, for solid primaries."""
        if self.eyes.table.extensive is not None:
            return clinical
        node = layout.code(layout.ORGANS, "regional_lymph_node")
        primary = np.where(truth.is_primary, truth.diameter_mm, 0.0).max(axis=1, initial=0.0)
        deposits = np.where(truth.organ == node, truth.diameter_mm, 0.0)
        operated = (staged.m == 0) & ~np.isnan(clinical.primary_mm) & (primary > 0.0)
        return staging.pathological_extent(clinical, operated, primary, deposits, self.eyes.table, largest)

    def _route(self, who: np.ndarray, number: np.ndarray) -> np.ndarray:
        """Return how patients came to be examined."""
        place = self.known.symptom_place[who]
        felt = np.where(place == symptoms.PRIMARY_PLACE, BY_PRIMARY, BY_METASTASIS)
        felt = np.where(place == symptoms.GENERAL_PLACE, BY_GENERAL, felt)
        return np.where(number == VISIT, felt, np.where(number >= FIRST_SCREEN, BY_SCREENING, BY_CHANCE))

    def finish(self) -> None:
        """Note those who died of a cancer that nobody had found, and close the book of the others."""
        cause = self.state.course["cause"]
        of_cancer = (cause > 0) & (cause != layout.CAUSES.index("other"))
        self.known.route[of_cancer & np.isnan(self.known.day)] = AT_DEATH
        if self.care is not None:
            self.care.finish(self.state)
