# Every target creates what it needs; a second run finds it there.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
ENV := build/env
BIN := $(ENV)/dev/bin
READY := $(ENV)/dev/.ready
SAM_BIN := $(ENV)/sam/bin
SAM := PATH="$(CURDIR)/$(SAM_BIN):$$PATH" SAM_CLI_TELEMETRY=0 sam
CLOUD := $(ENV)/ministack/.ready $(ENV)/rie/.ready
DEPLOYING := $(ENV)/sam/.ready $(ENV)/checkov/.ready $(ENV)/dist/.ready $(ENV)/awscli/.ready $(if $(shell command -v node),$(ENV)/cdk/.ready)
PYTEST := $(BIN)/python -m pytest
# Every package is named in a lock with its hash, and no dependency is resolved: pip in hash mode asks for the newest release
# of what is required with an extra (coverage[toml] by pytest-cov), and fails on the day that one appears.
LOCKED := install -q --disable-pip-version-check --no-deps --only-binary :all: --require-hashes
COMPILE = $(ENV)/lock/bin/uv pip compile -q --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links $(UPGRADE)

.PHONY: help tools rehearse rehearse-all test unit fuzz check lint types imports docs site template scan package dist ready release construct bench gatebench mutants campaign campaign-wire lock golden clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14) and "Warmgate needs Python 3.11 to 3.14, and found %s.%s: run make PYTHON=python3.x" % sys.version_info[:2])'
	$(PYTHON) -m venv $(ENV)/dev
	$(BIN)/pip $(LOCKED) -r requirements/dev.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/pip check -q
	@touch $@

# MiniStack pins botocore exactly, so it lives in an environment of its own.
$(ENV)/ministack/.ready: requirements/ministack.txt
	$(PYTHON) -m venv $(ENV)/ministack
	$(ENV)/ministack/bin/python -m pip $(LOCKED) -r requirements/ministack.txt
	@$(ENV)/ministack/bin/python -m pip check -q
	@touch $@

# Only the Runtime Interface Emulator inside the wheel is used: no dependency of aws-sam-cli is installed.
$(ENV)/rie/.ready: requirements/sam.txt $(READY)
	rm -rf $(ENV)/rie && mkdir -p $(ENV)/rie
	$(BIN)/pip $(LOCKED) --no-compile --target $(ENV)/rie -r requirements/sam.txt
	chmod +x $(ENV)/rie/samcli/local/rapid/aws-lambda-rie-*
	@touch $@

# The whole CLI, to build, validate and deploy; the rehearsals above need one file of its wheel and do not wait for the rest.
$(ENV)/sam/.ready: requirements/sam-cli.txt
	$(PYTHON) -m venv $(ENV)/sam
	$(SAM_BIN)/pip $(LOCKED) -r requirements/sam-cli.txt
	@$(SAM_BIN)/pip check -q
	@touch $@

# Not needed to install or rehearse anything: only `make check` looks for insecure settings.
$(ENV)/checkov/.ready: requirements/checkov.txt
	$(PYTHON) -m venv $(ENV)/checkov
	$(ENV)/checkov/bin/python -m pip $(LOCKED) -r requirements/checkov.txt
	@$(ENV)/checkov/bin/python -m pip check -q
	@touch $@

# Half a gigabyte, for one example stack: where there is no node, its test is left out.
$(ENV)/cdk/.ready: requirements/cdk.txt
	$(PYTHON) -m venv $(ENV)/cdk
	$(ENV)/cdk/bin/python -m pip $(LOCKED) -r requirements/cdk.txt
	@$(ENV)/cdk/bin/python -m pip check -q
	@touch $@

$(ENV)/docs/.ready: requirements/docs.txt
	$(PYTHON) -m venv $(ENV)/docs
	$(ENV)/docs/bin/python -m pip $(LOCKED) -r requirements/docs.txt
	@$(ENV)/docs/bin/python -m pip check -q
	@touch $@

# Builds and checks what is released, and the CI files of examples/.
$(ENV)/dist/.ready: requirements/dist.txt
	$(PYTHON) -m venv $(ENV)/dist
	$(ENV)/dist/bin/python -m pip $(LOCKED) -r requirements/dist.txt
	@$(ENV)/dist/bin/python -m pip check -q
	@touch $@

# What the pipelines of examples/ci call beside warmgate.
$(ENV)/awscli/.ready: requirements/awscli.txt
	$(PYTHON) -m venv $(ENV)/awscli
	$(ENV)/awscli/bin/python -m pip $(LOCKED) -r requirements/awscli.txt
	@$(ENV)/awscli/bin/python -m pip check -q
	@touch $@

$(ENV)/mutants/.ready: requirements/mutants.txt
	$(PYTHON) -m venv $(ENV)/mutants
	$(ENV)/mutants/bin/python -m pip $(LOCKED) -r requirements/mutants.txt
	@touch $@

rehearse: $(READY) $(CLOUD) ## run nine releases on this machine: two go through, seven are rolled back
	@$(BIN)/warmgate rehearse

rehearse-all: $(READY) $(CLOUD) ## run these and ten releases under live traffic (minutes)
	@$(BIN)/warmgate rehearse --all

test: $(READY) $(CLOUD) $(DEPLOYING) ## run every test, the rehearsals included
	@# What is timed runs with nothing beside it; where it fails, the rest still says what it found.
	@status=0; \
	$(PYTEST) tests/rehearsal tests/unit/warmgate_ops/rehearsal tests/unit/warmgate/judge -m quiet -q || status=$$?; \
	$(PYTEST) tests -m "not quiet" -n 3 --no-loadscope-reorder || status=$$?; \
	exit $$status

unit: $(READY) ## run the pure tests (seconds)
	HYPOTHESIS_PROFILE=quick $(PYTEST) tests/unit tests/property tests/campaign -q -n 2 -m "not slow and not quiet"

fuzz: $(READY) ## run parsers and renderers on RUNS texts each, or TARGET alone
	@PYTHONPATH=hooks:scripts:tests $(BIN)/python -m fuzz --runs $(or $(RUNS),10000) --target $(or $(TARGET),all) --seed $(or $(SEED),0)

tools: $(READY) $(CLOUD) $(DEPLOYING) ## install everything that checks and tests need

check: lint types imports docs site template scan ## lint, types, import contracts, docs and their site, template and its security

lint: $(READY)
	$(BIN)/ruff format --check . && $(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	PYTHONPATH=hooks:scripts:tests $(BIN)/lint-imports

docs: $(READY)
	$(PYTEST) tests/unit/docs -q

# A warning fails: a page that no menu names, a link or a heading that is not there.
site: $(ENV)/docs/.ready ## build the documentation as a site, in build/site/html
	rm -rf build/site && mkdir -p build/site/pages
	cp -R README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md LICENSE Makefile template.yaml .ci docs policies examples build/site/pages
	NO_MKDOCS_2_WARNING=1 $(ENV)/docs/bin/mkdocs build --strict
	@! grep -rnE '(src="|rel="stylesheet" href="|url\()https?://' build/site/html --include=*.html --include=*.css || { echo "the site loads from another host, expected its own files alone" >&2; exit 1; }

template: $(ENV)/sam/.ready ## validate and lint template.yaml and fleet.yaml
	$(SAM_BIN)/cfn-lint -c I -- template.yaml fleet.yaml
	$(SAM) validate --region us-east-1

# checkov ends with 0 for a file that it cannot parse: cfn-lint comes first.
scan: template $(ENV)/checkov/.ready ## look for insecure settings in template.yaml
	$(ENV)/checkov/bin/checkov --config-file .checkov.yaml

package: $(READY) template ## validate the policies and build what `sam deploy` takes, in build/package
	PYTHONPATH=hooks:scripts $(BIN)/warmgate policy validate policies/*.yaml
	$(SAM) build

dist: $(ENV)/dist/.ready ## build the sdist, and the wheel from it, into build/dist, and check both
	rm -rf build/dist
	SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)} $(ENV)/dist/bin/python -m build --no-isolation --outdir build/dist . >build/dist.log || (cat build/dist.log; exit 1)
	$(ENV)/dist/bin/twine check --strict build/dist/*

ready: $(READY) $(ENV)/dist/.ready ## build what functions pack to defer their init, wheel, npm package and layer, in build/ready
	PYTHONPATH=scripts $(BIN)/python -m bundle.ready --out build/ready --source build/ready.source
	SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)} $(ENV)/dist/bin/python -m build --wheel --no-isolation --outdir build/ready build/ready.source/python >build/ready.log || (cat build/ready.log; exit 1)
	$(ENV)/dist/bin/twine check --strict build/ready/*.whl

release: dist package ready ## build all that a release consists of into build/release: wheels, sdist, lock, SAM application, npm package, layer, checksums
	PYTHONPATH=scripts $(BIN)/python -m bundle --dist build/dist --application build/package --ready build/ready --out build/release

construct: ## compile the CDK construct for TypeScript by jsii and look at a template made with it (needs node and the npm registry)
	rm -rf build/construct && mkdir -p build && cp -R cdk build/construct
	cd build/construct && npm ci --silent --no-audit --no-fund && node_modules/.bin/jsii --silence-warnings=metadata/missing-dev-dependency && node try.js

golden: $(READY) ## rewrite the golden reports; review the diff
	WARMGATE_GOLDEN=1 $(PYTEST) tests/unit/warmgate/report -q

bench: $(READY) $(CLOUD) ## print the benchmarks, each beside what it is compared with
	@PYTHONPATH=hooks:scripts:tests $(BIN)/python -m bench

gatebench: $(READY) ## measure how good the verdicts are, beside other rules (minutes)
	@PYTHONPATH=hooks:scripts:tests $(BIN)/python -m bench.gatebench

mutants: $(READY) $(ENV)/mutants/.ready ## change SAMPLE=150 constants and operators of the judge, one at a time, and list what no test notices (minutes)
	@PYTHONPATH=scripts $(ENV)/mutants/bin/python -m mutants --sample $(or $(SAMPLE),150) --seed $(or $(SEED),0) --only "$(MODULE)"

campaign: $(READY) ## play RUNS=10000 seeded schedules of faults over hooks, guard and controller on a virtual clock (minutes)
	@PYTHONPATH=hooks:scripts:tests $(BIN)/python -m campaign --runs $(or $(RUNS),10000)

campaign-wire: $(READY) ## run RUNS=1000 hooks as processes over HTTP whose answers go wrong (minutes)
	@PYTHONPATH=hooks:scripts:tests $(BIN)/python -m campaign wire --runs $(or $(RUNS),1000)

# What renews the locks is locked itself.
$(ENV)/lock/.ready: requirements/lock.txt
	$(PYTHON) -m venv $(ENV)/lock
	$(ENV)/lock/bin/python -m pip $(LOCKED) -r requirements/lock.txt
	@$(ENV)/lock/bin/python -m pip check -q
	@touch $@

lock: $(ENV)/lock/.ready ## bring the locks in line with requirements/*.in; UPGRADE=--upgrade takes the newest releases
	for f in dev ministack cdk checkov docs dist awscli; do $(COMPILE) --universal --python-version 3.11 -o requirements/$$f.txt requirements/$$f.in || exit 1; done
	$(COMPILE) --universal --python-version 3.9 -o requirements/python-runtimes.txt requirements/python-runtimes.in
	for f in runtime lock; do $(COMPILE) --universal --python-version 3.11 -c requirements/dev.txt -o requirements/$$f.txt requirements/$$f.in || exit 1; done
	$(COMPILE) --universal --python-version 3.11 -c requirements/dev.txt --extra rehearsal -o requirements/install.txt pyproject.toml
	for f in sam mutants; do $(COMPILE) --no-deps --python-version 3.11 -o requirements/$$f.txt requirements/$$f.in || exit 1; done
	$(COMPILE) --universal --python-version 3.11 -c requirements/sam.txt -o requirements/sam-cli.txt requirements/sam-cli.in
	$(COMPILE) --python-version 3.13 --python-platform aarch64-manylinux2014 -c requirements/dev.txt -o hooks/requirements.txt requirements/package.in
	PYTHONPATH=scripts $(ENV)/lock/bin/python -m locks

clean: ## remove everything that was built
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info hooks/*.egg-info scripts/*.egg-info
