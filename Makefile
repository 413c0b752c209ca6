# make demo | test | lint | long | bench | sanitize | libsangao | wheel | wheels-offline | clean
# The environment in .venv is made when it is missing and again when pyproject, setup or constraints change.

PYTHON ?= python3
ARGS ?=
# Extras to carry in `make wheels-offline`, e.g. EXTRAS=arrow,polars
EXTRAS ?=
WORKERS ?= $(shell nproc 2>/dev/null || echo 2)

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PYTHONUTF8 = 1
export SANGAO_TIER ?= ci

BIN = .venv/bin
# Not compiled here: Python compiles the modules that are imported, a small part of what the tools bring.
INSTALL = $(BIN)/python -m pip install -qq --no-compile -c constraints.txt -e
# `demo` needs only what a user needs, `test` adds the tools, `bench` adds the peers. Each covers the one before.
RUN = .venv/.set-up-run
DEV = .venv/.set-up-dev
BENCH = .venv/.set-up-bench
INPUTS = pyproject.toml setup.py constraints.txt $(wildcard engine/native/*.[ch] engine/native/build.py)

.DEFAULT_GOAL = help
.PHONY: help demo setup test checks lint long bench sanitize libsangao wheel wheels-offline clean
.DELETE_ON_ERROR:

help:
	@sed -n 1,2p Makefile

demo: $(RUN)
	@$(BIN)/sangao demo $(ARGS)

setup: $(DEV)

# The sanitizers run beside the checks, which leave a core idle; without a compiler there is nothing to sanitize.
test: $(DEV)
	$(MAKE) --no-print-directory -j2 $(if $(filter output-sync,$(.FEATURES)),-Otarget) checks $(if $(shell command -v $(CC)),sanitize) SECONDS=60
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal $(ARGS)

checks: lint
	$(BIN)/sangao check

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

long: $(BENCH)
	SANGAO_TIER=long $(BIN)/python benchmarks/long.py $(ARGS)

bench: $(BENCH)
	$(BIN)/python benchmarks/long.py --only bench $(ARGS)

# The kernel and libsangao under AddressSanitizer and UndefinedBehaviorSanitizer: three drivers side by side, SECONDS each of
# random and damaged input.
sanitize: $(DEV)
	$(BIN)/python tests/native/sanitize.py $(or $(SECONDS),60) $(SEED)

# The kernel as a plain shared library for hosts without Python: library and header in LIBSANGAO. See docs/libsangao.md.
LIBSANGAO ?= build/libsangao
SHARED = $(if $(filter Darwin,$(shell uname -s)),libsangao.dylib,$(if $(filter Windows_NT,$(OS)),sangao.dll,libsangao.so))
ROOMS = $(addprefix engine/native/,kernel.c plan.c leaves.c program.c simd.c library.c section.c answers.c columns.c told.c equations.c days.c sha256.c)

libsangao: $(LIBSANGAO)/$(SHARED) $(LIBSANGAO)/sangao.h

$(LIBSANGAO)/$(SHARED): $(ROOMS) $(wildcard engine/native/*.h)
	@mkdir -p $(@D)
	$(CC) -std=c11 -O3 -shared -fPIC -fvisibility=hidden -DSANGAO_BUILD $(CFLAGS) $(ROOMS) -o $@ $(LDFLAGS) -lm

$(LIBSANGAO)/sangao.h: engine/native/sangao.h
	@mkdir -p $(@D)
	cp $< $@

# `build/` is emptied first: setuptools would pack what an older tree left there. A wheel wants none of the tools of tests.
wheel: $(RUN)
	rm -rf build dist
	$(BIN)/python -m pip install -qq -c constraints.txt build setuptools
	$(BIN)/python -m build --wheel --no-isolation

wheels-offline: wheel
	rm -rf wheels
	$(BIN)/python -m pip download -qq --only-binary=:all: -c constraints.txt -d wheels \
		"$$(echo dist/sangao-*.whl)$(if $(EXTRAS),[$(EXTRAS)])"
	@ls wheels
	@echo 'carry wheels/ to the machine without a network, then: python3 -m pip install --no-index --find-links wheels sangao'
	@echo 'see docs/offline.md'

clean:
	rm -rf .venv build dist wheels *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	rm -f engine/native/_kernel*.so engine/native/_kernel*.pyd
	find engine adapters guidelines sangao tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN): $(INPUTS) | .venv/bin/python
	$(INSTALL) .
	@touch $@

$(DEV): $(INPUTS) | .venv/bin/python
	$(INSTALL) '.[dev]'
	@touch $(RUN) $@

$(BENCH): $(INPUTS) | .venv/bin/python
	$(INSTALL) '.[dev,all,bench]'
	@touch $(RUN) $(DEV) $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'sangao needs Python 3.11 or later; name one: make PYTHON=python3.12 ...' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo 'this Python cannot make a virtual environment: ensurepip is missing.' >&2; \
		echo 'on Debian or Ubuntu: sudo apt install python3-venv   (then run make again)' >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
