# Needs python3 (3.11), python3-venv, git and make; everything else comes from the locks.

PYTHON ?= python3
BIN := .venv/bin
UV := .venv-lock/bin/uv
COMPILE := $(UV) pip compile --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --no-header --quiet --upgrade

.DEFAULT_GOAL := help
.PHONY: help venv venv-dev demo practice test acceptance bench lint lock clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

venv: ## Make .venv from requirements.lock, once per lock
	@$(PYTHON) tools/environment.py run

venv-dev:
	@$(PYTHON) tools/environment.py dev

demo: venv ## One night and one month of a sample dealer group, then stay up until Ctrl-C
	@$(BIN)/python -m aftercare.demo.run $(ARGS)

practice: venv ## An empty installation and an unknown dealer system, for the cookbook; until Ctrl-C
	@$(BIN)/python -m aftercare.demo.practice $(ARGS)

test: lint ## All checks and all tests
	@$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

acceptance: venv-dev ## Whole months at full size; many minutes
	@$(BIN)/pytest acceptance $(ARGS)

bench: venv ## Times beside references of their own; ARGS="--size S|M|L", S takes some minutes
	@$(BIN)/python -m bench $(ARGS)

lint: venv-dev ## Style, types, SQL and layers
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/sqlfluff lint --disable-progress-bar -q include/sql
	@$(BIN)/lint-imports --no-cache > .venv/lint-imports.log || { cat .venv/lint-imports.log; exit 1; }

lock: ## Resolve the locks anew
	@test -x $(UV) || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv; }
	@$(COMPILE) pyproject.toml --extra build --output-file requirements.lock
	@$(COMPILE) pyproject.toml --extra build --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock
	@$(COMPILE) requirements-odoo.in --output-file requirements-odoo.lock

clean: ## Stop what runs and delete all that was made, the demo's data too
	@if [ -x $(BIN)/python ] && [ -d .demo ]; then $(BIN)/python -m aftercare.demo.processes end .demo/airflow; \
		$(BIN)/python -m aftercare.demo.processes end .demo/history; \
		$(BIN)/python -m aftercare.demo.postgres destroy .demo/postgres; \
		$(BIN)/python -m aftercare.demo.postgres destroy .demo/dealer; fi
	@if [ -x $(BIN)/python ] && [ -d .practice ]; then \
		$(BIN)/python -m aftercare.demo.postgres destroy .practice/postgres; fi
	@rm -rf .demo .practice .venv .venv-lock build .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		plugins/*.egg-info
