"""The vocabulary: frozen, validated objects that say what a cancer, a body and a driver are.

Nothing here reads a file or knows the engine. Every number is a `Quantity` with its unit, source and grade,
already in the canonical unit of its field. Import the module of the noun that you need.
"""
