# The portal's commands. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help demo run test check looks mutants bench faults lock
MAKEFLAGS += --no-print-directory

PYTHON := .venv/bin/python
PORT ?= 8000
launch = exec $(PYTHON) -m portal.launch --with-parent --port $(PORT)

help: ## list the commands
	@echo "Commands:"
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16
	@echo
	@echo "Without settings the portal brings its own database and keeps mails in files;"
	@echo "docs/operations.md says what to set for servers of your own and for production."

demo: ## start the portal with the demo world (RESET=1 begins anew, PORT=9000 tries that first)
	@tools/setup requirements.lock
	@$(launch) $(if $(filter-out 0 no false,$(RESET)),--reset) demo

run: ## start the portal without demo data
	@tools/setup requirements.lock
	@$(launch) $(if $(filter-out 0 no false,$(RESET)),--reset) run

test: ## run the tests (ARGS="tests/access -k name" runs some)
	@tools/setup requirements-dev.lock
	@$(PYTHON) -m pytest -n 2 --dist worksteal $(ARGS)

check: ## lint, format, types, layers, templates, migrations, translations
	@tools/setup requirements-dev.lock
	@PATH="$(CURDIR)/.venv/bin:$$PATH" tools/check

looks: ## open every page in each language and width, with pictures (LANGS="de fr" WIDTHS=390 some)
	@tools/setup requirements-dev.lock
	@LANGS="$(or $(LANGS),all)" WIDTHS="$(or $(WIDTHS),all)" SHOTS=1 $(PYTHON) -m pytest tests/browser/test_looks.py -q $(ARGS)

mutants: ## break one rule of access after the other: a test has to notice each (ARGS="O3" some)
	@tools/setup requirements-dev.lock
	@$(PYTHON) tools/mutants.py $(ARGS)

bench: ## measure the portal against its floors (ARGS="renewals" some)
	@tools/setup requirements-dev.lock
	@$(PYTHON) tools/bench.py $(ARGS)

faults: ## kill, flush and stop everything while mails are made, and count them (EVENTS=10000 SEED=1)
	@tools/setup requirements-dev.lock
	@$(PYTHON) tools/faults.py $(if $(EVENTS),--events $(EVENTS)) $(if $(SEED),--seed $(SEED)) $(ARGS)

lock: ## write the locks from pyproject.toml (needs uv)
	@tools/lock

