"""From tables to numbers: summaries, survival, shares, trees. Nothing here knows where they lie."""
