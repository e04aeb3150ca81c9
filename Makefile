# All that a newcomer types: make run, make test. `make setup` only installs.
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STEP := $(BIN)/python scripts/step.py
LATER := not full and not promise and (slow or browser)
BESIDE_THE_DATABASE := --ignore=samples --ignore-glob='*/test_engine_*' --ignore-glob='*/tests/engine/*' \
  --ignore=tests/test_house.py --ignore=tests/test_links.py
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Every process of a test would compile the house anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup run test test-slow test-full lint types contracts unit postgresql room lock clean

setup: $(VENV)/.installed

run: $(VENV)/.installed
	@echo "Yakubaを起動します"
	@$(BIN)/yakuba up --demo

# Types and contracts keep one core busy beside the tests, which the slowest of them would leave idle.
test: lint
	@$(MAKE) --no-print-directory -j 3 types contracts unit

# What takes seconds a test or a browser, and the database tests once more on PostgreSQL: before a release. CI runs `make test
# postgresql`.
test-slow: $(VENV)/.installed-dev
	$(BIN)/python tests/once_more_alone.py -n 3 --dist loadgroup -m "$(LATER)"
	@$(MAKE) --no-print-directory postgresql

# Everything, for hours.
test-full: test test-slow
	$(BIN)/python tests/once_more_alone.py -n 3 --dist loadgroup -m full
	$(BIN)/python tests/on_postgresql.py -n 3 --dist loadgroup -m "(slow or sqlite) and not browser and not full" $(BESIDE_THE_DATABASE)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

contracts: $(VENV)/.installed-dev
	$(BIN)/lint-imports --no-logo
	YAKUBA_DATA_DIR=build/check DJANGO_SETTINGS_MODULE=yakuba.config.settings $(BIN)/python -m django makemigrations --check --dry-run

unit: $(VENV)/.installed-dev
	$(BIN)/python tests/once_more_alone.py -n 3 --dist loadgroup -m "not full and not ($(LATER))"

# On a PostgreSQL server that the run starts itself.
postgresql: $(VENV)/.installed-dev
	$(BIN)/python tests/on_postgresql.py -n 3 --dist loadgroup -m "not browser and not slow and not sqlite and not full" $(BESIDE_THE_DATABASE)

# make room name=library label=図書館
room: $(VENV)/.installed
	@$(BIN)/python scripts/new_room.py "$(name)" "$(label)"

$(VENV)/bin/python:
	@scripts/debian_packages.sh python
	@$(PYTHON) scripts/step.py "1/4 Pythonの置き場所を作ります" -- $(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml scripts/debian_packages.sh | $(VENV)/bin/python
	@scripts/debian_packages.sh run
	@$(STEP) "2/4 部品を入れます" --count $$(grep -c "==" requirements.lock) --each "^ *Collecting " -- $(BIN)/python -m pip install --require-hashes -r requirements.lock
	@$(STEP) "3/4 Yakubaを入れます" -- $(BIN)/python -m pip install --no-deps --no-build-isolation --editable .
	@$(STEP) "4/4 選考の計算を機械語にします（はじめに一度だけ）" -- $(BIN)/python -m yakuba.services.nursery.engine.matching.warming
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@scripts/debian_packages.sh test
	@$(STEP) "試験の部品を入れます" --count $$(grep -c "==" requirements-dev.lock) --each "^ *Collecting |^Requirement already" -- $(BIN)/python -m pip install --require-hashes -r requirements-dev.lock
	@touch $@

# Needs the program uv on the PATH; writes versions and hashes, no host.
lock:
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra build pyproject.toml -o requirements.lock
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra build --extra dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) build
