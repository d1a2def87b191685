"""From truth to knowledge: symptoms, imaging, blood, tissue, stage and origin.

Everything here is array code over a block of patients. It reads `model.truth.Truth`, draws by `model.draws`, and gives
findings; it knows neither the engine nor the catalogue, whose entries are handed in.
"""
