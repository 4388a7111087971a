# Two commands do everything on a fresh machine with Python 3.11 or newer: `make demo` and `make test`.
# PYTHON picks the interpreter; VENV the folder that the tools are installed into.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --progress-bar on --require-hashes --no-build-isolation
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate

.PHONY: help install demo run test check format bench lock clean
.DEFAULT_GOAL := help

help:            ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 12

install: $(VENV)/.installed       ## set up .venv for running, from the hashed lock
demo: $(VENV)/.installed          ## the whole pipeline on sample feeds: alerts here and on a local page, no account
	$(BIN)/dealwire demo
run: $(VENV)/.installed config.toml ## run with config.toml
	$(BIN)/dealwire run
test: $(VENV)/.installed-dev      ## the test suite
	$(BIN)/python -m pytest -n auto $(ARGS)
check: $(VENV)/.installed-dev     ## format, lint, strict types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -p no:randomly tests/test_architecture.py
format: $(VENV)/.installed-dev    ## put the code into its usual form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
bench: $(VENV)/.installed-dev     ## the measurements of docs/performance.md
	$(BIN)/python -m tests.benchmarks $(ARGS)
lock:            ## renew the lock files (needs the tool uv)
	$(LOCK) requirements-build.in -o requirements-build.txt
	$(LOCK) -c requirements-build.txt pyproject.toml -o requirements.txt
	$(LOCK) -c requirements.txt --extra dev pyproject.toml -o requirements-dev.txt
clean:           ## remove what was installed and built
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache

config.toml:
	cp config.example.toml config.toml
	@echo "config.toml made from config.example.toml: alerts go to this terminal until you add tokens."

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Dealwire needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "[1/3] making $(VENV)"
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements-build.txt requirements.txt pyproject.toml | $(VENV)/bin/python
	@echo "[2/3] installing the libraries named and hashed in requirements.txt (about half a minute)"
	$(INSTALL) -r requirements-build.txt
	$(INSTALL) -r requirements.txt
	@echo "[3/3] installing dealwire"
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "[dev] installing the test tools named and hashed in requirements-dev.txt"
	$(INSTALL) -r requirements-dev.txt
	@touch $@
