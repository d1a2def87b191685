"""The command line reads options, calls the package and prints. Nothing heavy loads before a command runs."""
