"""A simple agent in the environment: the same patients with and without surgery at diagnosis.

Run it with: python examples/policies/agent.py (it needs the extra gym: pip install 'paget[gym]')
"""

# ruff: noqa: INP001, T201 - a script beside the package, which prints what it shows

from __future__ import annotations

from paget.cohort.gym import VISIT_DAYS, CareEnv
from paget.model.chart import EVENTS

EPISODES, SEED = 5, 1
EVERY_84_DAYS = VISIT_DAYS.index(84.0)

env = CareEnv("colorectal", therapies=["surgery_primary", "surgery_nodes"])
for name, at_diagnosis in (("nothing", ()), ("surgery", ("surgery_primary", "surgery_nodes"))):
    rewards = []
    for episode in range(EPISODES):
        observation, info = env.reset(seed=SEED + episode)
        total_day, over = 0.0, False
        while not over:
            is_diagnosis = observation["event"] == EVENTS.index("diagnosis")
            give = env.giving(*(at_diagnosis if is_diagnosis else ()))
            observation, reward, over, _, info = env.step({"give": give, "visit": EVERY_84_DAYS})
            total_day += reward
        rewards.append(total_day)
    print(f"{name}: {sum(rewards) / EPISODES:.0f} quality-adjusted days an episode")
print(f"the last patient was number {info['patient']:,}")
