# `make help` says what there is. `make run` needs nothing but Python 3.11 or newer and make.

SHELL := /bin/sh
.DEFAULT_GOAL := help

# Port of `make run`. Empty: 8000.
PORT ?=
# The Python that .venv is made with. Empty: the first usable one of those that are looked for below.
PYTHON ?=
PYTEST_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
# pip without its notices and without questions, in the foreground and in CI alike.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -q

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: $(VENV)/.runtime ## install what the service needs and start it on http://127.0.0.1:8000 (PORT=…)
	@$(BIN)/relapse-cds serve --port $(or $(PORT),8000)

.PHONY: setup
setup: $(VENV)/.dev ## create .venv and fill it with everything that running and testing needs

.PHONY: test
test: lint types imports unit ## every check that needs no outside server

.PHONY: lint
lint: $(VENV)/.dev ## style and likely mistakes (ruff)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: format
format: $(VENV)/.dev ## bring the code into the project's format
	$(BIN)/ruff check --fix-only --select I .
	$(BIN)/ruff format .

.PHONY: types
types: $(VENV)/.dev ## type check (mypy strict)
	$(BIN)/mypy

.PHONY: imports
imports: $(VENV)/.dev ## which package may import which (import-linter)
	$(BIN)/lint-imports --no-logo

.PHONY: unit
unit: $(VENV)/.dev ## the tests that need no outside server
	$(BIN)/python -m pytest $(PYTEST_ARGS)

.PHONY: coverage
coverage: $(VENV)/.dev ## the same tests, with the branches they leave out
	$(BIN)/coverage run -m pytest $(PYTEST_ARGS)
	$(BIN)/coverage report

.PHONY: integration
integration: $(VENV)/.dev ## the tests against HAPI FHIR (JDK 17 and Maven, or FHIR_BASE_URL) and PostgreSQL
	$(BIN)/python -m pytest -m integration tests/integration $(PYTEST_ARGS)

.PHONY: browser
browser: $(VENV)/.dev ## the tests of the pages in the system's Chromium
	$(BIN)/python -m pytest -m browser tests/browser $(PYTEST_ARGS)

.PHONY: bench
bench: $(VENV)/.dev ## measure latency, throughput and growth, each against its baseline
	$(BIN)/python -m benchmarks

.PHONY: value-sets
value-sets: $(VENV)/.dev ## write mappings/value_sets/ anew
	$(BIN)/python -m scripts.make_value_sets mappings/terminology.csv mappings/value_sets

.PHONY: knowledge
knowledge: $(VENV)/.dev ## write docs/knowledge.md and docs/policies.md anew, from rules, policies and cases
	$(BIN)/python -m scripts.make_knowledge

.PHONY: mapping-table
mapping-table: $(VENV)/.dev ## write docs/mapping.md anew, from the code of the mapping
	$(BIN)/python -m scripts.make_mapping_table

.PHONY: conformance
conformance: $(VENV)/.dev ## write the table of docs/conformance.md anew, from the checklist
	$(BIN)/python -m scripts.make_conformance

.PHONY: demo
demo: $(VENV)/.dev ## write the demonstration patients in service/demo/ anew
	$(BIN)/python -m scripts.make_demo_patients

# Only the names and versions of packages go into a lock file, never an address they came from.
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe \
	--generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	--build-deps-for=wheel --build-deps-for=editable

.PHONY: lock
lock: $(VENV)/.dev ## resolve the dependencies anew (LOCK_ARGS=--upgrade for newer ones)
	$(COMPILE) $(LOCK_ARGS) --extra dev --output-file requirements.lock pyproject.toml
	$(COMPILE) --constraint requirements.lock --output-file requirements-runtime.lock pyproject.toml

.PHONY: clean
clean: ## remove .venv, caches and build results
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache \
		.hypothesis .coverage htmlcov
	find . -path ./.git -prune -o -type d -name __pycache__ -exec rm -rf {} +

# Build tools are in the lock files too, so that nothing unpinned is fetched to install the project itself.
# setuptools comments on every editable installation: shown only when it fails.
INSTALL_PROJECT := $(PIP) install --no-deps --no-build-isolation --editable . 2>$(VENV)/install.log \
	|| { cat $(VENV)/install.log >&2; exit 1; }

# Both files mark what is in .venv; .dev includes all of .runtime.
$(VENV)/.runtime: requirements-runtime.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the service into $(VENV) …"
	@$(PIP) install --require-hashes -r requirements-runtime.lock
	@$(INSTALL_PROJECT)
	@touch $@

$(VENV)/.dev: requirements.lock requirements-runtime.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the service and what its tests need into $(VENV) …"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(INSTALL_PROJECT)
	@touch $(VENV)/.runtime $@

$(VENV)/bin/python:
	@usable='import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))'; \
	for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
		if "$$python" -c "$$usable" 2>/dev/null; then \
			"$$python" -m venv $(VENV) && exit 0; \
			rm -rf $(VENV); \
		fi; \
	done; \
	found=no; \
	for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
		version=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue; \
		found=yes; \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
			echo "$$python is Python $$version but cannot create virtual environments:" \
				"install its venv module (on Debian and Ubuntu: apt-get install python$$version-venv)." >&2; \
			exit 1; \
		fi; \
		echo "$$python is Python $$version; relapse-cds needs Python 3.11 or newer" \
			"(make PYTHON=/path/to/python3.11 uses another one)." >&2; \
	done; \
	test $$found = yes || echo "No Python was found; relapse-cds needs Python 3.11 or newer" \
		"(make PYTHON=/path/to/python3.11 names one)." >&2; \
	exit 1
