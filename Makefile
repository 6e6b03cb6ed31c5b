# `make help` lists the targets. Everything is made inside the project: the environment in .venv, data in $DATA_DIR.

PYTHON ?= python3
SHELL := /bin/bash
BIN := .venv/bin
RUN_STAMP := .venv/.installed
DEV_STAMP := .venv/.installed-dev
EXTRAS := .venv-extras/bin
EXTRAS_STAMP := .venv-extras/.installed
TORCH := 2.13.0
THEME := extensions/shopify/theme/assets/alongside.js
STATIC := widgets/dist/.built app/console/static/dist/.built app/api/static/dist/.built $(THEME)

.DEFAULT_GOAL := help
.SECONDARY:
.PHONY: help setup demo test test-extras lint types python widgets-test extensions-test lock clean browser bench faults lighthouse shopify-build

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: $(DEV_STAMP) $(STATIC) extensions/shopify/node_modules/.installed ## Set up everything: environment, widgets, console assets

demo: $(if $(PLATFORM),$(DEV_STAMP),$(RUN_STAMP)) $(STATIC) ## Start the demo: shop, console, API (PORT, DATA_DIR; PLATFORM=shopify)
	@exec $(BIN)/$(if $(PLATFORM),python -m tests.simulators.$(PLATFORM) demo,alongside demo)

test: setup browser lint types python widgets-test extensions-test ## Run every check and every test

test-extras: $(EXTRAS_STAMP) ## Test Spark (Java) and the neural strategies (PyTorch), apart from the rest
	@.ci/java
	$(EXTRAS)/pytest tests/extras -s --durations=5 --timeout=900 -W ignore

lint: $(DEV_STAMP)
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/lint-imports --no-cache

types: $(DEV_STAMP)
	$(BIN)/mypy --no-error-summary

python: $(DEV_STAMP) $(STATIC) tests/extensions/theme/node_modules/.installed
	$(BIN)/pytest

widgets-test: widgets/node_modules/.installed
	npm --prefix widgets test

extensions-test: extensions/shopify/node_modules/.installed
	npm --prefix extensions/shopify test

browser:
	@.ci/browser

lock: ## Renew the lock files from pyproject.toml (UV_FIND_LINKS = where PyTorch's CPU wheel lies)
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml --extra dev --extra neural --extra spark -c requirements-dev.lock -c <(echo 'torch==$(TORCH)+cpu') --no-emit-package torch -o requirements-extras.lock

bench: $(DEV_STAMP) tests/speed/node_modules/.installed ## Measure serving and learning (PART=serving|learning, SIZE=small|full)
	@$(if $(filter learning,$(PART)),,$(BIN)/python -m tests.speed.bench_serve $(or $(SIZE),full))
	@$(if $(filter serving,$(PART)),,$(BIN)/python -m tests.speed.bench_cost $(or $(SIZE),full))

faults: $(DEV_STAMP) ## Kill servers at random while events and orders come in (N=schedules, SEED=first one, SIZE=small|full)
	@$(BIN)/python -m tests.faults $(or $(SIZE),full) $(or $(N),1) $(or $(SEED),0)

lighthouse: tests/browser/lighthouse/node_modules/.installed ## Measure a page of a running demo with and without the widget (PAGE=address, PAIRS=5)
	@cd tests/browser/lighthouse && node measure.mjs $(or $(PAGE),http://127.0.0.1:8000/shop/product/22423) $(or $(PAIRS),5)

shopify-build: $(THEME) tests/extensions/cli/node_modules/.installed extensions/shopify/node_modules/.installed ## Build the Shopify app with Shopify's own tool; nobody signs in
	@PATH=$(CURDIR)/tests/extensions/cli/node_modules/.bin:$$PATH SHOPIFY_CLI_NO_ANALYTICS=1 CI=1 \
	APP_URL=$${APP_URL:-$$(sed -n 's/^application_url = "\(.*\)"/\1/p' shopify.app.toml)} shopify app build --skip-dependencies-installation

clean: ## Remove what was built, and keep the data
	rm -rf .venv .venv-extras widgets/node_modules widgets/dist extensions/*/node_modules app/*/node_modules app/*/static/dist

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

# PyTorch has another wheel for each kind of machine: pip takes the one for CPUs where its sources hold it.
$(EXTRAS_STAMP): requirements-extras.lock pyproject.toml
	@echo "Python packages of the extras"
	@$(PYTHON) -m venv .venv-extras
	@$(EXTRAS)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-extras.lock
	@$(EXTRAS)/python -m pip install --quiet --disable-pip-version-check 'torch==$(TORCH)'
	@$(EXTRAS)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

%/node_modules/.installed: %/package-lock.json
	npm ci --prefix $* --no-audit --no-fund --silent
	@touch $@

widgets/dist/.built: widgets/node_modules/.installed $(shell find widgets/src -type f) $(wildcard widgets/*.mjs)
	@npm --prefix widgets run --silent build
	@touch $@

app/console/static/dist/.built: $(shell find app/console/assets -type f)

# What a theme loads lies in the extension: a copy of what was built, which is not kept.
$(THEME): widgets/dist/.built
	@rm -f $(@D)/*-????????.js
	@cp widgets/dist/*.js widgets/dist/*.css $(@D)

app/%/static/dist/.built: app/%/node_modules/.installed app/%/build.mjs
	@npm --prefix app/$* run --silent build
	@touch $@
