# `make run` serves the whole product, `make test` proves it. Both install what they need into .venv.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
JS_READY := .venv/js/.ready

.PHONY: help run test check format bench setup clean

help:  ## Shows this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(READY): pyproject.toml constraints.txt scripts/setup-venv
	scripts/setup-venv "$(PYTHON)" .venv
	touch $@

$(JS_READY): $(READY) package.json
	mkdir -p .venv/js && cp package.json .venv/js/
	$(BIN)/npm install --prefix .venv/js --no-package-lock --no-fund --no-audit --loglevel=error && touch $@ || \
		echo "TypeScript を npm から取れないため、ブラウザのコードの型の検査は飛ばします" >&2

setup: $(READY)  ## Makes .venv with everything in it

run: $(READY)  ## Serves everything on http://127.0.0.1:8000/
	$(BIN)/sodan serve

check: $(READY) $(JS_READY)  ## Lint, format, types and import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	test ! -e $(JS_READY) || $(BIN)/node .venv/js/node_modules/.bin/tsc -p connectors/web/static/tsconfig.json

format: $(READY)  ## Formats the code and mends what lint can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: check  ## Checks and all tests (uses apt for chromium and Japanese fonts where it may)
	scripts/install-browser
	SODAN_DATA_FOLDER=var/tests $(BIN)/sodan knowledge check
	$(BIN)/pytest

bench: $(READY)  ## Measures speed and memory beside a peer
	$(BIN)/sodan bench search

clean:  ## Removes what was built (not the data in var/)
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
