# Two commands matter: `make app` and `make test`. `make help` lists the rest.

SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

GOODWILL_PORT ?= 8501
GOODWILL_ADDRESS ?= localhost
GOODWILL_WORKSPACE ?= workspace
# One thread: two cores are shared by the app, its tests and a browser, and threaded
# linear algebra only makes them wait for each other.
OMP_NUM_THREADS ?= 1
export GOODWILL_WORKSPACE OMP_NUM_THREADS
# Where it is set, every process would compile all libraries again: seconds at each start.
unexport PYTHONDONTWRITEBYTECODE

# More for pytest: make test ARGS="tests/models -x"
ARGS ?=
# Tests run in this many processes, a module or group of them (tests/conftest.py) in one, so that
# what is made once for it is made once. Two more than the two cores we count on: some wait for a
# browser, another process, or a page to say that it is drawn.
# For a debugger: make test ARGS="-n 0 --pdb"
WORKERS ?= 4
UV_VERSION := 0.13.9
PYTHON := .venv/bin/python

.PHONY: help environment workspace chromium app test lint spark verify notebooks bench sample lock clean

help: ## this list
	@echo "Goodwill: from an invoice export to the number on the slide."
	grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

app: environment workspace ## serve the app on GOODWILL_PORT (8501), with the sample company at first start
	@echo "Serving on http://$(GOODWILL_ADDRESS):$(GOODWILL_PORT), workspace: $(GOODWILL_WORKSPACE). Stop with Ctrl+C."
	exec $(PYTHON) -m ui \
		--server.port "$(GOODWILL_PORT)" --server.address "$(GOODWILL_ADDRESS)"

test: environment chromium ## every test but the long ones: units, laws, doctests, notebooks, pages, browser
	@echo "Running the tests (the long replications are \`make verify\`)."
	exec $(PYTHON) -m pytest -n $(WORKERS) $(ARGS)

lint: environment ## ruff check and ruff format --check
	@echo "Checking style and format."
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

# Its two packages are 400 MB that only some need: in a folder of their own, beside .venv.
spark: environment ## the table of customers on Spark, held against DuckDB's (needs Java 17)
	@if ! command -v java >/dev/null; then
		echo "Spark needs Java 17 or newer. Install it (Debian: sudo apt-get install default-jre-headless)." >&2
		exit 1
	fi
	if ! cmp -s requirements-spark.txt .spark/installed.txt; then
		echo "Installing requirements-spark.txt into .spark."
		rm -rf .spark
		$(PYTHON) -m uv pip install --quiet --target .spark -r requirements-spark.txt \
			|| $(PYTHON) -m pip install --quiet --disable-pip-version-check --target .spark -r requirements-spark.txt
		cp requirements-spark.txt .spark/installed.txt
	fi
	echo "Evaluating on Spark; its start takes longer than the test."
	GOODWILL_REQUIRE=spark PYTHONPATH=.spark $(PYTHON) -m pytest -m spark tests/warehouse/test_spark.py

verify: environment spark ## long replications, large tables, and the same features on Spark
	@echo "Running the long replications; this takes a while."
	$(PYTHON) -m pytest -m verify $(ARGS) || { status=$$?; [ $$status -eq 5 ] && echo "No test is marked verify."; exit $$status; }

notebooks: environment workspace ## JupyterLab in notebooks/, with the project importable
	@echo "Opening JupyterLab in notebooks/. Stop with Ctrl+C."
	GOODWILL_WORKSPACE="$$(realpath "$(GOODWILL_WORKSPACE)")" PYTHONPATH="$(CURDIR)" \
		exec $(PYTHON) -m jupyterlab --notebook-dir=notebooks

bench: environment ## side by side with peers, ratios printed
	@missed=
	for script in benchmarks/*.py; do
		name="$$(basename "$$script" .py)"
		echo "== $$script"
		$(PYTHON) -m "benchmarks.$$name" || missed="$$missed $$name"
	done
	if [ -n "$$missed" ]; then echo "Missed a bar, or could not run:$$missed."; exit 1; fi

sample: environment ## load the sample company in place of what is loaded; can be undone
	@folder=$$(mktemp -d)
	trap 'rm -rf "$$folder"' EXIT
	echo "Making the sample company and loading it into $(GOODWILL_WORKSPACE)."
	$(PYTHON) -m sample_data "$$folder/books" --truth "$$folder/known_truth.json"
	$(PYTHON) -m warehouse load "$$folder/books" --workspace "$(GOODWILL_WORKSPACE)" --mode replace \
		--company "Sample company"
	cp "$$folder/known_truth.json" "$(GOODWILL_WORKSPACE)/"

lock: environment ## resolve requirements.in into requirements.txt (ARGS=--upgrade moves every pin)
	@echo "Resolving requirements.in; pins that still fit stay."
	$(PYTHON) -m pip install --quiet "uv==$(UV_VERSION)"
	cp requirements.txt .venv/locked.txt
	$(PYTHON) -m uv pip compile --quiet --no-header --no-annotate $(ARGS) requirements.in -o .venv/locked.txt
	{ head -1 requirements.txt; grep -v '^#' .venv/locked.txt; } > .venv/requirements.txt
	mv .venv/requirements.txt requirements.txt
	echo "Wrote requirements.txt. Run \`make test\` before committing it."

clean: ## remove the environment and caches; workspaces stay
	@echo "Removing .venv and caches. Workspaces stay."
	rm -rf .venv .spark .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- what the targets above stand on -------------------------------------------------

# Compared by content, not by time: a checkout touches files that it does not change.
environment:
	@if [ -x $(PYTHON) ] && $(PYTHON) -c '' 2>/dev/null && cmp -s requirements.txt .venv/installed.txt; then exit 0; fi
	if ! { [ -x $(PYTHON) ] && $(PYTHON) -m pip --version >/dev/null 2>&1; }; then
		bash .ci/new-environment
	fi
	echo "Installing requirements.txt into .venv."
	rm -f .venv/installed.txt
	# uv installs in a tenth of pip's time; pip knows proxies and mirrors that uv may not.
	{ $(PYTHON) -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)" \
		&& $(PYTHON) -m uv pip install --python $(PYTHON) -r requirements.txt; } || {
		echo "uv could not install; pip takes over (two to three minutes)."
		$(PYTHON) -m pip install --disable-pip-version-check -r requirements.txt
	}
	cp requirements.txt .venv/installed.txt

# A folder that somebody made by hand waits for books of their own, not for the sample.
workspace: environment
	@if [ -e "$(GOODWILL_WORKSPACE)/current" ]; then exit 0; fi
	if [ "$(GOODWILL_WORKSPACE)" != workspace ] && [ -d "$(GOODWILL_WORKSPACE)" ]; then exit 0; fi
	$(MAKE) sample

# Never a reason to stop: without a browser the other tests still say something.
chromium: environment
	@if $(PYTHON) -m tests.browser.chromium >/dev/null 2>&1; then exit 0; fi
	if ! command -v apt-get >/dev/null; then
		install=
	elif [ "$$(id -u)" -eq 0 ]; then
		install="apt-get"
	elif sudo -n true 2>/dev/null; then
		install="sudo -n apt-get"
	else
		install=
	fi
	if [ -n "$$install" ]; then
		echo "No Chromium found: fetching it with apt-get."
		$$install update -qq && $$install install -y -qq --no-install-recommends chromium fonts-liberation || true
	fi
	if ! $(PYTHON) -m tests.browser.chromium >/dev/null 2>&1; then
		echo "************************************************************************"
		echo "No Chromium: THE BROWSER TESTS ARE SKIPPED. Install the system's chromium"
		echo "package, or name a Chromium or Chrome in the variable CHROMIUM."
		echo "************************************************************************"
	fi
