# Every target does its own set-up: a fresh machine needs cargo and Python 3.11 or later, nothing else.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := Cargo.toml pyproject.toml $(shell find rust python -type f \( -name '*.rs' -o -name '*.toml' -o -name '*.py' -o -name '*.pyi' -o -name '*.gz' \) 2>/dev/null)

.PHONY: help tools demo test test-rust test-python bench bench-gpu lint clean

help: ## show the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

tools:
	@command -v cargo >/dev/null || { echo "pyrite needs a Rust toolchain: install it from https://rustup.rs and run this again."; exit 1; }
	@command -v $(PYTHON) >/dev/null || { echo "pyrite needs Python 3.11 or later (set PYTHON=... if it has another name)."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "pyrite needs Python 3.11 or later, but $(PYTHON) is older: set PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "pyrite needs Python's venv module (Debian: apt install python3-venv)."; exit 1; }

$(BIN)/python: | tools
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip

# The wheel is installed with the extras that the target needs; it is built again only when a source has changed.
$(VENV)/installed: $(SOURCES) | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check .
	@touch $@

$(VENV)/demo: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check 'matplotlib>=3.8'
	@touch $@

$(VENV)/test: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check 'pytest>=8' 'hypothesis>=6.100' 'pytest-timeout>=2.3' 'matplotlib>=3.8'
	@touch $@

$(VENV)/bench: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check 'pytest>=8' 'pytest-benchmark>=5' 'pytest-timeout>=2.3'
	@touch $@

$(VENV)/lint: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check 'ruff>=0.9' 'mypy>=1.13'
	@touch $@

demo: $(VENV)/demo ## train a network that reads handwritten digits; ARGS="--epochs 5 --seed 1" passes options
	$(BIN)/python -m pyrite.demo $(ARGS)

test: test-rust test-python ## build everything and run all tests

test-rust: | tools
	cargo test --workspace --quiet

# Tests run against the installed wheel, from a folder where the sources are not importable.
test-python: $(VENV)/test
	$(BIN)/python -m pytest tests $(ARGS)
	PYRITE_EAGER=1 $(BIN)/python -m pytest tests/test_aliasing.py

bench: $(VENV)/bench ## time pyrite against NumPy and print the ratios
	$(BIN)/python -m pytest benches --benchmark-only --benchmark-columns=median,ops --benchmark-group-by=group $(ARGS)

bench-gpu: $(VENV)/installed ## time pyrite on the GPU, and PyTorch where it has CUDA; ARGS="--only matmul --json" passes options
	$(BIN)/python benches/gpu $(ARGS)

lint: $(VENV)/lint ## check format, lints, types and the stub
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --quiet -- -D warnings
	$(BIN)/ruff check python tests benches
	$(BIN)/ruff format --check python tests benches
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest pyrite._core --ignore-missing-stub

clean: ## remove everything that was built
	rm -rf $(VENV) target
