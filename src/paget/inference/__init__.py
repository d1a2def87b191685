"""From published figures to judgement: what was measured in people, and how near a simulation comes to it."""
