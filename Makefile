# Everything is installed into .venv; a stamp in there says for which pyproject.toml and lock.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
BY_FILE := --dist loadfile --no-loadscope-reorder  # in the order of tests/conftest.py

.PHONY: help demo test test-unit test-database test-citus test-versions test-campaign test-programs lint lock assets reference case-study incidents incident-pairs reliability year evidence bench pictures clean
.DEFAULT_GOAL := help
unexport PYTHONDONTWRITEBYTECODE  # the tests start hundreds of processes: each would compile anew

help: ## print this
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 15

demo: .venv/demo ## a sample shop with the exporter on it, until Ctrl-C
	@exec $(BIN)/warehouse-exporter demo

test: .venv/dev ## lint, types and all tests that are quick enough
	@$(MAKE) --no-print-directory --jobs 2 --output-sync lint test-programs
	$(BIN)/python -m pytest -n 4 $(BY_FILE)  # on two cores: many tests wait

test-unit: .venv/dev ## only the tests that need no server (two minutes)
	$(BIN)/python -m pytest -n 2 tests/unit

test-database: .venv/dev ## only the tests on a Postgres; TEST_POSTGRES=/usr/lib/postgresql/15 names another
	@scripts/test-programs
	$(BIN)/python -m pytest -n 2 $(BY_FILE) tests/database

test-citus: .venv/dev ## a Citus cluster says the same as one node; CITUS_DSN names an empty database on its coordinator
	$(BIN)/python -m pytest tests/database/citus

test-versions: .venv/dev ## a small run on PostgreSQL 13 to 18, where their programs can be had
	@scripts/test-versions

test-campaign: .venv/dev ## the long tests that `make test` leaves out; PART=tests/chain/dbt runs some
	@scripts/test-programs
	$(BIN)/python -m labs.campaign $(PART)

test-programs:
	@scripts/test-programs

lint: .venv/dev ## ruff and mypy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

assets: .venv/dev ## write prometheus/, alertmanager/ and grafana/ from the config of the sample shop
	$(BIN)/warehouse-exporter assets --config.file exporter/warehouse_exporter/profiles/complete.yml --output build/assets \
		--exporter-address exporter:9843 --alertmanager-address alertmanager:9093 --prometheus-url http://prometheus:9090
	$(BIN)/python -m warehouse_exporter.demo.inbox build/assets
	cp -r build/assets/prometheus build/assets/alertmanager build/assets/grafana .

reference: .venv/dev ## write the generated pages of docs/reference/
	$(BIN)/warehouse-exporter reference --output docs/reference

case-study: .venv/dev ## write docs/explanation/case-study*.md from the recorded events
	$(BIN)/python -m labs.case_study

incidents: .venv/dev ## play forty incidents, write docs/explanation/incidents.md (half an hour)
	@scripts/test-programs
	$(BIN)/python -m labs.incidents --all --write

incident-pairs: .venv/dev ## two incidents at once: write docs/explanation/incident-pairs.md (half an hour)
	@scripts/test-programs
	$(BIN)/python -m labs.incidents --pairs

reliability: .venv/dev ## write docs/explanation/reliability.md from faults made on purpose
	$(BIN)/python -m labs.reliability

year: .venv/dev ## write docs/explanation/ordinary-year.md from simulated shops (hours; PART=shops: a part)
	$(BIN)/python -m labs.year $(PART)

evidence: .venv/dev ## write docs/explanation/evidence.md: weak signs together, on simulated shops
	$(BIN)/python -m labs.evidence

bench: .venv/dev ## write docs/explanation/performance.md: what it costs the warehouse (half an hour, 8 GB)
	@command -v wrk >/dev/null || scripts/apt-install wrk
	$(BIN)/python -m labs.bench --output docs/explanation/performance.md

pictures: .venv/dev ## write docs/pictures/ from the sample shop (some minutes)
	@scripts/test-programs
	$(BIN)/python -m labs.pictures
	$(BIN)/python -m labs.dashboards

clean: ## remove what the other targets made
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@PYTHON=$(PYTHON) scripts/make-venv .venv

lock: ## write requirements/lock.txt: today's versions of everything that is installed
	@PYTHON=$(PYTHON) scripts/lock requirements/lock.txt

.venv/demo .venv/dev: .venv/%: pyproject.toml requirements/lock.txt | .venv/bin/python
	@echo "installing warehouse-exporter[$*] into .venv"
	@$(PIP) install --constraint requirements/lock.txt --editable '.[$*]'
	@touch $@
