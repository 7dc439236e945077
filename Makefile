# Everything to install, run and check the project. `make help` lists the targets.
SHELL := /bin/bash
PYTHON ?= python3
# Else each process of the tests, of which there are many, compiles every module anew.
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py

.PHONY: help install install-production no-production run develop test browser check format hooks bench lock messages

help:
	@echo "make run      install, load the reference and demo data, start on http://127.0.0.1:8000"
	@echo "make install  all of that but start the server"
	@echo "make install-production  for a server: with its own settings, and nothing invented"
	@echo "make develop  make run for developers: error pages, and changes show without a restart"
	@echo "make test     every test: on SQLite, on a real PostgreSQL, and in a browser"
	@echo "make check    format, lint, types, layers, templates, styles, migrations, deployment, translations"
	@echo "make hooks    let git run the quick ones of these checks at each commit"
	@echo "make bench    build a large database and time the pages"

# --- install and run ------------------------------------------------------------------------------

# Before anything is written: production has a target of its own, and what its environment names is
# no place for a demonstration. Whoever wants one there says DEMO=on.
no-production:
	@test "$$DEMO" = on || for name in SECRET_KEY ALLOWED_HOSTS DATABASE_URL EVIDENCE_ROOT; do \
	  if [ -n "$${!name}" ]; then \
	    echo "Refused: $$name is set, as for production, and this makes a demonstration." >&2; \
	    echo "For production: make install-production. For a trial: unset $$name." >&2; exit 1; \
	  fi; \
	done

install: no-production $(VENV)/runtime .env
	@mkdir -p var
	@$(MANAGE) compilemessages
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) load_wards
	@$(MANAGE) load_criteria
	@$(MANAGE) load_roadmap
	@$(MANAGE) prepare_evidence --verbosity 0
	@$(MANAGE) seed_demo

# What production needs but the first administrator and the folder of the documents; asks for the
# settings, and invents nothing.
install-production: export DEMO = off
install-production: $(VENV)/runtime
	@$(MANAGE) compilemessages
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) load_wards
	@$(MANAGE) load_criteria
	@$(MANAGE) load_roadmap
	@$(MANAGE) collectstatic --noinput --verbosity 0
	@echo "Installed. Of a new installation: manage.py prepare_evidence and manage.py createsuperuser,"
	@echo "once each; then manage.py check --deploy. See docs/operations.md."

run: install
	@echo "Open http://127.0.0.1:8000 – stop with Ctrl+C."
	@$(MANAGE) runserver 127.0.0.1:8000 --noreload --verbosity 0

# Code, templates and translations are read anew as they change.
develop: $(VENV)/development install
	@echo "Open http://127.0.0.1:8000 – stop with Ctrl+C."
	@DEBUG=on $(MANAGE) runserver 127.0.0.1:8000

# Secrets are made here and stay here.
.env:
	@$(BIN)/python -c 'import secrets; print("DEMO=on"); print("SECRET_KEY=" + secrets.token_urlsafe(48)); print("DEMO_PASSWORD=minhhoa-%04d" % secrets.randbelow(10000))' > .env
	@chmod 600 .env

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV) || (rm -rf $(VENV); echo "Making the environment failed. On Debian: apt-get install python3-venv" >&2; exit 1)

$(VENV)/runtime: requirements/runtime.txt | $(VENV)/bin/python
	@test -e $(VENV)/development || $(BIN)/pip install --quiet --require-hashes -r requirements/runtime.txt
	@touch $@

$(VENV)/development: requirements/development.txt | $(VENV)/bin/python
	@$(BIN)/pip install --quiet --require-hashes -r requirements/development.txt
	@touch $@ $(VENV)/runtime

# --- tests ----------------------------------------------------------------------------------------

# A worker a core; the tests of one file share what they set up, so they stay together.
WORKERS := -n auto --dist loadscope
# Each with a browser, a server and a database of its own, of which nothing is shared.
BROWSERS := -n 2 --dist worksteal

test: $(VENV)/development
	@echo "== SQLite"
	@DATABASE_URL=sqlite://:memory: $(BIN)/python -m pytest --ignore tests/browser $(WORKERS)
	@echo "== PostgreSQL"
	@$(BIN)/python -m tests.postgres pytest --ignore tests/browser $(WORKERS)
	@echo "== Browser"
	@$(MAKE) --no-print-directory browser

# Chromium is found, or what is missing is said; REQUIRE_BROWSER=1 (as in CI) makes that an error.
browser: $(VENV)/development
	@if chromium=$$($(BIN)/python -m tests.browser.chromium); then \
	  DATABASE_URL=sqlite://:memory: $(BIN)/python -m pytest tests/browser $(BROWSERS); \
	elif [ -n "$$REQUIRE_BROWSER" ]; then \
	  echo "Chromium is required and was not found. On Debian: apt-get install chromium" >&2; exit 1; \
	else \
	  echo "SKIPPED: the browser tests, because Chromium was not found. On Debian: apt-get install chromium"; \
	fi

# --- checks ---------------------------------------------------------------------------------------

# What production must set, for a moment.
PRODUCTION = DEMO=off SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
  ALLOWED_HOSTS=example.vn DATABASE_URL=sqlite://:memory: EVIDENCE_ROOT=$(EVIDENCE) TLS=on

# For CSS and JS. Its wheel is for Linux on x86_64, as here and in CI; elsewhere that is said.
BIOME := $(if $(filter Linux-x86_64,$(shell uname -sm | tr ' ' -)),$(BIN)/biome,@echo SKIPPED: biome)

# Each also alone, as the hooks run them: `make check-types`.
CHECKS := format lint types layers dependencies templates styles migrations deployment translations
CHECKS := $(CHECKS:%=check-%)
.PHONY: $(CHECKS)

check: $(CHECKS)

$(CHECKS): $(VENV)/development

check-format:
	$(BIN)/ruff format --check .

check-lint:
	$(BIN)/ruff check .

check-types:
	$(BIN)/mypy

check-layers:
	$(BIN)/lint-imports

check-dependencies:
	$(BIN)/deptry .

check-templates:
	$(BIN)/djlint templates --lint --quiet

check-styles:
	$(BIOME) check --error-on-warnings

check-migrations:
	DJANGO_SETTINGS_MODULE=tests.settings $(MANAGE) makemigrations --check --dry-run

check-deployment: EVIDENCE := $(shell mktemp -d)
check-deployment:
	$(PRODUCTION) $(MANAGE) compilemessages
	$(PRODUCTION) $(MANAGE) prepare_evidence
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING
	@rm -r $(EVIDENCE)

check-translations:
	$(BIN)/python -m tests.translations

format: $(VENV)/development
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIOME) check --write

hooks: $(VENV)/development
	@$(BIN)/pre-commit install

bench: $(VENV)/development
	$(BIN)/python -m bench

# --- upkeep ---------------------------------------------------------------------------------------

# Collects the strings; needs gettext. The strings of djangojs.po are
# Django's own and kept by hand. The date goes, so that a run that finds nothing new changes nothing.
messages: $(VENV)/development
	$(MANAGE) makemessages --locale vi --no-wrap --add-location file --ignore .venv --ignore tests --ignore bench
	msgattrib --no-obsolete --no-wrap -o locale/vi/LC_MESSAGES/django.po locale/vi/LC_MESSAGES/django.po
	sed -i '/^"POT-Creation-Date:/d' locale/vi/LC_MESSAGES/django.po
	$(MANAGE) compilemessages

# Renews the locks from pyproject.toml; needs uv.
lock:
	uv pip compile --quiet --universal --upgrade --python-version 3.11 --generate-hashes --custom-compile-command "make lock" pyproject.toml -o requirements/runtime.txt
	uv pip compile --quiet --universal --upgrade --python-version 3.11 --generate-hashes --custom-compile-command "make lock" pyproject.toml --group dev -o requirements/development.txt
