# Short names for scripts/dev.py, which does the work and needs no make.

PYTHON ?= python3
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test test-fast test-e2e screenshots fuzz cuts bench bench-quick check format migrate setup report lock clean

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  \1\t/' | expand -t 16
	@echo
	@echo '  Options: ARGS="..." for run, test, bench, migrate and lock; PYTHON=python3.12 for another Python'

run: ## Migrate the database, serve on http://127.0.0.1:8000 and say what to do next
test: ## Run every test, in several processes (make test ARGS="tests/model -k dates" in one)
test-fast: ## Run the tests that need no database and no browser, in less than half a minute
test-e2e: ## Run the tests of the web client in a browser (TODO_TEST_BROWSER names one), which has to be there
screenshots: ## Take the pictures in docs/screenshots/ again
fuzz: ## Send 10,000 generated requests to each storage (TODO_FUZZ_SEED=... repeats a run)
cuts: ## Cut the link to the database 1,000 times during writes, kill 100 servers, fail over 10 times
bench: ## Measure the service beside what it is compared with, in ten minutes (ARGS=--write keeps docs/performance.md)
bench-quick: ## The same in less than two minutes: fewer tasks, rounds and variants
check: ## Check format, lint, types and the direction of imports
format: ## Format the code and fix what the linter can fix
migrate: ## Bring the database to the newest schema
setup: ## Install everything that tests and checks need into .venv
report: ## List the checks of tests/checks.toml with the tests that prove them
lock: ## Write requirements/*.txt from pyproject.toml again (ARGS=--upgrade takes newer versions)
clean: ## Remove the environment, tools and caches (never ./var)

run test test-fast test-e2e screenshots fuzz cuts bench bench-quick check format migrate setup report lock clean:
	@command -v $(firstword $(PYTHON) python3) >/dev/null || \
	  { echo "There is no program $(firstword $(PYTHON)): name a Python, as in: make $@ PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) scripts/dev.py $@ $(ARGS)
