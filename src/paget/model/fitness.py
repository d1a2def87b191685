"""Performance status (ECOG): a latent score of age, other illness, burden, symptoms and toxicity, cut into 0 to 4."""

from __future__ import annotations

from pydantic import Field

from paget.model.measure import Cells, Factor, PositiveFactor
from paget.model.names import EntryId
from paget.model.quantity import Frozen


class Fitness(Frozen):
    """Weights of the score; status k is reached at k on the score, and 4 is the worst."""

    id: EntryId = Field(description="name of the entry")
    name: str = Field(min_length=1, description="name for people")
    summary: str = Field(min_length=1, description="what the score is made of")
    comorbidity: PositiveFactor = Field(description="standard deviation of the patient's own, lifelong part")
    per_decade: Factor = Field(description="score by ten years of age above 50")
    half_burden: Cells = Field(description="burden that adds one half of `burden`")
    burden: Factor = Field(description="score by a burden beyond all bounds: burden x b / (b + half_burden)")
    symptom: Factor = Field(description="score by each symptomatic organ")
    toxicity: Factor = Field(description="score by a toxicity of grade 3 or worse that lasts")
