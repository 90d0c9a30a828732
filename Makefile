# All of it works in a clean checkout, in a folder with a space in its name, and without a terminal.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run test lint bench lock clean rebuild

PYTHON ?= python3
BIN := .venv/bin
# A laptop's settings: production is what runs without this variable.
export CHANNELHUB_LOCAL := 1

# What is installed carries the lock file's checksum in its name, so a new lock installs anew.
PACKAGES := .venv/installed-$(shell cksum <requirements-dev.txt | tr ' ' '-')
NODE_PACKAGES := node_modules/installed-$(shell cksum <package-lock.json | tr ' ' '-')
BUNDLE := static/dist/.built

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

install: .local/env $(PACKAGES) $(BUNDLE) ## pinned packages, the front-end bundle and a migrated database
	@:

run: install ## start everything and print the address (PORT=8000); Ctrl-C stops it
	@exec $(BIN)/python manage.py run

test: lint ## every check and test that needs no browser
	$(BIN)/python -m pytest -n 2 -m "not browser and not slow"

lint: install ## style, types, directions of imports, migrations, production settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	@echo "manage.py check --deploy"
	@CHANNELHUB_LOCAL=0 SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	ALLOWED_HOSTS=channelhub.example SITE_URL=https://channelhub.example \
	DATABASE_URL=postgresql://nobody@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0 \
	$(BIN)/python manage.py check --deploy --fail-level WARNING

bench: install ## measure the hot paths against their budgets and peers
	@for script in bench/*.py; do echo "== $$script"; PYTHONPATH=. $(BIN)/python "$$script" || exit 1; done

lock: ## resolve pyproject.toml into requirements*.txt, keeping what need not move
	$(PYTHON) -m venv .local/lock
	.local/lock/bin/pip install --quiet --disable-pip-version-check uv
	$(call compile,requirements.txt)
	$(call compile,requirements-dev.txt,--extra local --extra dev)

clean: ## remove what install and the tools made; the data in .local stays
	rm -rf .venv node_modules static/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

define compile
UV_CUSTOM_COMPILE_COMMAND="make lock" .local/lock/bin/uv pip compile --quiet --universal \
	--python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
	pyproject.toml $(2) --output-file $(1)
endef

# manage.py reads it, so that a command run by hand has a laptop's settings as well.
.local/env:
	@mkdir -p .local
	@echo "CHANNELHUB_LOCAL=1" >$@

# An environment whose Python was upgraded away, or half made, is made anew.
ifneq ($(shell $(BIN)/python -c 'import pip; print("works")' 2>/dev/null),works)
$(PACKAGES): rebuild
endif

rebuild:
	@rm -rf .venv

$(PACKAGES): requirements-dev.txt
	@$(PYTHON) -c "$$CHECK_PYTHON"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(NODE_PACKAGES): package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing. Install it: sudo apt-get install npm"; exit 1; }
	npm ci --no-audit --no-fund
	@touch $@

$(BUNDLE): $(NODE_PACKAGES) package.json $(shell find frontend -type f)
	npm run --silent build
	@touch $@

# A database of somebody's own is migrated by hand, or by make run.
ifndef DATABASE_URL
MIGRATED := .local/postgres/migrated
install: $(MIGRATED)

$(MIGRATED): $(wildcard */migrations/*.py) | .local/env $(PACKAGES)
	$(BIN)/python manage.py migrate --no-input --skip-checks --verbosity 0
	@touch $@
endif

define CHECK_PYTHON
import sys
version = "%d.%d" % sys.version_info[:2]
if sys.version_info < (3, 11):
    sys.exit("ChannelHub needs Python 3.11 or newer; this is %s. Try: make install PYTHON=python3.12" % version)
try:
    import ensurepip, venv
except ImportError:
    sys.exit("Python's venv is missing. Install it: sudo apt-get install python%s-venv" % version)
endef
export CHECK_PYTHON
