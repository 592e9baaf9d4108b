# `make` reproduces the default experiment, `make test` runs the checks; both set up .venv first.
PYTHON ?= python3
BIN := .venv/bin
GAUSSIAN := gaussian-one-layer gaussian gaussian-no-skip gaussian-three-layers
PLANES := digits-certified gaussian-amortized
AS_ROOT = $(if $(filter 0,$(shell id -u)),,sudo -n)
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Snakemake and DVC have caches in the home folder: elsewhere, if that cannot be written to.
ifeq ($(XDG_CACHE_HOME)$(shell test -w "$$HOME" && echo writable),)
export XDG_CACHE_HOME := $(CURDIR)/.snakemake/cache
endif

.PHONY: all setup plan docs test test-slow test-slurm lint types style exactness benchmark gpu-check plane replication clean

all: .venv/ready  # the default, or make EXPERIMENT=quick
	python -m hvae run $(EXPERIMENT)

setup: .venv/ready  # the environment alone, for commands of one's own

plan: .venv/ready  # what `make` would run, and how much room it takes
	python -m hvae plan $(EXPERIMENT)

docs: .venv/ready  # the documentation, in site/, for reading offline
	NO_MKDOCS_2_WARNING=1 python -m mkdocs build --strict --quiet
	@echo "The documentation is at $(CURDIR)/site/index.html"

test: .venv/ready .venv/browser lint
	pytest -n 2 --dist worksteal

test-slow: .venv/ready .venv/rsync  # the whole default experiment, kills, ten thousand broken files a parser
	pytest -m slow

test-slurm: .venv/ready .venv/slurm  # a small experiment on a SLURM of this machine, for minutes
	$(AS_ROOT) env PATH="$$PATH" PYTHONDONTWRITEBYTECODE=1 pytest -m slurm -p no:cacheprovider

lint: .venv/ready  # mypy beside the others
	$(MAKE) --no-print-directory --jobs=2 --output-sync types style

types: .venv/ready
	mypy

style: .venv/ready
	ruff format --check .
	ruff check .
	lint-imports --no-logo
	snakefmt --check Snakefile workflow
	snakemake --lint

exactness: .venv/ready  # how close models of a Gaussian source come to the least objective
	for name in $(GAUSSIAN); do \
	  snakemake --cores all results/$$name/points.parquet results/$$name/params.json \
	    --configfile experiments/$$name.yaml || exit 1; \
	done
	python -m hvae.reports.exactness --out reports/exactness/index.html $(GAUSSIAN:%=results/%)

benchmark: .venv/ready .venv/browser
	python -m benchmarks.grid
	python -m benchmarks.conv
	python -m benchmarks.browser
	python -m benchmarks.scaling
	python -m benchmarks.coverage

gpu-check: .venv/ready  # a CUDA GPU against the CPU, into benchmarks/gpu.md: at most eight minutes
	python -m benchmarks.gpu

plane: .venv/ready  # one model for a plane against independent ones: tens of minutes on two cores
	for name in $(PLANES); do \
	  snakemake --cores all --configfile experiments/$$name.yaml || exit 1; \
	done
	python -m benchmarks.amortized $(PLANES:%=results/%)

replication: .venv/ready  # the default with other trainings, beside the default: as long again as `make`
	snakemake --cores all
	snakemake --cores all --configfile experiments/digits-more.yaml
	python -m benchmarks.replication results/digits results/digits-more > benchmarks/replication.md

.venv/ready: requirements.lock pyproject.toml  # and the command hvae, of this folder
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or later is needed')"
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/browser: .venv/ready  # Chromium, in which the tests open reports
	which chromium chromedriver > /dev/null \
	  || { $(AS_ROOT) apt-get update && $(AS_ROOT) apt-get install --yes chromium chromium-driver; } \
	  || { echo "The tests open reports in a browser: install Debian's chromium and chromium-driver" >&2; exit 1; }
	touch $@

.venv/rsync: .venv/ready  # with which the Kubernetes profile copies
	which rsync > /dev/null \
	  || { $(AS_ROOT) apt-get update && $(AS_ROOT) apt-get install --yes --no-install-recommends rsync; } \
	  || { echo "Install Debian's rsync" >&2; exit 1; }
	touch $@

.venv/slurm: .venv/ready  # slurmctld, slurmd and munged, which the test starts and stops
	which slurmctld slurmd munged > /dev/null \
	  || { $(AS_ROOT) apt-get update \
	    && $(AS_ROOT) apt-get install --yes --no-install-recommends slurm-wlm munge; } \
	  || { echo "Install Debian's slurm-wlm and munge" >&2; exit 1; }
	touch $@

clean:  # everything generated, but not what DVC keeps in its cache
	rm -rf data/prepared data/manifests results logs checkpoints site .snakemake
	find reports -mindepth 1 ! -name README.md -delete
