# Leeward. `make help` says what there is; `make demo` and `make test` set everything up by themselves.
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset dev test check format words bench soak stories oracle lock run-packages dev-packages

PORT ?= 8000
PYTHON ?= python3
CLINICS ?= 10000
STORIES ?= 300
IN_VENV := .venv/bin/python

# Images for containers often set it; here each start would then compile a thousand files anew.
unexport PYTHONDONTWRITEBYTECODE

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

demo: run-packages  ## the whole product on this machine, with simulated payments and mail (PORT=8123 moves it)
	@exec $(IN_VENV) -m booking demo --port "$(PORT)"

demo-reset: run-packages  ## forget everything that the demo has stored
	@$(IN_VENV) -m booking demo --reset

dev: dev-packages  ## the demo, started again whenever the code changes
	@exec $(IN_VENV) -m booking demo --port "$(PORT)" --reload

test: dev-packages  ## every test, in a real browser and on a real database
	@$(IN_VENV) tests/browser/chromium.py
	@$(IN_VENV) -m pytest --numprocesses 3

check: dev-packages  ## lint, format and types
	@$(IN_VENV) -m ruff check .
	@$(IN_VENV) -m ruff format --check .
	@$(IN_VENV) -m mypy booking tests requirements

format: dev-packages  ## put the code into its format
	@$(IN_VENV) -m ruff check --fix .
	@$(IN_VENV) -m ruff format .

words: dev-packages  ## bring the catalogues of translations in line with what the code says
	@.venv/bin/pybabel -q extract -F booking/locale/babel.cfg -k _ -k ngettext_:1,2 --no-location --sort-output --project leeward \
	  --copyright-holder "" --msgid-bugs-address "" -o var/leeward.pot .
	@for catalogue in booking/locale/*.po; do \
	  .venv/bin/pybabel -q update -i var/leeward.pot -o $$catalogue -l $$(basename $$catalogue .po) --no-fuzzy-matching --ignore-obsolete || exit 1; \
	done

bench: dev-packages  ## how fast it is beside the bare parts, in one run (also to var/bench.jsonl)
	@$(IN_VENV) -m tests.bench

soak: dev-packages  ## hours of use with faults, in minutes
	@$(IN_VENV) -m tests.soak

stories: dev-packages  ## what people do at one clinic in any order, 300 stories of 50 deeds (STORIES=1000 for more)
	@LEEWARD_STORIES="$(STORIES)" LEEWARD_DEEDS=50 $(IN_VENV) -m pytest tests/journeys/test_in_any_order.py --numprocesses 0

oracle: dev-packages  ## the window engine against plain loops, on 10,000 generated clinics (CLINICS=100000 for more)
	@LEEWARD_CLINICS="$(CLINICS)" $(IN_VENV) -m pytest tests/slots/test_windows.py tests/slots/test_explaining.py --numprocesses 2

lock: dev-packages  ## find the newest versions that fit requirements/*.in, and write them down with their hashes
	@for kind in uv run dev; do \
	  .venv/bin/uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --quiet requirements/$$kind.in -o requirements/$$kind.txt || exit 1; \
	done

run-packages:
	@command -v $(PYTHON) >/dev/null || { echo "leeward: $(PYTHON) is missing: install it (Debian: apt-get install python3 python3-venv)." >&2; exit 1; }
	@$(PYTHON) requirements/install.py run

dev-packages:
	@command -v $(PYTHON) >/dev/null || { echo "leeward: $(PYTHON) is missing: install it (Debian: apt-get install python3 python3-venv)." >&2; exit 1; }
	@$(PYTHON) requirements/install.py dev
