from __future__ import annotations

import subprocess
import sys
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import paget
from paget.cohort.gym import NUMBERS, VISIT_DAYS, CareEnv, _Agent
from paget.errors import RunError, SettingError, UnknownEntryError
from paget.model.chart import EVENTS

SEED, N = 5, 12
EVERY_56_DAYS = VISIT_DAYS.index(56.0)


@pytest.fixture(scope="module")
def env() -> CareEnv:
    return CareEnv("colorectal", simulation_seed=SEED)


def lived(env: CareEnv, patient: int, **given: str) -> tuple[list[float], list[dict[str, Any]], float]:
    """Return rewards and observations of an episode in which one therapy is given at some events, and its last day."""
    observation, info = env.reset(options={"patient": patient})
    rewards, observations, over = [], [observation], False
    while not over:
        name = given.get(EVENTS[int(observation["event"])])
        give = env.giving() if name is None else env.giving(name)
        observation, reward, over, truncated, info = env.step({"give": give, "visit": EVERY_56_DAYS})
        assert not truncated
        rewards.append(reward)
        observations.append(observation)
    return rewards, observations, info["age_day"]


def test_the_interface_is_that_of_gymnasium() -> None:
    """The checker of the library finds nothing to say, neither of an object nor of a registered name."""
    made = gymnasium.make("paget.cohort.gym:paget/Care-v0", cancer="pancreas")
    check_env(made.unwrapped)


def test_untreated_episodes_are_the_natural_history(env: CareEnv) -> None:
    """Patient and death are those of a run of the same seed without care."""
    run = paget.simulate("colorectal", N, seed=SEED, care="none", workers=1).patients
    found = run.index[run["diagnosis_age_day"].notna()]
    assert len(found) > N // 2
    assert [lived(env, int(k))[2] for k in found] == pytest.approx(run["death_age_day"][found].tolist())


def test_rewards_sum_to_the_quality_adjusted_days_of_a_run(env: CareEnv) -> None:
    """A run under a policy that always does the same, patient by patient."""
    agent = _Agent(env.therapies)
    agent.kinds, agent.imaging, agent.visit_day = env._agent.kinds, env._agent.imaging, 56.0
    run = paget.simulate("colorectal", N, seed=SEED, care=agent, workers=1).patients
    found = run.index[run["diagnosis_age_day"].notna()]
    sums = [sum(lived(env, int(k))[0]) for k in found]
    assert sums == pytest.approx(run["quality_adjusted_day"][found].tolist())


def test_surgery_lengthens_the_lives_of_most(env: CareEnv) -> None:
    """An agent that has every primary removed does better than one that only looks, at seed 5."""
    run = paget.simulate("colorectal", N, seed=SEED, care="none", workers=1).patients
    found = [int(k) for k in run.index[run["diagnosis_age_day"].notna()]]
    gains = [lived(env, k, diagnosis="surgery_primary")[2] - lived(env, k)[2] for k in found]
    assert np.mean(gains) > 100.0


def test_what_is_given_shows_in_the_chart(env: CareEnv) -> None:
    """A course is under way at the next visit, and stops when it is no longer asked for."""
    env.reset(options={"patient": 0})
    at = env.therapies.index("folfox")
    observation, *_ = env.step({"give": env.giving("folfox"), "visit": 0})
    assert (observation["on"][at], observation["given"][at]) == (1, 1)
    observation, *_ = env.step({"give": env.giving(), "visit": 0})
    assert (observation["on"][at], observation["given"][at]) == (0, 1)
    assert observation["numbers"][list(NUMBERS).index("since_diagnosis_day")] == pytest.approx(28.0, abs=0.1)


def test_a_seed_decides_which_patients_come(env: CareEnv) -> None:
    """The same ones in the same order."""
    first = [env.reset(seed=3)[1]["patient"], env.reset()[1]["patient"]]
    again = [env.reset(seed=3)[1]["patient"], env.reset()[1]["patient"]]
    assert first == again
    assert first[0] != first[1]


def test_observations_hold_nothing_but_what_their_space_says(env: CareEnv) -> None:
    """Every observation of an episode lies in the space."""
    for observation in lived(env, 0, diagnosis="folfox")[1]:
        assert env.observation_space.contains(observation)


def test_a_step_out_of_turn_or_of_the_space_is_refused() -> None:
    """Before the first reset, after the end, and with an action that is none."""
    fresh = CareEnv("colorectal", simulation_seed=SEED, therapies=["folfox"])
    with pytest.raises(RunError, match="reset"):
        fresh.step({"give": fresh.giving(), "visit": 0})
    lived(fresh, 0)
    with pytest.raises(RunError, match="reset"):
        fresh.step({"give": fresh.giving(), "visit": 0})
    fresh.reset(options={"patient": 0})
    with pytest.raises(SettingError, match="action space"):
        fresh.step({"give": fresh.giving(), "visit": 99})


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"cancer": "colorectall"}, UnknownEntryError),
        ({"therapies": ["folfix"]}, SettingError),
        ({"imaging": ["xray"]}, SettingError),
        ({"simulation_seed": -1}, SettingError),
    ],
)
def test_a_wrong_name_is_refused(options: dict[str, Any], error: type[Exception]) -> None:
    """When the environment is made."""
    with pytest.raises(error):
        CareEnv(**options)


def test_a_patient_who_is_never_diagnosed_has_no_episode(env: CareEnv) -> None:
    """Patient 32 of seed 5 dies before anybody knows of the cancer."""
    with pytest.raises(SettingError, match="never diagnosed"):
        env.reset(options={"patient": 32})
    with pytest.raises(SettingError) as caught:
        env.giving("folfix")
    assert caught.value.meant == "folfox"


def test_without_the_package_the_extra_is_named() -> None:
    """Nothing else of the package needs it."""
    source = "import sys; sys.modules['gymnasium'] = None; import paget.cohort.api; import paget.cohort.gym"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "MissingExtraError" in done.stderr
    assert "pip install 'paget[gym]'" in done.stderr
