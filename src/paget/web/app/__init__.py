"""A small local server over the same module, figures and reports; it listens to this machine alone.

Whatever it can do the command line and Python can do too. It reads and writes one folder of runs.
"""
