"""Write docs/trials.md: run the trials of examples/trials and set their results beside the published ones.

It takes some minutes: `python docs/trials.py`, or `python docs/trials.py 300` for fewer patients and a quick look.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from paget.catalogue.citations import reference
from paget.cohort.trial import run_trial
from paget.cohort.trial_spec import read_trial
from paget.model.trial import Result, Trial

PAGE = Path(__file__).with_name("trials.md")
EXAMPLES = PAGE.parents[1] / "examples" / "trials"
NEAR = 0.25
"""A median, or a hazard ratio without an interval, is near where it is within this share of the published one."""

HEAD = """# Virtual trials

This page is written by `python docs/trials.py`, which runs the six trials below anew; edit that.

`paget trial` runs a trial from its specification: it simulates patients, randomises those who are eligible, follows
them until a data cut-off, and reads the data as a statistician does. Since every draw belongs to a patient and not to
an arm, it also knows what would have become of each patient in the other arm, and tells that beside it.

It is for research and teaching; it is not a medical device.

```sh
paget trial examples/trials/lung_flaura.toml                     # as text, beside the published result
paget trial examples/trials/lung_flaura.toml -n 500 --json       # as one JSON object
paget trial examples/trials/lung_flaura.toml --out flaura --adam # with the data, and as CDISC ADaM data sets
```

```python
import paget

result = paget.run_trial("examples/trials/lung_flaura.toml", n=2000, workers=2)
result.comparisons[0].hazard_ratios["PFS"]  # what the trial finds
result.pairs[0].benefits["OS"].mean_gain_day  # what the same patients gain
result.data.patients, result.adam()["ADTTE"]  # the randomised data, and as ADaM
```

Statistics need the extra `trials`: `pip install 'paget[trials]'`.

## What is simulated

1. Patients with the cancer live from the first malignant cell until death. They are found by symptoms or by chance, and
   cared for by the policy (`standard_of_care` unless another is named).
2. At each of the events in `eligibility.at` a patient is looked at; the first time that all conditions hold, by what is
   known and not by the truth, he is randomised. His arm starts its therapies and stops all others but those it keeps.
   The visit names the rule `randomised`.
3. From then on the arm's own rules (`then`) come before those of the policy, and the policy decides all else: what
   follows planned treatment, later lines, supportive care. Until progression, all arms are examined on one schedule.
4. All patients are run through **every** arm, so that there are two or more futures of the same past. The first arm
   runs everybody with the cancer; the others only those whom it randomised.
5. The trial itself uses one future of each. Patients come in evenly over the accrual, in permuted blocks in order of
   entry (or each by himself); the data are cut off some months after the last came in, and some patients drop out.

As many patients are simulated as asked for, and all who are eligible take part; how many that were is told. If nobody
is, the error says how many had their cancer found and which conditions they did not meet.

## The specification

```toml
name = "..."                      # id is the name of the file
summary = "..."
cancer = "lung_adenocarcinoma"    # or a group
endpoints = ["PFS", "OS", "ORR"]  # the first is primary: OS or PFS; then any of DoR, ORR, SRE, grade3, QALY
reference = "gefitinib"           # the first arm if left out

[population]
patients = 3000                   # with the cancer, whether eligible or not
seed = 1

[eligibility]                     # the conditions of a protocol's rules, see paget show policies/...
at = ["diagnosis", "progression"]
metastatic = true
lines = [0]
worst_fitness = 1
has = ["EGFR"]

[design]                          # with source, grade and rationale, as every number
accrual_month = 15.0
follow_up_month = 39.0            # from the last randomisation to the cut-off
drop_out_per_year = 0.0
assessed_every_day = 42.0
imaging = ["ct"]
response_confirmed = false
blocks = true                     # permuted blocks
alpha = 0.05
power = 0.8

[[arms]]
id = "gefitinib"
name = "Gefitinib"
weight = 1                        # of the randomisation
give = ["gefitinib"]
keep = ["analgesia"]              # what else goes on; supportive care if left out
wait_day = 0.0
phase = "systemic"                # "adjuvant" or "surveillance" with goal = "cure" and new_line = false after surgery
then = []                         # rules as in a protocol, for the randomised of this arm
```

`[published]` holds medians (months), shares and hazard ratios with their sources, which `[[sources]]` lists. Unknown
names, arms without patients, conditions that nobody can meet, and times without an end are told before anything runs.

## How to read it

- **Medians** are Kaplan-Meier estimates; **hazard ratios** come from Cox regression and **p** from the log-rank test.
  Progression is told by RECIST 1.1 from what examinations show. Response is the best one out of all in the arm; as in
  RECIST 1.1 for randomised trials it needs no confirmation, unless `response_confirmed = true`. Its duration is that
  of responses which a scan confirmed four weeks later or more. PFS ends with progression or death; whoever had
  neither is censored at the last examination. Further treatment censors nobody. After surgery, progression is
  relapse.
- **Grade 3 or worse** counts effects of the arm's own therapies only, after randomisation.
- **The same patients** compares each patient's life under the arm with the same patient's life under the reference,
  until death, without censoring. "Gain" is more than 30 days, "lose" more than one. The mean is what a very large trial
  without cut-off would estimate; how the gain is shared out, no trial can show. Quality-adjusted life counts from
  diagnosis; what came before randomisation is equal.
- **Power** is the share of 200 trials that succeed: drawn from these pairs, each randomised and cut off anew, the arm
  does better and the log-rank test rejects at `alpha`, two-sided. It is told at the size of the real trial, and the
  smallest of 50 to 3,200 patients that reaches `power`. Patients are drawn with replacement from those simulated.
- Events of a simulated trial fall on visits, so that curves have steps as in real ones.

`--out DIR` keeps `result.json`, the randomised data (`randomised/`), and the data of all patients under each arm
(`arm-NAME/`), as Parquet. `--adam` adds ADSL, ADTTE, ADRS, ADTR and ADAE as Parquet and CSV, with `define.csv`.

## What is not as in real trials

- Care before and after is today's standard in every arm, also where the real trial is older: second lines are better
  than they were, which lengthens survival in both arms and dilutes differences in it.
- Eligibility has a performance status and ages, but no organ function, no comorbidity and no measurable disease, and
  patients who take part do not differ from those who could. Real trials take the healthier.
- The policy may treat few metastases locally while patients are on trial, which some protocols forbid.
- There is no placebo effect, no unblinding, no central review, and nobody declines or crosses over but by the policy.
"""

Found = dict[str, Any]
Told = tuple[Trial, Found]


def main(patients: int | None) -> None:
    """Run all examples and write the page."""
    told = []
    for path in sorted(EXAMPLES.glob("*.toml")):
        trial = read_trial(path)
        told.append((trial, run_trial(trial, patients, progress=True).as_dict()))
        print(f"ran {trial.id}")
    PAGE.write_text("\n".join([HEAD, *_results(told)]) + "\n", encoding="utf-8", newline="\n")
    print(f"wrote {PAGE}")


def _results(told: list[Told]) -> Iterator[str]:
    yield "## Six trials, simulated and published"
    yield ""
    yield "Simulated values with their 95 % interval stand before the published ones in brackets. Medians are months;"
    yield "the arm named is compared with the reference."
    yield ""
    for endpoint in ("OS", "PFS"):
        yield f"### {endpoint}"
        yield ""
        yield from _table(
            ["trial", "randomised", "reference", "arm", "median, reference", "median, arm", "hazard ratio", "agrees"],
            (_row(trial, found, endpoint) for trial, found in told),
        )
    yield "### Response"
    yield ""
    yield from _table(
        ["trial", "reference", "arm"],
        (_responses(trial, found) for trial, found in told if "ORR" in trial.endpoints),
    )
    yield "### The same patients under both arms"
    yield ""
    yield from _table(
        [
            *("trial", "mean gain in life, months", "gain", "lose"),
            *("share of patients with half of the gain", "power at the real size", "patients for the power wanted"),
        ],
        (_pairs(trial, found) for trial, found in told),
    )
    yield "### Where they agree and where not"
    yield ""
    yield from _verdict(told)
    yield ""
    yield "### Sources"
    yield ""
    for trial, _ in told:
        yield from (f"- `{trial.id}`: {reference(source)}" for source in trial.sources)


def _table(heads: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'|'.join(['---'] * len(heads))}|"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def _row(trial: Trial, found: Found, endpoint: str) -> list[str]:
    arm = trial.others[0].id
    medians = {each["arm"]: each["medians_month"][endpoint] for each in found["arms"]}
    ratio = found["comparisons"][0]["hazard_ratios"][endpoint]
    published = _published(trial, "hazard_ratios", endpoint, arm)
    return [
        trial.id,
        f"{found['randomised']:,} of {found['simulated']:,}",
        trial.control,
        arm,
        *(
            _beside(medians[name], _published(trial, "medians_month", endpoint, name), 1)
            for name in (trial.control, arm)
        ),
        _beside(ratio, published, 2),
        "-" if published is None else ("yes" if _agrees(ratio, published) else "no"),
    ]


def _responses(trial: Trial, found: Found) -> list[str]:
    shares = {each["arm"]: each["shares"]["ORR"] for each in found["arms"]}
    cells = []
    for name in (trial.control, trial.others[0].id):
        published = _published(trial, "shares", "ORR", name)
        told = "" if published is None else f" [{100 * published.value:.0f} %]"
        cells.append(f"{100 * shares[name]['share']:.0f} %{told}")
    return [trial.id, *cells]


def _pairs(trial: Trial, found: Found) -> list[str]:
    pair, size = found["pairs"][0], found["sizes"][0]
    gain, life = pair["benefits"]["OS"], pair["benefits"]["OS"]["mean_gain_month"]
    held, most = pair["half_held_by"], max(int(number) for number in size["tried"])
    return [
        trial.id,
        f"{life['value']:+.1f} ({life['low']:.1f} to {life['high']:.1f})",
        f"{100 * gain['gaining']['share']:.0f} %",
        f"{100 * gain['harmed']['share']:.0f} %",
        "-" if held is None else f"{100 * held:.0f} %",
        f"{100 * size['power']['share']:.0f} % of {size['as_large_as']:,} patients, {trial.endpoints[0]}",
        f"{size['enough']:,}" if size["enough"] else f"more than {most:,}",
    ]


def _verdict(told: list[Told]) -> Iterator[str]:
    apart, near, medians, agreeing, ratios = [], 0, 0, 0, 0
    for trial, found in told:
        for each in trial.published.hazard_ratios:
            mine = found["comparisons"][0]["hazard_ratios"][each.endpoint]
            ratios += 1
            agreeing += _agrees(mine, each)
            if not _agrees(mine, each):
                apart.append(f"{each.endpoint} of `{trial.id}`, {_beside(mine, each, 2)}")
        for each in trial.published.medians_month:
            of_arm = next(arm for arm in found["arms"] if arm["arm"] == each.arm)["medians_month"]
            if each.endpoint in ("OS", "PFS"):
                value = of_arm[each.endpoint]["value"]
                medians += 1
                near += value is not None and abs(value / each.value - 1.0) <= NEAR
    yield (
        f"A hazard ratio agrees where the simulated one lies in the published interval, or, without one, within a "
        f"quarter of it: so do {agreeing} of {ratios}. Medians are within a quarter of the published ones in {near} of "
        f"{medians}. The intervals of the simulation tell how much of a disagreement can be chance."
    )
    if apart:
        yield ""
        yield f"They do not agree for {'; '.join(apart)}."


def _agrees(mine: Found, published: Result) -> bool:
    """Return whether a simulated value is one that the real trial would not rule out."""
    if mine["value"] is None:
        return False
    if published.low is None or published.high is None:
        return bool(abs(mine["value"] / published.value - 1.0) <= NEAR)
    return bool(published.low <= mine["value"] <= published.high)


def _beside(mine: Found, published: Result | None, digits: int) -> str:
    told = [None if mine[part] is None else f"{mine[part]:.{digits}f}" for part in ("value", "low", "high")]
    value = "not reached" if told[0] is None else told[0]
    interval = "" if told[1] is None and told[2] is None else f" ({told[1] or '-'} to {told[2] or '-'})"
    if published is None:
        return value + interval
    beside = f"{published.value:.{digits}f}"
    if published.low is not None or published.high is not None:
        ends = [None if end is None else f"{end:.{digits}f}" for end in (published.low, published.high)]
        beside += f", {ends[0] or '-'} to {ends[1] or '-'}"
    return f"{value}{interval} [{beside}]"


def _published(trial: Trial, part: str, endpoint: str, arm: str) -> Result | None:
    found: Iterator[Result] = (
        each for each in getattr(trial.published, part) if (each.endpoint, each.arm) == (endpoint, arm)
    )
    return next(found, None)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else None)
