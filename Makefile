# What can be made here? Needs only python3 and make: everything else comes from the lock file into this folder.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv

TOOLS := .tools
UV := $(shell command -v uv 2>/dev/null || echo $(TOOLS)/bin/uv)
READY := .venv/.ready
BIN := .venv/bin

# The made-up county of `make run`, with a database of its own, apart from any real one.
SAMPLE := sample
SAMPLE_DAY := 2026-11-16
SAMPLE_PERSONS := 20000
OUT := out

.PHONY: help setup run airflow test test-long test-spark check format benchmark evaluate docs clean

help:  ## Tell what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY)  ## Install everything into .venv, and the commands outreach and linkage with it

$(TOOLS)/bin/uv:
	python3 -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8,<1'

$(READY): $(filter $(TOOLS)/%,$(UV)) pyproject.toml uv.lock
	$(UV) sync --frozen --quiet
	@touch $@

$(SAMPLE)/.made: | $(READY)
	rm -rf $(SAMPLE)/deliveries
	$(BIN)/outreach synthesize --persons $(SAMPLE_PERSONS) --years 2 --seed 7 --as-of $(SAMPLE_DAY) --out $(SAMPLE)/deliveries
	@touch $@

run: $(READY) $(SAMPLE)/.made  ## Make up a county, take in what its agencies deliver, publish the list into out/
	env -u OUTREACH_DATABASE_URL OUTREACH_HOME=$(SAMPLE)/home $(BIN)/outreach run --deliveries $(SAMPLE)/deliveries --as-of $(SAMPLE_DAY) --out $(OUT)

airflow: $(READY)  ## Start Airflow with this project's DAGs on this machine (Ctrl-C ends it)
	bin/airflow-standalone

# A file's tests stay together, for what they make once; at most four workers, because each has a database server.
BESIDE := -n auto --maxprocesses 4 --dist loadfile

test: $(READY)  ## Run the tests
	$(BIN)/pytest -q -m "not long" $(BESIDE)

test-long: $(READY) test-spark  ## Run the slower proofs too, with Spark
	$(BIN)/pytest -q $(BESIDE)

# An environment of its own: with pyspark beside it, Great Expectations takes tables for Spark's and fails.
test-spark: $(READY)
	UV_PROJECT_ENVIRONMENT=.venv-spark $(UV) sync --frozen --quiet --group spark
	.venv-spark/bin/pytest -q tests/linkage/test_splink_export.py

check: $(READY)  ## Look over the code: ruff, pyright, import directions, words
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/pytest -q tests/house

format: $(READY)  ## Write the code in the house's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

benchmark: $(READY)  ## Measure the whole road: seconds per stage and peak memory
	$(BIN)/python -m benchmarks.road

.PHONY: benchmark-linkage
benchmark-linkage: $(READY)  ## Measure the linkage beside Splink and recordlinkage: cost and accuracy; about an hour
	$(BIN)/python -m benchmarks.linkage

.PHONY: benchmark-resolve
benchmark-resolve: $(READY)  ## Measure resolve with a million known records and a week's new ones; five minutes
	$(BIN)/python -m benchmarks.resolve

.PHONY: benchmark-crash
benchmark-crash: $(READY)  ## Kill a thousand runs, then let each operation of a run fail; an hour or more
	$(BIN)/python -m benchmarks.crash --kills 1000 --faults

evaluate: $(READY)  ## Measure how often the linkage is right, beside Splink and recordlinkage, on many sets
	$(BIN)/python -m benchmarks.accuracy

docs: $(READY)  ## Write the reference pages that follow from the code
	$(BIN)/python -m docs.generate

clean:  ## Remove the made-up county, its database and what was published from it
	rm -rf $(SAMPLE) $(OUT)
