# The two commands that matter are `make demo` and `make test`; both set up what they need first.

ifeq ($(OS),Windows_NT)
PYTHON ?= python
BIN := .venv/Scripts
else
PYTHON ?= python3
BIN := .venv/bin
endif

EXTRAS := app,bench,calibrate,dask,dev,plots,trials
STAMP := .venv/.paget-setup
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: help setup demo test check test-all bench docs-tables evidence format pins clean

help:
	@echo "make setup        make .venv with everything"
	@echo "make demo         simulate 10,000 patients with colorectal cancer into runs/demo"
	@echo "make test         lint, types, import contracts and the quick tests"
	@echo "make test-all     the same with the slow tests"
	@echo "make bench        print the table of speed and memory"
	@echo "make docs-tables  write docs/catalogue.md, modalities.md and symptoms.md from the entries"
	@echo "make evidence     simulate every cancer and write docs/evidence.md (about five minutes)"
	@echo "make format       let ruff format and fix"
	@echo "make pins         resolve all dependencies anew into constraints.txt"
	@echo "make clean        remove .venv, caches and runs/demo"

setup: $(STAMP)
	@:

# The stamp is written last, so a set-up that was interrupted is done again.
$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Paget needs Python 3.11 or newer; name one: make setup PYTHON=python3.12')"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "setting up .venv (once; about two minutes)"
	@$(PIP) install --constraint constraints.txt --editable ".[$(EXTRAS)]"
	@touch $(STAMP)

demo: setup
	@$(BIN)/paget run colorectal -n 10000 --out runs/demo

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: check
	$(BIN)/python -m pytest -q -n 2

test-all: check
	$(BIN)/python -m pytest -q -n 2 -m "slow or not slow"

bench: setup
	@$(BIN)/python -m benchmarks

docs-tables: setup
	$(BIN)/python docs/tables.py
	$(BIN)/python docs/modalities.py
	$(BIN)/python docs/symptoms.py

evidence: setup
	$(BIN)/python docs/evidence.py

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

pins:
	$(PYTHON) -m venv .venv-pins
	.venv-pins/$(notdir $(BIN))/python -m pip --quiet --disable-pip-version-check install ".[$(EXTRAS)]"
	printf '%s\n' '# Versions that `make setup` installs: one resolution of every extra.' '# `make pins` writes this file anew.' > constraints.txt
	.venv-pins/$(notdir $(BIN))/python -m pip --disable-pip-version-check list --format=freeze | grep -v -i -E '^(paget|pip|setuptools)==' >> constraints.txt
	rm -rf .venv-pins

clean:
	rm -rf .venv .venv-pins .ruff_cache .mypy_cache .pytest_cache .import_linter_cache .hypothesis build dist runs/demo
