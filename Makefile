# The commands people and machines type; `make` alone lists them.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
BENCH := .venv-bench/.installed

.PHONY: help up down clean test search mutants hostile year attack chaos bite bench check demo lock events indicators token audit sbom

help: ## List these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

$(INSTALLED): requirements/test.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements/test.txt
	@touch $@

up: $(INSTALLED) ## Start PostgreSQL, Kafka and the services, empty or as they were left
	@$(BIN)/python -m deploy.local up

down: $(INSTALLED) ## Stop what `make up` started
	@$(BIN)/python -m deploy.local down

clean: $(INSTALLED) ## Forget all local data
	@$(BIN)/python -m deploy.local clean

WORKERS ?= 2
test: $(INSTALLED) ## Run every test this machine can run, on a real PostgreSQL and Kafka for each of WORKERS=2
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

SEARCH_OPTIONS = $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED)) $(if $(TESTS),--tests $(TESTS))
search: $(INSTALLED) ## Draw other examples than `make test` does, with fresh seeds (SECONDS=300 SEED=7 TESTS=tests/training)
	@$(BIN)/python -m deploy.local run -- $(BIN)/python -m tests.search $(SEARCH_OPTIONS)

MUTANT_OPTIONS = $(if $(AREA),--area $(AREA)) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED))
mutants: $(INSTALLED) ## Change rules, tokens, access, inbox and relay: do tests notice? (SAMPLE=60, 0 is all; AREA=tokens SEED=7)
	@$(BIN)/python -m deploy.local run -- $(BIN)/python -m tests.mutants $(MUTANT_OPTIONS)

MESSAGES ?= 20000
REQUESTS ?= 20000
HOSTILE_OPTIONS = --messages $(MESSAGES) --requests $(REQUESTS) $(if $(SEED),--seed $(SEED))
hostile: $(INSTALLED) ## Send harm to consumers and services: is anything stopped, lost or a fault? (MESSAGES=20000 REQUESTS=20000)
	@$(BIN)/python -m deploy.local run -- $(BIN)/python -m tests.hostile $(HOSTILE_OPTIONS)

LIVES ?= 300
year: $(INSTALLED) ## Live a random but lawful year, tell it in random order, recount it plainly (LIVES=5000 SEED=7)
	@$(BIN)/python -m deploy.local run -- $(BIN)/python -m tests.year --lives $(LIVES) $(if $(SEED),--seed $(SEED))

RELEASES_OF ?= 40
attack: $(INSTALLED) ## Release figures of invented people, and try to compute small numbers from them (RELEASES_OF=40 SEED=7)
	@$(BIN)/python -m tests.reporting.releases --histories $(RELEASES_OF) $(if $(SEED),--seed $(SEED))

COMMANDS ?= 20000
FAULTS ?= 14
chaos: $(INSTALLED) ## Kill, stop, empty and put back what runs, then recount (COMMANDS=100000 FAULTS=50 SEED=1)
	@$(BIN)/python -m pytest -s -m chaos tests/chaos
	@$(BIN)/python -m tests.chaos --commands $(COMMANDS) --faults $(FAULTS) $(if $(SEED),--seed $(SEED))

BITE_OPTIONS = $(if $(ONLY),--only "$(ONLY)") $(if $(SEED),--seed $(SEED))
bite: $(INSTALLED) ## Take each protection out of a copy once: does chaos notice? (ONLY=gap SEED=1; half an hour)
	@$(BIN)/python -m tests.chaos.protections $(BITE_OPTIONS)

$(BENCH): requirements/bench.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --require-hashes -r requirements/bench.txt
	@touch $@

bench: $(INSTALLED) $(BENCH) ## Measure speed and memory against named peers (BENCH_OPTIONS="--rounds 3 --only relay")
	@$(BIN)/python -m deploy.local run -- .venv-bench/bin/python -m bench $(BENCH_OPTIONS)

check: $(INSTALLED) ## Lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

DEMO_OPTIONS = $(if $(FIGURES),--figures $(FIGURES)) $(if $(SEED),--seed $(SEED))
demo: $(INSTALLED) ## Live through two synthetic years and end with a report (FIGURES=file.json SEED=1)
	@$(BIN)/python -m deploy.local.demo $(DEMO_OPTIONS) --check
	@$(BIN)/python -m deploy.local run --services -- $(BIN)/python -m deploy.local.demo $(DEMO_OPTIONS)

token: $(INSTALLED) ## Print a token for the local stack (ROLE=facilitator ORG=org-1 CITY=Oostende)
	@$(BIN)/python -m deploy.local.tokens $(ROLE) $(if $(ORG),--org $(ORG)) $(if $(CITY),--city $(CITY))

audit: $(INSTALLED) ## Ask whether a locked package has a known vulnerability (asks the package registry)
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements/run.txt
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements/test.txt

sbom: $(INSTALLED) ## Write .local/sbom.json: what the image holds, as CycloneDX
	@mkdir -p .local
	$(BIN)/cyclonedx-py requirements --output-reproducible -o .local/sbom.json requirements/run.txt

events: $(INSTALLED) ## Write docs/events.md and docs/asyncapi.json again: what stands on the topics
	@$(BIN)/python -m deploy.events

indicators: $(INSTALLED) ## Write docs/indicators.md again: what each figure means
	@$(BIN)/python -m deploy.indicators

COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml
lock: ## Compile requirements/ again (needs uv)
	$(COMPILE) --extra local --extra dev -o requirements/test.txt
	$(COMPILE) --extra kafka -c requirements/test.txt -o requirements/run.txt
	$(COMPILE) --extra local --extra bench -o requirements/bench.txt
