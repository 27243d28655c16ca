# One command per intent, the same for people and CI. `make help` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
HAND_WRITTEN := catalog cmd tests tools examples bench
MIGRATIONS := $(sort $(wildcard migrations/*.sql))
# One more than cores: much of the suite waits.
PYTEST_WORKERS ?= 3
# A file stays with one worker, and so does the service or installation that its tests share.
PYTEST_FILES := --dist loadfile --no-loadscope-reorder
PYTEST_ARGS ?=
PROMTOOL ?= promtool
BENCH_ARGS ?=
SOAK_ARGS ?=
# Long ones first: two run at a time.
TORTURE ?= $(addprefix tests/torture/,kill_service.py upkeep_scale.py relay_gaps.py upkeep_races.py \
	stateful_model.py relay_faults.py relay_poison.py mutants_caught.py crash_database.py \
	relay_outage.py upkeep_notifications.py upkeep_crashes.py relay_speed.py)
# What measures how fast something is has the machine to itself.
TORTURE_ALONE ?= tests/torture/overload.py
TORTURE_FIGURES := .local/torture.json
TORTURE_SEED ?= $(shell date +%s)

TORTURE_OPTIONS = $(PYTEST_FILES) -v --randomly-seed=$(TORTURE_SEED) \
	--randomly-dont-reorganize --hypothesis-seed=$(TORTURE_SEED) \
	--torture-figures $(TORTURE_FIGURES)

# uv where it can, pip where it cannot (a private index that only pip knows of).
define install
uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r $(1) \
	|| $(BIN)/pip install --quiet --require-hashes -r $(1)
$(BIN)/pip install --quiet --no-deps --no-build-isolation --no-index --editable .
@touch $@
endef

.PHONY: help setup proto release-contract docs docs-current fmt check lint types \
	contract migrations-lint scripts-lint \
	test test-ops mutants torture bench bench-held bench-growth bench-publish bench-planted soak migrate run demo lock clean

help: ## List the commands
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.dev ## Install everything, from hash-locked requirements, into .venv

$(VENV)/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Catalog needs Python 3.11 or newer; name one: make setup PYTHON=python3.12" >&2; exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.local: requirements/local.txt pyproject.toml $(VENV)/.uv
	@echo "Installing what the local stack needs ..."
	@$(call install,requirements/local.txt)

$(VENV)/.dev: requirements/dev.txt pyproject.toml $(VENV)/.uv
	@echo "Installing what development needs ..."
	@$(call install,requirements/dev.txt)
	@touch $(VENV)/.local

proto: $(VENV)/.dev ## Generate catalog/api from proto/
	@find catalog/api -name '*_pb2*' -delete
	@buf generate

release-contract: $(VENV)/.dev ## Make today's contract and SQL those that later changes are checked against
	@buf build -o proto/released.binpb
	@rm -f tests/data/released_sql/*.sql
	@cp catalog/adapters/postgres/sql/*.sql tests/data/released_sql/

docs: $(VENV)/.dev ## Write what is made from the code: pages of docs/, the dashboard
	@python -m tools.docs_from_code
	@python -m tools.dashboard

fmt: $(VENV)/.dev ## Format code and contract
	@ruff check --quiet --fix-only $(HAND_WRITTEN)
	@ruff format $(HAND_WRITTEN)
	@buf format -w

check: lint types contract docs-current migrations-lint scripts-lint ## All checks that need no running system

lint: $(VENV)/.dev
	@ruff format --check $(HAND_WRITTEN)
	@ruff check $(HAND_WRITTEN)
	@lint-imports --no-logo

types: $(VENV)/.dev
	@mypy $(HAND_WRITTEN)

contract: $(VENV)/.dev
	@buf lint
	@buf format --diff --exit-code
	@buf breaking --against proto/released.binpb
	@python tools/generated_is_current.py

docs-current: $(VENV)/.dev
	@python -m tools.docs_from_code --check
	@python -m tools.dashboard --check

migrations-lint: $(VENV)/.dev
	@squawk $(MIGRATIONS)

scripts-lint: $(VENV)/.dev
	@shellcheck -x $$(find scripts -name "*.sh") .ci/run

test: $(VENV)/.dev ## Run all tests, on a PostgreSQL of their own
	@PYTHONDONTWRITEBYTECODE= pytest -n $(PYTEST_WORKERS) $(PYTEST_FILES) $(PYTEST_ARGS)

test-ops: ## Try the alerts on made and on recorded series; needs promtool
	@command -v $(PROMTOOL) >/dev/null || { echo "make test-ops needs promtool. Debian and Ubuntu have it in" \
		"the package prometheus (apt-get install --no-install-recommends prometheus), prometheus.io/download" \
		"has it for others; PROMTOOL=/path/to/promtool names one that is elsewhere." >&2; exit 1; }
	@$(PROMTOOL) check config deploy/prometheus/prometheus.yaml
	@$(PROMTOOL) test rules deploy/prometheus/tests/*.yaml deploy/prometheus/tests/recorded/*.yaml

mutants: $(VENV)/.dev ## Seed bugs, or only MUTANT, and show that the tests catch them
	@python -m tests.mutants $(MUTANT)

torture: $(VENV)/.dev ## Hold the promises in their large sizes (half an hour) and write docs/torture.md
	@mkdir -p $(dir $(TORTURE_FIGURES)) && rm -f $(TORTURE_FIGURES)
	@$(if $(TORTURE_ALONE),pytest -n 0 $(TORTURE_OPTIONS) $(TORTURE_ALONE))
	@$(if $(TORTURE),pytest -n 2 $(TORTURE_OPTIONS) --torture-page docs/torture.md $(TORTURE))

bench: $(VENV)/.dev ## Measure hot paths beside their bare parts (10 minutes), or only SCENARIO
	@python -m bench run $(addprefix --scenario ,$(SCENARIO)) $(BENCH_ARGS)

bench-held: $(VENV)/.dev ## Measure the relay beside a snapshot held for three minutes, three times (11 minutes)
	@python -m bench run --scenario held --repeats 3 $(BENCH_ARGS)

bench-growth: $(VENV)/.dev ## Measure what a million uploads cost beside ten thousand (12 minutes)
	@python -m bench run --scenario growth --seconds 3 --repeats 4 $(BENCH_ARGS)

soak: $(VENV)/.dev ## Make 100,000 calls and cancel 30,000, and see what they leave in the process (5 minutes)
	@python -m bench.soak $(SOAK_ARGS)

bench-publish: $(VENV)/.dev ## Write docs/performance.md from what was measured last
	@python -m bench publish

bench-planted: $(VENV)/.dev ## Plant costs in copies of the tree and show that their rows turn red
	@python -m bench.planted

migrate: $(VENV)/.local ## Bring the schema of DATABASE_URL up to date
	@catalog migrate

run: $(VENV)/.local ## Run the whole local stack until Ctrl-C
	@catalog dev run

demo: $(VENV)/.local ## Upload FILE (or a sample) from the phone's side to `processing`
	@catalog dev demo $(if $(FILE),"$(FILE)")

lock: $(VENV)/.uv ## Renew the hash-locked requirements
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade requirements/uv.in -o requirements/uv.txt
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements/runtime.txt
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --extra local pyproject.toml requirements/build.in -o requirements/local.txt
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --all-extras pyproject.toml -o requirements/dev.txt

clean: ## Remove what can be made again
	@rm -rf $(VENV) .local build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
