"""Care: patients who were found are seen, decided upon and treated, visit after visit, until they die.

One round answers every patient of a block whom the engine handed back: what a visit shows goes into the book, a
decision is asked of the policy, and its orders become effects. The policy is handed charts and never the truth.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from paget import engine
from paget.care.courses import COMPLETED, DEATH, STILL_ON, Courses
from paget.cohort.care_book import Book
from paget.cohort.care_charts import charts_of, note_disease
from paget.cohort.care_orders import carry_out
from paget.cohort.care_toxicity import Toxicities
from paget.cohort.care_worth import pass_time, value
from paget.cohort.seen import truth_in_view
from paget.cohort.testing import followed
from paget.cohort.ward import Seen, Ward
from paget.model import layout
from paget.model.calendar import YEAR_DAY
from paget.model.chart import EVENTS, GOALS, PHASES, RESPONSES
from paget.model.findings import Audit
from paget.observation import assays, fitness, imaging, pathology, symptoms, workup
from paget.observation.response import Assessment, Tracked, assess

if TYPE_CHECKING:
    from paget.cohort.care_plan import CarePlan
    from paget.cohort.diagnosis import Diagnosis, Eyes
    from paget.engine import Program, State, View
    from paget.model.chart import Charts
    from paget.model.findings import Findings
    from paget.model.truth import Truth

AT_DIAGNOSIS, TREATED, PROGRESSED, INTOLERANT, DECLINED, AT_VISIT = range(len(EVENTS))
BUSY: Final = np.isin(PHASES, ["neoadjuvant", "local", "adjuvant", "maintenance", "systemic"])
"""Phases in which something is being given, and after which the next rules look for what follows."""
RESTAGED: Final = np.isin(PHASES, ["neoadjuvant", "maintenance", "systemic"])
"""Those in which response is told, and after which the disease is looked at anew."""
WATCHING: Final = PHASES.index("watching")
COMFORT: Final = GOALS.index("comfort")
PD = RESPONSES.index("PD")
ANSWERED: Final = np.isin(RESPONSES, ["CR", "PR"])
"""Responses that count as one, by code."""
RANK: Final = np.array([("none", "NE", "PD", "SD", "PR", "CR").index(name) for name in RESPONSES])
"""Responses from worst to best, by code."""
WEAK: Final = 3
"""Performance status from which a patient is too weak for most treatment."""
EASED: Final = 0.3
"""Share of the burden at which a place became symptomatic below which its symptoms are gone."""
BONE_PLACE: Final = 1 + layout.ORGANS.index("bone")
OTHER_CAUSE: Final = layout.CAUSES.index("other")
LEAST_CELLS: Final = 1e5
"""Lesions that visits take note of: half a millimetre, which no examination shows and no patient feels."""
VISIT_COLUMN: Final = 0
SOON_DAY: Final = 1.0


class Care:
    """The care of one block of patients.

    Parameters
    ----------
    program, eyes
        The compiled cancer, and how its patients are found and looked at.
    plan
        How they are cared for.
    seed
        The run's seed.
    known
        What became known at diagnosis.
    symptomatic : ndarray of bool, shape (P, N_PLACES)
        Places that are symptomatic; shared with the search.
    first_symptom
        Id of the first symptom's watch; the watch in column 0 is the next visit.
    """

    def __init__(
        self,
        program: Program,
        eyes: Eyes,
        plan: CarePlan,
        seed: int,
        known: Diagnosis,
        symptomatic: np.ndarray,
        first_symptom: int,
    ) -> None:
        patients = symptomatic.shape[0]
        toxicities = Toxicities(plan.toxicities, plan.therapies, seed, patients)
        self.first_symptom = first_symptom
        self.ward = Ward(
            program=program,
            eyes=eyes,
            plan=plan,
            seed=seed,
            known=known,
            symptomatic=symptomatic,
            book=Book.empty(patients, len(plan.tests), len(plan.modalities)),
            courses=Courses(plan.therapies, plan.tests, plan.like, seed, patients, on_end=toxicities.cut),
            tracked=Tracked.none(patients),
            toxicities=toxicities,
        )
        self._protein = followed(eyes)[1]
        sees = [[organ in each.organs for organ in layout.ORGANS] for each in plan.modalities]
        self._sees = np.array(sees, bool).reshape(len(plan.modalities), layout.N_ORGANS)

    def enrol(
        self,
        state: State,
        who: np.ndarray,
        found: np.ndarray,
        truth: Truth,
        findings: Findings,
        audit: Audit,
        tissue: pathology.Pathology,
    ) -> State:
        """Take over patients on the day of their diagnosis, and decide.

        Parameters
        ----------
        state
            The block.
        who : ndarray of int64, shape (K,)
            Rows of the patients examined.
        found : ndarray of bool, shape (K,)
            Who of them was diagnosed.
        truth, findings, audit, tissue
            What is the case in the K patients, and what was seen.
        """
        ward, at = self.ward, who[found]
        seen = Seen.of(who, truth).showing(findings, audit).where(found)
        ward.book.enrolled[at] = True
        ward.book.since_day[at] = seen.day
        self._learn(at, tissue.alterations[found], tissue.biomarkers[found])
        ward.book.carries[at] = self._carried(seen.truth)
        ward.book.symptom_burden[at] = np.where(ward.symptomatic[at], seen.burden, 0.0)
        note_disease(ward, seen, np.ones((at.size, layout.N_ORGANS), bool))
        ward.book.fitness[at] = self._fitness(seen, np.zeros(at.size, bool))
        everybody = np.ones(at.size, bool)
        state = self._decide(state, seen, np.full(at.size, AT_DIAGNOSIS), everybody, None)
        value(ward, at, seen.day)
        self._set_visit(state, at)
        return state

    def answer(self, state: State, who: np.ndarray, watch_id: np.ndarray) -> State:
        """Answer the calls of patients under care: a new symptom, or a visit.

        Parameters
        ----------
        state
            The block.
        who, watch_id : ndarray of int64, shape (K,)
            Rows of the patients, and which watch called.
        """
        view = engine.view(self.ward.program, state, who, LEAST_CELLS)
        for part in view.by_size():
            state = self._answer(state, view.of(part), who[part], watch_id[part])
        return state

    def _answer(self, state: State, view: View, who: np.ndarray, watch_id: np.ndarray) -> State:
        density = self.ward.eyes.cancer.growth.cell_density.value
        seen = Seen.of(who, truth_in_view(self.ward.program, view, density))
        pass_time(self.ward, who, seen.day)
        place = symptoms.place_numbers(watch_id, self.first_symptom)
        felt = place >= 0
        if felt.any():
            self._feel(seen.where(felt), place[felt])
        state = self._visit(state, seen.where(~felt))
        value(self.ward, who, seen.day)
        self._set_visit(state, who)
        return state

    def finish(self, state: State) -> None:
        """Close the book: count the last days, and end what is still being given."""
        ward, course = self.ward, state.course
        who = np.flatnonzero(ward.book.enrolled)
        day = course["now_day"][who]
        pass_time(ward, who, day)
        dead = ~np.isnan(course["death_day"][who])
        ending = np.where(dead, DEATH, STILL_ON)
        ward.courses.stop(ward.courses.on[who], who, day, ending, ward.book.best[who])

    def _learn(self, who: np.ndarray, alterations: np.ndarray, biomarkers: np.ndarray) -> None:
        """Note what a sample was read for; what could not be read leaves what was known."""
        fresh = np.concatenate([alterations, biomarkers], axis=1)
        self.ward.book.tested[who] = np.where(fresh >= 0, fresh, self.ward.book.tested[who])

    def _carried(self, truth: Truth) -> np.ndarray:
        """Return what the tumours truly carry, by the largest clones of their primaries."""
        ward, count = self.ward, truth.patient.size
        if ward.eyes.origin < 0:
            return np.zeros((count, len(ward.plan.tests)), bool)
        at = np.arange(count), truth.is_primary.argmax(axis=1)
        samples = pathology.Samples(
            patient=truth.patient,
            origin=np.full(count, ward.eyes.origin, np.int64),
            lesion=truth.key[at],
            is_primary=np.ones(count, bool),
            genotype=truth.genotype[at],
            day=truth.day,
        )
        altered = pathology.altered(ward.seed, ward.eyes.tissue, samples)
        return np.concatenate([altered, pathology.biomarkers(ward.seed, ward.eyes.tissue, samples) > 0], axis=1)

    def _feel(self, seen: Seen, place: np.ndarray) -> None:
        """Note new symptoms, and bring the next visit forward to look for their cause."""
        ward, who = self.ward, seen.who
        if not who.size:
            return
        ward.symptomatic[who, place] = True
        ward.book.symptom_burden[who, place] = seen.burden[np.arange(who.size), place]
        bone = place == BONE_PLACE
        ward.book.skeletal_day[who[bone]] = np.fmin(ward.book.skeletal_day[who[bone]], seen.day[bone])
        episode = ward.book.episode[who, place]
        day = symptoms.workup_day(ward.seed, seen.truth.patient, seen.day, ward.eyes.places, place, episode=episode)
        soonest = np.maximum(day, seen.day + SOON_DAY)
        ward.book.visit_day[who] = np.minimum(ward.book.visit_day[who], soonest)
        ward.book.visit_imaging[who] |= ward.plan.symptom_imaging[ward.book.phase[who]]

    def _visit(self, state: State, seen: Seen) -> State:
        """See patients: end what is over, look at toxicity, fitness and disease, and decide."""
        ward, book, courses, who, now = self.ward, self.ward.book, self.ward.courses, seen.who, seen.day
        if not who.size:
            return state
        scheduled = book.visit_day[who] <= now + 1e-6
        self._ease(state, seen)
        courses.stop(courses.over(who, now), who, now, COMPLETED, book.best[who])
        intolerant = ward.toxicities.act(courses, who, now, book)
        idle = BUSY[book.phase[who]] & ~(courses.on[who] & courses.treats).any(axis=1)
        event = np.where(idle, np.where(intolerant, INTOLERANT, TREATED), AT_VISIT)
        book.fitness[who] = self._fitness(seen, ward.toxicities.now(who, now)[1])
        event[(book.fitness[who] >= WEAK) & (book.goal[who] != COMFORT)] = DECLINED
        ordered = book.visit_imaging[who] & scheduled[:, None]
        ordered |= (idle & RESTAGED[book.phase[who]])[:, None] & ward.plan.restaging
        seen = self._examined(seen, ordered)
        imaged = ordered.any(axis=1)
        told = self._assessed(seen, imaged, ordered, event)
        state = engine.with_effects(state, courses.effect)
        decide = scheduled | (event != AT_VISIT)
        chosen = None if told is None else told[:, decide]
        return self._decide(state, seen.where(decide), event[decide], imaged[decide], chosen)

    def _ease(self, state: State, seen: Seen) -> None:
        """End symptoms of places that have shrunk far enough, and watch these places anew."""
        ward, who = self.ward, seen.who
        gone = ward.symptomatic[who] & (seen.burden < EASED * ward.book.symptom_burden[who])
        row, place = np.nonzero(gone)
        if not row.size:
            return
        at = who[row]
        ward.symptomatic[at, place] = False
        ward.book.relieved[at, place] = 0.0
        ward.book.episode[at, place] += 1
        column = state.watch.shape[1] - symptoms.N_PLACES + place
        rows = state.watch[at, column]
        rows["id"] += symptoms.N_PLACES
        rows["clock"] = rows["left"] = rows["since_day"] = 0.0
        rows["done"] = 0
        state.watch[at, column] = rows

    def _fitness(self, seen: Seen, severe: np.ndarray) -> np.ndarray:
        truth = seen.truth
        felt = self.ward.symptomatic[seen.who].sum(axis=1)
        return fitness.fitness(
            self.ward.seed,
            truth.patient,
            seen.day / YEAR_DAY,
            truth.total_cells,
            felt,
            severe,
            self.ward.plan.fitness,
        )

    def _examined(self, seen: Seen, ordered: np.ndarray) -> Seen:
        """Return what examinations show, after a second look at what may be false."""
        ward, truth = self.ward, seen.truth
        found, audit = imaging.examine(ward.seed, truth, ward.plan.modalities, ordered, seen.day, ward.eyes.cancer)
        stands = workup.standing(ward.seed, truth.patient, found, audit, ward.eyes.plan.disproved)
        return seen.showing(found.where(stands), Audit(audit.lesion[stands]))

    def _assessed(self, seen: Seen, imaged: np.ndarray, ordered: np.ndarray, event: np.ndarray) -> np.ndarray | None:
        """Tell response in those who were imaged, and change `event` to progression where there is any.

        Returns the sum of targets (mm) and whether there are new lesions, shape (2, K); None where nobody was imaged.
        """
        if not imaged.any():
            return None
        ward, part = self.ward, seen.where(imaged)
        covered = np.asarray(ordered[imaged] @ self._sees)
        told = assess(ward.tracked, part.who, covered, part.findings, part.audit)
        note_disease(ward, part, covered)
        self._note_response(part, told)
        place = np.flatnonzero(imaged)
        worse = (told.response == PD) & (event[place] != DECLINED) & (ward.book.goal[part.who] != COMFORT)
        event[place[worse]] = PROGRESSED
        out = np.full((2, imaged.size), np.nan)
        out[:, place] = told.sum_mm, told.new_lesions
        return out

    def _note_response(self, part: Seen, told: Assessment) -> None:
        """Note responses and when they first came, progression, and relapse."""
        book, who, day = self.ward.book, part.who, part.day
        book.response[who] = told.response
        treated = RESTAGED[book.phase[who]]
        for best in (book.best, book.best_overall):
            better = treated & (RANK[told.response] > RANK[best[who]])
            best[who[better]] = told.response[better]
        advanced, worse = ~np.isnan(book.first_line_day[who]), told.response == PD
        for days, which in (
            (book.response_day, treated & advanced & ANSWERED[told.response]),
            (book.progression_day, worse & advanced),
            (book.relapse_day, worse & ~advanced & (book.phase[who] != WATCHING)),
        ):
            days[who[which]] = np.fmin(days[who[which]], day[which])

    def _retest(self, charts: Charts, seen: Seen, event: np.ndarray) -> Charts:
        """Sample tumours anew where the policy wants to know, before it decides, and return what charts say then."""
        needs = getattr(self.ward.plan.policy, "needs_retest", None)
        if needs is None or not (event == PROGRESSED).any():
            return charts
        asked = event == PROGRESSED
        asked[asked] = needs(charts.of(asked))
        if asked.any():
            ward, origin = self.ward, np.full(event.size, self.ward.eyes.origin, np.int64)
            tissue, _ = pathology.biopsy(
                ward.seed, ward.eyes.tissue, seen.truth, origin, seen.findings, seen.audit, asked
            )
            self._learn(seen.who[asked], tissue.alterations[asked], tissue.biomarkers[asked])
            return replace(charts, tested=ward.book.tested[seen.who])
        return charts

    def _decide(
        self, state: State, seen: Seen, event: np.ndarray, imaged: np.ndarray, told: np.ndarray | None
    ) -> State:
        """Ask the policy, carry out what it orders, and log the visit."""
        if not seen.who.size:
            return state
        charts = self._retest(charts_of(self.ward, seen, event), seen, event)
        orders = self.ward.plan.policy.decide(charts)
        response = np.where(imaged, self.ward.book.response[seen.who], RESPONSES.index("none"))
        state = carry_out(self.ward, state, seen, event, orders, imaged)
        measured = np.full((2, seen.who.size), np.nan) if told is None else told
        marker = self._marker(seen)
        baseline = self.ward.tracked.baseline_sum_mm[seen.who]
        self.ward.book.log_visit(seen.who, seen.day, event, response, measured, baseline, marker, orders.rule)
        return state

    def _marker(self, seen: Seen) -> np.ndarray:
        """Return the level of the cancer's protein in blood, of those whose goal is not comfort alone."""
        ward, level = self.ward, np.full(seen.who.size, np.nan)
        test = self._protein
        taken = ward.book.goal[seen.who] != COMFORT
        if test is not None and taken.any():
            gone = ~ward.book.primary_in_place[seen.who[taken]]
            day = np.floor(seen.day[taken]).astype(np.int64)
            level[taken] = assays.measure(ward.seed, seen.truth.of(taken), test, day, organ_removed=gone)
        return level

    def _set_visit(self, state: State, who: np.ndarray) -> None:
        """Have the engine call at the next visit, or when something that is given comes to its end."""
        ward = self.ward
        day = np.minimum(ward.book.visit_day[who], ward.courses.next_end_day(who))
        state.watch["at_day"][who, VISIT_COLUMN] = day
        state.watch["done"][who, VISIT_COLUMN] = np.isinf(day)
