# Two commands do it all on a machine with Python 3.11+ and make:
#   make demo   build ICD-10 in nine languages, link seven letters, write demo-output/index.html
#   make test   lint, types and tests

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test quick lint types docs wheel-test clean

demo: $(VENV)/.base
	@mkdir -p demo-output
	$(BIN)/xlink demo --out demo-output/index.html

test: lint types
	$(BIN)/python -m pytest -n 2

quick: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 -m "not slow"

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

docs: $(VENV)/.docs
	$(BIN)/mkdocs build --strict

# All extras, each alone; further interpreters by PYTHONS="python3.12 python3.13".
PYTHONS ?= $(PYTHON)
wheel-test: $(VENV)/.dev
	$(BIN)/python tests/packaging/check_wheel.py --all-extras $(addprefix --python ,$(PYTHONS))

$(VENV)/.base: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $@ $(VENV)/.base

$(VENV)/.docs: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[docs]"
	@touch $@ $(VENV)/.base

clean:
	rm -rf $(VENV) build dist site demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis
