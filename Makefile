# `make help` lists the targets. Everything is made inside the project: the environment in .venv, data in $DATA_DIR.

PYTHON ?= python3
SHELL := /bin/bash
BIN := .venv/bin
RUN_STAMP := .venv/.installed
DEV_STAMP := .venv/.installed-dev
STATIC := widgets/dist/.built app/console/static/dist/.built app/api/static/dist/.built

.DEFAULT_GOAL := help
.SECONDARY:
.PHONY: help setup demo test lint types python widgets-test lock clean browser bench

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(DEV_STAMP) $(STATIC) ## Set up everything: environment, widgets, console assets

demo: $(RUN_STAMP) $(STATIC) ## Start the demo: shop, console, API (PORT, DATA_DIR)
	@exec $(BIN)/alongside demo

test: setup browser lint types python widgets-test ## Run every check and every test

lint: $(DEV_STAMP)
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/lint-imports --no-cache

types: $(DEV_STAMP)
	$(BIN)/mypy --no-error-summary

python: $(DEV_STAMP) $(STATIC)
	$(BIN)/pytest

widgets-test: widgets/node_modules/.installed
	npm --prefix widgets test

browser:
	@.ci/browser

lock: ## Renew the lock files from pyproject.toml
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock

bench: $(DEV_STAMP) ## Measure what learning costs (SIZE=small|full, BENCH_DATA=folder of the demo store's orders)
	@$(BIN)/python -m tests.speed.bench_cost $(or $(SIZE),full)

clean: ## Remove what was built, and keep the data
	rm -rf .venv widgets/node_modules widgets/dist app/*/node_modules app/*/static/dist

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	$(PYTHON) -m venv .venv

$(RUN_STAMP): requirements.lock pyproject.toml | .venv/bin/python
	@echo "Python packages"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): requirements-dev.lock $(RUN_STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

%/node_modules/.installed: %/package-lock.json
	npm ci --prefix $* --no-audit --no-fund --silent
	@touch $@

widgets/dist/.built: widgets/node_modules/.installed $(shell find widgets/src -type f) widgets/build.mjs
	@npm --prefix widgets run --silent build
	@touch $@

app/console/static/dist/.built: $(shell find app/console/assets -type f)

app/%/static/dist/.built: app/%/node_modules/.installed app/%/build.mjs
	@npm --prefix app/$* run --silent build
	@touch $@
