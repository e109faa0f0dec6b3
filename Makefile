# What can be done here. It takes make and Python 3.11 or newer; the rest is installed by hash into
# folders of this checkout. Another interpreter: make PYTHON=/path/to/python3 …

.DEFAULT_GOAL := help
.PHONY: help demo serve test e2e fuzz truth drill bench check format openapi lock sbom supply-chain clean env test-env supply-env

ARGS ?=
WORKERS ?= 2

# The first start compiles what it imports, so that the second is quick.
unexport PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONPATH

help:  ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: env  ## a small believable company, served on 127.0.0.1:8000, with keys and curls to try
	@.venv/bin/python -m app.cli demo $(ARGS)

serve: env  ## the service without demo data
	@.venv/bin/python -m app.cli serve $(ARGS)

test: test-env  ## the tests of the code, within two minutes (e2e and drill are apart); a few of them: make test ARGS='tests/unit -k rfv'
	@.venv-test/bin/python -m pytest --ignore tests/commits --ignore tests/processes --ignore tests/e2e --numprocesses $(WORKERS) $(ARGS)

e2e: test-env  ## commits, servers, sockets and commands as in real life: races, kills, the demo, CDNOW
	@.venv-test/bin/python -m pytest tests/commits tests/processes tests/e2e --numprocesses $(WORKERS) $(ARGS)

fuzz: test-env  ## requests made up from the contract, against the real service, for a minute
	@PATH="$(CURDIR)/.venv-test/bin:$$PATH" scripts/drill fuzz $(ARGS)

truth: test-env  ## how near the truth the service is, one page; make truth ARGS='--customers 10000 --seed 7'
	@nice .venv-test/bin/python -m benchmarks.truth $(ARGS)

drill: test-env  ## the long drills, with their figures; one of them: make drill ARGS='crash --seconds 50'
	@PATH="$(CURDIR)/.venv-test/bin:$$PATH" scripts/drill $(ARGS)

bench: test-env  ## how fast, and how that holds as it grows; quickly: make bench ARGS='--sizes 10k --rounds 3'
	@.venv-test/bin/python -m benchmarks $(ARGS)

check: test-env  ## format, lint, types, imports, contract, house rules
	@PATH="$(CURDIR)/.venv-test/bin:$$PATH" scripts/check

format: test-env  ## put the code in its form and mend what can be mended
	@.venv-test/bin/ruff check --fix-only --quiet .
	@.venv-test/bin/ruff format .

openapi: test-env  ## openapi/v1.json again from the code
	@PATH="$(CURDIR)/.venv-test/bin:$$PATH" scripts/contract

lock:  ## requirements/*.lock again from pyproject.toml; newest versions: make lock ARGS=--upgrade
	@scripts/environment .venv-tools requirements/tools.lock
	@UV="$(CURDIR)/.venv-tools/bin/uv" scripts/lock $(ARGS)

sbom: supply-env  ## what serves and under which licences, into dist/ (CycloneDX)
	@PATH="$(CURDIR)/.venv-supply/bin:$$PATH" scripts/sbom dist/idip.cdx.json

supply-chain: supply-env  ## vulnerabilities, secrets, SBOM, Dockerfile; some: make supply-chain ARGS='secrets image'
	@PATH="$(CURDIR)/.venv-supply/bin:$$PATH" python scripts/supply_chain.py $(ARGS)

clean:  ## away with environments and caches; data of the service stays
	@rm -rf .venv .venv-test .venv-tools .venv-supply .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

env:
	@scripts/environment .venv requirements/run.lock requirements/build.lock

test-env:
	@scripts/environment .venv-test requirements/test.lock requirements/build.lock \
		--data requirements/data.lock

supply-env:
	@scripts/environment .venv-supply requirements/supply.lock
