# mailgate's workshop. `make run` on a fresh machine ends in a running desk; `make lint test` is what every change passes.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help install dev run test lint bench faults fuzz vm clean

VENV := .venv
BIN := $(VENV)/bin
# The first Python that is new enough; `make PYTHON=… install` takes another.
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --no-input
PYTEST := $(BIN)/python -m pytest
# Tests run side by side, each worker with databases and ports of its own; one more than two cores, since many wait.
WORKERS := 3

help:
	@echo "make run      a desk in ./run on 127.0.0.1:2525, outgoing mail as files; Ctrl-C stops it"
	@echo "make install  the mailgate command, in $(BIN)"
	@echo "make test     all tests, on SQLite and on PostgreSQL (PYTEST_ARGS=… for fewer)"
	@echo "make lint     ruff, mypy and the import rules"
	@echo "make faults   the long share of the fault tests (hours; as root, since some mount disks)"
	@echo "make fuzz     the readers, fed by a fuzzer that sees what they reach (FUZZ_SECONDS=60 each; FUZZ_TARGETS=… for fewer)"
	@echo "make vm       the systemd unit under a real systemd, in a virtual machine (as root; a quarter of an hour)"
	@echo "make bench    the speed"
	@echo "make clean    removes $(VENV) and what tools leave behind"

# ---- what is installed; the stamps are newer than the lists they were made from

install: $(VENV)/installed

dev: $(VENV)/installed-dev

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "mailgate needs Python 3.11 or newer; this machine has $$(python3 --version 2>&1 || echo none)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv module is missing: apt-get install $$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/installed: requirements.txt requirements-build.txt pyproject.toml | $(VENV)/bin/python
	@echo "installing what mailgate needs …"
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --require-hashes -r requirements-build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	@echo "installing what its tests need …"
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/installed-fuzz: requirements-fuzz.txt $(VENV)/installed
	@echo "installing the fuzzer …"
	@$(PIP) install --require-hashes -r requirements-fuzz.txt
	@touch $@

# ---- a desk to try

run/mailgate.toml: | install
	@$(BIN)/mailgate init run --address support@example.com --agent "Ann Agent <ann@example.com>"

run: install run/mailgate.toml
	@echo
	@echo "A desk in ./run. In another terminal:"
	@echo
	@echo "  write to it:        printf 'From: Ola <ola@example.org>\nTo: support@example.com\nSubject: The printer is on fire\n\nPlease help.\n' |"
	@echo "                        curl smtp://127.0.0.1:2525 --mail-from ola@example.org --mail-rcpt support@example.com --crlf --upload-file -"
	@echo "  look at tickets:    $(BIN)/mailgate tickets --config run/mailgate.toml"
	@echo "  read its answers:   tail -n +1 run/outgoing/new/*"
	@echo "  what goes on:       $(BIN)/mailgate audit --config run/mailgate.toml"
	@echo
	@exec $(BIN)/mailgate run --config run/mailgate.toml

# ---- what every change passes

test: dev
	@.ci/tools
	@$(PYTEST) --both-databases -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

lint: dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: dev
	@$(PYTEST) tests/bench -o python_files='bench_*.py' --timeout=0 -s $(PYTEST_ARGS)

faults: dev
	@.ci/tools
	@$(PYTEST) tests/faults --long --timeout=0 $(PYTEST_ARGS)

fuzz: $(VENV)/installed-fuzz
	@$(BIN)/python tests/fuzz/run.py

vm:
	@tests/vm/run

clean:
	rm -rf $(VENV) .fuzz .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
