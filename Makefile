# make demo and make test do all set-up; tools/setup says in one sentence what is missing where it cannot.

SHELL := /bin/bash
BIN := .venv/bin
STAMP := .venv/.ready

.PHONY: help setup demo test check lint format types layers bench clean

help:  ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: $(STAMP)  ## make .venv with everything in it

$(STAMP): pyproject.toml constraints.txt tools/setup
	@tools/setup
	@touch $@

demo: $(STAMP)  ## simulate a network, trace a campaign in it, write the reports
	@tools/pdf-libraries || true
	@$(BIN)/hoptrace demo

test: $(STAMP)  ## run the tests
	@tools/pdf-libraries || true
	@$(BIN)/pytest -n 2 -q --benchmark-disable

check: lint format types layers  ## lint, format, types, layers; make -k check does not stop at the first that fails

lint: $(STAMP)
	$(BIN)/ruff check .

format: $(STAMP)
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/pyright

layers: $(STAMP)
	$(BIN)/lint-imports

bench: $(STAMP)  ## run the benchmarks
	@$(BIN)/pytest benchmarks -q

clean:  ## take away everything that was made, .venv too
	rm -rf .venv dist build .pytest_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks demo-output
	find traceback tests benchmarks -name __pycache__ -prune -exec rm -rf {} +
