"""The care of one patient as an environment for learning agents, by the interface of Gymnasium.

An episode is one patient from the day of the diagnosis to death. The agent sees what a chart holds and nothing else; it
says what is to be given from now on, and when to look again. The reward is the quality-adjusted days since the last
decision, so that a whole episode sums to what a run tells of that patient. Needs the extra ``gym``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from paget import engine
from paget.cohort.care_charts import charts_of
from paget.cohort.care_plan import STANDARD, CarePlan, make_plan
from paget.cohort.care_result import result_of
from paget.cohort.care_worth import value
from paget.cohort.caring import Care
from paget.cohort.mixture import entry_numbers
from paget.cohort.population import draw_patients
from paget.cohort.recipe import N_MAX, SEED_MAX, check_number, make_recipe
from paget.cohort.search import FIRST_SYMPTOM, WATCH, Search
from paget.errors import MissingExtraError, RunError, SettingError, nearest
from paget.model import layout
from paget.model.chart import EVENTS, GOALS, PHASES, RESPONSES, Charts, Orders

try:
    import gymnasium
    from gymnasium import spaces
except ImportError as error:
    raise MissingExtraError("An environment for learning agents", "gymnasium", "gym") from error

if TYPE_CHECKING:
    from paget.cohort.recipe import Recipe
    from paget.cohort.ward import Seen
    from paget.engine import State

Observation = dict[str, Any]
Action = dict[str, Any]

VISIT_DAYS: Final = (14.0, 28.0, 56.0, 84.0, 180.0, 365.0)
"""Times to the next visit that an agent chooses from."""
UNKNOWN: Final = -1.0
"""What stands in an observation for a number that nobody knows."""
NEVER_DAY: Final = 36_525.0
"""Days since a treatment that there never was."""
TRIES: Final = 1_000
"""Patients looked at for one who is diagnosed."""
NUMBERS: Final = {
    "age_year": (0.0, 130.0),
    "since_diagnosis_day": (0.0, NEVER_DAY),
    "metastases": (0.0, 1e6),
    "primary_mm": (UNKNOWN, 1e4),
    "fitness": (0.0, 4.0),
    "line": (0.0, 1e3),
    "free_day": (0.0, NEVER_DAY),
    "worst_grade": (0.0, 5.0),
}
"""Numbers of an observation, with their ranges."""


class CareEnv(gymnasium.Env[Observation, Action]):
    """One patient an episode: see, decide, wait.

    Parameters
    ----------
    cancer
        A cancer or a group of cancers.
    simulation_seed
        Seed of the run whose patients these are; `reset` chooses among them.
    therapies
        What the agent may give; what the standard of care gives if None.
    settings
        Catalogue numbers to replace.
    screening
        Screening programme; None for none.
    imaging
        Examinations at each visit.

    Raises
    ------
    UnknownEntryError, SettingError, EntryError
        If a name is not known or a number out of range.

    Examples
    --------
    >>> env = CareEnv("colorectal")  # doctest: +SKIP
    >>> observation, info = env.reset(seed=1)  # doctest: +SKIP
    >>> env.step({"give": env.giving("folfox"), "visit": 2})  # doctest: +SKIP
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 - the interface's own name and type

    def __init__(
        self,
        cancer: str = "colorectal",
        *,
        simulation_seed: int = 1,
        therapies: Sequence[str] | None = None,
        settings: Mapping[str, str] | None = None,
        screening: str | None = None,
        imaging: Sequence[str] = ("ct",),
    ) -> None:
        check_number("simulation_seed", simulation_seed, 0, SEED_MAX)
        standard = make_recipe(cancer, seed=simulation_seed, settings=settings, screening=screening, care=STANDARD)
        self._agent = _Agent(_therapies_of(standard) if therapies is None else tuple(dict.fromkeys(therapies)))
        self._recipe = replace(standard, plans=tuple(self._plan(standard, k) for k in range(len(standard.members))))
        plan = self._recipe.plans[0]
        assert plan is not None  # noqa: S101 - made two lines above
        self.therapies: tuple[str, ...] = self._agent.therapies
        self._agent.imaging = _chosen(imaging, tuple(each.id for each in plan.modalities), "imaging")
        self._agent.kinds = tuple(each.kind for each in plan.therapies)
        self.observation_space = _observations(len(self.therapies), len(plan.tests))
        self.action_space = spaces.Dict(
            {"give": spaces.MultiBinary(len(self.therapies)), "visit": spaces.Discrete(len(VISIT_DAYS))}
        )
        self._episode: _Episode | None = None

    def _plan(self, recipe: Recipe, number: int) -> CarePlan:
        watched = recipe.watched
        plan = make_plan(self._agent, recipe.members[number][0], watched.tissue, watched.modalities, recipe.seed)
        assert plan is not None  # noqa: S101 - a policy that is an object always has a plan
        return plan

    def giving(self, *names: str) -> np.ndarray:
        """Return the part of an action that says what is given from now on, by names.

        Parameters
        ----------
        names
            Therapies.

        Raises
        ------
        SettingError
            If one of them is not among the environment's.
        """
        return _chosen(names, self.therapies, "give").astype(np.int8)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin with another patient, on the day of the diagnosis.

        Parameters
        ----------
        seed
            Seed by which patients are chosen from now on.
        options
            ``{"patient": index}`` for a patient of one's own choice.

        Returns
        -------
        observation, info
            What is known, and the patient's index and age in days.

        Raises
        ------
        SettingError
            If the patient of one's own choice is never diagnosed.
        """
        super().reset(seed=seed)
        wanted = (options or {}).get("patient")
        if wanted is not None:
            check_number("patient", wanted, 0, N_MAX - 1)
        for _ in range(TRIES if wanted is None else 1):
            index = int(self.np_random.integers(N_MAX)) if wanted is None else int(wanted)
            self._episode = _Episode(self._recipe, index)
            if self._episode.charts is not None:
                return self._told(self._episode.charts), self._episode.info()
        if wanted is None:
            raise RunError(f"None of {TRIES} patients is ever diagnosed.", fix="name another cancer")
        raise SettingError("This patient is never diagnosed.", key="patient", value=wanted, fix="choose another one")

    def step(self, action: Action) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Carry out what is decided, and go on to the next decision or to death.

        Parameters
        ----------
        action
            ``give``: what is given from now on, one flag a therapy; ``visit``: which of `VISIT_DAYS` follows.

        Returns
        -------
        observation, reward, terminated, truncated, info
            What is known then; quality-adjusted days since; whether the patient has died; always False; who it is.

        Raises
        ------
        SettingError
            If the action is not one of the action space.
        RunError
            If there is no episode under way.
        """
        if self._episode is None or self._episode.over or self._episode.charts is None:
            raise RunError("There is no episode under way.", fix="call reset first")
        if not self.action_space.contains(action):
            raise SettingError(
                "The action is not one of the action space.",
                key="action",
                value=action,
                allowed=f"give: {len(self.therapies)} flags (int8); visit: 0 to {len(VISIT_DAYS) - 1}",
            )
        self._agent.given, self._agent.visit_day = np.asarray(action["give"], bool), VISIT_DAYS[int(action["visit"])]
        reward = self._episode.go_on()
        return self._told(self._episode.charts), reward, self._episode.over, False, self._episode.info()

    @staticmethod
    def _told(charts: Charts) -> Observation:
        """Return the chart of one patient as an observation."""
        known = {
            "age_year": charts.age_year[0],
            "since_diagnosis_day": charts.day[0] - charts.diagnosis_day[0],
            "metastases": charts.metastases[0],
            "primary_mm": np.nan_to_num(charts.primary_mm[0], nan=UNKNOWN),
            "fitness": charts.fitness[0],
            "line": charts.line[0],
            "free_day": charts.free_day[0],
            "worst_grade": charts.worst_grade[0],
        }
        numbers = [np.clip(known[name], low, high) for name, (low, high) in NUMBERS.items()]
        codes = {name: np.int64(getattr(charts, name)[0]) for name in _CODES}
        return {
            "numbers": np.array(numbers, np.float32),
            **codes,
            "node_positive": np.int64(charts.node_positive[0]),
            "primary_in_place": np.int64(charts.primary_in_place[0]),
            "sites": charts.sites[0].astype(np.int8),
            "symptomatic": charts.symptomatic[0].astype(np.int8),
            "tested": charts.tested[0].astype(np.int8),
            "given": np.minimum(charts.given[0], _MOST_GIVEN).astype(np.int16),
            "on": charts.on[0].astype(np.int8),
        }


_MOST_GIVEN: Final = 1_000
_CODES: Final = {
    "event": len(EVENTS),
    "phase": len(PHASES),
    "goal": len(GOALS),
    "response": len(RESPONSES),
    "best": len(RESPONSES),
    "sex": len(layout.SEXES),
    "stage_group": 5,
}


def _observations(therapies: int, tests: int) -> spaces.Dict:
    """Return the space of observations."""
    low, high = (np.array([each[k] for each in NUMBERS.values()], np.float32) for k in (0, 1))
    return spaces.Dict(
        {
            "numbers": spaces.Box(low, high, dtype=np.float32),
            **{name: spaces.Discrete(count) for name, count in _CODES.items()},
            "node_positive": spaces.Discrete(2),
            "primary_in_place": spaces.Discrete(2),
            "sites": spaces.MultiBinary(layout.N_ORGANS),
            "symptomatic": spaces.MultiBinary(layout.N_ORGANS),
            "tested": spaces.Box(-1, 1, (tests,), np.int8),
            "given": spaces.Box(0, _MOST_GIVEN, (therapies,), np.int16),
            "on": spaces.MultiBinary(therapies),
        }
    )


def _therapies_of(recipe: Recipe) -> tuple[str, ...]:
    plans = [plan for plan in recipe.plans if plan is not None]
    return tuple(dict.fromkeys(each.id for plan in plans for each in plan.therapies))


def _chosen(names: Sequence[str], known: tuple[str, ...], key: str) -> np.ndarray:
    """Return names as flags over those that are known."""
    for name in names:
        if name not in known:
            raise SettingError(
                "There is no such name here.", key=key, value=name, allowed=known, meant=nearest(name, known)
            )
    return np.isin(np.array(known), names)


class _Agent:
    """The policy that does what the agent has said (`model.chart.Policy`)."""

    def __init__(self, therapies: tuple[str, ...]) -> None:
        self.therapies = therapies
        self.kinds: tuple[str, ...] = ()
        self.given = np.zeros(len(therapies), bool)
        self.imaging = np.zeros(0, bool)
        self.visit_day = VISIT_DAYS[0]

    def decide(self, charts: Charts) -> Orders:
        """Return the action as orders: what is given goes on or starts, and all else stops."""
        start = np.tile(self.given, (charts.count, 1))
        kinds = {kind for kind, given in zip(self.kinds, self.given, strict=True) if given}
        systemic = kinds - {"surgery", "radiation", "supportive", "bone_agent"}
        phase = "systemic" if systemic else "local" if kinds & {"surgery", "radiation"} else "watching"
        against = np.array([kind not in {"surgery", "radiation", "supportive", "bone_agent"} for kind in self.kinds])
        begins = (start & ~charts.on & against).any(axis=1)
        spread = charts.metastases > 0
        goal = np.where(spread | (charts.line > 0), GOALS.index("control"), GOALS.index("cure"))
        return replace(
            Orders.none(charts),
            start=start,
            stop=charts.on & ~start,
            phase=np.full(charts.count, PHASES.index(phase)),
            goal=goal,
            new_line=begins & spread,
            next_visit_day=np.full(charts.count, self.visit_day),
            imaging=np.tile(self.imaging, (charts.count, 1)),
        )


class _Waiting(Care):
    """The care of a block that leaves each decision open until it is asked to go on."""

    open: tuple[Seen, np.ndarray, np.ndarray, np.ndarray | None] | None = None

    def _decide(
        self, state: State, seen: Seen, event: np.ndarray, imaged: np.ndarray, told: np.ndarray | None
    ) -> State:
        if seen.who.size:
            self.open = seen, event, imaged, told
        return state

    def charts(self) -> Charts | None:
        """Return the chart of whom a decision is due for; None where none is."""
        return None if self.open is None else charts_of(self.ward, self.open[0], self.open[1])

    def decide_now(self, state: State) -> State:
        """Carry out what the policy orders at the decision that was left open."""
        assert self.open is not None  # noqa: S101 - asked only while a decision is open
        (seen, event, imaged, told), self.open = self.open, None
        state = super()._decide(state, seen, event, imaged, told)
        value(self.ward, seen.who, seen.day)
        self._set_visit(state, seen.who)
        return state


class _Episode:
    """One patient, from one decision to the next.

    Parameters
    ----------
    recipe
        What is simulated.
    index
        The patient.
    """

    def __init__(self, recipe: Recipe, index: int) -> None:
        indices = np.array([index], np.int64)
        number = int(entry_numbers(recipe.seed, indices, [weight for _, weight in recipe.members])[0])
        program, eyes, plan = recipe.programs[number], recipe.eyes[number], recipe.plans[number]
        assert plan is not None  # noqa: S101 - the environment makes one for each cancer
        who = draw_patients(program, eyes.cancer, recipe.population, recipe.seed, indices)
        search = Search(program, eyes, recipe.seed, engine.start(program, recipe.seed, who), plan)
        self._care = _Waiting(program, eyes, plan, recipe.seed, search.known, search.symptomatic, FIRST_SYMPTOM)
        search.care = self._care
        self._search, self._index = search, index
        self.over = False
        self._worth_day = 0.0
        self.charts: Charts | None = None
        self._advance()

    def info(self) -> dict[str, Any]:
        """Return who the patient is, and the age in days."""
        return {"patient": self._index, "age_day": float(self._search.state.course["now_day"][0])}

    def go_on(self) -> float:
        """Carry out the decision and go on to the next one; return the quality-adjusted days in between."""
        self._search.state = self._care.decide_now(self._search.state)
        self._advance()
        if self.over:
            self._search.finish()
            worth_day = float(result_of(self._care.ward, self._search.state).patients["qaly_day"][0])
        else:
            worth_day = float(self._care.ward.book.qaly_day[0])
        gained, self._worth_day = worth_day - self._worth_day, worth_day
        return gained

    def _advance(self) -> None:
        """Let the engine run until a decision is due, or to the end; the last chart stays."""
        while self._care.open is None and not self.over:
            self._search.state, stops = engine.advance(self._search.program, self._search.state)
            called = np.flatnonzero(stops["reason"] == WATCH)
            self.over = not called.size
            if called.size:
                self._search.answer(called, stops["watch_id"][called])
        self.charts = self._care.charts() or self.charts


gymnasium.register(id="paget/Care-v0", entry_point="paget.cohort.gym:CareEnv")
